"""Optimizers: formulas, in-place updates, agreement with PyTorch; state, groups, refusals."""

import copy
import gc
import pickle
import tracemalloc
from typing import Any

import numpy as np
import pytest

import tinygrad_np as tg
from tinygrad_np import nn, optim

STEPS = 20
TARGET = np.array([[0.5, -1.0], [2.0, 0.25], [-3.0, 1.5]])

SGD: list[dict[str, Any]] = [
    {},
    {"weight_decay": 0.1},
    {"momentum": 0.9},
    {"momentum": 0.5, "weight_decay": 0.1},
    {"momentum": 0.9, "nesterov": True},
    {"momentum": 0.9, "nesterov": True, "weight_decay": 0.01},
]
ADAM: list[dict[str, Any]] = [
    {},
    {"weight_decay": 0.1},
    {"betas": (0.5, 0.9), "eps": 1e-4},
    {"betas": (0.0, 0.99)},
    {"betas": (0.8, 0.99), "weight_decay": 0.3, "eps": 1e-10},
]
OPTIONS = [
    *[("SGD", {"lr": 0.05, **options}) for options in SGD],
    *[("Adam", {"lr": 0.1, **options}) for options in ADAM],
    *[("AdamW", {"lr": 0.1, **options}) for options in ADAM],
]
IDS = [f"{name}-{'-'.join(options)}" for name, options in OPTIONS]


def starts():
    rng = np.random.default_rng(0)
    return [rng.standard_normal((3, 2)), rng.standard_normal(2), np.array(0.7)]


def objective(w, b, c):
    """A function of three parameters that is not separable."""
    return (((w - TARGET) * c + b) ** 2).sum() + (w * w * w * w).mean()


def by_hand(name, options, values, gradients, state):
    """Take one step of the textbook formulas on lists of arrays."""
    lr, decay = options["lr"], options.get("weight_decay", 0.01 if name == "AdamW" else 0.0)
    state["t"] = t = state.get("t", 0) + 1
    out = []
    for i, (p, g) in enumerate(zip(values, gradients, strict=True)):
        if name == "AdamW":
            p = p - lr * decay * p
        else:
            g = g + decay * p
        if name == "SGD":
            mu = options.get("momentum", 0.0)
            v = g if t == 1 else mu * state[i] + g
            state[i] = v
            out.append(p - lr * (g + mu * v if options.get("nesterov") else v))
            continue
        b1, b2 = options.get("betas", (0.9, 0.999))
        m, v = state.get(i, (0.0, 0.0))
        m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g * g
        state[i] = m, v
        root = np.sqrt(v / (1 - b2**t)) + options.get("eps", 1e-8)
        out.append(p - lr * m / (1 - b1**t) / root)
    return out


@pytest.mark.parametrize(("name", "options"), OPTIONS, ids=IDS)
def test_like_the_formulas(name, options):
    parameters = [tg.tensor(a, requires_grad=True) for a in starts()]
    optimizer = getattr(optim, name)(parameters, **options)
    state = {}
    for _ in range(STEPS):
        optimizer.zero_grad()
        objective(*parameters).backward()
        values = [p.data.copy() for p in parameters]
        gradients = [p.grad.data.copy() for p in parameters]
        expected = by_hand(name, options, values, gradients, state)
        optimizer.step()
        for p, array, g in zip(parameters, expected, gradients, strict=True):
            np.testing.assert_allclose(p.data, array, rtol=1e-12, atol=1e-13)
            assert np.array_equal(p.grad.data, g)  # the gradient is left as it was


