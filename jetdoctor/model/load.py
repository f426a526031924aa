"""From a file or a proto to the view that rules see."""

from __future__ import annotations

import mmap
import os
import stat
from typing import Any, Optional, Tuple

from jetdoctor import graph, onnx_parts
from jetdoctor.model import gauge, infer, names, sizes, unreadable, weights, wire
from jetdoctor.model.settle import settle
from jetdoctor.model.standard_input import DASH, file_of
from jetdoctor.model.unreadable import UnreadableModel

_TOO_DEEP = "it is nested too deeply: protobuf reads %d messages in one another, some 30 branches" % wire.MAX_DEPTH

#: A length beyond the rest of the file by more than this (1 TiB) is damage, not a file cut short.
_ABSURD_BYTES = 1 << 40


def load(path: Any) -> graph.Model:
    """The weightless view of an ONNX file (``-``: standard input), with inferred types and shapes.

    Neither embedded weights nor external data are read, so the size of the file does not matter.
    Raises UnreadableModel, one line that names the cure.
    """
    path = os.fspath(path)
    real = file_of(path)
    try:
        skeleton, size = skeleton_of(real)
    except UnreadableModel as error:
        raise UnreadableModel(str(error).replace(real, "standard input")) if path == DASH else error from None
    proto = _parse(skeleton.data, path)
    if not proto.HasField("graph"):
        known = unreadable.looks_like(skeleton.data[: unreadable.HEAD_BYTES])
        known = known or "an ONNX file that was cut short"
        raise UnreadableModel("%s holds no graph; it looks like %s" % (path, known))
    data = skeleton.data
    if not names.are_text(proto):
        names.repair(proto)
        data = proto.SerializeToString()
    model = _view(proto, data, path)
    model.file_size = size
    model.weights = weights.by_name(proto, skeleton.left_out, real)
    return model


def require_readable(path: str) -> None:
    """UnreadableModel when the file is missing, unreadable or no ONNX: for a command that stops before it loads it."""
    skeleton_of(file_of(path))


def from_proto(proto: Any, path: str = "") -> graph.Model:
    """The view of a model in memory. ``proto`` itself is kept, so that edits of it are seen."""
    copy = weights.without_weights(proto, onnx_parts.messages().ModelProto())
    return _view(proto, copy.SerializeToString(), path, known=True)


def _view(proto: Any, data: bytes, path: str, known: bool = False) -> graph.Model:
    inferred = stopped = None
    try:
        inferred = infer.infer(proto, data, known)
    except infer.Stopped as error:
        stopped = str(error)
    model = graph.Model(proto, inferred, path)
    model.inference_stopped = stopped
    model.find_profile = lambda view: (sizes.likely(view).profile, sizes.likely(view).why)
    if inferred is not None:
        settle(model, gauge.is_ordinary)
    return model


def skeleton_of(path: str) -> Tuple[wire.Skeleton, int]:
    """The file without its weights, and its size in bytes. Raises UnreadableModel."""
    _require_regular_file(path)
    try:
        with open(path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size == 0:
                raise UnreadableModel("%s is empty" % path)
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                return _walk(data, path), size
    except OSError as error:
        raise UnreadableModel("cannot read %s: %s" % (path, _reason(error))) from None


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def _require_regular_file(path: str) -> None:
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        if "://" in path:
            how = "check reads object stores, for the others fetch it first"
            raise UnreadableModel("%s is not a file: %s" % (path, how)) from None
        pattern = any(character in path for character in "*?[")
        raise UnreadableModel(("no file matches %s" if pattern else "%s does not exist") % path) from None
    except OSError as error:
        raise UnreadableModel("cannot read %s: %s" % (path, _reason(error))) from None
    except ValueError as error:  # a zero byte in the name
        raise UnreadableModel("cannot read %s: %s" % (path, error)) from None
    if stat.S_ISDIR(mode):
        raise UnreadableModel("%s is a directory%s" % (path, _what_to_name(path)))
    if not stat.S_ISREG(mode):
        raise UnreadableModel("%s is not a regular file" % path)


def _what_to_name(folder: str) -> str:
    try:
        has_models = any(name.endswith(".onnx") for name in os.listdir(folder))
    except OSError as error:
        return " that cannot be read: %s" % _reason(error)
    return ": name an .onnx file in it" if has_models else ", and no .onnx file is in it"


def _walk(data: Any, path: str) -> wire.Skeleton:
    head = data[: unreadable.HEAD_BYTES]
    try:
        return wire.skeleton(data)
    except wire.WireError as error:
        raise UnreadableModel(_why(path, head, error)) from None


def _why(path: str, head: bytes, error: wire.WireError) -> str:
    known = unreadable.looks_like(head)
    if known:
        return "%s is not a binary ONNX file; it looks like %s" % (path, known)
    if isinstance(error, wire.TooDeep):
        return "%s is not a readable ONNX model; %s" % (path, _TOO_DEEP)
    if isinstance(error, wire.Truncated) and error.plausible and error.missing < _ABSURD_BYTES:
        missing = "at least {:,} bytes are missing".format(error.missing)
        return "%s is truncated (%s): copy or download it again" % (path, missing)
    if error.plausible:
        return "%s is damaged (byte %d: %s): copy or download it again" % (path, error.offset, error)
    return "%s is not an ONNX model: its bytes are not a protobuf message of ONNX" % path


def _parse(data: bytes, path: str) -> Any:
    from google.protobuf.message import DecodeError

    try:
        return onnx_parts.messages().ModelProto.FromString(data)
    except DecodeError:
        known: Optional[str] = unreadable.looks_like(data[: unreadable.HEAD_BYTES])
        cure = "it looks like %s" % known if known else _damage(data)
        raise UnreadableModel("%s is not a readable ONNX model; %s" % (path, cure)) from None


def _damage(data: bytes) -> str:
    """Why protobuf refuses bytes that are messages of ONNX at first sight."""
    return _TOO_DEEP if wire.is_too_deep(data) else "it is damaged: copy or download it again"
