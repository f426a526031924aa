"""What a Resize does to the sizes."""

from typing import Sequence

from jetdoctor.facts.condition import ARE, HAS, Answer, Condition, Words
from jetdoctor.facts.labels import input_shape, shown_shape
from jetdoctor.facts.schema import COUNT, FLAG
from jetdoctor.facts.seen import Seen
from jetdoctor.graph import Node


class Downsampling(Condition):
    """A Resize makes some axis smaller, as far as is known; its filter acts only then."""

    takes = {"downsampling": FLAG}

    def holds(self, seen: Seen) -> Answer:
        node = seen.node
        scales = seen.numbers(2)
        if scales:
            return any(scale < 1 for scale in scales)
        before, after = node.input(0).shape, node.output(0).shape
        if before is None or after is None or len(before) != len(after):
            return True
        pairs = [(a, b) for a, b in zip(before, after) if a != b or a is None]
        return any(not (isinstance(a, int) and isinstance(b, int)) or b < a for a, b in pairs)

    def words(self) -> Words:
        return "the output", HAS, "a smaller axis than the input"


class ScalesOnLast(Condition):
    """Scales other than 1 on at most this many of the last axes."""

    takes = {"scales_on_last": COUNT}

    def holds(self, seen: Seen) -> Answer:
        node, innermost = seen.node, self.value
        before, after = node.input(0).shape, node.output(0).shape
        scales = seen.numbers(1 if node.opset < 11 else 2)
        if scales and not node.has_attr("axes"):
            return all(scale == 1 for scale in scales[:-innermost])
        if before is None or after is None or len(before) != len(after):
            return None
        pairs = list(zip(before, after))[:-innermost]
        if any(isinstance(a, int) and isinstance(b, int) and a != b for a, b in pairs):
            return False
        return True if all(a == b and a is not None for a, b in pairs) else None

    def words(self) -> Words:
        return "scales other than 1", ARE, "on the last %d axes only" % self.value

    def broken(self, node: Node, when: Sequence[Condition]) -> str:
        shapes = input_shape(node, 0), shown_shape(node.output(0).shape)
        return "%s to %s resizes more than the innermost axes" % shapes
