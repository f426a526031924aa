"""What a file that is not an ONNX model looks like, in one line that names the cure."""

from __future__ import annotations

import re
from typing import Callable, List, Tuple

from jetdoctor import external
from jetdoctor.graph import Model
from jetdoctor.types import UsageError

#: How much of a file's start is looked at, in bytes.
HEAD_BYTES = 4096


class UnreadableModel(UsageError):
    """A model file that is missing, unreadable, damaged or not ONNX (exit code 2)."""


def require_data(model: Model) -> None:
    """UnreadableModel when a file with the model's external data is missing or too short; it speaks as JD901 does."""
    for _, _, trouble in external.troubles(model):
        text = "%s: %s (JD901): put the data file next to the model, or save the model together with its data again"
        raise UnreadableModel(text % (model.path, trouble))


def _starts(*magic: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(magic)


def _torch_zip(head: bytes) -> bool:
    # torch.save writes <name>/data.pkl as the first member of the archive, TorchScript beside code/.
    return head.startswith(b"PK\x03\x04") and b"data.pkl" in head[:512]


def _keras_zip(head: bytes) -> bool:
    return head.startswith(b"PK\x03\x04") and (b"metadata.json" in head[:128] or b"config.json" in head[:128])


def _graph_def(head: bytes) -> bool:
    # tensorflow.GraphDef starts with a NodeDef (field 1), and that with its name (1) and its operator (2).
    found = re.match(rb"\x0a[\x00-\xff]{1,4}?\x0a([\x01-\x7f])", head)
    return found is not None and head[found.end() + found.group(1)[0] :][:1] == b"\x12"


def _saved_model(head: bytes) -> bool:
    # tensorflow.SavedModel: schema version 1, then a MetaGraphDef, tagged "serve" for inference.
    return head.startswith(b"\x08\x01\x12") and b"serve" in head


def _text(head: bytes) -> bool:
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:  # not merely a character cut in two at the end of the head
            return False
    return not any(byte < 9 or 13 < byte < 27 for byte in head)


def _onnx_text(head: bytes) -> bool:
    return _text(head) and (head.lstrip().startswith((b"<", b"ir_version")) and b"ir_version" in head)


def _onnx_json(head: bytes) -> bool:
    return _text(head) and head.lstrip()[:1] == b"{" and (b'"irVersion"' in head or b'"ir_version"' in head)


_TO_BINARY = "read it with onnx.load(path, format=%r) and write it with onnx.save"
_EXPORT = "export it with torch.onnx.export"

#: (test of the head, what it looks like, the cure); the first that holds is named.
_KINDS: List[Tuple[Callable[[bytes], bool], str, str]] = [
    (
        _starts(b"version https://git-lfs.github.com/spec"),
        "a Git LFS pointer, not the file itself",
        "fetch it with git lfs pull",
    ),
    (_torch_zip, "a PyTorch checkpoint", _EXPORT),
    (_keras_zip, "a Keras model", "convert it with tf2onnx"),
    (
        _starts(b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05"),
        "a Python pickle (an older PyTorch checkpoint)",
        _EXPORT,
    ),
    (_starts(b"PK\x03\x04"), "a zip archive", "unpack it and give the .onnx file inside"),
    (_graph_def, "a frozen TensorFlow graph", "convert it with python3 -m tf2onnx.convert --graphdef FILE"),
    (_saved_model, "a TensorFlow SavedModel", "convert it with python3 -m tf2onnx.convert --saved-model DIR"),
    (_starts(b"\x89HDF\r\n\x1a\n"), "an HDF5 file (Keras weights)", "convert the model with tf2onnx"),
    (lambda head: head[4:8] == b"TFL3", "a TensorFlow Lite model", "convert it with tf2onnx --tflite"),
    (
        _starts(b"ftrt", b"ptrt", b"vtrt"),
        "a TensorRT engine",
        "an engine cannot be converted back: give the ONNX model that it was built from",
    ),
    (_starts(b"\x89PNG\r\n\x1a\n"), "a PNG image", "give the .onnx file"),
    (_starts(b"\xff\xd8\xff"), "a JPEG image", "give the .onnx file"),
    (_starts(b"GIF8"), "a GIF image", "give the .onnx file"),
    (_starts(b"%PDF"), "a PDF document", "give the .onnx file"),
    (lambda head: head[257:262] == b"ustar", "a tar archive", "unpack it and give the .onnx file inside"),
    (
        _starts(b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd", b"7z\xbc\xaf"),
        "a compressed file",
        "unpack it first",
    ),
    (_starts(b"\x93NUMPY"), "a numpy array", "give the .onnx file"),
    (_starts(b"\x7fELF", b"MZ"), "a program or library", "give the .onnx file"),
    (
        lambda head: head[8:10] == b'{"' and head[2:8].strip(b"\0") == b"",
        "a safetensors file (weights only)",
        "export the model with torch.onnx.export",
    ),
    (_starts(b"GGUF"), "a GGUF file", "TensorRT has no reader for it: export the model to ONNX"),
    (lambda head: head[4:8] == b"ORTM", "an ONNX Runtime (.ort) model", "give the .onnx file it was made from"),
    (_onnx_json, "an ONNX model in JSON form", _TO_BINARY % "json"),
    (
        lambda head: _onnx_text(head) and head.lstrip().startswith(b"<"),
        "an ONNX model in text form",
        _TO_BINARY % "onnxtxt",
    ),
    (_onnx_text, "an ONNX model in protobuf text form", _TO_BINARY % "textproto"),
    (
        lambda head: head.lstrip()[:5].lower() in (b"<html", b"<!doc"),
        "a web page",
        "download the file itself (the link led to a page)",
    ),
    (lambda head: head.lstrip()[:5] == b"<?xml", "an XML file (OpenVINO?)", "give the .onnx file"),
    (lambda head: _text(head) and head.lstrip()[:1] in (b"{", b"["), "a JSON file", "give the .onnx file"),
    (_text, "plain text", "give the .onnx file"),
]


def looks_like(head: bytes) -> str:
    """``"a PyTorch checkpoint: export it ..."`` for the start of a file, "" when nothing is recognized."""
    for test, what, cure in _KINDS:
        if test(head):
            return "%s: %s" % (what, cure)
    return ""
