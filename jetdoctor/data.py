"""The tables of ``rules/data/``, read once. Standard library only."""

from __future__ import annotations

import json
import os
from functools import lru_cache
from typing import Any, Dict, List

import jetdoctor


def rules_folder() -> str:
    """The folder ``rules``: beside the package in a clone, inside it when installed."""
    for folder in jetdoctor.__path__:
        candidate = os.path.join(folder, "rules")
        if os.path.isdir(os.path.join(candidate, "data")):
            return candidate
    raise FileNotFoundError("the rules folder is missing: reinstall jetdoctor")


def path(name: str) -> str:
    """Path of a file of ``rules/data/``."""
    return os.path.join(rules_folder(), "data", name)


@lru_cache(maxsize=None)
def table(name: str) -> List[Dict[str, Any]]:
    """Rows of ``rules/data/<name>.json``. Not to be changed."""
    with open(path(name + ".json"), encoding="utf-8") as stream:
        rows: List[Dict[str, Any]] = json.load(stream)
    return rows
