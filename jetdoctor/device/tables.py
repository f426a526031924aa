"""Rows of the tables that only jetdoctor.device reads."""

from __future__ import annotations

from typing import Any, Dict, List

from jetdoctor.data import table


def detect_rows(kind: str) -> List[Dict[str, Any]]:
    """Rows of ``device_detect.json`` of one kind: "part", "name", "soc", "model" or "pocket"."""
    return [row for row in table("device_detect") if row["kind"] == kind]
