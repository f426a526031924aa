"""Backends, each a module with ``missing(job) -> str`` and ``run(job) -> Evidence``.

``missing`` says in one line why the backend cannot run this job here, "" when it can.
"""

from __future__ import annotations

import importlib
from typing import Any

#: Strongest first: what ``--backend auto`` tries, and the module that does it.
MODULES = {
    "tensorrt": "tensorrt",
    "trtexec": "trtexec",
    "tensorrt-rtx": "rtx",
    "rehearsal": "rehearsal",
    "onnxruntime": "reference",
}


def load(name: str) -> Any:
    """Module of a backend by its name on the command line."""
    return importlib.import_module("jetdoctor.verify.backends." + MODULES[name])