@pytest.mark.parametrize(("name", "options"), OPTIONS, ids=IDS)
def test_like_pytorch(name, options):
    torch = pytest.importorskip("torch")
    ours = [tg.tensor(a, requires_grad=True) for a in starts()]
    theirs = [torch.tensor(a, requires_grad=True) for a in starts()]
    optimizer = getattr(optim, name)(ours, **options)
    reference = getattr(torch.optim, name)(theirs, **options)
    target = torch.tensor(TARGET)
    for _ in range(STEPS):
        optimizer.zero_grad()
        objective(*ours).backward()
        optimizer.step()
        reference.zero_grad()
        w, b, c = theirs
        loss = (((w - target) * c + b) ** 2).sum() + (w * w * w * w).mean()
        loss.backward()
        reference.step()
        for p, q in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(p.data, q.detach().numpy(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("name", "options"), OPTIONS, ids=IDS)
def test_float32_stays(name, options):
    p = tg.tensor([1.0, -2.0], dtype="float32", requires_grad=True)
    options = {key: np.float64(v) if isinstance(v, float) else v for key, v in options.items()}
    optimizer = getattr(optim, name)([p], **options)
    for _ in range(3):
        optimizer.zero_grad()
        (p * p).sum().backward()
        optimizer.step()
    assert p.dtype == np.float32
    state = optimizer.state_dict()["state"][0]
    assert {a.dtype for a in state.values() if isinstance(a, np.ndarray)} <= {np.dtype("f4")}


# ------------------------------------------------------------------------- in place


@pytest.mark.parametrize(("name", "options"), OPTIONS, ids=IDS)
def test_updates_are_in_place(name, options):
    p = tg.tensor(np.ones((4, 3)), requires_grad=True)
    optimizer = getattr(optim, name)([p], **options)
    array = p.data  # every holder sees it change
    for _ in range(2):
        optimizer.zero_grad()
        (p * p).sum().backward()
        optimizer.step()
    assert p.data is array
    assert (array != 1.0).all()


@pytest.mark.parametrize("name", ["SGD", "Adam", "AdamW"])
def test_a_recorded_graph_keeps_the_values_it_saw(name):
    w = tg.tensor([2.0, 3.0], requires_grad=True)
    x = tg.tensor([5.0, 7.0], requires_grad=True)
    optimizer = getattr(optim, name)([w], lr=0.5)
    loss = (w * x).sum()
    loss.backward(retain_graph=True)
    kept = w.detach()
    optimizer.step()
    assert w.tolist() != [2.0, 3.0]
    assert kept.tolist() == [2.0, 3.0]
    x.grad = None
    loss.backward()
    assert x.grad.tolist() == [2.0, 3.0]  # type: ignore[attr-defined]


@pytest.mark.slow
def test_a_step_leaves_nothing_behind():
    model = nn.MLP([50, 50, 1], rng=0)
    x, y = np.ones((20, 50)), np.ones((20, 1))
    only_arrays = tracemalloc.DomainFilter(True, np.lib.tracemalloc_domain)

    def held():
        snapshot = tracemalloc.take_snapshot().filter_traces([only_arrays])
        return sum(trace.size for trace in snapshot.traces), len(gc.get_objects())

    for name in ("SGD", "Adam"):
        optimizer = getattr(optim, name)(model.parameters(), lr=1e-3)

        def steps(n, optimizer=optimizer):
            for _ in range(n):
                optimizer.zero_grad()
                nn.functional.mse_loss(model(x), y).backward()
                optimizer.step()

        gc.collect()
        gc.disable()
        tracemalloc.start()
        try:
            steps(3)
            array_bytes, objects = held()
            steps(100)
            array_bytes_after, objects_after = held()
        finally:
            tracemalloc.stop()
            gc.enable()
        assert array_bytes_after <= array_bytes + 200
        assert objects_after <= objects + 10


def test_parameters_share_one_scratch_array():
    model = nn.MLP([30, 20, 10, 5], rng=0)
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    bases = {id(slot.scratch.base) for slots in optimizer._slots for slot in slots}
    assert len(bases) == 1


# ---------------------------------------------------------------- skipped parameters


@pytest.mark.parametrize("name", ["SGD", "Adam", "AdamW"])
def test_parameters_without_a_gradient_stay(name):
    moved, unused = (tg.tensor([1.0], requires_grad=True) for _ in range(2))
    optimizer = getattr(optim, name)([unused, moved], lr=0.1, weight_decay=0.1)
    (moved * 2).sum().backward()
    optimizer.step()
    assert unused.item() == 1.0
    assert moved.item() != 1.0


@pytest.mark.parametrize("name", ["SGD", "Adam"])
def test_frozen_parameters_stay(name):
    w = tg.tensor([1.0], requires_grad=True)
    optimizer = getattr(optim, name)([w], lr=0.1)
    (w * 2).sum().backward()
    w.requires_grad = False
    optimizer.step()
    assert w.item() == 1.0
    w.requires_grad = True
    optimizer.step()
    assert w.item() != 1.0


@pytest.mark.parametrize(("name", "options"), OPTIONS, ids=IDS)
def test_gradients_are_read_only(name, options):
    w = tg.tensor([1.0, 2.0], requires_grad=True)
    optimizer = getattr(optim, name)([w], **options)
    w.grad = [3.0, 4.0]
    for _ in range(3):
        optimizer.step()
    assert w.grad.tolist() == [3.0, 4.0]


def test_zero_grad_sets_none():
    w = tg.tensor([1.0], requires_grad=True)
    optimizer = optim.SGD([w], lr=0.1)
    (w * 2).sum().backward()
    optimizer.zero_grad()
    assert w.grad is None
    optimizer.step()
    assert w.item() == 1.0


# ------------------------------------------------------------------- options, groups


def test_the_learning_rate_can_be_set():
    w = tg.tensor([1.0], requires_grad=True)
    optimizer = optim.SGD([w], lr=0.5)
    (w * 1).sum().backward()
    optimizer.step()
    optimizer.lr = 0.25
    assert optimizer.lr == 0.25
    optimizer.step()
    assert w.item() == 0.25
    with pytest.raises(ValueError, match="lr must not be negative"):
        optimizer.lr = -1


def test_groups_have_options_of_their_own():
    a, b = (tg.tensor([1.0], requires_grad=True) for _ in range(2))
    groups: list[dict[str, Any]] = [{"params": [a]}, {"params": b, "lr": 0.5}]
    optimizer = optim.SGD(groups, lr=0.25)
    (a + b).sum().backward()
    optimizer.step()
    assert (a.item(), b.item()) == (0.75, 0.5)
    assert [group["lr"] for group in optimizer.param_groups] == [0.25, 0.5]
    optimizer.param_groups[0]["lr"] = 0.0
    optimizer.step()
    assert (a.item(), b.item()) == (0.75, 0.0)
    optimizer.lr = 1.0
    assert [group["lr"] for group in optimizer.param_groups] == [1.0, 1.0]
    assert repr(optimizer).count("1 parameter") == 2


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("SGD", {"lr": -0.1}, "lr must not be negative; got -0.1"),
        ("SGD", {"lr": float("nan")}, "lr must not be negative"),
        ("SGD", {"lr": 0.1, "momentum": -1}, "momentum must not be negative"),
        ("SGD", {"lr": 0.1, "nesterov": True}, "nesterov=True needs a momentum"),
        ("SGD", {"lr": 0.1, "weight_decay": -1}, "weight_decay must not be negative"),
        ("Adam", {"betas": (0.9, 1.0)}, "betas must be two numbers"),
        ("Adam", {"betas": (0.9,)}, "betas must be two numbers"),
        ("AdamW", {"eps": -1e-8}, "eps must not be negative"),
    ],
)
def test_options_out_of_range_are_refused(name, options, words):
    w = tg.tensor([1.0], requires_grad=True)
    with pytest.raises(ValueError, match=words):
        getattr(optim, name)([w], **options)


