"""Without the `dot` program everything works except image files, which say what to install."""

from typing import Any

import numpy as np
import pytest

import tinygrad_np as tg
from tinygrad_np import nn

INSTALL = r"needs the 'dot' program: install Graphviz \(apt install graphviz, or "


@pytest.fixture(autouse=True)
def no_programs(monkeypatch):
    monkeypatch.setenv("PATH", "")


def loss():
    model = nn.Sequential(nn.Linear(2, 3, rng=0), nn.Tanh(), nn.Linear(3, 1, rng=0))
    return model(np.ones((4, 2))).mean()


FORMS: dict[str, Any] = {
    "draw": lambda x: x.source,
    "svg": str,
    "text": str,
    "mermaid": str,
    "to_json": repr,
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("options", [{}, {"depth": 1}, {"fold": False, "values": True}])
def test_every_form(form, options):
    drawn = getattr(tg.viz, form)(loss(), **options)
    assert "mean" in FORMS[form](drawn)
    if hasattr(drawn, "_repr_mimebundle_"):
        assert drawn._repr_mimebundle_()["text/plain"]


def test_comparisons_summaries_and_the_graph_of_a_failure():
    compared = tg.viz.compare(loss(), loss())
    assert str(compared.svg())
    assert compared.draw().source
    model = nn.Linear(2, 3)
    assert "Linear" in str(tg.summary(model, np.ones((4, 2))))
    with tg.debug() as debugging, pytest.raises(tg.ShapeError):
        model(np.ones((4, 2))) @ np.ones(5)
    assert "failed" in str(tg.viz.svg(debugging))


def test_a_missing_engine():
    with pytest.raises(RuntimeError, match=f"svg: engine='dot' {INSTALL}"):
        tg.viz.svg(loss(), engine="dot")
    assert str(tg.viz.svg(loss(), engine="auto")) == str(tg.viz.svg(loss()))
