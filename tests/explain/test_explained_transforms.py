"""`debug` and `explain_nan` in forward mode, second order, batches and checkpoints."""

import inspect

import numpy as np
import pytest

import tinygrad_np as tg
from tinygrad_np.engine.tape import Call, Step
from tinygrad_np.explain.steps import bad_forward_step
from tinygrad_np.viz.picture import picture

ONES = np.ones(2)


def refuse(g):
    """Raise, as the rule of an op."""
    raise ZeroDivisionError("my rule")


def twice(rule, **kind):
    """Return the op 2x, with the given rule."""
    return tg.op(lambda x: x * 2.0, x=rule, name="doubled", **kind)


broken = twice(refuse)
broken_elementwise = twice(refuse, kind="elementwise")
refused = tg.op(lambda x: x * 1.0, x=refuse, name="inner")
broken_again = twice(lambda g: 2.0 * (refused(g) if isinstance(g, tg.Tensor) else g))


def line_of(f):
    """Return the location of a function's last line, as shown in notes."""
    lines, start = inspect.getsourcelines(f)
    return f"{__file__}:{start + len(lines) - 1} in {f.__name__}: {lines[-1].strip()}"


def loss(x, op):
    y = np.sin(x)
    return (op(y) * np.cos(x)).sum()


def of(op):
    return lambda x: loss(x, op)


FIRST_ORDER = {
    "backward": lambda f: tg.grad(f)(ONES),
    "jvp": lambda f: tg.jvp(f, (ONES,), (ONES,)),
    "jvp that is recorded": lambda f: tg.grad(lambda x: tg.jvp(f, (x,), (ONES,))[1])(ONES),
    "jacobian, reverse": lambda f: tg.jacobian(lambda x: f(x) * x, mode="reverse")(ONES),
    "jacobian, forward": lambda f: tg.jacobian(f, mode="forward")(ONES),
    "hessian": lambda f: tg.hessian(f)(ONES),
    "hvp": lambda f: tg.hvp(f)(ONES, ONES),
    "vmap of grad": lambda f: tg.vmap(tg.grad(f))(np.ones((3, 2))),
    "vmap of jvp": lambda f: tg.vmap(lambda x: tg.jvp(f, (x,), (x,))[1])(np.ones((3, 2))),
    "checkpoint": lambda f: tg.grad(tg.checkpoint(f))(ONES),
    "jvp of checkpoint": lambda f: tg.jvp(tg.checkpoint(f), (ONES,), (ONES,)),
}


@pytest.mark.parametrize("op", [broken, broken_elementwise], ids=["general", "elementwise"])
@pytest.mark.parametrize("way", FIRST_ORDER)
def test_an_error_in_a_rule_has_the_forward_line_and_a_picture(way, op):
    with tg.debug() as debugging, pytest.raises(ZeroDivisionError, match="my rule") as caught:
        FIRST_ORDER[way](of(op))
    notes = "\n".join(caught.value.__notes__)
    assert f"of doubled, which was called at {line_of(loss)}" in notes
    assert debugging.failed.op.name == "doubled"
    assert [b.op for b in picture(debugging).boxes if b.mark == "failed"] == ["doubled"]
    assert ("in the jvp of" in notes) == ("jvp" in way or "forward" in way)


SECOND_ORDER = {
    "grad of grad": lambda f: tg.grad(lambda x: tg.grad(f)(x).sum())(ONES),
    "hvp": lambda f: tg.hvp(f)(ONES, ONES),
    "hessian": lambda f: tg.hessian(f)(ONES),
    "jvp of grad": lambda f: tg.jvp(tg.grad(f), (ONES,), (ONES,)),
    "grad of jvp": lambda f: tg.grad(lambda x: tg.jvp(f, (x,), (ONES,))[1])(ONES),
}


@pytest.mark.parametrize("way", SECOND_ORDER)
def test_an_error_in_the_second_order_has_the_forward_line(way):
    with tg.debug() as debugging, pytest.raises(ZeroDivisionError) as caught:
        SECOND_ORDER[way](of(broken_again))
    assert line_of(loss) in "\n".join(caught.value.__notes__)
    assert [b.mark for b in picture(debugging).boxes].count("failed") == 1


