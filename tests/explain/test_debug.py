"""`debug` adds lines to errors, guards captured arrays and checks values."""

import gc
import inspect
import subprocess
import sys
import weakref

import numpy as np
import pytest

import tinygrad_np as tg
from tinygrad_np.engine import hooks
from tinygrad_np.engine.tape import Call, Step


def notes(error):
    return "\n".join(getattr(error, "__notes__", ()))


def line_of(mark):
    """Return the location of the line in this file that ends with a mark."""
    lines, start = inspect.getsourcelines(inspect.currentframe().f_back.f_code)
    (number,) = [start + i for i, line in enumerate(lines) if line.rstrip().endswith(f"# {mark}")]
    return f"{__file__}:{number} "


@pytest.fixture
def x():
    return tg.tensor([1.0, 2.0], requires_grad=True, name="x")


@pytest.fixture
def broken():
    """Return an op whose rule raises."""

    def rule(g):
        raise ZeroDivisionError("my rule")

    return tg.op(lambda x: x * 1.0, x=rule, name="broken")


# -------------------------------------------------------------------------- lines


def test_a_forward_error_has_its_line(x):
    with tg.debug() as debugging:
        h = np.exp(x)
        with pytest.raises(tg.ShapeError, match="inner sizes") as caught:
            h @ np.ones(3)  # here
    assert f"matmul was called at {line_of('here')}" in notes(caught.value)
    assert "h @ np.ones(3)" in notes(caught.value)
    assert isinstance(debugging.failed, Call)
    assert debugging.failed.op.name == "matmul"
    assert debugging.failed.error is caught.value
    assert [call.op.name for call in debugging.tape.calls] == ["exp", "matmul"]
    assert debugging.failed.nodes[0] is debugging.tape.calls[0].node


def test_a_refused_operand_has_its_line(x):
    with pytest.raises(tg.DTypeError) as caught, tg.debug():
        np.add(x, None)  # type: ignore[call-overload]  # here
    assert f"add was called at {line_of('here')}" in notes(caught.value)


def test_an_error_in_a_rule_has_the_forward_line(x, broken):
    with tg.debug() as debugging:
        y = broken(x)  # here
        loss = (y * 2.0).sum()
        with pytest.raises(ZeroDivisionError) as caught:
            loss.backward()
    assert str(caught.value) == "my rule"
    assert f"in the backward of broken, which was called at {line_of('here')}" in notes(
        caught.value
    )
    assert debugging.failed is y.node is not None
    assert debugging.tape.call_of(y.node).op.name == "broken"  # type: ignore[arg-type]
    assert len(debugging.tape.steps) == 2


def test_a_rule_of_the_wrong_shape_has_the_forward_line(x):
    wrong = tg.op(lambda x: x * 1.0, x=lambda g: g[:1], name="wrong")
    with pytest.raises(tg.ShapeError, match="its rule for x returned") as caught, tg.debug():
        wrong(x).sum().backward()  # here
    assert line_of("here") in notes(caught.value)


def test_an_error_in_a_second_derivative_has_the_forward_line(x, broken):
    with tg.debug():
        y = broken(x).sum()  # here
        with pytest.raises(ZeroDivisionError) as caught:
            y.gradient(x, create_graph=True)
    assert line_of("here") in notes(caught.value)


def test_lines_of_graphs_from_before_the_last_backward_are_known(x, broken):
    with tg.debug():
        y = broken(x)  # here
        (x * 2.0).sum().backward()
        loss = y.sum()
        with pytest.raises(ZeroDivisionError) as caught:
            loss.backward()
    assert line_of("here") in notes(caught.value)


def test_without_debug_no_note_is_added(x, broken):
    with pytest.raises(ZeroDivisionError) as caught:
        broken(x).sum().backward()
    assert notes(caught.value) == ""


# ------------------------------------------------------------------------- guards


def test_a_write_to_a_captured_array_is_caught(x):
    a = np.array([3.0, 4.0])
    with tg.debug() as debugging:
        y = x * a  # here
        a += 1.0
        loss = y.sum()
        with pytest.raises(tg.GraphError, match="operand y of multiply") as caught:
            loss.backward()
    assert "was written to after multiply captured it" in str(caught.value)
    assert line_of("here") in notes(caught.value)
    assert debugging.failed.op.name == "multiply"
    assert x.grad is None


