"""What stands before a message: time, severity and component, as each tool's logger writes them.

Every pattern is anchored at the beginning of what is left of the line and has no nested repetition, so that the
time is linear in the length of the line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Optional, Tuple

#: Severities, worst first. A line that says none has "".
SEVERITIES = ("error", "warning", "info", "verbose")

_LETTERS = {
    "f": "error", "e": "error", "!": "error", "w": "warning", "i": "info", "s": "info", "v": "verbose",
    "x": "verbose", "u": "verbose", "d": "verbose",
}  # fmt: skip
_WORDS = {
    "fatal": "error", "critical": "error", "error": "error", "err": "error", "internal_error": "error",
    "warning": "warning", "warn": "warning", "info": "info", "information": "info", "notice": "info",
    "verbose": "verbose", "debug": "verbose", "trace": "verbose", "log": "info",
}  # fmt: skip

_CLOCK = r"\d{1,2}:\d\d:\d\d(?:[.,]\d{1,9})?"
_DATE = r"\d{2,4}[-/]\d\d[-/]\d{2,4}"

#: (component, pattern): the group "letter" or "word" gives the severity.
_PATTERNS: Tuple[Tuple[str, "re.Pattern[str]"], ...] = tuple(
    (component, re.compile(pattern, re.I))
    for component, pattern in (
        # ONNX Runtime: 2024-01-01 10:00:00.123456789 [E:onnxruntime:Default, file.cc:12 Function] ...
        ("onnxruntime", r"\[(?P<letter>[feiwv]):onnxruntime:[^\]]{0,200}\] ?"),
        # TensorRT's sample logger: [2020-07-14 10:29:28   ERROR] ...
        ("tensorrt", r"\[%s[- ]%s {1,4}(?P<word>internal_error|error|warning|info|verbose)\] ?" % (_DATE, _CLOCK)),
        # trtexec and Polygraphy: [11/28/2023-15:47:38]
        ("", r"\[%s[- ]%s\] ?" % (_DATE, _CLOCK)),
        # Triton (glog): E0320 10:11:12.123456 1 model_repository_manager.cc:1234] ...
        ("triton", r"(?P<letter>[iwef])\d{4} %s +\d{1,7} [\w.]{1,80}:\d+\] ?" % _CLOCK),
        # DeepStream (GStreamer): 0:00:02.123456789  1234  0x55d5 ERROR  nvinfer gstnvinfer.cpp:676:func:<name> ...
        (
            "deepstream",
            r"%s +\d{1,8} +(?:0x)?[0-9a-f]{1,16} (?P<word>error|warn|info|debug|log|fixme) +\w{1,40} \S{0,300} ?"
            % _CLOCK,
        ),
        # ROS 2: [component_container_mt-1] [ERROR] [1700000000.123456789] [node]: ...
        ("ros", r"\[(?:component_container\w{0,10}|\w{1,60}_node|[\w.]{1,60})-\d{1,3}\] ?"),
        ("ros", r"\[(?P<word>error|warn|warning|info|debug|fatal)\] \[\d{9,10}\.\d{1,9}\] \[[^\]]{1,100}\]:? ?"),
        # GXF: ERROR gxf/std/file.cpp@123: ...
        ("ros", r"(?P<word>error|warning|warn|info|debug) (?:\./)?gxf/\S{1,200}@\d+:? ?"),
        # Python logging and plain dates
        ("", r"%s[t ]%s(?:z|[+-]\d\d:?\d\d)? ?" % (_DATE, _CLOCK)),
        ("", r"%s:? ?-? ?(?=\D)" % _CLOCK),
        # kernel: [ 1234.567890] ... and journal: Nov 28 12:00:00 host kernel: ...
        ("kernel", r"\[ {0,6}\d{1,7}\.\d{6}\] ?"),
        ("kernel", r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec) +\d{1,2} %s \S{1,60} kernel: ?" % _CLOCK),
        ("", r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec) +\d{1,2} %s \S{1,60} \S{1,60}: ?" % _CLOCK),
        # docker build: #12 3.456 ...
        ("docker", r"#\d{1,3} \d{1,5}\.\d{1,3} ?"),
        # TensorRT and those who wrap it
        ("tensorrt", r"\[(?P<letter>[feiwv])\] \[trt\] ?"),
        ("tensorrt", r"\[(?:trt|tensorrt)\] ?\[(?P<letter>[feiwv])\] ?"),
        ("tensorrt", r"\[(?:trt|tensorrt)\] ?\[?(?P<word>internal_error|error|warning|info|verbose)\]?:? ?"),
        ("tensorrt", r"(?P<word>internal_error|error|warning|info|verbose): \[trt\]:? ?"),
        ("tensorrt", r"\[(?:trt|tensorrt)\]:? ?"),
        ("tensorrt", r"error\[\d{1,2}\]: ?"),
        ("tensorrt", r"(?P<word>error|warning|info|debug): \[torch-tensorrt[^\]]{0,60}\] ?-? ?"),
        ("polygraphy", r"\[(?P<letter>!)\] ?"),
        ("", r"\[(?P<letter>[feiwvsx])\] ?"),
        ("", r"\[(?P<word>fatal|critical|error|err|warning|warn|info|notice|verbose|debug|trace)\] ?:?-? ?"),
        ("", r"(?P<word>fatal|critical|error|warning|info|verbose|debug):(?:[\w.]{1,40}:)? ?"),
        ("", r"(?P<word>error|warning|info|debug) - ?"),
        ("", r"- (?P<word>error|warning|info|debug) - ?"),
        ("pytest", r"e {3,}(?=\S)"),
        ("apt", r"(?P<letter>[ew]): (?=\S)"),
    )
)
#: First characters with which any of these can begin; most lines of a verbose log have another.
_FIRST = frozenset("[0123456789(#-" + "eiwfEIWFdDvVcCnNjJsSmMaAoO")
_AT_MOST = 6


@dataclass(frozen=True)
class Prefix:
    """``severity`` is one of SEVERITIES or "", ``component`` the logger's tool or "", ``body`` the rest of the line."""

    severity: str
    component: str
    body: str


def split(text: str) -> Prefix:
    """Take the prefixes off a line, one after another.

    >>> split("[11/28/2023-15:47:38] [E] [TRT] 2: it failed")
    Prefix(severity='error', component='tensorrt', body='2: it failed')
    """
    severity = component = ""
    for _ in range(_AT_MOST):
        taken = _take(text)
        if taken is None:
            break
        text = text[taken[2] :]
        severity = _worse(severity, taken[0])
        component = component or taken[1]
    return Prefix(severity, component, text)


def _take(text: str) -> Optional[Tuple[str, str, int]]:
    """Severity, component and length of the prefix that the text begins with."""
    if not text or text[0] not in _FIRST:
        return None
    for component, pattern in _PATTERNS:
        found = pattern.match(text)
        if found:
            groups = found.groupdict()
            said = _LETTERS.get((groups.get("letter") or "").lower()) or _WORDS.get((groups.get("word") or "").lower())
            return said or "", component, found.end()
    return None


def _worse(one: str, other: str) -> str:
    return min((s for s in (one, other) if s), key=SEVERITIES.index, default="")
