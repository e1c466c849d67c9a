"""Every record once more, against PyTorch: the value and three derivatives, to 1e-9.

A record says what PyTorch has: see `torch` in opinfo.py.
"""

import pytest

from ops.checks import Contract, as_it_is, items, of_complex_numbers
from ops.in_torch import InTorch, NotInTorchError, counterpart
from ops.records import RECORDS
from ops.torch_sweeps import close, directions_for, of_ours, of_theirs, torch

pytestmark = pytest.mark.filterwarnings("ignore:var.*degrees of freedom is <= 0:UserWarning")

contract = Contract()
COMPARED = [record for record in RECORDS if isinstance(counterpart(record), InTorch)]


@pytest.mark.parametrize("record", items(COMPARED))
def test_op(record, subtests):
    contract.run(record, subtests)


def test_every_record_has_a_counterpart_or_says_why_not():
    missing = {record.op for record in RECORDS if counterpart(record) is None}
    assert not missing, f"say what PyTorch has, by torch= in the records of {sorted(missing)}"


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
        theirs = of_theirs(in_torch.function, arrays, v, directions, in_torch.forward)
    except NotInTorchError as reason:
        pytest.skip(str(reason))
    ours = of_ours(called(record), arrays, v, directions)
    for name, expected in theirs.items():
        close(ours[name], expected, name, in_torch.second if name == "second" else 1e-9)


@contract.over(as_it_is, has_derivative)
def derivatives_are_torchs(record, rng):
    compare(record, rng)


@contract.over(of_complex_numbers, lambda record: record.order and counterpart(record).complex)
def derivatives_of_complex_numbers_are_torchs(record, rng):
    compare(record, rng)


@contract.over(as_it_is, lambda record: not has_derivative(record))
def values_are_torchs(record, rng):
    arrays = record.draw(rng)
    try:
        expected = counterpart(record).function(*map(torch.tensor, arrays))
    except NotInTorchError as reason:
        pytest.skip(str(reason))
    close(called(record)(*arrays).data, expected, "value")


# ------------------------------------------------------- what PyTorch lacks, it still lacks


def lacks_a_derivative(record):
    in_torch = counterpart(record)
    return record.order and not (in_torch.derivative and in_torch.forward)


@contract.over(as_it_is, lacks_a_derivative)
def what_torch_lacks_it_still_lacks(record, rng):
    arrays = record.draw(rng)
    v, directions = directions_for(arrays, rng, called(record)(*arrays).data)
    with pytest.raises((RuntimeError, NotInTorchError)):
        of_theirs(counterpart(record).function, arrays, v, directions)


@contract.over(of_complex_numbers, lambda record: record.order and not counterpart(record).complex)
def complex_numbers_torch_refuses_it_still_refuses(record, rng):
    arrays = record.draw(rng)
    v, directions = directions_for(arrays, rng, called(record)(*arrays).data)
    with pytest.raises((RuntimeError, TypeError, NotInTorchError)):
        of_theirs(counterpart(record).function, arrays, v, directions)
