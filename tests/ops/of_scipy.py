"""Functions that add the records of `tg.special`: SciPy computes the references too.

So values are only tested to be passed on; gradients are compared with differences. Without SciPy
there are neither references nor functions.
"""

import numpy as np
import scipy.special as sp

import tinygrad_np as tg
from ops.opinfo import add, elementwise, fixed, floats, integers

PROBABILITY, ABOVE_1 = floats(0.1, 0.9), floats(1.2, 3.0)
BETWEEN, ABOVE_0 = floats(0.6, 0.9), floats(0.1, 0.9)
ORDER = integers(1, 3)
"""Arguments that have no gradient are drawn as integers."""


def of_arrays(name, *domains, **rest):
    """Add a record of a function of arrays that broadcast."""
    ours, theirs = getattr(tg.special, name), getattr(sp, name)
    elementwise(f"special.{name}", theirs, *domains, call=ours, **rest)


def with_orders(name, *domains, **rest):
    """Add a record of a function that has arguments without a gradient."""
    rest = {"integers": False, **rest}
    add(f"special.{name}", getattr(sp, name), *domains, call=getattr(tg.special, name), **rest)


def of_order(name, domain, *, torch, one, **rest):
    """Add records of a function of an order and an argument: for several orders, and for one.

    They have separate counterparts: PyTorch has Bessel functions of order 0 and 1 only.
    """
    with_orders(name, ORDER, domain, integers=True, torch=torch, **rest)
    shapes = ((), (2, 3))
    with_orders(name, fixed(1), domain, integers=True, shapes=shapes, label="one order", torch=one,
                **rest)  # fmt: skip


def of_order_0(name, domain, **rest):
    """Add a record of a function of order 0."""
    shapes = ((), (2, 3))
    with_orders(name, fixed(0), domain, integers=True, shapes=shapes, label="order 0", **rest)


def total(results):
    """Return the sum of the real parts of several results, each with a different weight."""
    return sum((k + 1.0) * x.real for k, x in enumerate(results))


def in_parts(name, *domains, torch, first=None, **rest):
    """Add records of the whole function, and of each of its results.

    `torch` is their counterpart in PyTorch; `first` is that of the first result.
    """
    ours, theirs = getattr(tg.special, name), getattr(sp, name)
    enter = add if ORDER in domains else elementwise
    kind = np.result_type(*theirs(*[0.5] * len(domains))).kind
    enter(
        f"special.{name}",
        lambda *x: total(theirs(*x)),
        *domains,
        call=lambda *x: total(ours(*x)),
        label="all",
        torch=torch,
        **rest,
    )
    for i, part in enumerate(ours.parts):
        enter(
            f"special.{name}_{part}",
            lambda *x, i=i: theirs(*x)[i].real if kind == "c" else theirs(*x)[i],
            *domains,
            call=lambda *x, i=i: tg.real(ours(*x)[i]) if kind == "c" else ours(*x)[i],
            torch=first if first and i == 0 else torch,
            **rest,
        )
