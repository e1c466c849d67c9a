"""The libraries compared: each is imported on demand, and left out if missing."""

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
    """One way to run the workloads.

    Attributes:
        key: The name for `--peers`.
        label: The name in the table.
        module: The module here that implements it.
        package: The library that it needs.
    """

    key: str
    label: str
    module: str
    package: str

    def load(self) -> MakeStep:
        """Import the library and return its `make_step`; raise `LeftOut` if that fails."""
        if find_spec(self.package) is None:
            raise LeftOut("not installed")
        try:
            module = import_module(f"{__package__}.{self.module}")
        except Exception as error:
            if self is OURS:
                raise
            raise LeftOut(f"{type(error).__name__} on import: {error}") from error
        return cast(MakeStep, module.make_step)


class LeftOut(Exception):
    """The peer is left out; the message says why."""


NUMPY = Peer("numpy", "NumPy by hand", "peer_numpy", "numpy")
OURS = Peer("tinygrad_np", "tinygrad_np", "peer_ours", "tinygrad_np")
TORCH = Peer("torch", "torch eager", "peer_torch", "torch")
TORCH_TUNED = Peer("torch-tuned", "torch by hand", "peer_torch_tuned", "torch")
PEERS: dict[str, Peer] = {
    peer.key: peer
    for peer in (
        NUMPY,
        OURS,
        TORCH,
        TORCH_TUNED,
        Peer("jax", "jax jit", "peer_jax", "jax"),
        Peer("autograd", "autograd", "peer_autograd", "autograd"),
        Peer("mygrad", "mygrad", "peer_mygrad", "mygrad"),
    )
}
