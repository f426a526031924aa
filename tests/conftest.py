"""JETDOCTOR_RECORD=FILE notes which rewrites and adapters each passing test compares outputs of (see exercised.py)."""

from __future__ import annotations

import os

if os.environ.get("JETDOCTOR_RECORD"):
    from tests.exercised import pytest_runtest_makereport, pytest_runtest_setup  # noqa: F401