# ------------------------------------------------------------------------- refusals

LEAF = tg.tensor([1.0], requires_grad=True, name="w")


@pytest.mark.parametrize(
    ("params", "error", "words"),
    [
        (LEAF, TypeError, "not a Tensor; put it in a list"),
        ("weights", TypeError, "not a str; pass Tensors"),
        (nn.Linear(1, 1), TypeError, r"not a Linear; pass its \.parameters\(\)"),
        ({"params": [LEAF]}, TypeError, "not a dict; put it in a list"),
        (3, TypeError, "not a int"),
        ([], ValueError, "no parameters to optimize"),
        (nn.Tanh().parameters(), ValueError, "no parameters to optimize"),
        ([{"params": []}], ValueError, "no parameters to optimize"),
        ([LEAF, np.ones(3)], TypeError, "parameter 1 is not a Tensor but array"),
        ([("w", LEAF)], TypeError, "parameter 0 is not a Tensor"),
        ([LEAF * 2], tg.GraphError, r"parameter 0 of shape \(1,\) was computed \(op=multiply\)"),
        ([tg.tensor([1.0], name="c")], tg.GraphError, r"parameter 0 \(c\) .* does not require"),
        ([LEAF, LEAF], ValueError, r"parameter 1 \(w\) is listed twice"),
        ([{"params": [LEAF]}, {"params": [LEAF]}], ValueError, "is listed twice"),
        ([{"params": [LEAF], "momentun": 1}], TypeError, "a group has momentun; the options are"),
        ([{"params": [LEAF]}, LEAF], TypeError, "a group is a dict with 'params'"),
        ([{"lr": 0.1}], TypeError, "a group is a dict with 'params'"),
    ],
)
def test_unsuitable_parameters_are_refused(params, error, words):
    with pytest.raises(error, match=words):
        optim.SGD(params, lr=0.1)


