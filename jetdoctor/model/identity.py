"""What a model is, apart from its name and its weights: two files of one identity get the same verdicts.

The graph as rules see it (weights left out), the size of the file, and which external data lie beside it.
"""

from __future__ import annotations

import hashlib
import os
from typing import Iterator, List, Optional, Tuple

from jetdoctor.model.load import skeleton_of
from jetdoctor.model.wire import WireError, varint

#: A StringStringEntryProto of external data: key (field 1) "location", then the value (field 2).
_LOCATION = b"\x0a\x08location\x12"


def identity(path: str) -> str:
    """64 hex digits. Raises UnreadableModel as ``load`` does."""
    skeleton, size = skeleton_of(path)
    digest = hashlib.sha256(skeleton.data)
    about: List[Tuple[str, Optional[int]]] = [("", size)]
    folder = os.path.dirname(path)
    about += [(name, _size(os.path.join(folder, name))) for name in _locations(skeleton.data)]
    digest.update(repr(about).encode())
    return digest.hexdigest()


def locations_of(path: str) -> List[str]:
    """Names of the external files of a model, sorted. Raises UnreadableModel as ``load`` does."""
    return _locations(skeleton_of(path)[0].data)


def _locations(data: bytes) -> List[str]:
    return sorted(set(_names(data)))


def _names(data: bytes) -> Iterator[str]:
    """Names of external files. What only looks like one (a name in a string) does no harm."""
    start = data.find(_LOCATION)
    while start >= 0:
        at = start + len(_LOCATION)
        try:
            length, at = varint(data, at, len(data))
        except (IndexError, WireError):  # a damaged length: no entry of external data
            length = 0
        name = data[at : at + length].decode("utf-8", "replace")
        if name and "\0" not in name:
            yield name
        start = data.find(_LOCATION, start + 1)


def _size(path: str) -> Optional[int]:
    try:
        return os.stat(path).st_size
    except (OSError, ValueError):
        return None
