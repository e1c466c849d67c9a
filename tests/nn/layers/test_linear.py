"""The linear layer."""

import numpy as np
import pytest

import tinygrad_np as tg
from tinygrad_np import nn


def count_nodes(tensor):
    seen, stack = set(), [tensor.node]
    while stack:
        node = stack.pop()
        if node not in seen and node.op is not None:
            seen.add(node)
            stack.extend(node.parents)
    return len(seen)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("shape", [(3,), (5, 3), (2, 5, 3), (0, 3)])
def test_linear_forward_and_gradient(shape, bias, rng):
    layer = nn.Linear(3, 4, bias, bias_init="ones", rng=0)
    x = rng.standard_normal(shape)
    out = layer(x)
    expected = x @ layer.weight.data.T + (1.0 if bias else 0.0)
    np.testing.assert_allclose(out.data, expected, rtol=1e-13, atol=1e-13)
    g = rng.standard_normal(out.shape)
    out.backward(g)
    rows, cotangents = x.reshape(-1, 3), g.reshape(-1, 4)
    np.testing.assert_allclose(layer.weight.grad.data, cotangents.T @ rows, atol=1e-13)
    if bias:
        np.testing.assert_allclose(layer.bias.grad.data, cotangents.sum(0), atol=1e-13)
    else:
        assert layer.bias is None


def test_linear_is_one_node():
    assert count_nodes(nn.Linear(3, 4)(np.ones((2, 3)))) == 1


def test_linear_keeps_float32():
    layer = nn.Linear(3, 2, dtype=np.float32)
    assert layer(np.ones((5, 3), np.float32)).dtype == np.float32
    assert {p.dtype for p in layer.parameters()} == {np.dtype("float32")}


def test_linear_names_mismatched_shapes():
    with pytest.raises(tg.ShapeError, match=r"\(5, 2\).*\(4, 3\).*3"):
        nn.Linear(3, 4)(np.ones((5, 2)))


@pytest.mark.parametrize("sizes", [(0, 1), (1, -1), (2.0, 1), (True, 1), ("2", 1)])
def test_linear_sizes_are_positive_integers(sizes):
    with pytest.raises(tg.ShapeError, match="positive integers"):
        nn.Linear(*sizes)


def test_linear_takes_numpy_sizes():
    assert nn.Linear(np.int64(2), np.int32(3)).weight.shape == (3, 2)  # type: ignore[arg-type]
