"""Which inputs a node has, and which of them are initializers."""

from typing import Sequence

from jetdoctor.facts.condition import ARE, HAS, IS, Answer, Condition, Words, listed
from jetdoctor.facts.schema import COUNT, FLAG, INDEX, SCALAR, array, one_of
from jetdoctor.facts.seen import Seen
from jetdoctor.graph import Node


class InputPresent(Condition):
    """The input is given, by a name that is not empty."""

    takes = {"input_present": INDEX}

    def holds(self, seen: Seen) -> Answer:
        return bool(seen.node.present(self.value))

    def words(self) -> Words:
        return self.label(self.value), IS, "given"


class Input(Condition):
    """The input is given; in a ban, of the node as it is configured by the row's ``attr_in``."""

    takes = {"input": INDEX}

    def holds(self, seen: Seen) -> Answer:
        return bool(seen.node.present(self.value))

    def words(self) -> Words:
        return self.label(self.value), IS, "given"

    def broken(self, node: Node, when: Sequence[Condition]) -> str:
        modes = [pair for other in when if other.key() == "attr_in" for pair in other.value.items()]
        shown = ", ".join("%s=%s" % (name, listed(values)) for name, values in modes)
        return "%s is not read with %s" % (self.label(self.value), shown) if modes else ""


class InputAbsent(Condition):
    """The input is not given, or by an empty name."""

    takes = {"input_absent": INDEX}

    def holds(self, seen: Seen) -> Answer:
        return not seen.node.present(self.value)

    def words(self) -> Words:
        return self.label(self.value), IS, "left out"


class InputPlaceholder(Condition):
    """The input is omitted by an empty name, with others listed behind it or not."""

    takes = {"input_placeholder": INDEX}

    def holds(self, seen: Seen) -> Answer:
        return self.value < len(seen.node.inputs) and not seen.node.inputs[self.value]

    def words(self) -> Words:
        return self.label(self.value), IS, "omitted by an empty name"


class InputAbsentOrEmpty(Condition):
    """The input is not given, or it has no elements."""

    takes = {"input_absent_or_empty": INDEX}

    def holds(self, seen: Seen) -> Answer:
        if not seen.node.present(self.value):
            return True
        count = seen.elements(self.value)
        return None if count is None else count == 0

    def words(self) -> Words:
        return self.label(self.value), IS, "omitted or empty"


class InputEmptyInitializer(Condition):
    """The input is an initializer without elements."""

    takes = {"input_empty_initializer": INDEX}

    def holds(self, seen: Seen) -> Answer:
        if not seen.weights(self.value):
            return False
        count = seen.elements(self.value)
        return None if count is None else count == 0

    def words(self) -> Words:
        return self.label(self.value), IS, "an initializer without elements"


class InputInitializer(Condition):
    """The input is an initializer to this parser (a Constant, and before 8.4 a Transpose of one, count)."""

    takes = {"input_initializer": INDEX}

    def holds(self, seen: Seen) -> Answer:
        return seen.weights(self.value)

    def words(self) -> Words:
        return self.label(self.value), IS, "an initializer"


class InputNotInitializer(Condition):
    """The input is given and is no initializer."""

    takes = {"input_not_initializer": INDEX}

    def holds(self, seen: Seen) -> Answer:
        return seen.node.present(self.value) and not seen.weights(self.value)

    def words(self) -> Words:
        return self.label(self.value), IS, "a computed tensor"


class AllInitializers(Condition):
    """All of these inputs are initializers."""

    takes = {"all_initializers": array(INDEX)}

    def holds(self, seen: Seen) -> Answer:
        return all(seen.weights(index) for index in self.value)

    def words(self) -> Words:
        labels = [self.label(index) for index in self.value]
        return listed(labels, "and"), *((IS, "an initializer") if len(labels) == 1 else (ARE, "initializers"))


class AnyNotInitializer(Condition):
    """One of these inputs is listed, if only by an empty name, and is no initializer."""

    takes = {"any_not_initializer": array(INDEX)}

    def holds(self, seen: Seen) -> Answer:
        return any(index < len(seen.node.inputs) and not seen.weights(index) for index in self.value)

    def words(self) -> Words:
        return listed([self.label(index) for index in self.value]), IS, "not an initializer"


class InputKind(Condition):
    """The input is an initializer, or (``constant-foldable``) follows from constants and shapes alone.

    ``placeholder_is_tensor``: this parser takes an empty name for a tensor. ``value``: its elements are all this one.
    """

    takes = {"input": INDEX, "kind": one_of("initializer", "constant-foldable")}
    may_take = {"placeholder_is_tensor": FLAG, "value": SCALAR}

    def holds(self, seen: Seen) -> Answer:
        node, index = seen.node, self.spec["input"]
        if index >= len(node.inputs):
            return True
        if not node.inputs[index]:
            return not self.spec.get("placeholder_is_tensor", False)
        if node.graph.is_function and node.inputs[index] in node.graph.input_names:
            return None  # the caller decides what it passes
        if self.value != "initializer":
            return bool(seen.weights(index) or node.input(index).is_constant_expression())
        if not seen.weights(index):
            return False
        if "value" in self.spec:
            numbers = seen.numbers(index)
            return None if numbers is None else all(number == self.spec["value"] for number in numbers)
        return True

    def words(self) -> Words:
        kind = "an initializer" if self.value == "initializer" else "an initializer or computable at build time"
        value = ", and all %s" % self.spec["value"] if "value" in self.spec else ""
        return self.label(self.spec["input"]), IS, kind + value

    def broken(self, node: Node, when: Sequence[Condition]) -> str:
        index = self.spec["input"]
        producer = node.input(index).producer if node.present(index) else None
        given = "a tensor" if node.present(index) else "omitted by an empty name"
        how = "computed by %s" % producer.op_type if producer else given
        wanted = "computable at build time" if self.value == "constant-foldable" else "an initializer"
        return "%s must be %s; here it is %s" % (self.label(index), wanted, how)


class InputCount(Condition):
    """The node lists this many inputs, empty names included."""

    takes = {"nb_inputs": COUNT}

    def holds(self, seen: Seen) -> Answer:
        return len(seen.node.inputs) == self.value

    def words(self) -> Words:
        return "the node", HAS, "%d input%s" % (self.value, "" if self.value == 1 else "s")

    def broken(self, node: Node, when: Sequence[Condition]) -> str:
        return "it needs %d inputs but has %d" % (self.value, len(node.inputs))


class ComputedConstant(Condition):
    """The input follows from constants, and more than a Cast lies between them and the node."""

    takes = {"computed_constant": INDEX}

    def holds(self, seen: Seen) -> Answer:
        if not seen.node.present(self.value):
            return False
        value = seen.node.input(self.value)
        return value.is_constant_expression() and not value.behind(("Cast",)).is_weights()

    def words(self) -> Words:
        return self.label(self.value), IS, "computed from constants"


class ValueKind(Condition):
    """The first input is no tensor but a value of one of these kinds."""

    takes = {"value_kind": array(one_of("sequence", "optional", "map"))}

    def holds(self, seen: Seen) -> Answer:
        kind = seen.node.input(0).kind
        return None if kind is None else kind in self.value

    def words(self) -> Words:
        return self.label(0), IS, "a value of the kind %s" % listed(self.value)
