"""JSON of results, where what several of them share is encoded once.

A model against all JetPacks is 36 results with one summary and a few findings between them: to encode each of them anew
takes most of the time of a run over many models whose results are known.
"""

from __future__ import annotations

import json
from typing import Any, Dict, List, Tuple

from jetdoctor.types import Result, Target


class Texts:
    """``of(result)`` is ``json.dumps(result.to_json())``.

    With ``indented`` it is what ``json.dumps(document, indent=2)`` writes for it, ``depth`` levels down in a document.
    """

    def __init__(self, indented: bool = False, depth: int = 0) -> None:
        self.indented, self.depth = indented, depth
        self.targets: Dict[Tuple[Any, ...], str] = {}
        self.model: Any = None  # whose results came last
        self.known: Dict[int, Tuple[Any, str]] = {}  # id of a part -> the part, so that it keeps its id, and its text

    def of(self, result: Result) -> str:
        if result.model is not self.model:
            self.model = result.model
            self.known.clear()
        members = ['"%s": %s' % (key, self._member(part)) for key, part in result.parts().items()]
        return self._joined("{", members, "}", self.depth)

    def _member(self, part: Any) -> str:
        if isinstance(part, str):
            return json.dumps(part)
        if isinstance(part, Target):
            said = part.to_json()
            values = tuple(said.values())
            if values not in self.targets:
                self.targets[values] = self._text(said, self.depth + 1)
            return self.targets[values]
        return self._once(part, self.depth + 1)

    def _once(self, part: Any, depth: int) -> str:
        known = self.known.get(id(part))
        if known is None:
            known = self.known[id(part)] = (part, self._encoded(part, depth))
        return known[1]

    def _encoded(self, part: Any, depth: int) -> str:
        if isinstance(part, tuple):
            return self._joined("[", [self._once(one, depth + 1) for one in part], "]", depth)
        return self._text(part.to_json() if hasattr(part, "to_json") else part, depth)

    def _text(self, value: Any, depth: int) -> str:
        if not self.indented:
            return json.dumps(value, allow_nan=False, default=str)
        return json.dumps(value, allow_nan=False, default=str, indent=2).replace("\n", _line(depth))

    def _joined(self, before: str, texts: List[str], after: str, depth: int) -> str:
        if not texts or not self.indented:
            return before + ", ".join(texts) + after
        inner = _line(depth + 1)
        return before + inner + ("," + inner).join(texts) + _line(depth) + after


def _line(depth: int) -> str:
    """The start of a line; strings of JSON hold no line breaks, so each one in a text is of the layout."""
    return "\n" + "  " * depth
