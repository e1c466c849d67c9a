"""Who takes part, and how each is imported: when asked for, and left out if missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import cast

from .workloads import Step, Workload

MakeStep = Callable[[Workload], Step]


@dataclass(frozen=True)
class Peer:
    """One library: its import name, what the table calls it, and the module here that uses it."""

    key: str
    label: str
    module: str

    def load(self) -> MakeStep:
        """Import the library and return its `make_step`; raise `LeftOut` if that can't be done."""
        if find_spec(self.key) is None:
            raise LeftOut("not installed")
        try:
            module = import_module(f"{__package__}.{self.module}")
        except Exception as error:
            if self is OURS:
                raise
            raise LeftOut(f"{type(error).__name__} on import: {error}") from error
        return cast(MakeStep, module.make_step)


class LeftOut(Exception):
    """The peer can't take part; the message says why."""


NUMPY = Peer("numpy", "NumPy by hand", "peer_numpy")
OURS = Peer("tinygrad_np", "tinygrad_np", "peer_ours")
TORCH = Peer("torch", "torch eager", "peer_torch")
PEERS: dict[str, Peer] = {
    peer.key: peer
    for peer in (
        NUMPY,
        OURS,
        TORCH,
        Peer("jax", "jax jit", "peer_jax"),
        Peer("autograd", "autograd", "peer_autograd"),
        Peer("mygrad", "mygrad", "peer_mygrad"),
    )
}
