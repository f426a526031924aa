"""What ``jetdoctor verify`` earned: one block per backend, strongest first; "not run" is never "passed"."""

from __future__ import annotations

from typing import AbstractSet, Any, Dict, Optional, Sequence

from jetdoctor.report import text as model_text
from jetdoctor.report import words
from jetdoctor.report.document import dumps, head
from jetdoctor.report.style import Writer, clean
from jetdoctor.types import EVIDENCE_LEVELS, Evidence, Target

_COLOR = {"passed": "green", "not-run": "dim", "ran": "dim"}


def level(found: Sequence[Evidence]) -> str:
    """The strongest level that any backend passed at."""
    passed = [EVIDENCE_LEVELS.index(one.level) for one in found if one.status == "passed"]
    return EVIDENCE_LEVELS[max(passed)] if passed else "not-run"


def document(
    model: str, target: Optional[Target], found: Sequence[Evidence], width: int, color: bool, assumed: str = ""
) -> str:
    """The JSON document of ``jetdoctor verify``."""
    rows = [_row(one) for one in found]
    whole = dict(head(), model=model, target=target.to_json() if target else None, assumed_shapes=assumed or None)
    return dumps(dict(whole, evidence=level(found), compared=compared(found), backends=rows))


def _row(one: Evidence) -> Dict[str, Any]:
    return {
        "backend": one.backend,
        "level": one.level,
        "status": one.status,
        "message": one.message,
        "seconds": round(one.seconds, 3),
        "details": dict(one.details),
        "findings": [finding.to_json() for finding in one.findings],
    }


def text(
    model: str, target: Optional[Target], found: Sequence[Evidence], width: int, color: bool, assumed: str = ""
) -> str:
    """Text for a terminal. ``assumed``: the shapes that nobody gave, as options."""
    writer = Writer(width, color)
    name = target.name if target else "no target named"
    writer.ends(clean(model), name, writer.paint(clean(model), "bold"), writer.paint(name, "dim"))
    if assumed:
        writer.wrapped("shapes  ", "likely ones, give your own with %s" % clean(assumed), label_styles=("dim",))
    writer.line()
    for one in found:
        word = one.status.upper()
        painted = writer.paint(word, _COLOR.get(one.status, "red"), "bold")
        seconds = "  (%.1f s)" % one.seconds if one.seconds >= 0.05 else ""
        writer.line("%s%s %s%s" % (painted, " " * (9 - len(word)), one.backend, seconds))
        writer.wrapped("", one.message)
        model_text.findings(writer, list(one.findings))
    earned = level(found)
    writer.line()
    writer.wrapped("evidence  ", meaning(earned, found), indent=0)
    return writer.text()


def compared(found: Sequence[Evidence]) -> bool:
    """Whether outputs of two sides were compared by any backend."""
    return any(one.details.get("comparison") for one in found)


def meaning(earned: str, found: Sequence[Evidence]) -> str:
    """What the level is worth, in words."""
    return worth(earned, {one.status for one in found}, compared(found))


def worth(earned: str, statuses: AbstractSet[str], compared: bool) -> str:
    """The same from what the JSON document says: statuses of the backends, and whether outputs were compared."""
    statuses = statuses - {"not-run"}
    if earned == "not-run" and statuses:
        alone = "it runs, but no TensorRT was involved and nothing was compared"
        return "none: " + (alone if statuses == {"ran"} else "what was tried did not pass (see above)")
    said = "no TensorRT was involved" if earned == "static" else words.EVIDENCE[earned]
    silent = earned in ("compiled", "built") and not compared
    return said + ("; no outputs were compared" if silent else "")
