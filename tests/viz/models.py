"""The examples' models, as small graphs whose pictures are kept in golden/.

`python tests/viz/models.py` writes the pictures anew; look at them, and at the difference.
"""

import importlib.util
import sys
from pathlib import Path

import numpy as np

import tinygrad_np as tg

EXAMPLES = Path(__file__).parents[2] / "examples"
GOLDEN = Path(__file__).parent / "golden"


def load(name):
    """Import an example from its file; `_common` comes from the folder, as when it is run."""
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


def circles():
    example = load("circles")
    scores = example.score(np.ones((2, 8)), example.make_parameters())
    return example.log_loss(scores, np.ones((1, 8)))


def layers():
    return tg.nn.MSELoss()(load("layers").make_network()(np.ones((2, 8))), np.ones((3, 8)))


def architecture_spec():
    model = load("architecture_spec").make_model()
    return tg.nn.BCELoss()(model(np.ones((8, 2))), np.ones((8, 1)))


def ten_rows():
    example = load("ten_rows")
    return example.bce(example.probability(example.X, *example.make_parameters()), example.Y)


def spirals():
    example = load("spirals")
    return example.cost(*example.make_spirals(points=4), *example.make_parameters())


def moons():
    example = load("moons")
    return example.cost(*example.make_data(), example.make_parameters())


MODELS = {f.__name__: f for f in (circles, layers, architecture_spec, ten_rows, spirals, moons)}


def main():
    load("_common")
    for name, model in MODELS.items():
        tg.viz.save(model(), GOLDEN / f"{name}.dot")


if __name__ == "__main__":
    main()
