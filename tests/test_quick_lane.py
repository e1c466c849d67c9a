"""The quick lane, `pytest -m "not slow"`, calls every op and applies every rule.

It runs the first record of each op; `items` marks the others as slow.
"""

from importlib.util import find_spec

import numpy as np
import pytest

import tinygrad_np as tg
from ops.checks import gradients, in_both_fields, items
from ops.records import RECORDS
from tinygrad_np.engine.op import OPS

needs_scipy = pytest.mark.skipif(find_spec("scipy") is None, reason="some have no record then")


def quick_records():
    return [parameter.values[0] for parameter in items() if not parameter.marks]


def test_the_first_record_of_each_op_is_quick():
    quick = quick_records()
    assert len(quick) == len({record.op for record in RECORDS})
    assert {record.op for record in quick} == {record.op for record in RECORDS}


def has_gradient(rule):
    return rule.apply.__qualname__ != "no_gradient.<locals>.rule"


@needs_scipy
def test_every_op_is_called_and_every_rule_applied():
    called, applied = set(), set()
    for record in quick_records():
        with tg.record() as tape:
            for form in in_both_fields(record):
                arrays = form.draw(np.random.default_rng(0))
                out = form.call(*arrays, **form.params)
                if form.order:
                    gradients(form, arrays, np.ones(out.shape, out.dtype))
        called |= {call.op.name for call in tape.calls}
        applied |= {(step.node.op.name, step.rule.input) for step in tape.steps}
    rules = {
        (op.name, rule.input)
        for op in OPS.values()
        for rule in op.rules.values()
        if has_gradient(rule)
    }
    missing = sorted(OPS.keys() - called)
    assert missing == [], f"never called in the quick lane: {missing}"
    missing_rules = sorted(rules - applied)
    assert missing_rules == [], f"never applied in the quick lane: {missing_rules}"
