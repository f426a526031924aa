"""Takes names out of a line before it is compared: a word in the name of a node or file is no evidence."""

from __future__ import annotations

import re

#: What stands in a compared line for a name that was taken out; a file keeps its extension.
NODE, FILE = "<name>", "<file>"

#: Files that a user names; libraries (.so) and C++ sources stay, they say which component speaks.
_USER_FILE = re.compile(
    r"\.(?:onnx|engine|plan|trt|pt|pth|pb|log|txt|json|ya?ml|npz|npy|cache|bin|jpe?g|png|mp4)\b[^/\\.]{0,20}$",
    re.I,
)
_SOURCE = re.compile(r"\.(?:so|cpp|cc|cu|cxx|hpp|h|c|cuh)\b", re.I)
_PACKAGE = re.compile(r"(?:site|dist)-packages/(\S+)")
_SYSTEM = ("/usr/", "/lib/", "/dev/", "/proc/", "/sys/", "/etc/", "/opt/", "/var/", "/boot/", "http://", "https://")
_TOKEN = re.compile(r"[^\s,;=()]+")
#: ``Conv_12``; a version of a library (GLIBC_2.28) has no small letters.
_NUMBERED = re.compile(r"\b[A-Z][A-Za-z0-9]{0,20}[a-z][A-Za-z0-9]{0,20}_{1,2}\d+\b")
#: ONNX Runtime's prefix names its own source file.
_ORT = re.compile(r"\[([feiwvFEIWV]):onnxruntime:[^\]]{0,200}\]")
_FOREIGN = re.compile(r"\{ForeignNode\[[^\]]*\]?\}?")


def masked(plain: str) -> str:
    """``plain`` without the names of nodes, layers and users' files.

    >>> masked("Invalid Node - /head/TopK_2 in /home/me/fp16_nan.onnx")
    'Invalid Node - <name> in <file>.onnx'
    """
    if "onnxruntime:" in plain:
        plain = _ORT.sub(r"[\1:onnxruntime]", plain)
    if "ForeignNode" in plain:
        plain = _FOREIGN.sub("{ForeignNode[%s]}" % NODE, plain)
    if "_" in plain:
        plain = _NUMBERED.sub(NODE, plain)
    if "/" in plain or "." in plain:
        plain = _TOKEN.sub(_token, plain)
    return plain


def _token(found: "re.Match[str]") -> str:
    token: str = found.group(0)
    if "/" not in token:
        return _file(token) if "." in token else token
    if token.endswith(":") and len(token) > 1:
        return _path(token[:-1]) + ":"
    return _path(token)


def _path(token: str) -> str:
    package = _PACKAGE.search(token)
    if package:
        return package.group(1)
    if _SOURCE.search(token):
        return token
    file = _file(token)
    if file != token:
        return file
    return token if token.startswith(_SYSTEM) or not _is_name(token) else NODE


def _file(token: str) -> str:
    """The token itself unless it is a user's file."""
    found = _USER_FILE.search(token)
    return FILE + found.group(0) if found else token


def _is_name(token: str) -> bool:
    """Whether a token with slashes is a node's name rather than words (``input/output``, ``Q/DQ``)."""
    slashes = token.count("/")
    return token.startswith("/") or slashes > 1 or any(c.isdigit() or c in "_." for c in token)
