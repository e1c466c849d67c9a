"""Mutants: gradient rules made slightly wrong, to see whether any test notices.

Every rule, of the package's ops and of the user's own, is wrapped when it is made. The wrapper
records that the rule was applied, and applies a mutation to its result while one is active.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..engine import passes
from ..engine.access import array_of
from ..engine.op import OPS, Rule

RuleKey = tuple[str, str]
"""An op's name and the input that the rule differentiates."""

Mutation = Callable[[Any], Any]


def dropped(c: Any) -> Any:
    """Return a contribution with its middle element set to 0."""
    mask = np.ones(c.shape, c.dtype)
    mask.flat[mask.size // 2 : mask.size // 2 + 1] = 0
    return c * mask


def transposed(c: Any) -> Any:
    """Return a contribution with its last two axes swapped and its shape unchanged."""
    return c.swapaxes(-1, -2).reshape(c.shape) if c.ndim > 1 else c


def first_slice(c: Any, shape: tuple[int, ...]) -> Any:
    """Return the first of the slices of `c` that a sum over the broadcast axes would add up."""
    c = c[(0,) * (c.ndim - len(shape))]
    return c[tuple(slice(0, 1) if n == 1 else slice(None) for n in shape)]


MUTATIONS: dict[str, Mutation] = {
    "scaled by 1.001": lambda c: c * 1.001,
    "sign flipped": lambda c: -c,
    "one element dropped": dropped,
    "transposed": transposed,
}
UNSUMMED = "broadcast sum left out"
KINDS = (*MUTATIONS, UNSUMMED)


@dataclass
class Mutant:
    """A rule with a mutation.

    Attributes:
        key: The rule.
        kind: The name of the mutation.
        effective: Whether it has changed any value so far.
    """

    key: RuleKey
    kind: str
    effective: bool = False

    def __str__(self) -> str:
        return f"{self.key[0]}, the rule for {self.key[1]}: {self.kind}"


class Workshop:
    """The wrapper of all rules, which watches and mutates them.

    Attributes:
        used: The rules applied since this set was last cleared.
        summed: The rules whose contributions were ever summed over broadcast axes.
        mutant: The active mutant.
    """

    def __init__(self) -> None:
        self.used: set[RuleKey] = set()
        self.summed: set[RuleKey] = set()
        self.mutant: Mutant | None = None
        self._undo: list[Callable[[], None]] = []
        self._watched: dict[int, Rule] = {}

    def open(self) -> None:
        """Watch every existing rule, and every rule made later."""
        prepare, match_input = Rule.prepare, passes.match_input

        def watched_prepare(rule: Rule, known: Any, op: str) -> None:
            prepare(rule, known, op)
            self._watch(rule, op)

        def watched_match(c: Any, parent: Any, node: Any, rule: Rule) -> Any:
            key = (node.op.name, rule.input)
            if c.shape != parent.shape and node.op.kind in ("elementwise", "bilinear"):
                self.summed.add(key)
                if self.mutant is not None and (self.mutant.key, self.mutant.kind) == (
                    key,
                    UNSUMMED,
                ):
                    whole, c = c, first_slice(c, parent.shape)
                    self.mutant.effective |= differ(passes.unbroadcast(whole, parent.shape), c)
            return match_input(c, parent, node, rule)

        Rule.prepare = watched_prepare  # type: ignore[method-assign,assignment]
        passes.match_input = watched_match
        self._undo += [
            lambda: setattr(Rule, "prepare", prepare),
            lambda: setattr(passes, "match_input", match_input),
        ]
        for op in list(OPS.values()):
            for rule in op.rules.values():
                self._watch(rule, op.name)

    def close(self) -> None:
        """Restore all rules."""
        while self._undo:
            self._undo.pop()()

    def _watch(self, rule: Rule, op: str) -> None:
        if id(rule) in self._watched:
            return
        self._watched[id(rule)] = rule
        key, right = (op, rule.input), rule.apply

        @functools.wraps(right)
        def apply(g: Any, *needed: Any) -> Any:
            self.used.add(key)
            c = right(g, *needed)
            mutant = self.mutant
            if c is None or mutant is None or mutant.key != key or mutant.kind == UNSUMMED:
                return c
            changed = MUTATIONS[mutant.kind](c)
            mutant.effective |= differ(changed, c)
            return changed

        rule.apply = apply
        self._undo.append(lambda: setattr(rule, "apply", right))


def differ(x: Any, y: Any) -> bool:
    """Return whether two arrays, or Tensors, differ anywhere."""
    values = [np.asarray(array_of(a)) for a in (x, y)]
    return not np.array_equal(values[0], values[1], equal_nan=True)
