"""The directions to check when there are too many elements to check each one.

The elements of an input are grouped into blocks of similar influence on the result. In each block
they move so that all contribute about equally: then one wrong element shows among thousands.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from .differences import Array
from .reference import Perturbation

ALL = 64
"""The number of elements up to which each is checked by itself."""
BLOCKS = 8
"""The number of blocks of an input with more elements."""
EVEN = 10
"""By how many powers of two the move of an element may be reduced to even out contributions."""


class Block(NamedTuple):
    """Some elements of one input, given by their flat indices."""

    input: int
    places: Array


def blocks_of(arrays: Sequence[Array], gradients: Sequence[Array]) -> Iterator[Block]:
    """Yield the elements of each input in blocks of similar influence."""
    for i, (array, g) in enumerate(zip(arrays, gradients, strict=True)):
        if array.size:
            influence = np.nan_to_num(np.abs(g.ravel() * lengths(array, "own").ravel()))
            order = np.argsort(influence, kind="stable")
            for places in np.array_split(order, min(BLOCKS, array.size)):
                yield Block(i, np.sort(places))


def lengths(array: Array, scale: str) -> Array:
    """Return the length by which each element of an array moves, a power of two.

    With scale ``"own"`` it is the element's size, with ``"common"`` that of all, with ``"one"`` 1.
    """
    if scale == "one":
        return np.ones_like(array)
    sizes = np.abs(np.where(np.isfinite(array), array, 0.0))
    common = np.sqrt(np.mean(sizes * sizes)) if array.size else 1.0
    common = common or 1.0
    sizes = np.where(sizes == 0, common, sizes) if scale == "own" else np.full_like(sizes, common)
    return np.asarray(np.exp2(np.floor(np.log2(sizes))))


def direction_of(
    block: Block,
    arrays: Sequence[Array],
    gradients: Sequence[Array],
    scale: str,
    rng: np.random.Generator,
) -> Perturbation:
    """Return a random direction in which only the elements of a block move.

    Its numbers have six binary digits, so that moving along it by a step with few digits is exact.
    """
    array, g = arrays[block.input], gradients[block.input]
    length = lengths(array, scale).ravel()[block.places]
    influence = np.nan_to_num(np.abs(g.ravel()[block.places].astype(array.dtype)) * length)
    if influence.any():
        least = np.min(influence[influence != 0])
        with np.errstate(divide="ignore"):
            slower = np.floor(np.log2(least / influence))
        length = length * np.exp2(np.clip(slower, -EVEN, 0.0))
    n = len(block.places)
    moves = rng.integers(32, 64, n) / 32.0 * rng.choice([-1.0, 1.0], n) * length
    whole = np.zeros_like(array)
    whole.flat[block.places] = moves
    return [whole if i == block.input else None for i in range(len(arrays))]


def halves(block: Block) -> tuple[Block, Block]:
    """Return a block of several elements split in two."""
    middle = len(block.places) // 2
    return (
        Block(block.input, block.places[:middle]),
        Block(block.input, block.places[middle:]),
    )
