"""Helpers shared by the examples: an output folder for pictures, tables, two kinds of plot."""

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, ListedColormap
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

import tinygrad_np as tg

OUTPUT = Path(__file__).resolve().parent / "output"

# The first two are the classes, wherever points or regions are drawn; grey is for curves only.
BLUE, ORANGE, GREY = "#2f6db3", "#e8792b", "#8a8f98"
CLASSES = ListedColormap([BLUE, ORANGE])
REGIONS = LinearSegmentedColormap.from_list(
    "regions", ["#8fb8e6", "#d9e7f6", "#fbfaf7", "#fbe3d0", "#f5b58a"]
)
INK = "#2b2f36"

matplotlib.rcParams.update(
    {
        "axes.axisbelow": True,
        "axes.edgecolor": "#c3c7ce",
        "axes.grid": True,
        "axes.labelcolor": INK,
        "axes.spines.right": False,
        "axes.spines.top": False,
        "axes.titlepad": 10,
        "axes.titlesize": 12,
        "figure.facecolor": "white",
        "font.size": 10,
        "grid.color": "#eceef1",
        "legend.frameon": False,
        "lines.linewidth": 1.8,
        "text.color": INK,
        "xtick.color": INK,
        "ytick.color": INK,
    }
)

# ------------------------------------------------------------------- printing


def print_table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows under a header, each column as wide as its widest entry."""
    cells = [[str(cell) for cell in row] for row in [header, *rows]]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for i, row in enumerate(cells):
        print("  " + " | ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)))
        if i == 0:
            print("  " + "-+-".join("-" * width for width in widths))


def compare(
    here: Mapping[int, float],
    notebook: Mapping[int, float],
    *,
    what: str = "iteration",
    digits: int = 6,
) -> None:
    """Print values next to those that the notebook printed."""
    rows = [
        [i, f"{here[i]:.{digits}f}", f"{value:.{digits}f}", f"{here[i] - value:+.1e}"]
        for i, value in notebook.items()
    ]
    print_table([what, "here", "notebook", "difference"], rows)


# ------------------------------------------------------------------- pictures


def make_figure(columns: int, width: float, height: float) -> tuple[Figure, list[Axes]]:
    """Return a figure with a row of axes, without opening a window."""
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, list(figure.subplots(1, columns, squeeze=False)[0])


def save_figure(figure: Figure, name: str) -> Path:
    """Write a figure to the output folder and print its path."""
    path = output(name)
    figure.savefig(path, dpi=160, bbox_inches="tight", pad_inches=0.15)
    print(f"saved {shorten(path)}")
    show(path)
    return path


def save_graph(tensor: tg.Tensor, name: str) -> Path:
    """Write a picture of a tensor's graph to the output folder and print its path."""
    path = tg.viz.save(tensor, output(f"{name}.svg"))
    print(f"saved {shorten(path)}")
    show(path)
    return path


def show(path: Path) -> None:
    """Show a picture if this is a notebook, or another front end of IPython's kernel."""
    if "ipykernel" in sys.modules:
        from IPython.display import SVG, Image, display

        display((SVG if path.suffix == ".svg" else Image)(filename=str(path)))


def output(name: str) -> Path:
    """Return the path of a file in the output folder, which is created if missing."""
    OUTPUT.mkdir(parents=True, exist_ok=True)
    return OUTPUT / name


def shorten(path: Path) -> Path:
    """Return a path relative to the working directory, if it is inside."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def plot_boundary(
    axes: Axes,
    probability: Callable[[NDArray[Any]], ArrayLike],
    points: NDArray[Any],
    labels: ArrayLike,
    title: str,
    *,
    margin: float = 0.15,
) -> None:
    """Draw the output of a classifier of points in the plane, and the points.

    `points` has a column for each point. `probability` is called with a grid in that layout and
    returns a number for each column; the boundary is where that number crosses 1/2.
    """
    low, high = points.min(axis=1) - margin, points.max(axis=1) + margin
    x, y = np.meshgrid(np.linspace(low[0], high[0], 300), np.linspace(low[1], high[1], 300))
    with tg.no_grad():
        values = np.asarray(probability(np.stack([x.ravel(), y.ravel()]))).reshape(x.shape)
    extent = (low[0], high[0], low[1], high[1])
    axes.imshow(values, cmap=REGIONS, vmin=0, vmax=1, extent=extent, origin="lower")
    axes.contour(x, y, values, levels=[0.5], colors=INK, linewidths=1.6)
    dots: dict[str, Any] = {"s": 20, "edgecolors": "white", "linewidths": 0.4, "zorder": 3}
    axes.scatter(points[0], points[1], c=np.ravel(labels), cmap=CLASSES, **dots)
    axes.set(title=title, xlabel="$x_1$", ylabel="$x_2$", aspect="equal")
    axes.locator_params(nbins=6)
    axes.grid(False)


def plot_curves(
    axes: Axes,
    curves: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    title: str,
    *,
    xlabel: str = "iteration",
    log: bool = False,
) -> None:
    """Draw one line for each named pair of x and y values."""
    for (name, (x, y)), color in zip(curves.items(), [BLUE, ORANGE, GREY], strict=False):
        axes.plot(x, y, label=name, color=color)
    if log:
        axes.set_yscale("log")
    axes.set(title=title, xlabel=xlabel)
    axes.margins(x=0.02)
    if len(curves) > 1:
        axes.legend()
