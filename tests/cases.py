"""Reads the Markdown case files of ``fixtures/rules/`` (format: docs/architecture.md, "A case file")."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

import pytest

from jetdoctor.target import resolve
from jetdoctor.types import Target

FOLDER = Path(__file__).resolve().parent.parent / "fixtures" / "rules"
_FENCE = re.compile(r"^```(\w+)\s*$")


@dataclass
class Case:
    """One ``##`` section: blocks by kind, the target line, and lines ``precision:`` and ``dla:``."""

    rule: str
    title: str
    target: str = ""
    precision: Optional[str] = None
    dla: bool = False
    blocks: Dict[str, str] = field(default_factory=dict)

    @property
    def expected(self) -> List[str]:
        return sorted(line.strip() for line in self.blocks["findings"].splitlines() if line.strip())

    @property
    def fires(self) -> bool:
        return any(line.startswith(self.rule + " ") for line in self.expected)

    @property
    def targets(self) -> Tuple[Target, ...]:
        """The target as ``check --precision --dla`` would ask about it."""
        return tuple(replace(t, precision=self.precision, dla=self.dla) for t in resolve(self.target))

    def __str__(self) -> str:
        return "%s: %s" % (self.rule, self.title)


def read_cases(path: Path) -> List[Case]:
    """Cases of one file, in order. A section without a findings block is a mistake and raises."""
    cases: List[Case] = []
    block: Optional[str] = None
    for line in path.read_text(encoding="utf-8").splitlines():
        if block is not None:
            if line.strip() == "```":
                block = None
            else:
                cases[-1].blocks[block] += line + "\n"
            continue
        fence = _FENCE.match(line)
        if line.startswith("## "):
            cases.append(Case(path.stem, line[3:].strip()))
        elif line.startswith("target:"):
            cases[-1].target = line[len("target:") :].strip()
        elif line.startswith("precision:"):
            cases[-1].precision = line[len("precision:") :].strip()
        elif line.strip() == "dla: yes":
            cases[-1].dla = True
        elif fence:
            block = fence.group(1)
            cases[-1].blocks[block] = ""
    for case in cases:
        if "findings" not in case.blocks:
            raise ValueError("%s has no findings block" % case)
    return cases


def every_case() -> List[Case]:
    return [case for path in sorted(FOLDER.glob("JD*.md")) for case in read_cases(path)]


def parse(text: str) -> Any:
    """ModelProto of an ``onnx`` block; skips the test where onnx is missing or too old to read it."""
    onnx = pytest.importorskip("onnx")
    onnx_parser = onnx.parser
    opset = re.search(r'"" : (\d+)', text)
    if opset and int(opset.group(1)) > max(25, onnx.defs.onnx_opset_version()):  # its schemas are needed
        pytest.skip("this onnx knows no opset %s" % opset.group(1))
    try:
        return onnx_parser.parse_model(text)
    except onnx_parser.ParseError:
        if text.count('""') < 2:  # the first is the default domain
            raise
        pytest.skip("this onnx has no text for an empty name")
