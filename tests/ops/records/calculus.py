"""The records of differences, integrals and numerical gradients."""

import itertools

import numpy as np

import tinygrad_np as tg
from ops.in_torch import axes_of, torch
from ops.opinfo import ANY, POSITIVE, add, real


def torch_diff(x, prepend=None, append=None, axis=-1, **params):
    def end(value):
        if value is None:
            return None
        value = torch.as_tensor(value, dtype=x.dtype)
        return value.expand(*x.shape[:-1], 1 if value.ndim < 2 else -1)

    return torch.diff(x, dim=axis, prepend=end(prepend), append=end(append), **params)


for params in ({}, {"n": 2}, {"n": 0}, {"axis": 0}, {"axis": -2, "n": 1}, {"n": 4}):
    add("diff", np.diff, ANY, shapes=((2, 4),), params=params, integers=params.get("n") != 4,
        torch=torch_diff)  # fmt: skip
for before, behind in (((2, 1), ()), ((2, 2), (2, 1)), ((), (2, 3))):
    add(
        "diff",
        lambda a, prepend, append, **rest: np.diff(a, prepend=prepend, append=append, **rest),
        *[ANY] * 3,
        call=lambda a, prepend, append, **rest: tg.diff(a, prepend=prepend, append=append, **rest),
        shapes=((2, 3), before, behind),
        params={"n": 2},
        label=f"{before} before, {behind} behind",
        integers=False,
        torch=torch_diff,
    )
add("diff", np.diff, ANY, params={"prepend": 0.5, "append": 1.5}, integers=False, torch=torch_diff)
add("ediff1d", np.ediff1d, ANY, torch=lambda x: torch.diff(x.flatten()))
add(
    "ediff1d",
    lambda ary, to_end, to_begin: np.ediff1d(ary, to_end, to_begin),
    *[ANY] * 3,
    call=tg.ediff1d,
    shapes=((2, 3), (2,), ()),
    label="ends",
    torch=lambda x, end, start: torch.cat(
        [start.flatten(), torch.diff(x.flatten()), end.flatten()]
    ),
)
for params in ({}, {"dx": 0.5}, {"axis": 0}):
    add("trapezoid", np.trapezoid, ANY, params=params,
        torch=lambda y, dx=1.0, axis=-1: torch.trapezoid(y, dx=dx, dim=axis))  # fmt: skip
for shapes, axis in ((((2, 3), (3,)), -1), (((2, 3), (2,)), 0), (((2, 3), (2, 3)), 1)):
    add("trapezoid", np.trapezoid, ANY, ANY, shapes=shapes, params={"axis": axis},
        torch=lambda y, x, axis: torch.trapezoid(y, x, dim=axis))  # fmt: skip


def all_of(gradient):
    """Return a function that stacks the derivatives along all axes in one array."""

    def stacked(f, *varargs, **rest):
        found = gradient(f, *varargs, **rest)
        return np.stack(found) if isinstance(found, tuple) else found

    return stacked


def torch_gradient(f, *spacing, edge_order, axis):
    """Return the derivatives along all axes as one tensor, with a differentiable step."""
    dim = axes_of(f, axis)
    if spacing and spacing[0].ndim:
        found = torch.gradient(f, spacing=spacing, dim=dim, edge_order=edge_order)
    else:
        step = spacing[0] if spacing else 1.0
        found = [g / step for g in torch.gradient(f, dim=dim, edge_order=edge_order)]
    return found[0] if isinstance(axis, int) else torch.stack(list(found))


def growing(rng, shape):
    """Draw numbers in ascending order, at different distances."""
    return np.cumsum(rng.uniform(0.3, 1.2, shape), axis=-1)


for edge_order, axis in itertools.product((1, 2), (None, 0, -1, (1, 0))):
    params = {"edge_order": edge_order, "axis": axis}
    for shapes, domains in (
        (((3, 4),), [ANY]),
        (((3, 4), ()), [ANY, real(POSITIVE)]),
        (
            ((3, 4), *[(3,), (4,)][: 2 if axis is None else 1]),
            [ANY, real(growing), real(growing)][: 3 if axis is None else 2],
        ),
    ):
        if len(shapes) == 2 and shapes[1] and axis in (-1, (1, 0)):
            continue
        add(
            "gradient",
            all_of(np.gradient),
            *domains,
            call=all_of(tg.gradient),
            shapes=shapes,
            params=params,
            label=f"{len(shapes)} arrays",
            integers=len(shapes) == 1,
            torch=torch_gradient,
        )
