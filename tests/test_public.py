"""The public API: its modules, the module names of objects, what type checkers see."""

import ast
import base64
import pickle
import re
from importlib import import_module
from pathlib import Path
from types import FunctionType

import numpy as np
import pytest

import tinygrad_np as tg
from tinygrad_np import ops
from tinygrad_np.engine.op import FUNCTIONS
from tinygrad_np.engine.public import PUBLIC
from tinygrad_np.ops import scipy_functions

ROOT = Path(__file__).parents[1]
PACKAGE = Path(tg.__file__).parent
MODULES = {name: import_module(name) for name in PUBLIC}


def test_the_page_lists_the_public_modules():
    page = (ROOT / "docs" / "public.md").read_text(encoding="utf-8")
    assert tuple(re.findall(r"^\| `([\w.]+)` \|", page, re.MULTILINE)) == PUBLIC


def test_public_modules_list_each_of_their_names_once():
    for name, module in MODULES.items():
        assert module.__doc__, name
        assert len(set(module.__all__)) == len(module.__all__), name
        assert not [each for each in module.__all__ if not hasattr(module, each)], name
        assert set(module.__all__) <= set(dir(module)), name


def test_public_objects_have_public_module_names():
    private = [
        f"{module}.{name} is said to be of {thing.__module__}"
        for module, contents in MODULES.items()
        for name, thing in ((name, getattr(contents, name)) for name in contents.__all__)
        if isinstance(thing, (type, FunctionType))
        and thing.__module__.startswith("tinygrad_np")
        and thing.__module__ not in PUBLIC
    ]
    assert not private, "\n".join(private)


def test_reprs_show_public_names():
    assert repr(tg.ShapeError) == "<class 'tinygrad_np.ShapeError'>"
    assert repr(tg.Tensor) == "<class 'tinygrad_np.Tensor'>"
    assert repr(tg.nn.Linear) == "<class 'tinygrad_np.nn.Linear'>"
    assert tg.linalg.inv.__module__ == "tinygrad_np.linalg"
    assert tg.testing.GradcheckError.__module__ == "tinygrad_np.testing"


# ------------------------------------------------------------- what type checkers see


def visible(path):
    """Return the names of a file that a type checker considers public: its own, without `_`."""
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case ast.Assign(targets=targets):
                names = (n for target in targets for n in ast.walk(target))
                found |= {n.id for n in names if isinstance(n, ast.Name)}
            case ast.AnnAssign(target=ast.Name(id=name)):
                found.add(name)
    return {name for name in found if not name.startswith("_")}


FAMILIES = {
    "": [family.__name__.rpartition(".")[2] for family in ops.FAMILIES],
    "fft": ["fft"],
    "linalg": ["decompositions", "linalg", "norms", "solving"],
    "special": ["special", *scipy_functions.FAMILIES],
}


