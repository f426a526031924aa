"""Lowering the opset as a fix: all the way or not at all."""

from __future__ import annotations

from typing import Any, List, Mapping, Optional, Tuple

from jetdoctor.fix.diff import NodeChange
from jetdoctor.types import JetdoctorError


def lower(proto: Any, to: int) -> Tuple[Optional[Any], Tuple[NodeChange, ...], str]:
    """A copy of ``proto`` at opset ``to``, the diff and what did it; or None with the reason why it cannot be."""
    from jetdoctor.fix.opset import lower as lower_opset

    try:
        lowered = lower_opset(proto, to)
    except JetdoctorError as error:
        return None, (), str(error)
    except Exception as error:  # an adapter that crashes must not take the model with it
        return None, (), "lowering to opset %d failed: %s: %s" % (to, type(error).__name__, error)
    if lowered.reached > to:
        return None, (), "opset %d cannot be reached: %s" % (to, _summary(lowered.blocked))
    return lowered.proto, tuple(NodeChange("~", "", str(change)) for change in lowered.changes), _by(lowered.ways)


def _by(ways: Mapping[str, int]) -> str:
    """``nodes: 24 by adapters, 2 by onnx's definitions``."""
    names = (("adapter", "adapters"), ("definition", "onnx's definitions"), ("schema", "the schema alone"))
    parts = ["%d by %s" % (ways[way], name) for way, name in names if ways.get(way)]
    return "nodes: " + ", ".join(parts) if parts else ""


def _summary(blocked: Any) -> str:
    reasons: List[str] = ["%s: %s" % (place, reason) for place, reason in blocked]
    more = " and %d more" % (len(reasons) - 2) if len(reasons) > 2 else ""
    return "; ".join(reasons[:2]) + more if reasons else "no repair is known"
