"""What all tests share: Hypothesis profiles and a seeded random generator."""

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

# A clock decides nothing, here as everywhere in the tests.
settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, database=None, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Keep helpers, such as cases.py, out of the collection: tests import them by name."""
    is_helper = collection_path.suffix == ".py" and not collection_path.name.startswith("test_")
    return True if is_helper else None


@pytest.fixture
def rng() -> np.random.Generator:
    """A random generator, seeded alike for every test."""
    return np.random.default_rng(0)
