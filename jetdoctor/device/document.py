"""The JSON document of ``jetdoctor device`` (contract: flat keys, ``findings``, ``details``)."""

from __future__ import annotations

from typing import Any, Dict, Sequence

from jetdoctor.device.advice import advice
from jetdoctor.types import Device, Finding

#: Top-level keys of the contract (DESIGN.md §5); null when unknown.
FLAT_KEYS = (
    "jetpack",
    "l4t",
    "module",
    "soc",
    "compute_capability",
    "ram_mb",
    "dla",
    "cuda",
    "cudnn",
    "tensorrt",
    "python",
    "numpy",
    "container",
)


def to_json(device: Device, findings: Sequence[Finding] = ()) -> Dict[str, Any]:
    """The document: every flat key, the findings, advice, and every fact with its source or reason."""
    document: Dict[str, Any] = {"schema_version": "1", "origin": device.origin}
    document.update((key, device.get(key)) for key in FLAT_KEYS)
    document["findings"] = [finding.to_json() for finding in findings]
    document["advice"] = [piece.to_json() for piece in advice(device)]
    document["details"] = details(device)
    return document


def details(device: Device) -> Dict[str, Any]:
    """Every fact as ``{"value", "source", "reason"}``, by key in alphabetical order."""
    return {
        key: {"value": fact.value, "source": fact.source, "reason": fact.reason}
        for key, fact in sorted(device.facts.items())
    }
