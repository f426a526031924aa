"""Where two models can be cut, to be compared in pieces: at operators that decide, and behind what was changed.

TopK where scores tie, Greater at its limit, Round at one half turn the last digit into another result, in any two
correct engines. Where both models hold the same such operator, the fixed one is given the original's answer instead
of its own. That it would answer alike follows from what the operator reads, which is compared.
"""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, NamedTuple, Tuple

from jetdoctor.graph import DEFAULT_DOMAINS, Model, Node
from jetdoctor.graph.value import tensor_has_data

#: operators whose outputs jump where their inputs change little
DECIDING = frozenset(
    "ArgMax ArgMin Cast Ceil DynamicQuantizeLinear Equal Floor Greater GreaterOrEqual Hardmax Less LessOrEqual Mod"
    " NonMaxSuppression NonZero QuantizeLinear Round Sign TopK Unique".split()
)

FLOATS = ("FLOAT", "FLOAT16", "DOUBLE")


class Decision(NamedTuple):
    """One deciding operator of both models: its outputs (the same names), and what it reads in each."""

    op_type: str
    outputs: Tuple[str, ...]
    before: Tuple[str, ...]
    after: Tuple[str, ...]


def decisions(before: Model, after: Model) -> List[Decision]:
    """Operators of the main graphs that decide about floats and are the same in both models."""
    made = {node.outputs[0]: node for node in after.main.nodes if node.outputs}
    found = []
    for node in before.main.nodes:
        other = made.get(node.outputs[0]) if node.outputs and _decides(node) else None
        if other is not None and _same(node, other):
            names = tuple(name for name in node.outputs if name)
            found.append(Decision(node.op_type, names, *_read(node, other)))
    return found


def _decides(node: Node) -> bool:
    if node.op_type not in DECIDING or node.domain not in DEFAULT_DOMAINS or node.input(0).dtype not in FLOATS:
        return False
    if node.op_type == "Cast" and node.output(0).dtype in FLOATS:
        return False
    return not node.output(0).is_constant_expression()


def _same(node: Node, other: Node) -> bool:
    attributes = [sorted(a.SerializeToString() for a in one.proto.attribute) for one in (node, other)]
    shape = [(one.op_type, one.domain, list(one.outputs), len(one.inputs)) for one in (node, other)]
    types = [[one.output(i).dtype for i in range(len(one.outputs))] for one in (node, other)]
    return attributes[0] == attributes[1] and shape[0] == shape[1] and types[0] == types[1] and _read(node, other) != ()


def _read(node: Node, other: Node) -> Any:
    """What the two read, to be compared in a run; () when constants of theirs differ."""
    before, after = [], []
    for index in range(len(node.inputs)):
        if node.present(index) != other.present(index):
            return ()
        if not node.present(index):
            continue
        one, two = node.input(index), other.input(index)
        if one.initializer is None and two.initializer is None:
            before.append(one.name)
            after.append(two.name)
        elif one.initializer is None or two.initializer is None or not _same_constant(one, two):
            return ()
    return tuple(before), tuple(after)


def _same_constant(one: Any, two: Any) -> bool:
    if not tensor_has_data(one.initializer):
        return False
    copies = [type(value.initializer).FromString(value.initializer.SerializeToString()) for value in (one, two)]
    for copy in copies:
        copy.ClearField("name")
    return bool(copies[0] == copies[1])


def meeting_points(before: Model, after: Model) -> List[str]:
    """Floats of both main graphs right behind what only the original computes in one operator."""
    made = {node.outputs[0]: node for node in after.main.nodes if node.outputs}
    kept = {node.outputs[0] for node in before.main.nodes if _is_kept(node, made)}
    found: Dict[str, None] = {}
    for node in before.main.nodes:
        if node.outputs and node.outputs[0] not in kept:
            readers = [reader for name in node.outputs for reader in node.graph.value(name).consumers]
            found.update(dict.fromkeys(r.outputs[0] for r in readers if r.outputs and r.outputs[0] in kept))
    outputs = {*before.main.output_names, *after.main.output_names}
    return [name for name in found if name not in outputs and _is_float(name, before) and _is_float(name, after)]


def _is_kept(node: Node, made: Mapping[str, Node]) -> bool:
    other = made.get(node.outputs[0]) if node.outputs else None
    return other is not None and other.op_type == node.op_type and len(other.outputs) == len(node.outputs) == 1


def _is_float(name: str, model: Model) -> bool:
    return model.main.value(name).dtype == "FLOAT"
