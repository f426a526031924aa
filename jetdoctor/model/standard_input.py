"""A model from standard input (``-``), kept in a file of its own while this process lives.

Models are read more than once, by several processes and without their weights: a stream can be read once only.
"""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
from functools import lru_cache

from jetdoctor.model.unreadable import UnreadableModel

#: How standard input is spelled as a model.
DASH = "-"


def file_of(path: str) -> str:
    """The file that a model is read from: ``path`` itself, or the spooled one for ``-``."""
    return spooled() if path == DASH else path


@lru_cache(maxsize=None)
def spooled() -> str:
    """Path of the file with what came in. Raises UnreadableModel when nothing comes."""
    if sys.stdin is None or sys.stdin.isatty():
        raise UnreadableModel("- is standard input, and nothing is piped into it: jetdoctor check - < model.onnx")
    folder = tempfile.mkdtemp(prefix="jetdoctor-stdin-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = os.path.join(folder, "stdin.onnx")
    with open(path, "wb") as file:
        shutil.copyfileobj(sys.stdin.buffer, file, 1 << 20)
    if not os.path.getsize(path):
        raise UnreadableModel("standard input is empty")
    return path
