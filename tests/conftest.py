"""JETDOCTOR_RECORD=FILE notes which rewrites and adapters each passing test compares outputs of (see exercised.py)."""

from __future__ import annotations

import gc
import os

if os.environ.get("JETDOCTOR_RECORD"):
    from tests.exercised import pytest_runtest_makereport, pytest_runtest_setup  # noqa: F401


def pytest_collection_finish():
    """What thousands of collected tests are made of lives to the end: no collection, and no fork's, walks it again."""
    gc.collect()
    gc.freeze()
