"""Model files: a weightless view of an ONNX model with inferred shapes, whatever the file's size.

``load`` never copies embedded weights and never opens external data.
"""

from __future__ import annotations

from jetdoctor.model.load import from_proto, load, require_readable
from jetdoctor.model.standard_input import DASH, file_of
from jetdoctor.model.summary import summarize
from jetdoctor.model.unreadable import UnreadableModel, require_data
from jetdoctor.model.weights import FileSpan

__all__ = [
    "DASH",
    "FileSpan",
    "UnreadableModel",
    "file_of",
    "from_proto",
    "load",
    "require_data",
    "require_readable",
    "summarize",
]
