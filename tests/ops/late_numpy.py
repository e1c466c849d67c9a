"""References for functions NumPy gained since the oldest version: its own, or formulas."""

import numpy as np
import pytest

from tinygrad_np.engine.since import SINCE


def before(version):
    """Return whether this NumPy is older than a version."""
    return np.lib.NumpyVersion(np.__version__) < f"{version}.0"


def scanned(ufunc):
    """Return the formula of a scan; with `include_initial` it begins with the identity."""

    def formula(x, axis=0, include_initial=False):
        before = [(int(include_initial and i == axis % x.ndim), 0) for i in range(x.ndim)]
        return np.pad(ufunc.accumulate(x, axis), before, constant_values=ufunc.identity)

    return formula


def conjugated(x):
    return x.conj() if np.iscomplexobj(x) else x


FORMULAS = {
    "cumulative_prod": scanned(np.multiply),
    "cumulative_sum": scanned(np.add),
    "matvec": lambda x, y: np.einsum("...ij,...j->...i", x, y),
    "unstack": lambda x, axis=0: tuple(np.moveaxis(x, axis, 0)),
    "vecmat": lambda x, y: np.einsum("...i,...ij->...j", conjugated(x), y),
}


# Keywords that came late: these functions have them on an old NumPy too.


def clip(x, min, max):
    """Return what NumPy gives, or `x` where an old NumPy requires one of the limits."""
    return np.positive(x) if before("2.1") and min is max is None else np.clip(x, min, max)


def reshape(x, shape, order="C"):
    return np.reshape(x, shape, order=order)


def pad(x, pad_width):
    """Return what NumPy gives; an old one gets lists, as it accepts no dictionary."""
    if before("2.4") and isinstance(pad_width, dict):
        widths = {axis % x.ndim: width for axis, width in pad_width.items()}
        listed = [widths.get(axis, 0) for axis in range(x.ndim)]
        pad_width = [width if isinstance(width, tuple) else (width, width) for width in listed]
    return np.pad(x, pad_width)


def cond(x, p):
    """Return what NumPy gives, made real: before 2.3 it is complex for complex matrices."""
    found = np.linalg.cond(x, p)
    return found.real if before("2.3") else found


def trim_zeros(x, trim="fb", axis=None):
    """Return what NumPy gives, or the formula where its function accepts no axes."""
    if not before("2.4"):
        return np.trim_zeros(x, trim, axis=axis)
    index = [slice(None)] * x.ndim
    for a in range(x.ndim) if axis is None else np.atleast_1d(axis).astype(int):
        places = np.argwhere(x)[:, a]
        start = places.min(initial=len(x)) if "f" in trim.lower() else None
        stop = places.max(initial=-1) + 1 if "b" in trim.lower() else None
        index[a] = slice(start, stop) if len(places) else slice(0, 0)
    return x[tuple(index)]


def places(obj):
    """Return `obj`, or a mask's places where an old `np.insert` treats booleans as integers."""
    is_mask = isinstance(obj, np.ndarray) and obj.dtype.kind == "b"
    return np.flatnonzero(obj) if is_mask and before("2.2") else obj


def numpy_or_formula(name):
    """Return NumPy's function with this name, or the formula where this NumPy lacks it."""
    return getattr(np, name) if hasattr(np, name) else FORMULAS[name]


def needs(*names):
    """Return marks that skip a test where this NumPy lacks one of the functions."""
    return [
        pytest.mark.skipif(not hasattr(np, name), reason=f"np.{name} came with NumPy {SINCE[name]}")
        for name in names
    ]
