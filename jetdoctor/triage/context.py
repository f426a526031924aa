"""What a log says about itself: the TensorRT that wrote it and the node it is at."""

from __future__ import annotations

import re
from typing import Set, Tuple

from jetdoctor.triage.lines import Line

#: The importer that looks for a plugin; the operator is named elsewhere.
FALLBACK = "FallbackPluginImporter"
#: Lines for which "while parsing node ..." stays valid: the printed node lies between it and the error.
REACH = 60

_VERSION = re.compile(r"tensorrt(?:[ _-]?version)?[ :=_-]*v?(\d{1,2}(?:\.\d+){1,3})", re.I)
_PACKED = re.compile(r"\[tensorrt v(\d{4,6})\]", re.I)
_PARSING = re.compile(r"while parsing node number -?\d+ \[([^\s\]]+)(?: (?:->|→) ([^\]]+))?", re.I)
_IN_NODE = re.compile(r"in node -?\d+(?: with name: (.*?) and operator: (\w+))? ?\(import(\w+)\)", re.I)
_FUNCTION = re.compile(r"(?:in function |\()import([A-Z]\w+)", re.I)
_OP_TYPE = re.compile(r"\bop_type: (\w+)")
_LAYER = re.compile(r"\bI[A-Z]\w+Layer (\S+?):")
_FOR_NODE = re.compile(r"(?:implementation for node|invalid node -) (\S+?)\.?\)?\.?(?:\s|$)", re.I)
#: (what the line must hold, pattern), the most telling first
_PLACES = (("parsing node number", _PARSING), ("in node", _IN_NODE), ("import", _FUNCTION), ("op_type:", _OP_TYPE))
#: A frame of a Python traceback; the line behind it quotes the program's source.
_FRAME = re.compile(r"file .{1,300}, line \d+(?:, in |$)", re.I)
_EXCEPTION = re.compile(r"[\w.]{1,80}(?:error|exception|warning|exit|interrupt)\b", re.I)
_CREATED = re.compile(r"successfully created plugin: ?([\w.]+)", re.I)


class Context:
    """Follows the lines in order; ``operator`` and ``node`` speak of the line seen last."""

    def __init__(self) -> None:
        self.tensorrt = ""
        self.plugins: Set[str] = set()  # operators for which a plugin was found after all
        self._operator, self._node, self._since = "", "", 0
        self._fallback = self._printed = self._frame = -REACH
        self.quotes = False  # whether the line seen last quotes a program's source

    def see(self, line: Line) -> None:
        self._see_version(line)
        self._see_frame(line)
        if "--- begin node ---" in line.key:
            self._printed = line.number
        for needle, pattern in _PLACES:
            found = pattern.search(line.plain) if needle in line.key else None
            if found:
                self._enter(line.number, *_named(pattern, found))
                break
        created = _CREATED.search(line.plain) if "created plugin" in line.key else None
        if created:
            self.plugins.add(created.group(1).lower())

    def _see_frame(self, line: Line) -> None:
        behind = line.number == self._frame + 1
        self.quotes = behind and not _EXCEPTION.match(line.plain)
        if "file " in line.key and _FRAME.match(line.plain):
            self._frame, self.quotes = line.number, True

    def _see_version(self, line: Line) -> None:
        if self.tensorrt or "tensorrt" not in line.key:
            return
        packed, spelled = _PACKED.search(line.plain), _VERSION.search(line.plain)
        if packed:
            self.tensorrt = unpack(int(packed.group(1)))
        elif spelled and "cudnn" not in line.key and "library version" not in line.key:
            self.tensorrt = spelled.group(1)

    def _enter(self, number: int, operator: str, node: str) -> None:
        if operator == FALLBACK:
            self._fallback = number
            return
        if operator == self._operator and not node:
            node = self._node
        self._operator, self._node, self._since = operator, node, number

    def operator(self, line: Line) -> str:
        return self._operator if 0 <= line.number - self._since <= REACH else ""

    def fallback(self, line: Line) -> bool:
        """Whether the parser looked for a plugin near that line because it had no importer."""
        return "registered for op" in line.key or 0 <= line.number - self._fallback <= 5

    def told_alone(self, line: Line) -> bool:
        """Whether the line only names the node that was being parsed: by itself, or as a line of the printed node."""
        printed = "op_type:" in line.key and 0 <= line.number - self._printed <= REACH
        return printed or "while parsing node number" in line.key

    def node(self, line: Line) -> str:
        """Node or layer that the line names, else the one that the log is at."""
        for pattern in (_LAYER, _FOR_NODE):
            found = pattern.search(line.plain)
            if found:
                return found.group(1)
        return self._node if self.operator(line) else ""


def _named(pattern: "re.Pattern[str]", found: "re.Match[str]") -> Tuple[str, str]:
    groups = found.groups()
    if pattern is _PARSING:
        return groups[0], groups[1] or ""
    if pattern is _IN_NODE:
        return groups[1] or groups[2], groups[0] or ""
    return groups[0], ""


def unpack(number: int) -> str:
    """Version from the number that trtexec prints: 8401 -> "8.4.1", 100300 -> "10.3.0"."""
    major = 10_000 if number >= 100_000 else 1_000
    return "%d.%d.%d" % (number // major, number % major // 100, number % 100)