def test_calls_inside_a_rule_have_the_line_of_its_op():
    with tg.record() as tape:
        tg.hvp(of(np.exp))(ONES, ONES)
    inside = [call for call in tape.calls if call.within is not None]
    assert {call.line.function for call in inside} == {"loss"}
    assert {call.within.op.name for call in inside} >= {"sin", "exp", "sum"}
    assert all(call.within is None for call in tape.calls[:5])


def test_an_op_that_raises_under_vmap_has_its_line():
    def f(x):
        return np.exp(x) @ np.ones(3)

    with tg.debug() as debugging, pytest.raises(tg.ShapeError) as caught:
        tg.vmap(f)(np.ones((4, 2)))
    assert caught.value.__notes__ == [f"matmul was called at {line_of(f)}"]
    assert isinstance(debugging.failed, Call)


def test_an_error_in_a_recomputed_checkpoint_has_its_line():
    sizes = [2]

    def f(x):
        return np.exp(x) @ np.ones(sizes[-1])

    x = tg.tensor(ONES, requires_grad=True)
    with tg.debug():
        y = tg.checkpoint(f)(x)
        sizes[-1] = 3
        with pytest.raises(tg.ShapeError) as caught:
            y.backward()
    assert f"matmul was called at {line_of(f)}" in caught.value.__notes__


# ------------------------------------------------------------------------- values


pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


def root(x):
    y = x - 1.0
    return np.sqrt(y)


X = np.array([5.0, 1.0])


@pytest.mark.parametrize(
    "run",
    [
        lambda x: tg.jvp(root, (x,), (ONES,))[1],
        lambda x: tg.jacobian(root, mode="forward")(x),
        lambda x: tg.vmap(lambda x: tg.jvp(root, (x,), (1.0,))[1])(x),
        lambda x: tg.jvp(tg.checkpoint(root), (x,), (ONES,))[1],
    ],
)
def test_a_tangent_that_becomes_bad_is_explained(run):
    with tg.debug() as debugging, pytest.raises(tg.NonFiniteError) as caught:
        run(X)
    finding = caught.value.finding
    assert (finding.phase, finding.op, finding.cause.name) == ("forward mode", "sqrt", "root of 0")
    assert finding.indices[0][-1] == 1
    assert finding.operands["x"][0] == finding.operands["out"][0] == 0.0
    assert finding.operands["t"][0] in (0.0, 1.0)
    assert finding.line.text == "return np.sqrt(y)"
    assert isinstance(debugging.failed, Step)
    (box,) = [b for b in picture(debugging).boxes if b.mark == "failed"]
    assert (box.op, box.notes) == ("sqrt", ("bad tangent from x",))


@pytest.mark.parametrize("recorded", [True, False])
def test_explain_nan_finds_a_bad_tangent(recorded):
    def f(x):
        x = x if recorded else x.detach()
        return tg.jvp(root, (x,), (ONES,))[1] * 2.0

    explanation = tg.explain_nan(f, X)
    assert explanation.forward.phase == "forward mode"
    assert (explanation.cause, explanation.forward.indices) == ("root of 0", ((1,),))
    assert explanation.forward.line.function == "root"
    assert "the tangent of sqrt, from that of its input x, first becomes Inf" in str(explanation)


def test_results_tainted_by_a_bad_tangent_are_listed():
    with tg.debug(check_nan=False) as debugging:
        tg.jvp(lambda x: np.exp(root(x)) + x, (X,), (ONES,))
    finding = bad_forward_step(debugging.tape, 1)
    assert (finding.op, [call.op.name for call in finding.tainted]) == ("sqrt", ["exp", "add"])


def test_a_bad_tangent_of_a_general_op_has_no_operands():
    @tg.op(x=lambda g, x: (g / x).sum() * np.ones(2))
    def total(x):
        return x.sum()

    with tg.debug(), pytest.raises(tg.NonFiniteError) as caught:
        tg.jvp(total, (np.array([1.0, 0.0]),), (ONES,))
    assert (caught.value.finding.op, caught.value.finding.operands) == ("total", {})


