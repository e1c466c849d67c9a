"""Forms of lines that arrange, index, select and assign."""

from __future__ import annotations

import itertools

from .forms import apart, broadcasts, form
from .program import Draft, Variable

# ------------------------------------------------------------------------------------ shaping


@form
def reshape(d: Draft) -> str:
    x = d.pick(kinds="fc")
    n = x.data.size
    options = [(-1,), (n, 1), (1, n), *((k, n // k) for k in (2, 3, 4) if n % k == 0)]
    if n % 4 == 0:
        options.append((2, -1, 2))
    return f"np.reshape({x}, {d.choose(options)})"


@form
def transpose(d: Draft) -> str:
    x = d.pick(lambda x: x.ndim > 1, "fc", (2, 3))
    orders = list(itertools.permutations(range(x.ndim)))
    return f"np.transpose({x}, {d.choose(orders[::-1])})"


@form
def moved_axes(d: Draft) -> str:
    x = d.pick(lambda x: x.ndim > 1, "fc", (2, 3))
    return f"np.{d.choose(('swapaxes', 'moveaxis'))}({x}, {d.axis(x)}, {d.axis(x)})"


@form
def new_axis(d: Draft) -> str:
    x = d.pick(lambda x: x.ndim < 4, "fc")
    return f"np.expand_dims({x}, {d.choose((0, -1))})"


@form
def squeeze(d: Draft) -> str:
    x = d.pick(lambda x: 1 in x.shape, "fc", (2, 1))
    return f"np.squeeze({x}, axis={x.shape.index(1)})"


@form
def broadcast(d: Draft) -> str:
    x = d.pick(lambda x: x.ndim < 4 and x.data.size <= 16, "fc")
    return f"np.broadcast_to({x}, {(d.choose((2, 3)), *x.shape)})"


@form
def turned(d: Draft) -> str:
    x = d.pick(lambda x: x.ndim > 0, "fc", (3,))
    return d.choose((f"np.flip({x}, {d.axis(x)})", f"np.roll({x}, 1, {d.axis(x)})"))


@form
def repeated(d: Draft) -> str:
    x = d.pick(lambda x: x.ndim > 0 and x.data.size <= 16, "fc", (3,))
    return d.choose((f"np.tile({x}, 2)", f"np.repeat({x}, 2, axis={d.axis(x)})"))


@form
def padded(d: Draft) -> str:
    x = d.pick(lambda x: x.ndim == 1 and x.data.size > 1, shape=(3,))
    mode = d.choose(("constant", "edge", "reflect", "wrap", "symmetric", "mean", "linear_ramp"))
    return f"np.pad({x}, (1, {d.choose((0, 1))}), mode={mode!r})"


@form
def joined(d: Draft) -> str:
    x = d.pick(lambda x: x.ndim > 0, "fc", (2, 2))
    y = d.pick(lambda y: y.shape == x.shape, "fc", x.shape)
    return f"np.{d.choose(('concatenate', 'stack'))}([{x}, {y}], {d.axis(x)})"


@form
def joined_in_rows(d: Draft) -> str:
    x = d.pick(lambda x: x.ndim == 1, shape=(2,))
    y = d.pick(lambda y: y.shape == x.shape, shape=x.shape)
    return f"np.{d.choose(('hstack', 'vstack', 'column_stack'))}(({x}, {y}))"


@form
def part_of_split(d: Draft) -> str:
    x = d.pick(lambda x: x.ndim > 0 and x.shape[0] > 1, "fc", (3,))
    return f"np.split({x}, [1])[{d.choose((0, 1))}]"


# --------------------------------------------------------------------- indexing and selection


def index(d: Draft, x: Variable) -> str:
    """Return a basic or an advanced index into `x`, which must have an axis."""
    n = x.shape[0]
    last = x.shape[-1]
    return d.choose(
        (
            "0",
            "-1",
            "1:" if n > 1 else ":",
            "..., None",
            f"..., {last - 1}",
            "..., ::2",
            f"[0, {n - 1}, 0]",
            f"..., [0, {last - 1}, 0]",
            f"np.array([[0, {n - 1}], [0, 0]])",
        )
    )


@form
def picked(d: Draft) -> str:
    x = d.pick(lambda x: x.ndim > 0, "fc", (3,))
    return f"{x}[{index(d, x)}]"


@form
def reversed_slice(d: Draft) -> str:
    x = d.pick(lambda x: x.ndim > 0, "fc", (3,))
    return f"{x}[..., ::-1]"


@form
def masked(d: Draft) -> str | None:
    x = d.pick(lambda x: apart(x.data, 0.1))
    codes = (f"{x}[{x} > 0.1]", f"np.where({x} > 0.1, {x}, 0.5)", f"{x} * ({x} > 0.1)")
    return d.choose(codes) if apart(x.data, 0.1) and (x.data > 0.1).any() else None


@form
def taken(d: Draft) -> str:
    x = d.pick(lambda x: x.ndim > 0, "fc", (3,))
    axis = d.axis(x)
    n = x.shape[axis]
    codes = (
        f"np.take({x}, [{n - 1}, 0, 0], axis={axis})",
        f"np.compress([True], {x}, axis={axis})",
    )
    return d.choose(codes)


@form
def diagonals(d: Draft) -> str:
    x = d.pick(lambda x: x.ndim == 2, "fc", (3, 3))
    return f"np.{d.choose(('diagonal', 'trace', 'tril', 'triu'))}({x})"


@form
def diagonal_matrix(d: Draft) -> str:
    return f"np.diag({d.pick(lambda x: x.ndim == 1, 'fc', (3,))})"


# --------------------------------------------------------------------------------- assignment


@form
def assignment(d: Draft) -> str:
    x = d.pick(lambda x: x.ndim > 0, shape=(3,))
    n = x.shape[0]
    place = d.choose(
        ("0", "...", "-1:", "..., ::2", "..., None", f"[{n - 1}]", f"{list(range(n))}")
    )
    shape = eval(f"x[{place}]", {"x": x.data}).shape
    v = d.pick(lambda v: v.shape == shape, shape=d.choose(((), shape)))
    sign = d.choose(("=", "+=", "*=", "-="))
    return f"{d.out} = np.copy({x})\n{d.out}[{place}] {sign} {v}"


@form
def in_place(d: Draft) -> str:
    x = d.pick()
    y = d.pick(lambda y: broadcasts(x)(y) and y.ndim <= x.ndim and y.data.size == 1, shape=())
    return f"{d.out} = np.copy({x})\n{d.out} {d.choose(('+=', '*=', '-='))} {y}"


@form
def computed_mask_assignment(d: Draft) -> str | None:
    x = d.pick(lambda x: x.ndim > 0 and apart(x.data), shape=(3,))
    if not apart(x.data):
        return None
    v = d.pick(lambda v: v.shape == (), shape=())
    return f"{d.out} = np.copy({x})\n{d.out}[{x} > 0] = {v}"
