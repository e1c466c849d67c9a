"""The tape records every call and every backward step with values, and nothing when off."""

import threading
from contextlib import contextmanager

import numpy as np
import pytest

import tinygrad_np as tg
from tinygrad_np.engine import hooks, tape as tapes
from tinygrad_np.engine.scopes import scope_of


def names(tape):
    return [call.op.name for call in tape.calls]


def test_calls_have_values_and_their_sources():
    x = tg.tensor([1.0, 2.0], requires_grad=True)
    a = np.array([3.0, 4.0])
    with tg.record() as tape:
        y = np.tanh(x * a)
        z = y.sum() + 1
    assert names(tape) == ["multiply", "tanh", "sum", "add"]
    product, squashed, total, shifted = tape.calls
    np.testing.assert_array_equal(product.values[0], [1.0, 2.0])
    np.testing.assert_array_equal(product.values[1], [3.0, 4.0])
    assert product.sources == (None, None)
    assert product.nodes == (x.node, None)
    assert (squashed.sources, total.sources) == ((0,), (1,))
    assert shifted.values[1] == 1
    np.testing.assert_array_equal(squashed.out, y.data)
    assert squashed.node is y.node  # type: ignore[attr-defined]
    assert z.node is not None
    assert x.node is not None
    assert tape.call_of(z.node) is shifted
    assert tape.call_of(x.node) is None
    assert all(call.seconds > 0 for call in tape.calls)
    assert product.saved == 16  # the constant a; x is not saved, as a needs no gradient
    assert squashed.saved == 16
    assert shifted.saved == 0


def test_values_stay_what_they_were():
    x = tg.tensor([1.0, 2.0], requires_grad=True)
    a = np.array([3.0, 4.0])
    with tg.record() as tape:
        y = x * a
    x.data[...] = 0.0
    a[...] = 0.0
    y.data[...] = 0.0
    np.testing.assert_array_equal(tape.calls[0].values, [[1.0, 2.0], [3.0, 4.0]])
    np.testing.assert_array_equal(tape.calls[0].out, [3.0, 8.0])


def test_lines_are_those_of_the_users_code():
    with tg.record() as tape:
        np.concatenate([tg.tensor([1.0]), [2.0]]).sum()
        tg.nn.Linear(2, 1)(np.ones((1, 2)))
    for call in tape.calls:
        assert call.line.file == __file__
        assert call.line.function == "test_lines_are_those_of_the_users_code"
    assert tape.calls[0].line.text.startswith("np.concatenate([tg.tensor")
    assert str(tape.calls[0].line).endswith(" in test_lines_are_those_of_the_users_code")


def test_steps_are_those_of_the_backward_pass():
    x = tg.tensor([1.0, 2.0], requires_grad=True)
    with tg.record() as tape:
        y = x * x
        y.sum().backward()
    assert [(s.node.op.name, s.rule.input) for s in tape.steps] == [
        ("sum", "x"),
        ("multiply", "x"),
        ("multiply", "y"),
    ]
    total = sum(np.asarray(s.contribution) for s in tape.steps if s.parent is x.node)
    np.testing.assert_array_equal(total, x.grad.data)
    np.testing.assert_array_equal(tape.steps[1].cotangent, [1.0, 1.0])
    assert len(tape.starts) == 1


def test_steps_are_not_changed_by_later_accumulation():
    x = tg.tensor([1.0, 2.0], requires_grad=True)
    with tg.record() as tape:
        (x + x * 2.0 + x * 3.0 + x * 4.0).sum().backward()
    into_x = [s.contribution.tolist() for s in tape.steps if s.parent is x.node]
    assert sorted(into_x) == [[1.0, 1.0], [2.0, 2.0], [3.0, 3.0], [4.0, 4.0]]
    np.testing.assert_array_equal(x.grad.data, [10.0, 10.0])


def test_steps_have_the_arguments_of_the_rules():
    x = tg.tensor([1.0, 2.0], requires_grad=True)
    with tg.record() as tape:
        y = np.tanh(x) * [3.0, 4.0]
        y.sum().backward()
    of_sum, of_product, of_tanh = tape.steps
    assert of_sum.arguments[0] == (2,)
    np.testing.assert_array_equal(of_product.arguments, [[3.0, 4.0]])
    np.testing.assert_array_equal(of_tanh.arguments, [np.tanh([1.0, 2.0])])


def test_the_source_of_a_tensor_is_known_when_it_is_detached():
    x = tg.tensor([1.0, 2.0], requires_grad=True)
    with tg.record() as tape:
        y = x * 2.0
    assert tape.source(y) is tape.source(y.detach()) is tape.calls[0]
    assert tape.source(x) is None


class Passes(tapes.Tape):
    """A tape that notes the start and end of passes."""

    def __init__(self):
        super().__init__()
        self.seen = []

    @contextmanager
    def follow(self, now, order, needed):
        self.seen.append([node.op.name if node.op else "leaf" for node in order if node in needed])
        try:
            with super().follow(now, order, needed) as following:
                yield following
        except BaseException as error:
            self.seen.append((now.node.op.name, error))
            raise
        self.seen.append("done")


def test_a_tape_follows_every_pass():
    x, y = (tg.tensor(2.0, requires_grad=True) for _ in range(2))
    tape = Passes()
    with tapes.recording(tape):
        (np.exp(x) * np.sin(y)).gradient(y)  # type: ignore[attr-defined]
    assert tape.seen == [["multiply", "sin", "leaf"], "done"]


