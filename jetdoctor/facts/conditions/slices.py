"""What a Split, a Slice or a Shape takes out of its input."""

from typing import Optional, Sequence

from jetdoctor.facts.condition import ARE, HAS, IS, Answer, Condition, Words
from jetdoctor.facts.conditions.layers import declared_sizes
from jetdoctor.facts.labels import input_shape
from jetdoctor.facts.schema import BOOL, FLAG
from jetdoctor.facts.seen import Seen
from jetdoctor.graph import Node


def _split_size(node: Node) -> Optional[int]:
    """Size of the axis that a Split cuts, None when it is not known."""
    shape, axis = node.input(0).shape, node.attr("axis", 0)
    if shape is None or not -len(shape) <= axis < len(shape) or not isinstance(shape[axis], int):
        return None
    return shape[axis]


class NotDivisible(Condition):
    """The axis cannot (``false``: can) be cut into as many equal parts as there are outputs."""

    takes = {"not_divisible": BOOL}

    def holds(self, seen: Seen) -> Answer:
        size = _split_size(seen.node)
        return None if size is None else (size % max(len(seen.node.outputs), 1) != 0) == self.value

    def words(self) -> Words:
        return "the axis", IS, "%sdivisible by the number of outputs" % ("not " if self.value else "")


class SplitUneven(Condition):
    """The sizes of a Split differ from equal parts, or may: they are computed."""

    takes = {"split_uneven": FLAG}

    def holds(self, seen: Seen) -> Answer:
        sizes = seen.numbers(1)
        return True if sizes is None else len(set(sizes)) > 1

    def words(self) -> Words:
        return "the sizes", ARE, "unequal, or computed"


class SplitLastChunk(Condition):
    """Equal chunks leave something for the last output of a Split."""

    takes = {"split_last_chunk": FLAG}

    def holds(self, seen: Seen) -> Answer:
        size = _split_size(seen.node)
        if size is None:
            return None
        count = max(len(seen.node.outputs), 1)
        return -(size // -count) * (count - 1) <= size

    def words(self) -> Words:
        return "the last of the equal chunks", HAS, "at least one element"

    def broken(self, node: Node, when: Sequence[Condition]) -> str:
        return "its %s on axis %d leaves the last of %d chunks empty" % (
            input_shape(node, 0),
            node.attr("axis", 0),
            len(node.outputs),
        )


class ShapeSlice(Condition):
    """start and end of a Shape leave out at least one dimension."""

    takes = {"shape_slice": FLAG}

    def holds(self, seen: Seen) -> Answer:
        rank = seen.node.input(0).rank
        start, end = seen.node.attr("start", 0), seen.node.attr("end")
        if rank is None:
            return start != 0 or end is not None
        start = max(0, start + rank if start < 0 else start)
        end = rank if end is None else min(rank, end + rank if end < 0 else end)
        return start > 0 or end < rank

    def words(self) -> Words:
        return "start and end", ("leave", "leave"), "out a dimension"


class StartsPerAxis(Condition):
    """A Slice without axes has as many starts as the data has axes."""

    takes = {"starts_per_axis": FLAG}

    def holds(self, seen: Seen) -> Answer:
        starts, rank = seen.node.input(1).static_shape, seen.node.input(0).rank
        if seen.node.present(3) or len(seen.node.inputs) < 3:
            return True
        return None if not starts or rank is None else starts[0] == rank

    def words(self) -> Words:
        return "a Slice without axes", HAS, "one start for each axis of the data"

    def broken(self, node: Node, when: Sequence[Condition]) -> str:
        return "without axes the parser expects one start per axis of the data, and this node has fewer"


class EmptyAtOne(Condition):
    """Constant bounds of a Slice leave nothing of an axis that the model declares open, where it has size 1."""

    takes = {"empty_at_one": FLAG}

    def holds(self, seen: Seen) -> Answer:
        shape, starts, ends = seen.node.input(0).shape, seen.integers(1), seen.integers(2)
        if shape is None or starts is None or ends is None:
            return None
        declared = declared_sizes(seen.node.graph.model)
        opened = [axis for axis in range(-len(shape), len(shape)) if shape[axis] in declared]
        axes = seen.integers(3) or range(len(starts))
        cuts = zip(axes, starts, ends, seen.integers(4) or [1] * len(starts))
        return any(axis in opened and step and not [0][start:end:step] for axis, start, end, step in cuts)

    def words(self) -> Words:
        return "its result", IS, "empty where an open axis has size 1"