@pytest.mark.parametrize(
    "write",
    [
        lambda base: base.__setitem__(3, 9.0),
        lambda base: base.reshape(2, 2).T.__setitem__((1, 1), 9.0),
        lambda base: np.copyto(base[2:], -1.0),
        lambda base: memoryview(base).__setitem__(2, 9.0),  # type: ignore[call-overload]
    ],
)
def test_a_write_through_another_view_is_caught(x, write):
    base = np.arange(4.0)
    with tg.debug():
        loss = (base[2:] * x).sum()
        write(base)
        with pytest.raises(tg.GraphError, match="operand x of multiply"):
            loss.backward()


def test_a_shared_tensor_and_an_index_are_guarded(x):
    a, i = np.array([3.0, 4.0]), np.array([0, 1])
    with tg.debug():
        loss = (tg.asarray(a) * x).sum()
        a[1] = 0.0
        with pytest.raises(tg.GraphError, match="operand x of multiply"):
            loss.backward()
        loss = x[i].sum()
        i[1] = 0
        with pytest.raises(tg.GraphError, match=r"operand arrays\[0\] of getitem"):
            loss.backward()


def test_a_second_backward_pass_is_guarded_too(x):
    a = np.array([3.0, 4.0])
    with tg.debug():
        loss = (x * a).sum()
        loss.backward(retain_graph=True)
        np.exp(x)
        a[0] = 0.0
        with pytest.raises(tg.GraphError, match="operand y of multiply"):
            loss.backward()
    np.testing.assert_array_equal(x.grad.data, [3.0, 4.0])


def test_writes_that_change_no_gradient_are_allowed(x):
    a, b = np.array([3.0, 4.0]), np.array([1.0, 1.0])
    with tg.debug():
        y = x * a + b
        b[0] = 7.0  # add saves nothing
        z = x * b
        y.sum().backward()
        a[0] = 0.0  # after the pass
        b[0] = 7.0  # the same value
        z.sum().backward()
        x.data[...] = 5.0
    np.testing.assert_array_equal(x.grad.data, [10.0, 5.0])


def test_a_write_off_the_path_of_a_pass_is_allowed(x):
    a, w = np.array([3.0, 4.0]), tg.tensor(2.0, requires_grad=True)
    with tg.debug():
        loss = (x * a).sum() * w
        a[0] = 0.0
        (dw,) = loss.gradient(w)
    assert dw.item() == 11.0


# ------------------------------------------------------------------------- values


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_bad_forward_value_raises_an_explanation(x):
    with tg.debug() as debugging:
        y = x - 1.0
        with pytest.raises(tg.NonFiniteError, match="log is -inf where x is 0") as caught:
            np.log(y)  # here
    finding = caught.value.finding
    assert (finding.op, finding.indices, finding.cause.name) == ("log", ((0,),), "log of 0")
    assert f"log was called at {line_of('here')}" in notes(caught.value)
    assert isinstance(caught.value, FloatingPointError)
    assert debugging.failed is debugging.tape.calls[-1]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_bad_backward_value_raises_an_explanation(x):
    with tg.debug() as debugging:
        root = np.sqrt(x - 1.0)  # here
        loss = np.where(x > 1.0, root, 0.0).sum()
        with pytest.raises(tg.NonFiniteError) as caught:
            loss.backward()
    finding = caught.value.finding
    assert (finding.op, finding.cause.name) == ("sqrt", "0 x inf in a where")
    assert finding.line.text.endswith("# here")
    assert "in the backward of sqrt, which was called at" in notes(caught.value)
    assert isinstance(debugging.failed, Step)
    assert debugging.failed.node is root.node
    assert x.grad is None


def test_a_nan_in_an_operand_is_reported_where_it_enters(x):
    with pytest.raises(tg.NonFiniteError, match="input y of multiply is NaN") as caught, tg.debug():
        x * np.array([1.0, np.nan])
    assert caught.value.finding.cause.name == "NaN in a constant"


def test_a_nan_in_a_moved_operand_is_reported_where_it_enters(x):
    with tg.debug(), pytest.raises(tg.NonFiniteError, match="input x of reshape is NaN") as caught:
        tg.reshape([1.0, np.nan], (2, 1)) * x
    assert caught.value.finding.indices == ((1,),)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_the_check_of_values_can_be_turned_off(x):
    with tg.debug(check_nan=False) as debugging:
        loss = np.sqrt(x - 1.0).sum()
        loss.backward()
    assert np.isinf(x.grad.data[0])
    assert debugging.failed is None


