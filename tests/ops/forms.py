"""Functions in the form that a record needs: of arrays, with one array for an answer."""

import math

import numpy as np


def total(parts):
    """Return one array that depends on each of several in its own way."""
    return sum((k + 1.0) * part.sum() for k, part in enumerate(parts))


def of_list(f):
    """Return a function of a list of arrays as one of arrays."""
    return lambda *arrays, **params: f(list(arrays), **params)


def parts_of(f):
    """Return a function that gives several arrays as one that gives their weighted total."""
    return lambda *arrays, **params: total(f(*arrays, **params))


def times(f):
    """Return a function that makes an array as one of an array it is multiplied with."""
    return lambda x, **params: x * f(**params)


def as_tuple(x):
    return x if isinstance(x, tuple) else (x,)


def of_numbers(f):
    """Return a function of Python numbers as a function of arrays; float64, or x's own dtype."""
    ufunc = np.frompyfunc(f, 1, 1)

    def of_array(x):
        dtype = x.dtype if x.dtype.kind in "fc" else float
        return np.asarray(ufunc(x.astype(np.result_type(dtype, float)))).astype(dtype)

    return of_array


def normal_below(v):
    """Return the probability of a standard normal number below `v`."""
    return 0.5 * math.erfc(-v / math.sqrt(2.0))
