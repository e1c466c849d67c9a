"""Compares every record with PyTorch: the value and three derivatives, to 1e-9.

A record names its counterpart in PyTorch: see `torch` in opinfo.py.
"""

import pytest

from ops.checks import Contract, items, of_complex_numbers, unchanged_form
from ops.in_torch import InTorch, NotInTorchError, counterpart
from ops.records import RECORDS
from ops.torch_comparison import close, directions_for, our_derivatives, torch, torch_derivatives

pytestmark = pytest.mark.filterwarnings("ignore:var.*degrees of freedom is <= 0:UserWarning")

contract = Contract()
COMPARED = [record for record in RECORDS if isinstance(counterpart(record), InTorch)]


@pytest.mark.parametrize("record", items(COMPARED))
def test_op(record, subtests):
    contract.run(record, subtests)


def test_every_record_has_a_counterpart_or_a_reason():
    missing = {record.op for record in RECORDS if counterpart(record) is None}
    assert not missing, f"name PyTorch's counterpart by torch= in the records of {sorted(missing)}"


def has_derivative(record):
    return record.order and counterpart(record).derivative


def called(record):
    return lambda *x: record.call(*x, **record.params)


def compare(record, rng):
    arrays = record.draw(rng)
    out = called(record)(*arrays)
    v, directions = directions_for(arrays, rng, out.data)
    in_torch = counterpart(record)
    try:
        theirs = torch_derivatives(in_torch.function, arrays, v, directions, in_torch.forward)
    except NotInTorchError as reason:
        pytest.skip(str(reason))
    ours = our_derivatives(called(record), arrays, v, directions)
    for name, expected in theirs.items():
        close(ours[name], expected, name, in_torch.second if name == "second" else 1e-9)


@contract.over(unchanged_form, has_derivative)
def derivatives_equal_torchs(record, rng):
    compare(record, rng)


@contract.over(of_complex_numbers, lambda record: record.order and counterpart(record).complex)
def complex_derivatives_equal_torchs(record, rng):
    compare(record, rng)


@contract.over(unchanged_form, lambda record: not has_derivative(record))
def values_equal_torchs(record, rng):
    arrays = record.draw(rng)
    try:
        expected = counterpart(record).function(*map(torch.tensor, arrays))
    except NotInTorchError as reason:
        pytest.skip(str(reason))
    close(called(record)(*arrays).data, expected, "value")


# ------------------------------------------------------ limitations of PyTorch that remain


def lacks_a_derivative(record):
    in_torch = counterpart(record)
    return record.order and not (in_torch.derivative and in_torch.forward)


@contract.over(unchanged_form, lacks_a_derivative)
def torch_still_lacks_these_derivatives(record, rng):
    arrays = record.draw(rng)
    v, directions = directions_for(arrays, rng, called(record)(*arrays).data)
    with pytest.raises((RuntimeError, NotInTorchError)):
        torch_derivatives(counterpart(record).function, arrays, v, directions)


@contract.over(of_complex_numbers, lambda record: record.order and not counterpart(record).complex)
def torch_still_refuses_these_complex_numbers(record, rng):
    arrays = record.draw(rng)
    v, directions = directions_for(arrays, rng, called(record)(*arrays).data)
    with pytest.raises((RuntimeError, TypeError, NotInTorchError)):
        torch_derivatives(counterpart(record).function, arrays, v, directions)
