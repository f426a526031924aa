"""Which model files are meant: files, folders with all that is below, patterns, and lists of them."""

from __future__ import annotations

import glob
import os
import sys
from typing import List, Sequence

from jetdoctor.model import object_store
from jetdoctor.types import UsageError


def expand(arguments: Sequence[str]) -> List[str]:
    """Paths in order, each once. What names nothing stays as it is: its result will say so. URLs of object stores, too.

    ``@FILE`` stands for the lines of a file (``@-``: of standard input), each a path or a pattern.
    """
    found: List[str] = []
    for argument in arguments:
        if argument.startswith("@") and not os.path.lexists(argument):
            found += expand(_listed(argument[1:]))
        elif "://" in argument and object_store.is_remote(argument):
            found += object_store.expand(argument)
        elif os.path.isdir(argument):
            found += _below(argument) or [argument]
        elif os.path.lexists(argument):
            found.append(argument)
        else:
            found += sorted(glob.glob(argument, recursive=True)) or [argument]
    return list(dict.fromkeys(found))


def _listed(path: str) -> List[str]:
    """Lines of a list; empty ones and those that start with # say nothing."""
    try:
        if path == "-":
            text = sys.stdin.read()
        else:
            with open(path, encoding="utf-8", errors="surrogateescape") as stream:
                text = stream.read()
    except OSError as error:
        raise UsageError("cannot read the list %s: %s" % (path, (error.strerror or str(error)).lower())) from None
    lines = [line.strip() for line in text.splitlines()]
    return [line for line in lines if line and not line.startswith(("#", "@"))]


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
