"""Small models to draw. Pictures of most are stored in golden/, of two of them in every form.

`python tests/viz/models.py` rewrites the pictures; review them and their diff.
"""

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

import tinygrad_np as tg

EXAMPLES = Path(__file__).parents[2] / "examples"
GOLDEN = Path(__file__).parent / "golden"


def load(name):
    """Import an example from its file; it finds `_common` in its folder, as when run."""
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
        assert spec is not None
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


class Block(tg.nn.Module):
    def __init__(self):
        self.inner = tg.nn.Linear(2, 2, rng=0)

    def forward(self, x):
        return x + tg.tanh(self.inner(x))


def model():
    x = tg.tensor(np.ones((4, 3)), name="x")
    w = tg.tensor(np.ones((3, 2)), requires_grad=True, name="w")
    b = tg.tensor(np.zeros(2), requires_grad=True, name="b")
    return {"loss": (tg.relu(x @ w + b) ** 2.0).mean(axis=0)}


def blocks():
    ends = tg.nn.Linear(2, 2, rng=0), tg.nn.Linear(2, 1, rng=0)
    network = tg.nn.Sequential(ends[0], Block(), Block(), Block(), ends[1], tg.nn.Tanh())
    return {"loss": network(np.ones((4, 2))).mean()}


def layered():
    blocks = [tg.nn.Sequential(tg.nn.Linear(2, 2, rng=0), tg.nn.Tanh()) for _ in range(4)]
    return tg.nn.Sequential(tg.nn.Linear(2, 2, rng=0), *blocks)


MODELS = {f.__name__: f for f in (circles, layers, architecture_spec, ten_rows, spirals, moons)}


IN_EVERY_FORM = {f.__name__: f for f in (model, blocks)}
FORMS: dict[str, Any] = {
    "svg": lambda x: tg.viz.svg(x, engine="own"),
    "txt": tg.viz.text,
    "mmd": tg.viz.mermaid,
    "json": lambda x: json.dumps(tg.viz.to_json(x, fold=True), indent=1) + "\n",
}


def main():
    load("_common")
    for name, made in IN_EVERY_FORM.items():
        for ending, form in FORMS.items():
            (GOLDEN / f"{name}.{ending}").write_text(str(form(made())), encoding="utf-8")
    for name, made in MODELS.items():
        tg.viz.save(made(), GOLDEN / f"{name}.dot")


if __name__ == "__main__":
    main()
