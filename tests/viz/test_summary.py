"""A model in a table, with figures read from the recorded calls."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

import tinygrad_np as tg
from tinygrad_np import nn
from tinygrad_np.engine.op import OPS
from tinygrad_np.viz.summary import MULTIPLY_ADDS


def mlp():
    return nn.Sequential(nn.Linear(2, 3, rng=0), nn.Tanh(), nn.Linear(3, 1, rng=0))


def figures(table):
    return {row.name: row for row in table.rows}


def test_the_table_of_a_small_model():
    assert str(tg.summary(mlp(), np.ones((5, 2)))).splitlines()[:7] == [
        "module       output  trainable  parameters  saved bytes  multiply-adds",
        "----------------------------------------------------------------------",
        "Sequential   (5, 1)         13          13          200             45",
        "  0: Linear  (5, 3)          9           9           80             30",
        "  1: Tanh    (5, 3)          0           0          120              0",
        "  2: Linear  (5, 1)          4           4          120             15",
        "----------------------------------------------------------------------",
    ]


def test_columns_are_aligned_for_deeply_nested_modules():
    model = nn.Sequential(nn.Sequential(mlp(), nn.ReLU()), nn.Linear(1, 1000))
    lines = str(tg.summary(model, np.ones((7, 2)))).split("\n\n")[0].splitlines()
    body = [line for line in lines if not line.startswith("-")]
    assert len({len(line) for line in body}) == 1
    assert [len(line) - len(line.lstrip()) for line in body] == [0, 0, 2, 4, 6, 6, 6, 4, 2, 0]
    assert "2,013" in lines[-1]


def test_frozen_parameters_are_not_trainable():
    model = mlp()
    model[0].requires_grad_(False)
    rows = figures(tg.summary(model, np.ones((5, 2))))
    assert [(row.trainable, row.parameters) for row in rows.values()] == [
        (4, 13), (0, 9), (0, 0), (4, 4),
    ]  # fmt: skip
    assert [row.saved for row in rows.values()] == [120, 0, 0, 120]  # only the needed arrays


def test_a_layer_used_twice_counts_twice_and_its_parameters_once():
    layer = nn.Linear(4, 4, rng=0)
    rows = figures(tg.summary(nn.Sequential(layer, layer), np.ones((3, 4))))
    assert list(rows) == ["", "0"]
    assert (rows["0"].calls, rows["0"].parameters, rows["0"].multiply_adds) == (2, 20, 96)
    assert "(3, 4) x 2" in str(tg.summary(nn.Sequential(layer, layer), np.ones((3, 4))))


def test_modules_that_compute_nothing_or_return_several():
    class Pair(nn.Module):
        def __init__(self):
            self.same, self.unused = nn.Identity(), nn.Linear(2, 2)

        def forward(self, x, y):
            return self.same(tg.tensor(x)), tg.tensor(x) @ y

    table = tg.summary(Pair(), np.ones((3, 2)), np.ones((2, 5)))
    assert table.rows[0].shapes == ((3, 2), (3, 5))
    assert figures(table)["same"].shapes == ((3, 2),)
    assert figures(table)["unused"].calls == 0
    assert re.search(r"unused: Linear  not called", str(table))
    assert table.rows[0].multiply_adds == 30


def test_a_module_that_calls_itself_counts_its_calls_once():
    class Again(nn.Module):
        def __init__(self):
            self.fc = nn.Linear(2, 2, rng=0)

        def forward(self, x, n=3):
            return self(self.fc(x), n - 1) if n else x

    rows = figures(tg.summary(Again(), np.ones((1, 2))))
    assert (rows[""].calls, rows[""].multiply_adds) == (4, 12)


@pytest.mark.parametrize(
    ("function", "shapes", "expected"),
    [
        (tg.matmul, [(3, 4), (4, 5)], 60),
        (tg.matmul, [(7, 3, 4), (4, 5)], 420),
        (tg.matmul, [(4,), (4,)], 4),
        (tg.matmul, [(4,), (4, 5)], 20),
        (tg.dot, [(2, 3, 4), (6, 4, 5)], 720),
        (lambda x, y: tg.einsum("bij,bjk->bik", x, y), [(2, 3, 4), (2, 4, 5)], 120),
        (lambda x, y: tg.einsum("...ij,jk->...ik", x, y), [(2, 3, 4), (4, 5)], 120),
        (lambda x, y: tg.einsum("ij,ij->", x, y), [(2, 3), (2, 1)], 6),
        (lambda x, y: tg.einsum("ii", x), [(3, 3), ()], 0),
        (tg.convolve, [(10,), (4,)], 40),
        (lambda x, y: tg.tanh(x * y).sum(), [(10,), (10,)], 0),
    ],
)
def test_multiply_adds(function, shapes, expected):
    class Product(nn.Module):
        def forward(self, x, y):
            return function(x, y)

    table = tg.summary(Product(), *map(np.ones, shapes))
    assert table.rows[0].multiply_adds == expected


def test_every_product_has_its_count():
    bilinear = {op.name for op in OPS.values() if op.kind == "bilinear"}
    assert bilinear | {"sum_of_products"} == set(MULTIPLY_ADDS)


def test_saved_arrays_are_counted_once_and_parameters_not():
    class Twice(nn.Module):
        def __init__(self):
            self.w = nn.Parameter(np.ones(3))

        def forward(self, x):
            y = self.w * x  # saves x
            return tg.sin(y) * y.reshape(3)  # y, sin(y), and a view of y

    assert tg.summary(Twice(), np.ones(3)).rows[0].saved == 72
    only = nn.Function(lambda x: x * x)
    x = tg.tensor(np.ones(3), requires_grad=True)
    assert tg.summary(only, x).rows[0].saved == 24


def test_the_model_is_unchanged():
    model = mlp()
    before = {name: dict(vars(module)) for name, module in model.named_modules()}
    with tg.no_grad():
        assert tg.summary(model, np.ones((5, 2))).rows[0].saved == 200
        assert not tg.is_grad_enabled()
    with pytest.raises(ValueError, match="must end in 2"):
        tg.summary(model, np.ones((5, 3)))
    assert {name: dict(vars(module)) for name, module in model.named_modules()} == before
    assert all(parameter.grad is None for parameter in model.parameters())


def test_names_start_at_the_given_module():
    outer = nn.Sequential(nn.Tanh(), mlp())
    rows = tg.summary(outer[1], np.ones((5, 2))).rows
    assert [(row.name, row.depth) for row in rows] == [("", 0), ("0", 1), ("1", 1), ("2", 1)]


def test_notebooks_show_a_table():
    class Odd(nn.Module):
        def forward(self, x):
            return x

    Odd.__name__ = "<b>&"
    table = tg.summary(nn.Sequential(nn.Linear(2, 3, rng=0), Odd()), np.ones((5, 2)))
    root = ElementTree.fromstring(f"<div>{table._repr_html_()}</div>")
    rows = [["".join(cell.itertext()) for cell in row] for row in root.iter("tr")]
    assert rows[0][:2] == ["module", "output"]
    assert rows[3][0] == "1: <b>&"
    assert [row[2:] for row in (rows[1], rows[-1])] == [rows[1][2:]] * 2
    assert len(rows) == 5


@pytest.mark.parametrize("wrong", [np.tanh, 3, tg.tensor(1.0)])
def test_anything_but_a_module_is_refused(wrong):
    with pytest.raises(TypeError, match="a module is needed"):
        tg.summary(wrong, np.ones(3))
