"""What all tests share: Hypothesis profiles, parallel runs, the quick lane, a seeded generator."""

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

# No deadlines: no test depends on a clock.
settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, database=None, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads its options
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Run the tests on all cores, as `-n auto` does, if pytest-xdist is installed.

    This applies to plain runs of the whole suite only. Tests that are selected (by file, or by
    `-k`), debugged (`--pdb`), watched (`-s`), run on mutants or under coverage, which has started
    by now, stay in this process. An explicit `-n` takes precedence.
    """
    option = config.option
    is_free = getattr(option, "numprocesses", 0) is None and option.dist == "no"
    is_worker = hasattr(config, "workerinput")
    is_picked = option.keyword or config.args_source is not pytest.Config.ArgsSource.TESTPATHS
    is_watched = option.usepdb or option.trace or option.capture == "no" or option.collectonly
    is_measured = config.getoption("gradcheck_mutate", False) or config.getoption("cov_source", [])
    if is_free and not (is_worker or is_picked or is_watched or is_measured):
        option.numprocesses, option.dist = "auto", "worksteal"
        option.maxprocesses = option.maxprocesses or 8  # more would only spend time on collection
        for library in ("MKL", "OMP", "OPENBLAS"):  # the workers already use all cores
            os.environ.setdefault(f"{library}_NUM_THREADS", "1")


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Do not collect helpers such as opinfo.py: tests import them by name."""
    is_helper = collection_path.suffix == ".py" and not collection_path.name.startswith("test_")
    return True if is_helper else None


@pytest.hookimpl(tryfirst=True)  # before -m is applied
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the browser tests as slow, which keeps them out of the quick lane."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.slow)


@pytest.fixture
def rng() -> np.random.Generator:
    """Return a random generator, with the same seed for every test."""
    return np.random.default_rng(0)
