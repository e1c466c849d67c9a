"""What the strategies guarantee about their draws."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import tinygrad_np as tg
from tinygrad_np.testing import gradcheck, strategies
from tinygrad_np.testing.programs import FORMS


@given(strategies.shapes(min_dims=1, max_dims=2, min_side=2, max_side=3))
def test_shapes_have_the_given_sizes(shape):
    assert 1 <= len(shape) <= 2
    assert all(2 <= n <= 3 for n in shape)


@given(strategies.broadcastable_shapes(3))
def test_shapes_broadcast(drawn):
    assert len(drawn) == 3
    np.broadcast_shapes(*drawn)


@given(
    st.data(),
    st.sampled_from([1e-6, 1.0, 30.0]),
    st.sampled_from(["f2", "f4", "f8", "c8", "c16"]),
    st.booleans(),
)
def test_tensors_have_the_given_properties(data, scale, dtype, requires_grad):
    if dtype == "f2" and scale == 1e-6:  # hardly any numbers lie between 0 and the scale
        return
    kinks = (0.0, scale)
    x = data.draw(
        strategies.tensors(
            (4, 2), dtype=dtype, scale=scale, away_from=kinks, requires_grad=requires_grad
        )
    )
    assert (x.shape, x.dtype, x.requires_grad) == ((4, 2), np.dtype(dtype), requires_grad)
    for kink in kinks:
        assert (abs(x.data.real - kink) >= 0.1 * scale).all()
    assert 0.1 * scale <= abs(x.data.real).max() <= 2.0 * scale * 1.001
    assert (x.data.imag != 0).any() == dtype.startswith("c")


@given(strategies.tensors((5,), ties=True), strategies.tensors(st.just((1,)), ties=True))
def test_ties(several, one):
    assert len(np.unique(several.data)) < 5
    assert one.size == 1
    assert gradcheck(tg.max, several)


@given(strategies.tensors(st.sampled_from([(2,), (3, 1)]), dtype=st.sampled_from(["f4", "f8"])))
def test_arguments_may_be_strategies(x):
    assert x.shape in ((2,), (3, 1))
    assert x.dtype in (np.float32, np.float64)


def test_kinks_that_exclude_all_values_are_an_error():
    @settings(max_examples=1, database=None)
    @given(strategies.tensors((2,), away_from=(0.0,), gap=3.0))
    def test(x):
        pass

    with pytest.raises(ValueError, match=r"no number up to 2.0 is 3.0 from \(0.0,\)"):
        test()


@given(strategies.calls())
def test_calls_pass_the_gradient_check(program):
    assert len(program.lines) == 1
    assert gradcheck(program, *program.leaves.values(), raise_=False)  # some are weak


@given(strategies.programs(max_lines=4))
@settings(max_examples=30)
def test_programs_take_arrays_and_tensors(program):
    assert 1 <= len(program.lines) <= 4
    arrays = program(*program.leaves.values())
    tensors = program(*map(tg.tensor, program.leaves.values()))
    for a, t in zip(arrays, tensors, strict=True):
        assert isinstance(t, tg.Tensor)
        np.testing.assert_allclose(t.data, a, rtol=1e-10, atol=1e-12)


@given(strategies.programs({"tanh": lambda d: f"np.tanh({d.pick()})"}))
def test_custom_forms(program):
    assert all(form == "tanh" for _, _, form in program.lines)
    assert "tanh" not in FORMS