def test_intended_nans_and_infinities_raise_no_alarm(x):
    with tg.debug() as debugging:
        scores = np.where([True, False], x, -np.inf)
        (tg.softmax(scores) * x).sum().backward()
        np.clip(x, 0.0, None)
        np.max(x, initial=-np.inf)
        np.isnan(np.array([np.nan])).any() or np.nansum(np.where([True, False], x, np.nan))
        tg.full(3, np.inf)
    assert debugging.failed is None


def test_an_infinity_among_the_parameters_is_intended(x):
    floor = tg.op(
        lambda x, fill=0.0: np.where(x > 1.0, x, fill), x=lambda g, x: g * (x > 1.0), name="floor"
    )
    with tg.debug():
        assert floor(x, fill=-np.inf).tolist() == [-np.inf, 2.0]
        assert np.isnan((floor(x, fill=np.nan) * 2.0).data[0])


def test_vmap_is_checked():
    with tg.debug() as debugging:
        assert tg.vmap(lambda x: np.exp(x) * 2.0)(np.zeros((2, 1))).tolist() == [[2.0], [2.0]]
    assert [call.op.name for call in debugging.tape.calls] == ["exp", "multiply"]
    with pytest.raises(tg.NonFiniteError) as caught, np.errstate(all="ignore"), tg.debug():
        tg.vmap(lambda x: np.log(x))(np.array([[1.0, 0.0], [1.0, 1.0]]))
    assert caught.value.finding.indices == ((0, 1),)


# ---------------------------------------------------------------------- as a whole


def test_training_is_the_same_under_debug(rng):
    def train(steps):
        model = tg.nn.Sequential(tg.nn.Linear(3, 8, rng=0), tg.nn.Tanh(), tg.nn.Linear(8, 1, rng=1))
        optimizer = tg.optim.Adam(model.parameters(), lr=0.1)
        x = np.linspace(-1.0, 1.0, 12).reshape(4, 3)
        for _ in range(steps):
            loss = tg.nn.functional.mse_loss(model(x), np.ones((4, 1)))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return loss.item()

    plain = train(5)
    with tg.debug() as debugging:
        watched = train(5)
    assert watched == plain
    assert debugging.failed is None


def test_the_tape_restarts_after_backward(x):
    with tg.debug() as debugging:
        for _ in range(3):
            loss = (x * 2.0).sum()
            loss.backward()
            assert [call.op.name for call in debugging.tape.calls] == ["multiply", "sum"]
        tg.exp(1.0)
        assert [call.op.name for call in debugging.tape.calls] == ["exp"]


def test_a_gradient_inside_the_loss_does_not_lose_the_tape(x):
    with tg.debug() as debugging:
        y = (x**3).sum()
        (dx,) = y.gradient(x, create_graph=True)
        dx.sum().backward()
    np.testing.assert_array_equal(x.grad.data, [6.0, 12.0])
    assert debugging.failed is None


def test_a_pass_that_calls_ops_does_not_lose_the_tape(x):
    with tg.debug() as debugging:
        y = (x**3).sum()
        y.gradient(x)
        y.gradient(x, create_graph=True)
    names = [call.op.name for call in debugging.tape.calls]
    assert names[:2] == ["power_of_number", "sum"]
    assert len(names) > 2


def test_debug_keeps_nothing_after_the_graph(x):
    a = np.array([3.0, 4.0])
    with tg.debug():
        y = x * a
        node = weakref.ref(y.node)
        y.sum().backward()
        tg.exp(1.0)
        del y
        gc.collect()
        assert node() is None


def test_debug_ends_with_its_block(x):
    with pytest.raises(RuntimeError, match="mine"), tg.debug():
        raise RuntimeError("mine")
    assert hooks.ACTIVE == []
    a = np.array([3.0, 4.0])
    y = x * a
    a[0] = 0.0
    y.sum().backward()  # not guarded any more


def test_importing_the_package_does_not_load_explain():
    code = "import sys, tinygrad_np; print('tinygrad_np.explain' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "False"


def test_a_debug_block_can_be_used_only_once():
    block = tg.debug()
    with block:
        pass
    with pytest.raises(RuntimeError, match="debug: this instance has been used"):
        block.__enter__()
