"""Adapters that give functions the form a record needs: arrays in, one array out."""

import math

import numpy as np


def total(parts):
    """Return one array that depends on each of several arrays with a different weight."""
    return sum((k + 1.0) * part.sum() for k, part in enumerate(parts))


def of_list(f):
    """Turn a function of a list of arrays into one of arrays."""
    return lambda *arrays, **params: f(list(arrays), **params)


def parts_of(f):
    """Turn a function with several results into one with their weighted total."""
    return lambda *arrays, **params: total(f(*arrays, **params))


def times(f):
    """Turn a function that creates an array into one that multiplies its argument by it."""
    return lambda x, **params: x * f(**params)


def as_tuple(x):
    return x if isinstance(x, tuple) else (x,)


def of_numbers(f):
    """Turn a function of Python numbers into one of arrays: float64, or the dtype of x."""
    ufunc = np.frompyfunc(f, 1, 1)

    def of_array(x):
        dtype = x.dtype if x.dtype.kind in "fc" else float
        return np.asarray(ufunc(x.astype(np.result_type(dtype, float)))).astype(dtype)

    return of_array


def normal_below(v):
    """Return the probability that a standard normal variable is below `v`."""
    return 0.5 * math.erfc(-v / math.sqrt(2.0))
