"""Limits of the layers of the network library: axes, equations, sizes that must be known (rows of section network)."""

from typing import Any, Iterator, Optional, Tuple

from jetdoctor.facts.condition import HAS, HAVE, IS, Answer, Condition, Words
from jetdoctor.facts.schema import COUNT, FLAG, INDEX, array, one_of
from jetdoctor.facts.seen import Seen
from jetdoctor.graph import Shape, Value

#: Default of the attribute ``axis`` where it is not 0.
_AXES = {"TopK": -1}


class AxisBeforeLast(Condition):
    """The axis lies before the last n axes of the first input."""

    takes = {"axis_before_last": COUNT}

    def holds(self, seen: Seen) -> Answer:
        rank = seen.node.input(0).rank
        axis = seen.node.attr("axis", _AXES.get(seen.node.op_type, 0))
        return None if rank is None else (axis + rank if axis < 0 else axis) < rank - self.value

    def words(self) -> Words:
        return "the axis", IS, "before the last %d" % self.value


class EquationForm(Condition):
    """The equation of an Einsum has an ellipsis, more than two operands, or a label twice in one operand."""

    takes = {"equation_form": one_of("ellipsis", "many operands", "diagonal")}

    def holds(self, seen: Seen) -> Answer:
        operands = seen.node.attr("equation", "").replace(" ", "").split("->")[0].split(",")
        if self.value == "many operands":
            return len(operands) > 2
        if self.value == "ellipsis":
            return any("..." in labels for labels in operands)
        return any(len(set(labels.replace(".", ""))) < len(labels.replace(".", "")) for labels in operands)

    def words(self) -> Words:
        said = {"ellipsis": "an ellipsis", "many operands": "more than two operands", "diagonal": "a label twice"}
        return "the equation", HAS, said[self.value]


class BranchShapes(Condition):
    """Outputs of the two branches certainly differ in rank or in a size, and the condition is no constant."""

    takes = {"branch_shapes_differ": one_of("rank", "size")}

    def holds(self, seen: Seen) -> Answer:
        graphs = seen.node.subgraphs
        if len(graphs) != 2 or seen.weights(0):
            return False
        pairs = [[graph.value(name).shape for name in graph.output_names] for graph in graphs]
        return any(_differ(one, other) == self.value for one, other in zip(*pairs))

    def words(self) -> Words:
        return "the outputs of both branches", HAVE, "different %ss" % self.value


class CarriedShapeGrows(Condition):
    """A value that a Loop carries certainly has a different shape after an iteration."""

    takes = {"carried_shape_changes": FLAG}

    def holds(self, seen: Seen) -> Answer:
        return any(_differ(before.shape, after.shape) or _appended(before, after) for before, after in _carried(seen))

    def words(self) -> Words:
        return "a carried value", HAS, "a different shape after an iteration"


class CarriedTypeChanges(Condition):
    """A value that a Loop carries has another element type after a turn."""

    takes = {"carried_type_changes": FLAG}

    def holds(self, seen: Seen) -> Answer:
        types = [(before.dtype, after.dtype) for before, after in _carried(seen)]
        return any(None not in pair and pair[0] != pair[1] for pair in types)

    def words(self) -> Words:
        return "a carried value", HAS, "another type after an iteration"


class DeclaredOpenSize(Condition):
    """An axis of an input has a size that the model declares to be open, as (input, axis)."""

    takes = {"open_size": array(INDEX)}

    def holds(self, seen: Seen) -> Answer:
        index, axis = self.value[0], self.value[1]
        value = seen.node.input(index)
        shape = value.shape
        if shape is None or axis >= len(shape) or isinstance(shape[axis], int):
            return False
        return value.is_graph_input or shape[axis] in declared_sizes(seen.node.graph.model)

    def words(self) -> Words:
        return "axis %d of %s" % (self.value[1], self.label(self.value[0])), HAS, "an open size"


