"""What NumPy has got since the oldest version: its functions as references, or formulas of them."""

import numpy as np
import pytest

from tinygrad_np.engine.since import SINCE


def before(version):
    """Return whether this NumPy is older than a version."""
    return np.lib.NumpyVersion(np.__version__) < f"{version}.0"


def scanned(ufunc):
    """Return the formula of a scan, after the start of it if `include_initial`."""

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


# Keywords that came late; what of an old NumPy is their place is that of a new one too.


def clip(x, min, max):
    """Return what NumPy gives, or `x` where it asks for one of the limits."""
    return np.positive(x) if before("2.1") and min is max is None else np.clip(x, min, max)


def reshape(x, shape, order="C"):
    return np.reshape(x, shape, order=order)


def pad(x, pad_width):
    """Return what NumPy gives, or by lists where it takes no dictionary."""
    if before("2.4") and isinstance(pad_width, dict):
        widths = {axis % x.ndim: width for axis, width in pad_width.items()}
        listed = [widths.get(axis, 0) for axis in range(x.ndim)]
        pad_width = [width if isinstance(width, tuple) else (width, width) for width in listed]
    return np.pad(x, pad_width)


def cond(x, p):
    """Return what NumPy gives: up to 2.2, for complex matrices, as complex numbers."""
    found = np.linalg.cond(x, p)
    return found.real if before("2.3") else found


def trim_zeros(x, trim="fb", axis=None):
    """Return what NumPy gives, or the formula where its function does not take several axes."""
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
    """Return what `np.insert` takes for a mask: its places, where booleans are integers to it."""
    is_mask = isinstance(obj, np.ndarray) and obj.dtype.kind == "b"
    return np.flatnonzero(obj) if is_mask and before("2.2") else obj


def numpy_or_formula(name):
    """Return NumPy's function of a name, or its formula where this NumPy lacks it."""
    return getattr(np, name) if hasattr(np, name) else FORMULAS[name]


def needs(*names):
    """Return the marks of a test that calls functions of NumPy which not every NumPy has."""
    return [
        pytest.mark.skipif(not hasattr(np, name), reason=f"np.{name} came with NumPy {SINCE[name]}")
        for name in names
    ]
