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
    """Models in the folder and all below it, each folder entered once however many links lead there."""
    found, entered = [], set()
    for root, folders, files in os.walk(folder, followlinks=True):
        status = os.stat(root)
        if (status.st_dev, status.st_ino) in entered:
            folders[:] = []
            continue
        entered.add((status.st_dev, status.st_ino))
        folders.sort()
        found += [os.path.join(root, name) for name in sorted(files) if name.endswith(".onnx")]
    return sorted(path for path in found if os.path.isfile(path))
