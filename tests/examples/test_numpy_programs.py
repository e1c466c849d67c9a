"""Unmodified but for an import, NumPy programs have NumPy's values and exact gradients."""

import types
from pathlib import Path

import numpy as np
import pytest

import tinygrad_np as tg

rng = np.random.default_rng(0)
ARGUMENTS = {
    "n_body": rng.normal(size=(3, 4)),
    "heat": rng.uniform(0.5, 1.5, (4, 4)),
    "kalman": np.array([0.1, 0.3]),
    "lu": rng.normal(size=(4, 4)) + 4.0 * np.eye(4),
    "logistic_map": np.array(3.1),
    "stencil": rng.uniform(0.2, 0.8, (6, 6)),
    "gp_likelihood": np.array([1.1, 0.4, 0.2]),
}

SOURCE = Path(__file__).with_name("numpy_programs.py").read_text(encoding="utf-8")
THEIRS, OURS = types.ModuleType("theirs"), types.ModuleType("ours")
exec(SOURCE, THEIRS.__dict__)
exec(SOURCE.replace("import numpy as np", "import tinygrad_np.numpy as np"), OURS.__dict__)


@pytest.mark.parametrize("name", ARGUMENTS)
def test_a_numpy_program(name):
    x, f = ARGUMENTS[name], getattr(THEIRS, name)
    expected = np.asarray(f(x.copy()))
    weights = np.cos(np.arange(expected.size)).reshape(expected.shape)

    def scalar(x):
        return (getattr(OURS, name)(x) * weights).sum()

    given = x.copy()
    found = getattr(OURS, name)(tg.tensor(x, requires_grad=True))
    np.testing.assert_array_almost_equal_nulp(found.data, expected, nulp=4)
    gradient = tg.grad(scalar)(given)
    np.testing.assert_array_equal(given, x)
    for seed in range(3):
        d = np.random.default_rng(seed).normal(size=x.shape)
        sides = [(f(x + h * d) * weights).sum() for h in (1e-6, -1e-6)]
        slope = (sides[0] - sides[1]) / 2e-6
        assert (gradient.data * d).sum() == pytest.approx(slope, rel=1e-5, abs=1e-6)
        _, tangent = tg.jvp(scalar, (x,), (d,))
        assert tangent.item() == pytest.approx((gradient.data * d).sum(), rel=1e-9)
