"""Functions under PyTorch's names."""

import numpy as np
import pytest

import tinygrad_np as tg
import tinygrad_np.nn.functional as F
from tinygrad_np import nn


def test_functional_takes_axis_and_dim():
    x = np.arange(6.0).reshape(2, 3)
    for function in (F.softmax, F.log_softmax, F.normalize):
        assert (
            function(x, dim=0).tolist() == function(x, axis=0).tolist() == function(x, 0).tolist()
        )
        assert function(x, 0).tolist() != function(x).tolist()


def test_functional_has_pytorchs_names():
    listed = set(F.__all__)
    expected = (
        "relu leaky_relu elu gelu silu sigmoid tanh softmax log_softmax softplus linear dropout "
        "mse_loss l1_loss huber_loss smooth_l1_loss binary_cross_entropy "
        "binary_cross_entropy_with_logits cross_entropy nll_loss normalize one_hot"
    )
    assert listed >= set(expected.split())
    assert all(callable(getattr(F, name)) for name in listed - {"Reduction"})
    assert F is tg.nn.functional


def test_normalize_and_its_gradient_at_zero():
    x = tg.tensor([[3.0, 4.0], [0.0, 0.0]], requires_grad=True)
    out = F.normalize(x)
    assert out.tolist() == [[0.6, 0.8], [0.0, 0.0]]
    out.sum().backward()
    assert np.isfinite(x.grad.data).all()


def test_one_hot():
    assert F.one_hot(np.array([[1], [0]]), 3).tolist() == [[[0, 1, 0]], [[1, 0, 0]]]
    assert F.one_hot(np.zeros(0, int)).shape == (0, 0)
    with pytest.raises(nn.TargetError, match=r"target\[1\] = 3 is not a class: there are 3"):
        F.one_hot([0, 3], 3)
