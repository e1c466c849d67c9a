"""Every public function of scipy.special is supported, refused, or takes no Tensor."""

import inspect
import re
import subprocess
import sys

import numpy as np
import pytest

import tinygrad_np as tg
from tinygrad_np.engine.op import FUNCTIONS, OPS

special = pytest.importorskip("scipy.special")

NOT_OF_ARRAYS = {"errstate", "geterr", "seterr"}
CONSTANT = {"gammasgn", "round"}
PUBLIC = [
    name
    for name in special.__all__
    if callable(getattr(special, name))
    and not inspect.isclass(getattr(special, name))
    and name not in NOT_OF_ARRAYS
]
DIFFERENTIABLE = {name for name in PUBLIC if hasattr(tg.special, name)} - CONSTANT


def is_ufunc(name):
    return isinstance(getattr(special, name), np.ufunc)


def arrays_of(answer):
    return answer if isinstance(answer, tuple) else (answer,)


def arguments(function, number):
    """Return `number` for each argument of a ufunc, or 1 where it requires an integer."""
    whole = next((kinds for kinds in function.types if "l" in kinds), "d" * function.nin)
    return [1 if kind == "l" else number for kind in whole[: function.nin]]


@pytest.mark.parametrize("name", list(filter(is_ufunc, PUBLIC)))
def test_a_ufunc_is_supported_or_refused_by_name(name):
    function = getattr(special, name)
    numbers = arguments(function, tg.tensor([0.25, 0.75], requires_grad=True))
    known = {"jn", "yn", "kn", "round"} | set(tg.special.__all__)
    if name not in known:
        with pytest.raises(tg.UnsupportedError, match=rf"^scipy\.special\.{name}: not supported"):
            function(*numbers)
        return
    with np.errstate(all="ignore"):
        answers = arrays_of(function(*numbers))
    assert all(isinstance(answer, tg.Tensor) for answer in answers)
    assert all(answer.requires_grad == (name not in CONSTANT) for answer in answers)


@pytest.mark.parametrize("name", [n for n in PUBLIC if not is_ufunc(n)])
def test_other_functions_do_not_drop_the_graph_silently(name):
    """Each is called with tracked Tensors as all arguments, for several numbers of them."""
    function = getattr(special, name)
    t = tg.tensor([0.25, 0.75], requires_grad=True)
    outcomes = 0
    for count in (1, 2, 3, 4, 5):
        try:
            answers = arrays_of(function(*[t] * count))
        except (TypeError, ValueError, tg.TinygradError):
            outcomes += 1  # refused by either library, or a wrong number of arguments
        else:
            assert all(isinstance(answer, tg.Tensor) and answer.requires_grad for answer in answers)
    assert outcomes


@pytest.mark.parametrize("name", [n for n in sorted(DIFFERENTIABLE) if is_ufunc(n)])
def test_an_argument_has_a_gradient_or_is_refused_by_name(name):
    ours, theirs = getattr(tg.special, name), getattr(special, name)
    call = next(iter(getattr(ours, "parts", {"": ours}).values()))
    op = call.op
    start = [x if type(x) is int else x + 0.05 * i for i, x in enumerate(arguments(theirs, 0.4))]
    gradients = 0
    for place, number in enumerate(start):
        if type(number) is int and name.startswith(("eval_hermite", "bdtr")):
            continue  # the argument must be an integer
        numbers = list(start)
        numbers[place] = x = tg.tensor(float(number), requires_grad=True)
        text = ""
        with np.errstate(all="ignore"):
            out = op.call(*numbers)
            try:
                out.gradient(x, gradient=np.ones((), out.dtype))
            except tg.UnsupportedError as refusal:
                text = str(refusal)
        refused = re.match(r"special\.(\w+): there is no gradient for .*finite-difference", text)
        assert not text or refused
        assert not refused or refused[1] == op_name(name)
        gradients += not text
    assert gradients


def op_name(name):
    return "digamma" if name == "psi" else name


def test_number_of_functions():
    """The numbers are lower bounds: SciPy may grow."""
    assert len(DIFFERENTIABLE) >= 180
    assert sum(name.startswith("special.") for name in FUNCTIONS) >= 170
    assert all(OPS[name].call.__doc__ for name in OPS if name.startswith("special."))