@pytest.mark.parametrize("module", FAMILIES)
def test_type_checkers_see_exactly_the_public_functions(module):
    namespace = MODULES[f"tinygrad_np.{module}".strip(".")]
    stars = set()
    for node in ast.walk(ast.parse(Path(str(namespace.__file__)).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and [a.name for a in node.names] == ["*"]:
            stars.add(node.module.removeprefix("ops."))
    assert stars == set(FAMILIES[module])
    for family in FAMILIES[module]:
        seen = visible(PACKAGE / "ops" / f"{family}.py")
        astray = {name for name in seen if getattr(namespace, name, None) is None}
        assert not astray, f"{family}.py: put an underscore in front of {sorted(astray)}"
        contents = import_module(f"tinygrad_np.ops.{family}")
        assert all(getattr(namespace, name) is getattr(contents, name) for name in seen)
    listed = {name for name in namespace.__all__ if name in FUNCTIONS}
    assert listed <= {name for name in dir(namespace) if not name.startswith("_")}


# ------------------------------------------------------------------------ old names

PICKLES = {
    "tensor": (
        "fCQBT0RR910001t8FXoGd1rEAWM6J@E@f_KX>MgMbY*UHZ*r832XbX%b!lv5l#`Swj23QnZE$%mUt@1_"
        "WiD-XY;<X1a&lpLl#C2ta%E$0ZgX^Ubz^jtla!1FZgp*Nd6bL?Ze(F{a$$LtlaxyUg_J`9Vw8uJQj{o5"
        "0ZRgflxPNw1!Q!2aAlN}l#BvqIFyNqhm=y3C`$v30X&pWPEJby|Ns9=|NsC0O8|6~Vu?c#nwgoInVIQ7"
        "nwgoInVI=NlysD0h>QVulxPAdXa#5pO8|wGXbOjvQj{o50ZRgflxPx(Ll6J}0000006+i$000005I~f4"
        "lwyfaPIQz~lysC*lr8"
    ),
    "module": (
        "fCQB^1ONa40001t8FXoGd1rEAWM6J@E^clvV{dMBVQFq<a&wf73R7iqb!BdJX<=-Xlawielzo&aj0kjc"
        "VQFq@ZfBH;j0Rt8X>Me5lzo&ai~%r|j0SCQWOZz1l#Br}lxPWz0Wy?m33ZGHUv6P-Wn`3(l#B;oaB^j4"
        "X?T>30F;adUukq@ZF7`elqif9bZKsRXL4a=Uv6+NZf-7YVR>b8bCiq*OlfXqVRDp{lqrFfeUvC@1&C+{"
        "eUvDS26ts?XJ~Ykj0tdIa$#*{bY*gsj09q7VRMvd8Fgq3kCZ5A8fX}hXby}5FfNpg3u$g&W@TY?b#i5M"
        "luH7P3~zOGUuI=tbairNbCgQ~Xc&wcbZKsRXL4a=Uv6+NWo~C_Ze=cXWo~nCa+Hh*a%Ez5X>4Salawfo"
        "7H)NIaCt6YV{dY0E^T#ebZKF7a$$Ltj0|6LWn*t{b98cbV|0|0l#B&#b!~8Yl#B;%WMOi0VR@93luH1G"
        "ltTexl!ug3lqgF9O94v)hLmU}j0I$Ld2nTvla!1CW;m3Ih=-I?lqgFBi~&59PEJlr|NsC0O8@`=|4RUL"
        "lwyfP5F~NmNbkznKao4Lv?kW%zm#;8Vu*|gFfMmxX=iA3lumS%Qj};KXdx(QBxol~0ELujDTkC&lqgF9"
        "O96$HXfcUH2mk;8000000F-o;Vu*|eFfL+gVRMvDbd*w*bz*1|j099+ZfKN~lqrFfeUvC@1&C+{eUxYn"
        "kCbQ*i~=z(l#B;&aCB*JZgZ4<lyzcg5{w5#a&K^Nb##=IlqrFfeUvC@1&C+{eUxYnkCbQ*i~=$)l#Bsz"
        "lt(|{00000004{wa&Bjoj1+ElZE$%ma$#;{Z*4ALaA{*}Y-N;;5MN(sWo~71VRUbDUt@G{a+H&lXjF_8"
        "UteNrbYEv>Ze?;|bZ>HBV{~tFl#`T<6K-{FaCt6rVQyq^Z7yGMV`nxrl#B&XLq|3=l#`T&lv0#^lqif1"
        "Vrg_=XJu|>a$$6Da+Hh(P(w#HG?a`5b97;JWt4rCC}?4d5aVH$rng>L2`xpISv0kw8jJ&JZex^+5UF!`"
        "M7%SBSb`e&I@{WfL3NA@Xkl|-b!l#NGcuG*0E`HAX>N37XJvAfO8|9@8g6xMaCt6rVQyq^Z7yPIbYEv>"
        "Ze?;|bZ>H$j2mBHaCvxNb#8EJV{2?>UsGjeWK(5vb!Bd2Wt5YYXl9HIQ)OjjQ)O{=Wo~0-l#`T7BBJU8"
        "PKT6IlqgF8O8{sjXeUbmg_LM1hm=y3C`$oL1cj7nE{p<oG?a;mhm=y3C`$uqGEPoTO8@`=|4RS=|Nlz>"
        "bd+L=Ll6h+K>jv5Hcy=ZvQDRZn#h!NlwwN+DRh)#hLmE3lv0#+Vr7g0FqCK&i~%u}Xhe(wGL&ddbz&|"
    ),
    "optimizer": (
        "fCQCj0ssI20001t6?AECd1rEAWM6J@E^lyjX>BfZXJnL&15-ytl#`Sxfs}oeD2xnnVRB(@UuSY}b#QZ("
        "U6g&4D2xJZa+F6uxtW=nnVFi52yJg|Wo~qJZInkp?99x}%*@S<2ySI_bY*gHc9e;X40mN|XJ~X^WMyMv"
        "d6Y*0000000001t25@0=VQq7iU6hO&bZKsRXL4a=Uv6+NWo~C_Ze=cXWo~nCa+Hh*a%Ez5X>4Salawfo"
        "7H)NIaCt6YV{dY0E^T#ebZKF7a$$Ltj0|6LWn*t{b98cbV|0|0l#B&#b!~8Yl#B;%WMOi0VR@93luH1G"
        "ltTexl!ug3lqgF9O9F+IXcUYEWOR9OWt5YYi~?pjl!=Iklv0!^O9PAnJd{pOPD=m(|Nlz=|Ns9>0CbdM"
        "i9-;YnVFfHndv{8nVFfHnfX7Ibd+L<i~)C)Xb>o96KEDo0ELuj7>ATnlqgF9O9F+IXdsD05C8xG00000"
        "KmY&$0000GK$LWpVu?;pbd*w*bd*w*VRd1Q248b*Z*+5%U6fsvj2m=mZh2>NVPs!!a4v6fbZKoaZ*X*J"
        "ZE1RCa+Hh&Q*3W^l#`Sxfs{^tlqie|aA9&`ZDn+2a+GK<j0baLa$$61Xq0FZXckKVg_LL*hm=y3C`$oL"
        "0)>=lAc;c|nwgoInVHEynwgoInVH!?lysD0j0JOaVRU7beUyv{c4cgDV`+4GlxP!Z7E1tylxP@-lv0!^"
        "O94v)g_LL@i9-+o00000002M$0000001!Zwbd+Lqj0JOaWpHzpO96F;lwx6Fbz&|"
    ),
    "function": ("fCQBo000000001t3v_92d1rEAWM6J@l#B#)VQy%Ylaww"),
    "of_linalg": ("fCQBu000000001t3v_92d1rEAWM6J@l#B{&X>MU`XD(@Oc9fHpE&"),
    "composed": ("fCQB&000000001t8+2)Id1rEAWM6J@E^lyiE@f<GZDnqBcWHBFl#B#pY-w<mlaww"),
    "error": ("fCQB^000000001t8FXoGd1rEAWM6J@E@f_KX>MgMWpZ+Fa&wf73R7rdaAieua&K~!la!1BVU&fGQj{("),
    "loss": (
        "fCQCq000000001t6?AECd1rEAWM6J@E^clvY;SXOWpk8_2TfB&OmA~@l#`Sxfs}oeD2xbna$#w1X>Mnf"
        "h>QkbYiVv|bCi9Qj0RtBVQpn(l#i5*2VZb<WoBu3l#BqBj0tjOWOZY7X>V?nj0A0EVQ!RlVlD"
    ),
}
"""Pickles written by version 0.1.0, when classes had the names of their defining modules."""


def test_pickles_with_old_paths_stay_readable():
    read = {name: pickle.loads(base64.b85decode(text)) for name, text in PICKLES.items()}
    assert read["tensor"].tolist() == [0.8, 1.6]
    assert read["tensor"].grad.tolist() == [2.0, 4.0]
    assert read["function"] is tg.tanh
    assert read["of_linalg"] is tg.linalg.inv
    assert read["composed"] is tg.clip
    assert isinstance(read["error"], tg.ShapeError)
    assert isinstance(read["loss"], tg.nn.MSELoss)
    model, optimizer = read["module"], read["optimizer"]
    assert [type(layer) for layer in model] == [tg.nn.Linear, tg.nn.Tanh, tg.nn.Dropout]
    (parameter,) = optimizer.param_groups[0]["params"]
    (parameter * 2.0).sum().backward()
    optimizer.step()  # with the pickled velocity
    gradient = np.array([2.0, 4.0]) + 2.0  # the pickled one, and the new one
    velocity = 0.9 * np.array([2.0, 4.0]) + gradient
    np.testing.assert_allclose(parameter.data, np.array([0.8, 1.6]) - 0.1 * velocity)


@pytest.mark.parametrize("thing", [tg.linalg.inv, tg.clip, tg.tanh, tg.abs, tg.nn.functional.relu])
def test_public_functions_are_pickled_by_their_names(thing):
    assert pickle.loads(pickle.dumps(thing)) is thing


@pytest.mark.parametrize(
    ("module", "new"), [("testing", "ElementFinding"), ("explain", "NonFiniteFinding")]
)
def test_an_old_name_works_and_warns_with_the_new_one(module, new):
    namespace = MODULES[f"tinygrad_np.{module}"]
    with pytest.warns(DeprecationWarning, match=f"{module}.Finding is called {new} now"):
        assert namespace.Finding is getattr(namespace, new)
    with pytest.raises(AttributeError, match=f"{module}' has no attribute 'Fnding'"):
        namespace.Fnding  # noqa: B018  # to see it fail


OLD = {
    *("largest_of", "smallest_of", "largest_present", "smallest_present", "place_of_largest"),
    *("pile", "average_of_all", "running_sum", "running_product", "in_rows"),
    *("pulled_back", "pushed", "pushes", "pulled", "sweep", "sweeps", "Sweep", "push", "Mapped"),
    *("alike", "star", "fit", "lift", "spent", "map_tree", "leaves_of"),
    *("batching_linalg", "_data", "_settle", "_own", "_rebind", "RECORDING", "composed_in"),
    *("name_of", "complex_parameters"),
}
"""Names that were replaced by the field's terms."""

OLD_FILES = {
    *("engine/makers.py", "engine/mapped.py", "engine/notes.py", "engine/sweeps.py"),
    *("nn/layers.py", "ops/batching_linalg.py", "ops/missing.py", "viz/export.py"),
}
"""Files of the package that were renamed, split or moved."""


def names_in(path):
    """Yield every definition, import and attribute of a file, with its line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name, node.lineno
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                for alias in names:
                    yield alias.name.rpartition(".")[2], node.lineno
            case ast.Attribute(attr=name):
                yield name, node.lineno


def test_no_old_names_are_left():
    files = [*PACKAGE.rglob("*.py"), *(ROOT / "tests").rglob("*.py")]
    found = [
        f"{path.name}:{line}: {name}"
        for path in files
        for name, line in names_in(path)
        if name in OLD
    ]
    assert not found, "\n".join(found)
    assert not [name for name in OLD_FILES if (PACKAGE / name).exists()]
