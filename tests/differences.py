"""Derivatives by central differences, which the tests compare gradients with."""

import numpy as np


def difference(f, arrays, wrt, step=1e-6):
    """Return the gradient of the number `f(*arrays)` for the array at place `wrt`."""
    x = arrays[wrt]
    found = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        sides = []
        for h in (step, -step):
            moved = np.array(x)
            moved[place] += h
            sides.append(float(f(*arrays[:wrt], moved, *arrays[wrt + 1 :])))
        found[place] = (sides[0] - sides[1]) / (2 * step)
    return found
