"""A failure names the op at fault, where it was called, the element, and what went wrong."""

import numpy as np
import pytest

import tinygrad_np as tg
from tinygrad_np.engine.op import OPS, Rule
from tinygrad_np.testing import gradcheck, gradcheck_module


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def model(x, w1, b1, w2, b2, scale):
    """A network of many ops; a wrong rule deep inside must be found."""
    h = np.tanh(x @ w1 + b1)
    h = tg.softmax(h * scale, axis=-1)
    h = np.concatenate([h, np.sqrt(h + 1.0)], axis=1)
    y = tg.sigmoid(h @ w2 + b2)
    return -np.log(y[:, 0] * 0.9 + 0.05).mean() + np.exp(-w1).sum() * 0.01 + np.var(w2)


INPUTS = (normal(5, 3), normal(3, 4, seed=1), normal(4), normal(8, 4, seed=2), normal(4), normal())


def at(place, change):
    def bend(c):
        c = np.array(c)
        c[place] = change(c[place])
        return c

    return bend


# Ten planted bugs: op, input, the change to the rule's result, and words of the pattern.
BUGS = {
    "sign": ("tanh", "x", lambda c: -c, "sign is flipped"),
    "half": ("sigmoid", "x", lambda c: 0.5 * c, "1/2 times"),
    "doubled": ("exp", "x", lambda c: 2.0 * c, "2 times"),
    "zero": ("sqrt", "x", lambda c: 0.0 * c, "zero everywhere"),
    "a little": ("log", "x", lambda c: 1.001 * c, "1.001 times"),
    "one element": ("softmax", "x", at((2, 1), lambda c: 0.0), "zero at 1 of 20"),
    "another element": ("tanh", "x", at((4, 3), lambda c: 3.0 * c), "wrong at 1 of 20"),
    "transposed": ("matmul", "y", lambda c: c.T if c.shape == (4, 4) else c[::-1], ""),
    "a mean": ("mean", "x", lambda c: c / 5.0, "1/5"),
    "an index": ("getitem", "x", lambda c: np.roll(c, 1, axis=1), ""),
}


@pytest.mark.parametrize("bug", BUGS)
def test_a_wrong_rule_deep_inside_is_named(bug, monkeypatch):
    name, argument, bend, pattern = BUGS[bug]
    rule = OPS[name].rules[argument]
    right = rule.apply

    def bent(*args):
        c = right(*args)
        return bend(c) if isinstance(c, np.ndarray) else c

    monkeypatch.setattr(rule, "apply", bent)
    report = gradcheck(model, *INPUTS, raise_=False)
    assert not report
    blame = report.blame
    assert blame.op == name
    assert f"{__file__}:" in blame.line
    assert f"at fault: {name}, called at" in str(report)
    assert pattern in blame.pattern
    worst = blame.findings[0]
    assert worst.input == argument
    assert worst.index is not None
    if "element" in bug:
        assert [f.index for f in blame.findings] == [(2, 1) if bug == "one element" else (4, 3)]


def test_the_line_is_the_users_and_the_failure_is_reproducible():
    wrong = tg.op(lambda x: x * x, x=lambda g, x: -g * 2.0 * x, name="wrong")
    report = gradcheck(lambda x: np.sin(wrong(x)) + x, np.array([1.0, 2.0]), raise_=False)
    assert "called at" in str(report)
    assert "np.sin(wrong(x)) + x" in str(report)
    line = report.blame.reproduce[:-1] + ", raise_=False)"
    again = eval(line, {"gradcheck": gradcheck, "np": np, "wrong": wrong})
    assert not again
    assert [f.index for f in again.failures] == [f.index for f in report.blame.findings]


def test_a_missing_sum_is_recognised():
    add = tg.op(
        lambda x, bias: x + bias,
        x=lambda g: g,
        bias=lambda g: g[0],
        name="add_bias",
    )
    report = gradcheck(lambda x, b: np.tanh(add(x, b)), normal(4, 3), normal(3), raise_=False)
    assert report.blame.op == "add_bias"
    assert "sum over axis 0 of the result is missing: only its first slice" in report.blame.pattern


def test_a_transposed_gradient_is_recognised():
    f = tg.op(lambda x: np.sin(x), x=lambda g, x: (g * np.cos(x)).T, name="f")
    report = gradcheck(f, normal(3, 3), raise_=False)
    assert report.blame.pattern == "it is transposed"


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x * x.detach(),
        lambda x: x * np.tanh(x.data),
        lambda x: x * float(x.sum()),
        lambda x: x * tg.tensor(x.tolist()),
    ],
    ids=["detach", "data", "float", "tolist"],
)
def test_a_cut_path_is_named(f):
    report = gradcheck(f, normal(3), raise_=False)
    assert report.blame.op is None
    assert report.blame.pattern == "cut path"
    assert "operand y of multiply, called at" in str(report)
    assert "detach(), .data, float()" in str(report)


def test_control_flow_on_values_is_named():
    def f(x):
        return (x * 2.0 if x.sum().item() > 0 else np.sin(x)).detach() * x

    report = gradcheck(f, np.array([1e-4, -1e-4 + 1e-9]), raise_=False)
    assert report.blame.op is None


@pytest.mark.parametrize(
    ("f", "x", "words"),
    [
        (lambda x: np.log(x - 1.0).sum(), [2.0, 0.5], r"log, .*\n.*nan at \[1\], from x = -0"),
        (lambda x: (1.0 / x).sum(), [2.0, 0.0], r"divide, .*\n.*inf at \[1\], from x = 1.*y = 0"),
        (lambda x: np.sqrt(x * 0.0).sum(), [2.0], r"gradient of sqrt, .*\n.*rule for x gives"),
    ],
)
def test_the_origin_of_a_nan_is_named(f, x, words):
    with pytest.raises(AssertionError, match=f"at fault: (the )?{words}"):
        gradcheck(f, np.array(x))


def test_a_module_names_the_op_too():
    wrong = tg.op(lambda x: np.tanh(x), x=lambda g, out: g * (1.0 - out), name="wrong_tanh")

    class Net(tg.nn.Module):
        def __init__(self):
            self.inner = tg.nn.Linear(2, 3)

        def forward(self, x):
            return wrong(self.inner(x))

    report = gradcheck_module(Net(), normal(4, 2), raise_=False)
    assert report.blame.op == "wrong_tanh"
    assert "return wrong(self.inner(x))" in str(report)


def test_the_second_order_is_blamed_on_its_op():
    def rule(g, x):
        return g * np.cos(x.detach() if isinstance(x, tg.Tensor) else x)

    wrong = tg.op(lambda x: np.sin(x), x=rule, name="wrong_sin")
    report = gradcheck(lambda x: wrong(x * 2.0) * x, normal(3), order=2, raise_=False)
    assert report.blame.op == "wrong_sin"
    assert "order=2" in report.blame.reproduce
    assert {finding.order for finding in report.failures} == {2}


def test_a_corrected_rule_is_not_blamed():
    assert isinstance(OPS["tanh"].rules["x"], Rule)
    assert gradcheck(model, *INPUTS).blame is None
