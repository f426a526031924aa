"""Which model files are meant: files, folders with all that is below, and patterns that the shell left alone."""

from __future__ import annotations

import glob
import os
from typing import List, Sequence


def expand(arguments: Sequence[str]) -> List[str]:
    """Paths in order, each once. What names nothing stays as it is: its result will say so."""
    found: List[str] = []
    for argument in arguments:
        if os.path.isdir(argument):
            found += _below(argument) or [argument]
        elif os.path.lexists(argument):
            found.append(argument)
        else:
            found += sorted(glob.glob(argument, recursive=True)) or [argument]
    return list(dict.fromkeys(found))


def _below(folder: str) -> List[str]:
    pattern = os.path.join(glob.escape(folder), "**", "*.onnx")
    return sorted(path for path in glob.glob(pattern, recursive=True) if os.path.isfile(path))
