"""Derivatives by central differences, with which the tests compare gradients."""

import numpy as np


def difference(f, arrays, wrt, step=1e-6):
    """Return the gradient of the number `f(*arrays)` for the array at place `wrt`.

    For a complex array a + ib, it is df/da + i df/db.
    """
    x = arrays[wrt]
    units = (1, 1j) if np.iscomplexobj(x) else (1,)
    found = np.zeros(x.shape, np.result_type(x, float))
    for place in np.ndindex(x.shape):
        for unit in units:
            sides = []
            for h in (step, -step):
                moved = np.array(x)
                moved[place] += h * unit
                sides.append(float(f(*arrays[:wrt], moved, *arrays[wrt + 1 :])))
            found[place] += unit * (sides[0] - sides[1]) / (2 * step)
    return found
