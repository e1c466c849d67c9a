"""Hooks: tracers outside the engine see every op, forward and backward, and can be nested."""

import numpy as np
import pytest

import tinygrad_np as tg
from program import Program, trace
from tinygrad_np.engine.access import array_of
from tinygrad_np.engine.hooks import ACTIVE, Tracer, tracing

F = tg.nn.functional


def make_parameters(seed):
    rng = np.random.default_rng(seed)
    shapes = {"W1": (4, 3), "b1": (4,), "W2": (1, 4), "b2": (1,)}
    return [tg.tensor(rng.normal(size=s), requires_grad=True, name=n) for n, s in shapes.items()]


def make_data(seed):
    rng = np.random.default_rng(seed)
    return tg.tensor(rng.normal(size=(5, 3))), tg.tensor(rng.normal(size=(5, 1)))


def make_step(parameters, generator):
    """Return a training step of two layers that captures its parameters."""
    w1, b1, w2, b2 = parameters

    def step(x, y):
        hidden = F.dropout(np.tanh(F.linear(x, w1, b1)), 0.3, rng=generator)
        loss = tg.mean((hidden @ w2.T + b2 - y) ** 2) + 0.1 * (w1 * w1).sum()
        loss.backward()
        return loss

    return step


def test_a_training_step_is_traced_and_replayed_on_other_values():
    generator = np.random.default_rng(0)
    parameters, data = make_parameters(0), make_data(1)
    program, loss = trace(
        lambda x, y, *_: make_step(parameters, generator)(x, y), [*data, *parameters]
    )
    results = [loss, *(p.grad for p in parameters)]
    assert {op.name for op, *_ in program.lines} >= {"linear", "dropout_mask", "matmul", "tanh"}
    assert all(shape == program.values[out].shape for *_, shape, out in program.lines)

    for seed in (2, 3):
        others, (x, y) = make_parameters(seed), make_data(seed)
        generator.bit_generator.state = np.random.default_rng(seed).bit_generator.state
        found = program.run([x, y, *others], results)
        eager = make_step(others, np.random.default_rng(seed))(x, y)
        for value, expected in zip(found, [eager, *(p.grad for p in others)], strict=True):
            np.testing.assert_allclose(value, expected.data, rtol=1e-13)


def test_ops_that_do_not_involve_arguments_are_traced():
    w, x = (tg.tensor([1.0, 2.0], requires_grad=True) for _ in range(2))
    program, _ = trace(lambda x: (x * w).sum() + (w * w).sum(), [x])
    assert [op.name for op, *_ in program.lines] == ["multiply", "sum", "multiply", "sum", "add"]


def test_an_accumulated_gradient_is_part_of_the_program():
    w = tg.tensor([1.0, 2.0], requires_grad=True)
    program, _ = trace(lambda w: [(w**3).sum().backward(), (w * 5.0).sum().backward()], [w])
    (found,) = program.run([np.array([3.0, 4.0])], [w.grad])
    np.testing.assert_allclose(found, 3.0 * np.array([3.0, 4.0]) ** 2 + 5.0)
    assert not w.grad.requires_grad  # the pass ran on Tensors, and recorded nothing


DERIVATIVES = {
    "grad": lambda f, x: tg.grad(f)(x),
    "grad of grad": lambda f, x: tg.grad(lambda x: (tg.grad(f)(x) ** 2).sum())(x),
    "jvp": lambda f, x: tg.jvp(f, (x,), (x * 0.5,))[1],
    "vjp": lambda f, x: tg.vjp(f, x)[1](tg.tensor(2.0))[0],
    "hvp": lambda f, x: tg.hvp(f)(x, x * 0.5),
    "hessian": lambda f, x: tg.hessian(f)(x),
    "jacobian": lambda f, x: tg.jacobian(lambda x: np.tanh(x) * f(x))(x),
    "forward jacobian": lambda f, x: tg.jacobian(lambda x: np.tanh(x) * f(x), mode="forward")(x),
    "vmap": lambda f, x: tg.vmap(f)(x * np.ones((2, 1))),
    "vmap of grad": lambda f, x: tg.vmap(tg.grad(f))(x * np.ones((2, 1))),
    "grad of vmap": lambda f, x: tg.grad(lambda x: tg.vmap(f)(x * np.ones((2, 1))).sum())(x),
    "checkpoint": lambda f, x: tg.grad(tg.checkpoint(f))(x),
    "a copy, detached": lambda f, x: f(tg.tensor(x.detach())) * x,
}


@pytest.mark.parametrize("lent", [False, True], ids=["", "lent"])
@pytest.mark.parametrize("name", DERIVATIVES)
def test_derivatives_are_part_of_the_program(name, lent):
    derivative = DERIVATIVES[name]
    c = tg.tensor([0.3, 0.4, 0.5])

    def f(x):
        return (np.sin(x * c) / (1.0 + x @ c)).sum() + tg.logsumexp(x) * x[1:].prod()

    x, y = tg.tensor([0.1, 0.2, 0.3]), tg.tensor([0.5, 0.2, 0.7])
    held = (x.data, c.data) if lent else ()  # arrays with other references are captured as copies
    program, answer = trace(lambda x, c: derivative(f, x), [x, c])
    np.testing.assert_array_equal(program.run([x, c], [answer])[0], array_of(answer))
    (found,) = program.run([y, c], [answer])
    np.testing.assert_allclose(found, derivative(f, y).data, rtol=1e-12)
    assert not np.array_equal(found, array_of(answer))
    assert len(held) == 2 * lent


