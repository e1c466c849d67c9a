"""Flatten."""

import numpy as np
import pytest

import tinygrad_np as tg
from tinygrad_np import nn


def test_flatten():
    assert nn.Flatten()(np.zeros((5, 2, 3))).shape == (5, 6)
    assert nn.Flatten()(np.zeros((0, 2, 3))).shape == (0, 6)
    assert nn.Flatten()(np.zeros((5, 2))).shape == (5, 2)
    assert nn.Flatten(0)(np.zeros((5, 2))).shape == (10,)
    assert nn.Flatten(-2)(np.zeros((4, 5, 2))).shape == (4, 10)
    with pytest.raises(tg.ShapeError, match="no axis 1"):
        nn.Flatten()(np.zeros(5))