@pytest.mark.parametrize("recorded", [True, False])
def test_explain_nan_finds_a_bad_gradient_inside_the_function(recorded):
    def f(x):
        return tg.grad(lambda x: root(x).sum())(x if recorded else x.detach())

    explanation = tg.explain_nan(f, X)
    assert (explanation.forward.phase, explanation.forward.op) == ("backward", "sqrt")
    assert explanation.forward.line.function == "root"


def test_a_tangent_of_0_at_an_infinite_slope():
    explanation = tg.explain_nan(lambda x: tg.jvp(root, (x,), (np.zeros(2),))[1], X)
    assert explanation.cause == "root of 0"
    assert "the slope of sqrt at 0 is infinite, and 0 times that is NaN" in str(explanation)


@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_debug_names_the_row_of_a_jacobian_with_the_infinite_slope(mode):
    with tg.debug(), pytest.raises(tg.NonFiniteError, match="the slope of sqrt at 0") as caught:
        tg.jacobian(root, mode=mode)(np.array([5.0, 1.0])[::-1])
    assert caught.value.finding.indices == ((0,),)


@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_explain_nan_names_the_row_of_a_jacobian(mode):
    explanation = tg.explain_nan(lambda x: tg.jacobian(root, mode=mode)(x), X)
    assert explanation.cause == "root of 0"
    assert (explanation.forward.bad, explanation.forward.indices) == ("Inf", ((1,),))


@pytest.mark.parametrize("f", [lambda x: tg.linalg.norm(x * 0.0), lambda x: tg.softmax(x).sum()])
def test_a_rule_applied_to_zeros_for_transposition_raises_no_alarm(f):
    """To transpose a general rule, it is applied to zeros; the values of that do not matter."""
    with tg.debug() as debugging:
        tg.jvp(f, (X,), (ONES,))
        tg.grad(lambda x: tg.jvp(lambda x: f(x + 1.0), (x,), (ONES,))[1])(X)
    assert debugging.failed is None


def test_only_the_result_of_a_rule_is_checked():
    def rule(g, x):
        return np.where(x > 0, g / np.sqrt(x), 0.0)

    ramp = tg.op(lambda x: 2.0 * np.sqrt(np.maximum(x, 0.0)), x=rule, name="ramp")
    x = tg.tensor([4.0, 0.0], requires_grad=True)
    with tg.debug():
        (dx,) = ramp(x).sum().gradient(x, create_graph=True)
    assert dx.tolist() == [0.5, 0.0]


# -------------------------------------------------------------------------- guards


def test_an_array_modified_before_a_forward_pass_is_caught():
    a = np.array([3.0, 4.0])

    def f(x):
        y = x * a
        a[0] = 0.0
        return y

    with tg.debug(), pytest.raises(tg.GraphError, match="forward mode: operand y of multiply"):
        tg.jvp(f, (ONES,), (ONES,))


# --------------------------------------------------------------------------- tapes


def test_a_forward_pass_is_on_the_tape():
    with tg.record() as tape:
        tg.jvp(lambda x: tg.softmax(np.sin(x)), (ONES,), (X,))
    assert [call.op.name for call in tape.calls] == ["sin", "softmax"]
    assert [step.node.op.name for step in tape.forward_steps] == ["sin", "softmax"]
    contribution = tape.forward_steps[0].contribution
    assert contribution is not None
    np.testing.assert_allclose(contribution, np.cos(1.0) * X)
    assert (tape.steps, tape.starts, tape.under_way) == ([], [2], [])


def test_the_rows_of_a_jacobian_are_on_the_tape_as_a_batch():
    with tg.record() as tape:
        found = tg.jacobian(np.tanh)(X)
    assert [step.contribution.shape for step in tape.steps] == [(2, 2)]
    np.testing.assert_array_equal(tape.steps[0].contribution, found.data)


def test_derivatives_are_the_same_while_recorded():
    for way in [*FIRST_ORDER.values(), *SECOND_ORDER.values()]:
        plain = way(of(np.tanh))
        with tg.record():
            recorded = way(of(np.tanh))
        for a, b in zip(*(x if isinstance(x, tuple) else (x,) for x in (plain, recorded)),
                        strict=True):  # fmt: skip
            np.testing.assert_array_equal(a.data, b.data)
