"""Rows of the tables that only the device room reads."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, Dict, List

from jetdoctor.target import data_path


@lru_cache(maxsize=None)
def rows(name: str) -> List[Dict[str, Any]]:
    """Rows of ``rules/data/<name>.json``."""
    with open(data_path(name + ".json"), encoding="utf-8") as stream:
        found: List[Dict[str, Any]] = json.load(stream)
    return found


def detect_rows(kind: str) -> List[Dict[str, Any]]:
    """Rows of ``device_detect.json`` of one kind: "part", "soc", "model" or "pocket"."""
    return [row for row in rows("device_detect") if row["kind"] == kind]