def test_a_refusal_suggests_finite_differences():
    t = tg.tensor([0.25], requires_grad=True)
    with pytest.raises(TypeError, match=r"scipy\.special\.mathieu_a: not supported.*tg\.op"):
        special.mathieu_a(1, t)
    slope = tg.op(lambda q: special.mathieu_a(1, q), gradient="finite-difference")
    sides = [special.mathieu_a(1, q) for q in (0.25 + 1e-5, 0.25 - 1e-5)]
    found = slope(t).gradient(t)[0].item()
    assert found == pytest.approx((sides[0] - sides[1]) / 2e-5, rel=1e-6)


def complex_loops():
    for name in tg.special.__all__:
        theirs = getattr(special, name)
        if is_ufunc(name) and any(t.partition("->")[0][-1] == "D" for t in theirs.types):
            yield from (pytest.param(name, i, id=f"{name} {i}") for i in range(theirs.nout))


@pytest.mark.parametrize(("name", "place"), list(complex_loops()))
def test_gradients_in_complex_numbers(name, place):
    """Gradients are the conjugate of the derivative, or refused."""
    ours, theirs = getattr(tg.special, name), getattr(special, name)
    parameters = [1.5, 2.0, 2.5][: theirs.nin - 1]
    z, step = np.array([0.7 + 0.4j, 1.2 - 0.8j]), 1e-6
    x = tg.tensor(z, requires_grad=True)
    out = tg.real(arrays_of(ours(*parameters, x))[place]).sum()
    if name in ("airye", "digamma", "psi", "ive", "jve", "yve"):
        with pytest.raises(TypeError, match=r"complex numbers|real numbers only"):
            out.gradient(x)
        return
    sides = [arrays_of(theirs(*parameters, z + h))[place] for h in (step, -step)]
    slope = (sides[0] - sides[1]) / (2 * step)
    np.testing.assert_allclose(out.gradient(x)[0].data, slope.conj(), rtol=1e-6)


def test_where_a_formula_would_be_0_over_0():
    """Slopes at and near a parameter, an angle or a distance of 0."""
    tg_slope = lambda f, at: tg.grad(f)(at).item()  # noqa: E731  # a formula
    eighth = np.pi / 8
    for at in (0.0, 1e-9):
        assert tg_slope(tg.special.ellipk, at) == pytest.approx(eighth)
        assert tg_slope(tg.special.ellipe, at) == pytest.approx(-eighth)
        assert tg_slope(lambda p: tg.special.ellipkm1(1.0 - p), at) == pytest.approx(eighth)
        assert tg_slope(lambda m: tg.special.ellipkinc(1.0, m), at) == pytest.approx(
            (2 - np.sin(2)) / 8
        )
        assert tg_slope(lambda x: tg.special.spence(1.0 + x), at) == pytest.approx(-1.0)
        assert tg_slope(tg.special.exprel, at) == pytest.approx(0.5)
        assert tg_slope(lambda p: tg.special.boxcox(3.0, p), at) == pytest.approx(
            np.log(3) ** 2 / 2
        )
        assert tg_slope(tg.special.beip, at) == pytest.approx(0.5)
        assert tg_slope(lambda x: tg.special.spherical_jn(1, x), at) == pytest.approx(1 / 3)
        assert tg_slope(lambda x: tg.special.shichi(x)[0], at) == pytest.approx(1.0)
    assert tg_slope(lambda x: tg.special.ellipkm1(x), 1e-20) == pytest.approx(-0.5e20)
    with pytest.raises(tg.DegenerateError, match=r"special\.elliprd"):
        tg.grad(tg.grad(lambda m: tg.special.ellipkinc(1.0, m)))(0.0)


def test_the_families_are_loaded_on_demand():
    code = (
        "import sys, tinygrad_np as tg; tg.erf(1.0); tg.gelu(1.0);"
        "from tinygrad_np.ops.scipy_functions import FAMILIES as names;"
        "print([n for n in names if f'tinygrad_np.ops.{n}' in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
