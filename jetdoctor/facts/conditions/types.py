"""Element types of the inputs."""

from typing import Sequence

from jetdoctor.facts.condition import HAVE, IS, Answer, Condition, Words, all_of, listed
from jetdoctor.facts.schema import FLAG, INDEX, array, by_input
from jetdoctor.facts.seen import Seen, built_dtype
from jetdoctor.facts.vocabulary import DTYPE
from jetdoctor.graph import Node


def _among(seen: Seen, index: int, names: Sequence[str]) -> Answer:
    if not seen.node.present(index):
        return False
    dtype = seen.dtype(index)
    return None if dtype is None else dtype in names


class InputDtypes(Condition):
    """Each of these inputs is given and has one of the element types."""

    takes = {"input_dtype": by_input(array(DTYPE))}

    def holds(self, seen: Seen) -> Answer:
        return all_of(_among(seen, int(index), names) for index, names in self.value.items())

    def words(self) -> Words:
        (first, names), *more = self.value.items()
        others = "".join(" and %s %s" % (self.label(int(i)), listed(n)) for i, n in more)
        return self.label(int(first)), IS, listed(names) + others


class InputDtypesDiffer(Condition):
    """Two of these inputs are given, and their element types differ."""

    takes = {"input_dtypes_differ": array(INDEX)}

    def holds(self, seen: Seen) -> Answer:
        return len({seen.dtype(index) for index in self.value} - {None}) > 1

    def words(self) -> Words:
        return listed([self.label(index) for index in self.value], "and"), HAVE, "different types"


class InitializerDtypes(Condition):
    """Each of these inputs is an initializer and has one of the element types."""

    takes = {"initializer_dtype": by_input(array(DTYPE))}

    def holds(self, seen: Seen) -> Answer:
        return all_of(seen.weights(int(i)) and _among(seen, int(i), names) for i, names in self.value.items())

    def words(self) -> Words:
        (index, names), *_ = self.value.items()
        return self.label(int(index)), IS, "an initializer of type %s" % listed(names)


class InputDtype(Condition):
    """The input has one of these element types. ``tensor_only``: initializers are not meant."""

    takes = {"input": INDEX, "dtype": array(DTYPE)}
    may_take = {"tensor_only": FLAG}

    def holds(self, seen: Seen) -> Answer:
        index = self.spec["input"]
        dtype = seen.dtype(index)
        if dtype is None or (self.spec.get("tensor_only") and seen.weights(index)):
            return None
        return dtype in self.value

    def words(self) -> Words:
        meant = " unless it is an initializer" if self.spec.get("tensor_only") else ""
        return self.label(self.spec["input"]), IS, listed(self.value) + meant

    def broken(self, node: Node, when: Sequence[Condition]) -> str:
        index = self.spec["input"]
        dtype = built_dtype(node.input(index))
        return "%s is %s, which this parser does not accept here" % (self.label(index), dtype)