def test_adam_refuses_complex_parameters_and_sgd_moves_them():
    w = tg.tensor([1 + 1j], requires_grad=True)
    with pytest.raises(tg.DTypeError, match="Adam: a complex parameter"):
        optim.Adam([w])
    optimizer = optim.SGD([w], lr=0.5)
    w.grad = np.array([2.0 + 0j])
    optimizer.step()
    assert w.item() == 1j


def replace(w, array):
    w.requires_grad = False
    w.data = array
    w.requires_grad = True


def test_data_of_another_shape():
    w = tg.tensor([1.0, 2.0], requires_grad=True, name="w")
    sgd, adam = optim.SGD([w], lr=0.5), optim.Adam([w], lr=0.5)
    (w * 1).sum().backward()
    adam.step()
    replace(w, np.ones(3))
    with pytest.raises(tg.ShapeError, match=r"'w' has shape \(3,\), but its gradient \(2,\)"):
        sgd.step()
    w.grad = None
    (w * 1).sum().backward()
    sgd.step()
    assert w.tolist() == [0.5, 0.5, 0.5]
    with pytest.raises(tg.ShapeError, match="make a new optimizer"):
        adam.step()


def test_data_of_another_dtype():
    model = nn.Linear(2, 1, rng=0)
    optimizer = optim.Adam(model.parameters(), lr=0.5)
    for dtype in (np.float64, np.float32):
        model.astype(dtype)
        model(np.ones((1, 2), dtype)).backward()
        optimizer.step()
        arrays = [a for entry in optimizer.state_dict()["state"].values() for a in entry.values()]
        assert {a.dtype for a in arrays if isinstance(a, np.ndarray)} == {np.dtype(dtype)}
        assert model.weight.dtype == dtype


# ----------------------------------------------------------------------------- state


def train(parameters, optimizer, steps):
    for _ in range(steps):
        optimizer.zero_grad()
        objective(*parameters).backward()
        optimizer.step()


@pytest.mark.parametrize(("name", "options"), OPTIONS, ids=IDS)
def test_training_continues_from_a_saved_state(name, options):
    whole = [tg.tensor(a, requires_grad=True) for a in starts()]
    train(whole, getattr(optim, name)(whole, **options), 10)

    first = [tg.tensor(a, requires_grad=True) for a in starts()]
    optimizer = getattr(optim, name)(first, **options)
    train(first, optimizer, 4)
    state = optimizer.state_dict()
    second = [tg.tensor(p.data, requires_grad=True) for p in first]
    resumed = getattr(optim, name)(second, lr=99.0)
    train(first, optimizer, 1)  # the state is a copy
    resumed.load_state_dict(pickle.loads(pickle.dumps(state)))
    train(second, resumed, 6)
    for p, q in zip(whole, second, strict=True):
        assert np.array_equal(p.data, q.data)


