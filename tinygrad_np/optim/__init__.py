"""Optimizers, which update parameters in place by their gradients.

>>> import tinygrad_np as tg
>>> w = tg.tensor(3.0, requires_grad=True, name="w")
>>> optimizer = tg.optim.SGD([w], lr=0.1)
>>> for _ in range(50):
...     optimizer.zero_grad()
...     loss = (w - 1.0) ** 2
...     loss.backward()
...     optimizer.step()
>>> round(w.item(), 3)
1.0
"""

from ..engine.public import claim
from .adam import Adam, AdamW
from .optimizer import Optimizer
from .sgd import SGD

__all__ = ["SGD", "Adam", "AdamW", "Optimizer"]

claim(globals(), __all__)
