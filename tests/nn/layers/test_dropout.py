"""Dropout."""

import numpy as np
import pytest

import tinygrad_np as tg
import tinygrad_np.nn.functional as F
from tinygrad_np import nn


def test_dropout_drops_and_scales():
    x = tg.tensor(np.ones((100, 100)), requires_grad=True)
    out = nn.Dropout(0.3, rng=0)(x)
    kept = out.data != 0
    assert kept.mean() == pytest.approx(0.7, abs=0.02)
    np.testing.assert_allclose(out.data[kept], 1 / 0.7)
    out.sum().backward()
    assert np.array_equal(x.grad.data, out.data)  # the same mask


def test_dropout_draws_from_its_generator():
    x = np.ones(50)
    first, second = nn.Dropout(rng=1), nn.Dropout(rng=1)
    assert first(x).tolist() == second(x).tolist()
    assert first(x).tolist() != nn.Dropout(rng=1)(x).tolist()  # the generator advances
    legacy = nn.Dropout(rng=np.random.RandomState(1))(x)
    assert set(legacy.tolist()) == {0.0, 2.0}


def test_dropout_is_the_identity_when_not_training():
    x = tg.tensor(np.ones(50), requires_grad=True)
    assert nn.Dropout(0.9).eval()(x) is x
    assert nn.Dropout(0.0)(x) is x
    assert nn.Dropout(1.0)(x).tolist() == [0.0] * 50


def test_dropout_keeps_the_dtype_and_refuses_other_probabilities():
    assert nn.Dropout()(np.ones(5, np.float32)).dtype == np.float32
    assert F.dropout([1, 1], 0.0).tolist() == [1, 1]
    assert repr(nn.Dropout(0.25)) == "Dropout(p=0.25)"
    for p in (-0.1, 1.1, float("nan")):
        with pytest.raises(ValueError, match="p is a probability"):
            nn.Dropout(p)