def test_a_tape_sees_where_a_pass_failed():
    broken = tg.op(lambda x: x * 1.0, x=lambda g: g / None, name="broken")
    x = tg.tensor(2.0, requires_grad=True)
    tape = Passes()
    with pytest.raises(TypeError) as caught, tapes.recording(tape):
        (broken(x) * 2.0).backward()
    assert tape.seen[1:] == [("broken", caught.value)]


def test_a_rule_that_returns_none_is_a_step_too():
    cut = tg.op(lambda x: x * 1.0, x=lambda g: None, name="cut")
    x = tg.tensor(1.0, requires_grad=True)
    with tg.record() as tape:
        cut(x).backward()
    assert [s.contribution for s in tape.steps] == [None]


def test_the_gradient_of_a_gradient_is_recorded_as_calls_and_steps():
    x = tg.tensor(2.0, requires_grad=True)
    with tg.record() as tape:
        (dx,) = (x**3).gradient(x, create_graph=True)
        dx.backward()
    assert len(tape.starts) == 2
    assert {s.pass_number for s in tape.steps} == {0, 1}
    assert len(tape.calls) > 1  # the computations of the first pass are recorded
    assert x.grad.item() == 12.0


def test_lists_of_tensors_are_stacked_on_the_tape():
    x = tg.tensor([1.0, 2.0], requires_grad=True)
    with tg.record() as tape:
        np.ones((2, 2)) * tg.tensor([3.0, 4.0]) + [x, x * 2.0]
    stack, add = tape.calls[-2:]
    assert (stack.op.name, add.op.name) == ("stack", "add")
    assert add.sources[1] == stack.number


def test_vmap_is_recorded_as_calls_on_the_batch():
    with tg.record() as tape:
        found = tg.vmap(lambda x: np.tanh(x).sum())(np.ones((3, 2)))
    assert names(tape) == ["tanh", "sum"]
    assert tape.calls[0].out.shape == (3, 2)
    np.testing.assert_array_equal(tape.calls[1].out, found.data)


def test_a_call_that_fails_is_the_last_on_the_tape():
    x = tg.tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(ValueError, match="inner sizes"), tg.record() as tape:
        np.exp(x) @ np.ones(3)
    assert names(tape) == ["exp", "matmul"]
    assert isinstance(tape.calls[-1].error, ValueError)
    assert tape.calls[-1].out is None


def test_recording_ends_with_its_block_and_the_inner_one_records():
    with tg.record() as outer:
        tg.sin(1.0)
        with tg.record() as inner:
            tg.cos(1.0)
        tg.tan(1.0)
    tg.exp(1.0)
    assert names(outer) == ["sin", "tan"]
    assert names(inner) == ["cos"]
    assert hooks.ACTIVE == []
    with pytest.raises(RuntimeError, match="mine"), tg.record():
        raise RuntimeError("mine")
    assert hooks.ACTIVE == []
    assert tapes.running() is None


def test_another_thread_is_not_recorded():
    with tg.record() as tape:
        other = threading.Thread(target=lambda: tg.sin(1.0))
        other.start()
        other.join()
        tg.cos(1.0)
    assert names(tape) == ["cos"]


def test_recorded_results_are_the_same():
    def f(x):
        return (np.tanh(x) * x).reshape(2, 2) @ np.ones((2, 1))

    x = np.arange(4.0)
    plain, gradient = tg.value_and_grad(lambda x: f(x).sum())(x)
    with tg.record():
        recorded, again = tg.value_and_grad(lambda x: f(x).sum())(x)
    assert plain.item() == recorded.item()
    np.testing.assert_array_equal(gradient.data, again.data)


def test_modules_name_their_calls_and_results():
    model = tg.nn.Sequential(tg.nn.Linear(2, 3), tg.nn.Tanh(), tg.nn.Linear(3, 1))
    with tg.record() as tape:
        y = model(np.ones((4, 2)))
    scopes = [call.scope for call in tape.calls]
    assert scopes[0] == ("Sequential", "0")
    assert scopes[-1] == ("Sequential", "2")
    whole = scope_of(y.node)
    assert (whole.name, whole.kind) == ("", "Sequential")
    assert (whole.inner.name, whole.inner.kind) == ("2", "Linear")
    first = tape.calls[0].node
    assert whole.start < first.number < whole.inner.start


def test_a_passed_through_tensor_is_not_in_the_modules_scope():
    x = tg.tensor([[1.0, 2.0]], requires_grad=True)
    y = x * 2.0
    assert scope_of(tg.nn.Identity()(y).node) is None


@pytest.mark.parametrize(
    "derivative",
    [
        lambda f: tg.grad(lambda x: f(x).sum())(np.ones(2)),
        lambda f: tg.jvp(f, (np.ones(2),), (np.ones(2),)),
    ],
)
def test_an_interrupted_pass_has_ended(derivative):
    def interrupted(g):
        raise KeyboardInterrupt

    stopped = tg.op(lambda x: x * 2.0, kind="elementwise", x=interrupted)
    with tg.record() as tape:
        with pytest.raises(KeyboardInterrupt):
            derivative(stopped)
        np.sin(tg.tensor(1.0))
    assert tape.under_way == []
    assert tape.calls[-1].within is None
