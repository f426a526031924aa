"""Originals are never lost: which file was read, which file is ours, and under which name an original is kept.

A model that jetdoctor wrote carries a mark in its metadata: a digest of the model itself, so that a model which
somebody changed afterwards is an original again.
"""

from __future__ import annotations

import hashlib
import os
from typing import Any, Tuple

from jetdoctor.types import JetdoctorError

MARK = "jetdoctor.written"

Stamp = Tuple[int, ...]


def stamp(path: str) -> Stamp:
    """What tells one state of a file from the next: device, inode, size in bytes, time of the last change in ns."""
    status = os.stat(path)
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def require_unchanged(path: str, read: Stamp) -> None:
    """JetdoctorError when the file is no longer the one that was read: another program exported it again meanwhile."""
    try:
        now = stamp(path)
    except OSError:
        now = ()
    if now != read:
        raise JetdoctorError("%s changed during the repair: nothing was written; run it again" % path)


def mark(proto: Any) -> None:
    """Say in the model's metadata that jetdoctor wrote it."""
    _unmark(proto)
    digest = _digest(proto)
    entry = proto.metadata_props.add()
    entry.key, entry.value = MARK, digest


def is_ours(path: str) -> bool:
    """Whether jetdoctor wrote the model in this file, and nobody changed it since."""
    import onnx

    proto = onnx.load(path, load_external_data=False)
    marks = [entry.value for entry in proto.metadata_props if entry.key == MARK]
    if len(marks) != 1:
        return False
    _unmark(proto)
    return marks[0] == _digest(proto)


def free_backup(path: str) -> str:
    """``MODEL.orig``, or the first of ``MODEL.orig.2``, ``MODEL.orig.3`` … that does not exist."""
    name, number = path + ".orig", 1
    while os.path.lexists(name):
        number += 1
        name = "%s.orig.%d" % (path, number)
    return name


def kept(path: str) -> str:
    """The newest original that lies beside a model under such a name, "" when there is none."""
    path, found = os.path.realpath(path) if os.path.islink(path) else path, ""
    name, number = path + ".orig", 1
    while os.path.lexists(name):
        found, number = name, number + 1
        name = "%s.orig.%d" % (path, number)
    return found


def _unmark(proto: Any) -> None:
    kept = [entry for entry in proto.metadata_props if entry.key != MARK]
    del proto.metadata_props[:]
    proto.metadata_props.extend(kept)


def _digest(proto: Any) -> str:
    """First 16 hex digits of the sha256 of all but the payloads of large tensors."""
    from jetdoctor.model.weights import without_weights

    skeleton = without_weights(proto, type(proto)())
    return hashlib.sha256(skeleton.SerializeToString(deterministic=True)).hexdigest()[:16]
