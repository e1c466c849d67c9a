"""What all tests share: Hypothesis profiles, the cores, the quick lane, a seeded generator."""

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

# A clock decides nothing, here as everywhere in the tests.
settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, database=None, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads its options
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Share the tests among the cores, as `-n auto` does, if pytest-xdist is installed.

    Only where all of them are asked for, and nobody looks on: tests that are picked (by file, or
    by `-k`), debugged (`--pdb`), watched (`-s`), run on mutants or under coverage, which has begun
    by now, stay in this process. `-n` says otherwise.
    """
    option = config.option
    is_free = getattr(option, "numprocesses", 0) is None and option.dist == "no"
    is_worker = hasattr(config, "workerinput")
    is_picked = option.keyword or config.args_source is not pytest.Config.ArgsSource.TESTPATHS
    is_watched = option.usepdb or option.trace or option.capture == "no" or option.collectonly
    is_measured = config.getoption("gradcheck_mutate", False) or config.getoption("cov_source", [])
    if is_free and not (is_worker or is_picked or is_watched or is_measured):
        option.numprocesses, option.dist = "auto", "worksteal"
        option.maxprocesses = option.maxprocesses or 8  # more would only collect
        for library in ("MKL", "OMP", "OPENBLAS"):  # the cores have enough to do
            os.environ.setdefault(f"{library}_NUM_THREADS", "1")


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Keep helpers, such as opinfo.py, out of the collection: tests import them by name."""
    is_helper = collection_path.suffix == ".py" and not collection_path.name.startswith("test_")
    return True if is_helper else None


@pytest.hookimpl(tryfirst=True)  # before -m is applied
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep a browser out of the quick lane."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.slow)


@pytest.fixture
def rng() -> np.random.Generator:
    """A random generator, seeded alike for every test."""
    return np.random.default_rng(0)
