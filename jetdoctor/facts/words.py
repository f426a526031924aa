"""Findings' messages from fact rows: what the node has, what the release makes of it."""

from __future__ import annotations

from typing import Optional, Tuple

from jetdoctor.facts.rows import Fact
from jetdoctor.facts.sentences import limit_text
from jetdoctor.graph import Node
from jetdoctor.types import VersionRange

#: Longer messages leave the parser's own words to the line below.
_ROOM = 160

#: Messages shorter than this are pieces of one.
_SCRAP = 16

#: Stands between what the node has and the parser's words.
PARSER_SAYS = "; the parser says "


def _with_words(text: str, fact: Fact) -> str:
    """The text, with what the build log will say if there is room for it."""
    message = _words(fact)
    quoted = '%s%s"%s"' % (text, PARSER_SAYS, message)
    return quoted if message and len(quoted) <= _ROOM else text


def _words(fact: Fact) -> str:
    """The parser's message, "" when only a scrap of it was read ("INT32", "input type of")."""
    message = fact.get("message") or ""
    return message if " " in message and len(message) >= _SCRAP else ""


def log_line(fact: Fact, text: str) -> Tuple[str, ...]:
    """What the build log says of a refusal, unless the finding's text quotes it already."""
    message = _words(fact)
    return ('the build log says "%s"' % message,) if message and message not in text else ()


def restriction_text(node: Node, fact: Fact) -> str:
    """One line on a ``require`` or ``forbid`` row that the node breaks."""
    said = (fact.demand.broken(node, fact.when) if fact.demand else "") or fact.get("note") or limit_text(fact)
    return _with_words("%s: %s" % (node.op_type, said), fact)


def fact_text(fact: Fact, node: Optional[Node], tensor: str, detail: str) -> str:
    """One line on any fact row that applies."""
    if fact.get("op") in ("(graph input)", "(initializer)"):
        kind = "graph input" if fact["op"] == "(graph input)" else "initializer"
        return _with_words("%s %s is %s, a type that this parser does not know" % (kind, tensor, detail), fact)
    if fact.get("op") == "(any)" and node is not None:
        return _with_words(
            "%s passes %s on as %s, which may only be a graph output" % (node.op_type, tensor, detail), fact
        )
    if node is not None and fact.demand is not None:
        return restriction_text(node, fact)
    what = fact.get("what") or fact.get("change") or ""
    text = "%s: %s" % (node.op_type, what) if node is not None else what
    return _with_words(text, fact) if fact.get("status") == "rejected" else text


def no_importer_text(node: Node, missing: VersionRange, known: bool) -> str:
    """One line on an operator that a release does not import."""
    name = node.op_type if node.domain in ("", "ai.onnx") else "%s:%s" % (node.domain, node.op_type)
    if missing.before is not None:
        return "%s has no importer before TensorRT %s" % (name, ".".join(map(str, missing.before)))
    if known:
        return "%s has no importer in any TensorRT release" % name
    return "%s is neither an operator of this parser nor a TensorRT plugin" % name
