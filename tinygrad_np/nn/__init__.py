"""Neural networks: modules, layers, containers, initialisers and losses.

>>> import numpy as np
>>> from tinygrad_np import nn
>>> model = nn.MLP([2, 16, 1], activation="tanh", rng=0)
>>> loss = nn.BCEWithLogitsLoss()(model(np.zeros((4, 2))), np.ones((4, 1)))
>>> loss.backward()
"""

from ..engine.public import claim
from . import functional, init
from .containers import MLP, ModuleList, Sequential, from_spec
from .layers import (
    ELU,
    GELU,
    Activation,
    Dropout,
    Flatten,
    Function,
    Identity,
    LeakyReLU,
    Linear,
    LogSoftmax,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Tanh,
)
from .losses import (
    BCELoss,
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    HuberLoss,
    L1Loss,
    Loss,
    MSELoss,
    NLLLoss,
    SmoothL1Loss,
)
from .module import Module, Parameter
from .targets import TargetError

__all__ = [
    "ELU",
    "GELU",
    "MLP",
    "Activation",
    "BCELoss",
    "BCEWithLogitsLoss",
    "CrossEntropyLoss",
    "Dropout",
    "Flatten",
    "Function",
    "HuberLoss",
    "Identity",
    "L1Loss",
    "LeakyReLU",
    "Linear",
    "LogSoftmax",
    "Loss",
    "MSELoss",
    "Module",
    "ModuleList",
    "NLLLoss",
    "Parameter",
    "ReLU",
    "Sequential",
    "SiLU",
    "Sigmoid",
    "SmoothL1Loss",
    "Softmax",
    "Softplus",
    "Tanh",
    "TargetError",
    "from_spec",
    "functional",
    "init",
]

claim(globals(), __all__)