class LastSizeOpen(Condition):
    """The last axis of an input has a size that the model declares to be open."""

    takes = {"last_size_open": INDEX}

    def holds(self, seen: Seen) -> Answer:
        value = seen.node.input(self.value)
        last = (value.shape or (1,))[-1]
        if isinstance(last, int):
            return False
        return value.is_graph_input or last in declared_sizes(seen.node.graph.model)

    def words(self) -> Words:
        return "the last axis of " + self.label(self.value), HAS, "an open size"


class RepeatedIndices(Condition):
    """The constant indices of a Scatter name a place twice."""

    takes = {"repeated_indices": FLAG}

    def holds(self, seen: Seen) -> Answer:
        indices = seen.array(1)
        if indices is None or not indices.size or indices.dtype.kind not in "iu":
            return None
        import numpy as np

        shape = seen.node.input(0).static_shape
        if seen.node.op_type == "ScatterND":
            rows = indices.reshape(-1, indices.shape[-1]) if indices.ndim else indices.reshape(1, 1)
            sizes = None if shape is None or len(shape) < rows.shape[1] else np.array(shape[: rows.shape[1]])
            return _repeats(rows if sizes is None else np.where(rows < 0, rows + sizes, rows))
        axis = seen.node.attr("axis", 0)
        if not -indices.ndim <= axis < indices.ndim or (shape is not None and len(shape) != indices.ndim):
            return None
        rows = np.moveaxis(indices, axis, -1).reshape(-1, indices.shape[axis])
        size = 0 if shape is None else shape[axis]
        return any(_repeats(np.where(row < 0, row + size, row).reshape(-1, 1)) for row in rows)

    def words(self) -> Words:
        return "the indices", HAVE, "a repeated position"


class SizeAbove(Condition):
    """A size of an input is above a number, as (input, axis, number)."""

    takes = {"size_above": array(COUNT)}

    def holds(self, seen: Seen) -> Answer:
        index, axis, most = self.value
        shape = seen.node.input(index).shape
        size = shape[axis] if shape is not None and axis < len(shape) else None
        return size > most if isinstance(size, int) else None

    def words(self) -> Words:
        index, axis, most = self.value
        return "axis %d of %s" % (axis, self.label(index)), HAS, "more than %d entries" % most


def _differ(one: Shape, other: Shape) -> Optional[str]:
    """ "rank" or "size" when two shapes certainly differ in it."""
    if one is None or other is None:
        return None
    if len(one) != len(other):
        return "rank"
    known = [(a, b) for a, b in zip(one, other) if isinstance(a, int) and isinstance(b, int)]
    return "size" if any(a != b for a, b in known) else None


def _carried(seen: Seen) -> Iterator[Tuple[Value, Value]]:
    """Each carried value as the body gets it and as the body hands it on."""
    for body in seen.node.subgraphs[:1]:
        pairs = zip(body.input_names[2:], body.output_names[1 : len(seen.node.inputs) - 1])
        yield from ((body.value(one), body.value(other)) for one, other in pairs)


def _appended(before: Value, after: Value) -> bool:
    """Whether the value is the one that came in with something behind or before it."""
    node: Any = after.producer
    if node is None or node.op_type != "Concat" or before.name not in node.inputs:
        return False
    others = [node.input(i).shape for i, name in enumerate(node.inputs)]
    axis = node.attr("axis", 0)
    sizes = [shape[axis] for shape in others if shape is not None and -len(shape) <= axis < len(shape)]
    return len(node.inputs) > 1 and 0 not in sizes


def declared_sizes(model: Any) -> Any:
    """Symbolic sizes of the graph's inputs: what inference could not work out is no claim of the model."""
    main = model.main
    return {dim for name in main.input_names for dim in main.value(name).shape or () if isinstance(dim, str) and dim}


def _repeats(rows: Any) -> bool:
    return len({tuple(row) for row in rows.tolist()}) < len(rows)
