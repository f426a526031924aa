"""Sizes that a layer computes or needs at build time (rows about the network library)."""

from jetdoctor.constants.shape_tensors import ShapeTensors
from jetdoctor.facts.condition import IS, Answer, Condition, Words, listed
from jetdoctor.facts.schema import BOOL, FLAG, INDEX, array
from jetdoctor.facts.seen import Seen


class ShapeTensor(Condition):
    """An output of the node is (``false``: is not) a size that something needs and that does not fold."""

    takes = {"shape_tensor": BOOL}

    def holds(self, seen: Seen) -> Answer:
        return (ShapeTensors.of(seen.node.graph.model).use_of(seen.node) is not None) == self.value

    def words(self) -> Words:
        return "its result", IS, "a size" if self.value else "not a size"


class CarriedSize(Condition):
    """The iteration number or a carried value, inside the body, is a size that something needs."""

    takes = {"carried_size": FLAG}

    def holds(self, seen: Seen) -> Answer:
        return ShapeTensors.of(seen.node.graph.model).carried_by(seen.node) is not None

    def words(self) -> Words:
        return "a carried value", IS, "a size in the body"


class InputOpen(Condition):
    """One of these inputs does not follow from constants and known sizes."""

    takes = {"input_open": array(INDEX)}

    def holds(self, seen: Seen) -> Answer:
        known = ShapeTensors.of(seen.node.graph.model).known
        given = [seen.node.input(index) for index in self.value if seen.node.present(index)]
        return any(not known.is_known(value) and not value.is_constant_expression() for value in given)

    def words(self) -> Words:
        return listed([self.label(index) for index in self.value]), IS, "not known at build time"


class FromData(Condition):
    """The first output depends on data (``false``: on sizes only)."""

    takes = {"from_data": BOOL}

    def holds(self, seen: Seen) -> Answer:
        return ShapeTensors.of(seen.node.graph.model).from_data(seen.node.output()) == self.value

    def words(self) -> Words:
        return "its result", IS, "computed from data" if self.value else "computed from sizes only"
