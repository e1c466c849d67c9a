"""Layers, one file per family."""

from .activations import (
    ACTIVATIONS as ACTIVATIONS,
    ELU as ELU,
    GELU as GELU,
    Activation as Activation,
    Function as Function,
    Identity as Identity,
    LeakyReLU as LeakyReLU,
    LogSoftmax as LogSoftmax,
    Plain as Plain,
    ReLU as ReLU,
    Sigmoid as Sigmoid,
    SiLU as SiLU,
    Softmax as Softmax,
    Softplus as Softplus,
    Tanh as Tanh,
    activation_module as activation_module,
)
from .dropout import Dropout as Dropout
from .linear import Linear as Linear
from .shaping import Flatten as Flatten