LOOKS = {
    "item": lambda x: x.sum().item(),
    "float": lambda x: float(x.sum()),
    "if": lambda x: 1 if x.sum() > 0 else 2,
    "in": lambda x: 1.0 in x,
    "data": lambda x: x.data,
    "tolist": lambda x: x.tolist(),
    "asarray": lambda x: np.asarray(x),
    "index": lambda x: [1, 2][(x.sum() > 0).astype(int)],
    "cast copy": lambda x: tg.tensor(x, dtype="float32"),
    "optimizer": lambda x: step_of(x),
}


def step_of(x):
    w = tg.tensor([1.0], requires_grad=True)
    w.grad = [1.0]
    tg.optim.SGD([w], lr=0.1).step()


@pytest.mark.parametrize("name", LOOKS)
def test_reading_values_is_refused_under_a_trace(name):
    with pytest.raises(
        tg.GraphError, match=r"(looks at values|casts|writes).*a trace cannot repeat"
    ):
        trace(LOOKS[name], [tg.tensor([1.0, 2.0])])
    assert ACTIVE == []
    LOOKS[name](tg.tensor([1.0, 2.0]))  # allowed without a trace
    with tg.record():
        LOOKS[name](tg.tensor([1.0, 2.0]))  # and on a tape


@pytest.mark.parametrize("requires_grad", [False, True])
def test_an_assignment_is_part_of_the_program(requires_grad):
    x = tg.tensor([1.0, 2.0], requires_grad=requires_grad)

    def f(x):
        buffer = tg.zeros(3)
        buffer[1:] = x * 2.0
        buffer[0] = buffer[1] + 1.0
        return buffer

    program, y = trace(f, [x])
    assert program.run([[5.0, 6.0]], [y])[0].tolist() == [11.0, 10.0, 12.0]


def test_printing_is_allowed_under_a_trace():
    _, text = trace(lambda x: f"{x} {x!r} {x.sum()!r}", [tg.tensor([1.0, 2.0])])
    assert text.startswith("Tensor([1., 2.]")


class Names(Tracer):
    """A tracer that collects the names of the ops and calls them."""

    def __init__(self):
        self.names = []

    def apply(self, op, args, params):
        self.names.append(op.name)
        return op.call(*args, **params)


def test_tracers_nest_in_each_other_in_any_order():
    x = tg.tensor(np.arange(6.0).reshape(2, 3))
    per_row = tg.vmap(lambda row: np.tanh(row * 2.0).sum())
    expected = ["multiply", "tanh", "sum"]
    for outer, inner in ((Names(), Program([x])), (Program([x]), Names())):
        with tracing(outer), tg.record() as tape, tracing(inner):
            out = per_row(x)
        assert [call.op.name for call in tape.calls] == expected
        for tracer in (outer, inner):
            if isinstance(tracer, Names):
                assert tracer.names == expected
            else:
                assert [op.name for op, *_ in tracer.lines] == expected
                assert tracer.lines[0][3] == (2, 3)  # the whole batch
                (found,) = tracer.run([x * 2.0], [out])
                np.testing.assert_allclose(found, per_row(x * 2.0).data)


def test_a_tracer_is_active_inside_a_vmap():
    names, rows = Names(), np.ones((2, 3))

    def f(row):
        with tracing(names):
            return np.exp(row) + 1.0

    assert tg.vmap(f)(rows).shape == (2, 3)
    assert names.names == ["exp", "add"]


def test_tracers_see_a_list_of_tensors_as_one_stack():
    names = Names()
    with tracing(names):
        np.ones((2, 2)) * tg.tensor([3.0, 4.0]) + [tg.tensor([1.0, 2.0]), [3.0, 4.0]]
    assert names.names == ["multiply", "stack", "add"]
    both = tg.vmap(lambda x: tg.ones(2) * [x, x * 2.0])(np.array([1.0, 2.0]))
    assert both.tolist() == [[1.0, 2.0], [2.0, 4.0]]


def test_a_tracer_that_raises_leaves_the_others_active():
    class Broken(Tracer):
        def apply(self, op, args, params):
            raise KeyError("mine")

    names, x = Names(), tg.tensor([1.0])
    with tracing(names):
        with pytest.raises(KeyError, match="mine"), tracing(Broken()):
            np.exp(x)
        np.sin(x)
    assert names.names == ["sin"]
    assert ACTIVE == []


def test_the_base_class_names_the_missing_method():
    with (
        pytest.raises(NotImplementedError, match="Tracer does not define apply"),
        tracing(Tracer()),
    ):
        np.exp(tg.tensor(1.0))


def test_a_program_keeps_its_constant_arrays():
    x = tg.tensor([1.0, 2.0])
    program, y = trace(lambda x: x * [3.0, 4.0] + 1.0, [x])
    assert array_of(y) is program.values[program.lines[-1][4]]
    assert program.run([[5.0, 6.0]], [y])[0].tolist() == [16.0, 25.0]
