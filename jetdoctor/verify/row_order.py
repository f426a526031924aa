"""Which outputs of a model hold rows whose order is open, read off its graph.

ONNX gives NonMaxSuppression no order and TopK with ``sorted=0`` none. A sorted TopK is open where its values tie: ONNX
puts the lower index first, but after rounding, which differs between any two engines, nobody has the same ties. NonZero
and Unique are in an order that ONNX fixes, so that they are compared in it unless what they read is open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, List, Mapping, Optional, Tuple

from jetdoctor.graph import DEFAULT_DOMAINS, Graph, Model, Node
from jetdoctor.verify.open_rows import LOST, Rows, Space, State
from jetdoctor.verify.row_steps import step


@dataclass(frozen=True)
class OpenRows:
    """Outputs that share one open order: where the rows lie in each, and in the tensor of the keys if there is one."""

    space: Space
    outputs: Mapping[str, Rows]
    keys: Optional[Rows] = None


def open_rows(model: Model) -> Tuple[OpenRows, ...]:
    """Groups of outputs of the main graph whose rows may change places together; empty for most models."""
    if not any(node.op_type in _SOURCES for node in model.main.nodes):
        return ()
    states = _states(model.main, {})
    found: Dict[Space, Dict[str, Rows]] = {}
    for name in model.main.output_names:
        rows = states.get(name)
        if isinstance(rows, Rows) and rows.points is None and not rows.space.parts:
            found.setdefault(rows.space, {})[name] = rows
    return tuple(OpenRows(space, outputs, _rows(states, space.keys)) for space, outputs in found.items())


def _rows(states: Mapping[str, State], name: str) -> Optional[Rows]:
    rows = states.get(name)
    return rows if isinstance(rows, Rows) else None


def _states(graph: Graph, outer: Mapping[str, State]) -> Dict[str, State]:
    """Of every tensor that an open order got into; a branch sees those of the graph around it."""
    states: Dict[str, State] = dict(outer)
    for node in graph.nodes:
        read = [states.get(name) for name in node.inputs]
        source = _SOURCES.get(node.op_type) if node.domain in DEFAULT_DOMAINS else None
        if source is not None:
            states.update(source(node, read))
        elif any(read) or any(states.get(name) for inner in node.subgraphs for name in _outer(inner)):
            if node.op_type == "If":
                states.update(_chosen(node, states))
                continue
            state = LOST if node.subgraphs else step(node, read)
            states.update((name, state) for name in node.outputs if name)
    return states


def _chosen(node: Node, states: Mapping[str, State]) -> Dict[str, State]:
    """What an If gives: rows of the branches that give any, where they agree and the others are empty."""
    branches = [(branch, _states(branch, states)) for branch in node.subgraphs]
    found: Dict[str, State] = {}
    for index, name in enumerate(node.outputs):
        given = [(branch.value(branch.output_names[index]), inner) for branch, inner in branches]
        full = [inner.get(value.name) for value, inner in given if 0 not in (value.shape or ())]
        found[name] = full[0] if full and all(state == full[0] for state in full) else LOST
    return found


def _outer(graph: Graph) -> List[str]:
    """Names that a subgraph's nodes read; those of its own are in no state."""
    return [name for one in graph.walk() for node in one.nodes for name in node.inputs]


def _top(node: Node, read: List[State]) -> Dict[str, State]:
    """TopK: rows by their values; over rows that are open already, its indices point at those."""
    values, indices, shape = node.outputs[0], node.outputs[1], node.input(0).shape
    outputs = [name for name in (values, indices) if name]
    if shape is None or read[0] == LOST:
        return dict.fromkeys(outputs, LOST)
    axis = int(node.attr("axis", -1)) % len(shape)
    before = read[0] if isinstance(read[0], Rows) else None
    if before is not None and before.axis != axis:  # the best classes of every row
        return dict.fromkeys(outputs, before)
    ties = bool(node.attr("sorted", 1))
    if any(size != 1 for size in shape[axis + 1 :]) or ties and not values:
        return dict.fromkeys(outputs, LOST) if before else {}
    why = "TopK leaves ties open" if ties else "TopK with sorted=0 leaves it open"
    rows = Rows(Space(outputs[0], why, values if ties else ""), axis, tuple(range(axis)))
    points = Rows(rows.space, rows.axis, rows.lanes, before.space if before else None)
    return {name: state for name, state in ((values, rows), (indices, points)) if name}


def _suppressed(node: Node, read: List[State]) -> Dict[str, State]:
    """NonMaxSuppression: which boxes stay, in any order."""
    boxes, scores = read[0], read[1]
    name = node.outputs[0]
    if boxes is None and scores is None:
        return {name: Rows(Space(name, "NonMaxSuppression leaves it open"), 0)}
    if not isinstance(boxes, Rows) or not isinstance(scores, Rows):
        return {name: LOST}
    if boxes.space != scores.space or (boxes.axis, scores.axis) != (1, 2):
        return {name: LOST}
    return {name: Rows(Space(name, "NonMaxSuppression leaves it open"), 0, (), boxes.space)}


_SOURCES = {"TopK": _top, "NonMaxSuppression": _suppressed}