def test_a_state_that_does_not_fit_is_refused():
    a, b = (tg.tensor(np.ones(n), requires_grad=True) for n in (2, 3))
    one, other = optim.Adam([a]), optim.Adam([b])
    (a * a).sum().backward()
    one.step()
    with pytest.raises(tg.ShapeError, match=r"m of parameter 0 has shape \(2,\)"):
        other.load_state_dict(one.state_dict())
    kept = other.state_dict()["state"][0]
    assert kept["steps"] == 0
    assert kept["m"].tolist() == kept["v"].tolist() == [0.0] * 3
    with pytest.raises(tg.ShapeError, match=r"the groups have \[2\] parameters, .* \[1\]"):
        optim.Adam([a, b]).load_state_dict(one.state_dict())


def test_deep_copies_are_independent():
    model = nn.Linear(2, 1, rng=0)
    optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    twin, its_optimizer = copy.deepcopy((model, optimizer))
    twin(np.ones((1, 2))).backward()
    its_optimizer.step()
    assert twin.weight.tolist() != model.weight.tolist()
    model(np.ones((1, 2))).backward()
    optimizer.step()
    assert twin.weight.tolist() == model.weight.tolist()


def test_a_custom_optimizer():
    class SignDescent(optim.Optimizer):
        def __init__(self, params, lr):
            super().__init__(params, lr=lr, weight_decay=0.0)

        def update(self, ready, group):
            for _, p, g in ready:
                p -= group["lr"] * np.sign(g)

    w = tg.tensor([1.0, -2.0], requires_grad=True)
    (w * w).sum().backward()
    SignDescent([w], lr=0.5).step()
    assert w.tolist() == [0.5, -1.5]
    with pytest.raises(NotImplementedError, match=r"Optimizer does not define update\(\)"):
        optim.Optimizer([w], lr=0.5, weight_decay=0.0).step()


def test_training_a_model():
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 1, (200, 2))
    y = (x[:, :1] * x[:, 1:] > 0).astype(float)
    for name, lr in (("SGD", 0.5), ("Adam", 0.05), ("AdamW", 0.05)):
        model = nn.MLP([2, 16, 1], activation="tanh", rng=1)
        momentum = {"momentum": 0.9} if name == "SGD" else {}
        optimizer = getattr(optim, name)(model.parameters(), lr=lr, **momentum)
        for _ in range(200):
            loss = nn.functional.binary_cross_entropy_with_logits(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        assert loss.item() < 0.15


def subtract(w):
    w -= 0.1 * w.grad


def subtract_data(w):
    w -= 0.1 * w.grad.data


def write_slice(w):
    w[...] = w - 0.1 * w.grad


@pytest.mark.parametrize("update", [subtract, subtract_data, write_slice])
def test_the_loop_of_tutorials_trains_in_no_grad(update):
    x = np.array([1.0, 2.0, 3.0])
    w = tg.tensor([0.0], requires_grad=True, name="w")
    same, seen = w, w.data
    for _ in range(20):
        loss = ((w * x - 2.0 * x) ** 2).mean()
        w.grad = None
        loss.backward()
        with tg.no_grad():
            update(w)
    assert same is w
    assert w.is_leaf
    assert w.requires_grad
    np.testing.assert_allclose(w.data, [2.0], atol=1e-8)
    assert seen is w.data


def test_an_update_in_no_grad_keeps_recorded_values():
    w = tg.tensor([1.0, 2.0], requires_grad=True)
    loss = (w * w).sum()
    with tg.no_grad():
        w *= 10.0
    loss.backward()
    np.testing.assert_array_equal(w.data, [10.0, 20.0])
    np.testing.assert_array_equal(w.grad.data, [2.0, 4.0])


@pytest.mark.parametrize(
    ("other", "error", "words"),
    [
        (np.ones((2, 2)), tg.ShapeError, r"a result of shape \(2, 2\)"),
        (1j, tg.DTypeError, "a result of dtype complex128"),
    ],
)
def test_an_update_that_does_not_fit_is_an_error(other, error, words):
    w = tg.tensor([1.0, 2.0], requires_grad=True)
    with tg.no_grad(), pytest.raises(error, match=rf"x \+= y: {words}"):
        w += other
    np.testing.assert_array_equal(w.data, [1.0, 2.0])
