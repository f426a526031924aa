"""Lowering a model's opset: ``lower(proto, to) -> Lowered``.

Goes down one opset at a time. Most steps of most operators only added types, so a node passes when its
actual types, inputs and attributes fit the older schema (``fitting``); where the meaning changed an
adapter of ``adapters/`` rewrites it; an operator that does not exist yet is decomposed by an adapter
or by onnx's own function body (``bodies``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Mapping, Tuple

from jetdoctor.fix.function_defaults import inlined
from jetdoctor.fix.opset.descent import Blocked, Descent
from jetdoctor.fix.opset.ir import lowered_ir_version
from jetdoctor.fix.opset.schemas import newest_opset
from jetdoctor.fix.opset.unused import drop_unused
from jetdoctor.fix.sorting import sort_nodes
from jetdoctor.types import UsageError

__all__ = ["OLDEST", "Blocked", "Lowered", "lower"]

#: Oldest opset that can be asked for (onnx 1.4, January 2019).
OLDEST = 9


@dataclass(frozen=True)
class Lowered:
    """A lowered model.

    ``proto`` is complete and legal at opset ``reached``, the lowest that every node can reach. When that is above
    the opset asked for, ``blocked`` holds the nodes that cannot go on as ``(Location, reason)``.
    ``changes`` says per node what was rewritten, ``ways`` how many of them by an "adapter", by the "schema" alone
    (attributes and types) or by onnx's own "definition".
    """

    proto: Any
    reached: int
    blocked: Tuple[Blocked, ...] = ()
    changes: Tuple[str, ...] = ()
    ways: Mapping[str, int] = field(default_factory=dict)


def lower(proto: Any, to: int) -> Lowered:
    """A copy of an ``onnx.ModelProto`` at opset ``to`` (9 and up); ``proto`` itself is not modified.

    A model that is already at or below ``to`` comes back as a plain copy. Raises UsageError when ``to``
    is below 9 or the model's opset is newer than the installed onnx knows.
    """
    opset = _opset(proto)
    _check_range(opset, to)
    descent = _descend(proto, to)
    if any(entry.location.graph[0] != "main" for group in descent.blocked.values() for entry in group):
        flat = inlined(proto, to_one_opset=True)
        if flat is not None and _goes_further(flat, to, descent):
            found = lower(flat, to)
            note = "local functions inlined"
            return Lowered(found.proto, found.reached, found.blocked, (note,) + found.changes, found.ways)
    if not descent.blocked:
        return Lowered(descent.proto, min(opset, to), (), tuple(descent.changes), descent.ways)
    reached = max(descent.blocked)
    blocked = tuple(
        entry for stop in sorted(descent.blocked, reverse=True) for entry in descent.blocked[stop]
    )
    # Once more, only as far as every node can go: what was built above is half-way between two opsets.
    partial = _descend(proto, reached)
    return Lowered(partial.proto, reached, blocked, tuple(partial.changes), partial.ways)


def _goes_further(flat: Any, to: int, descent: Descent) -> bool:
    return max(_descend(flat, to).blocked, default=to) < max(descent.blocked)


def _descend(proto: Any, to: int) -> Descent:
    twin = type(proto)()
    twin.CopyFrom(proto)
    sort_nodes(twin)
    descent = Descent(twin, to)
    descent.run()
    if descent.changes or _opset(proto) > to:
        drop_unused(descent)
        twin.ir_version = lowered_ir_version(twin)
    return descent


def _opset(proto: Any) -> int:
    """Highest opset of the default domain that the model or one of its functions imports."""
    holders = [proto] + list(proto.functions)
    imports = [o.version for holder in holders for o in holder.opset_import if o.domain in ("", "ai.onnx")]
    return max(imports, default=1)


def _check_range(opset: int, to: int) -> None:
    if to < OLDEST:
        raise UsageError("opset %d is too old: jetdoctor lowers down to opset %d" % (to, OLDEST))
    if opset > newest_opset():
        raise UsageError(
            "the model has opset %d and the installed onnx knows up to %d: pip install --upgrade onnx, "
            "or lower it on a machine with a newer onnx" % (opset, newest_opset())
        )
