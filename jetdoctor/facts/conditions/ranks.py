"""Ranks and shapes of the inputs."""

from typing import Any, Sequence

from jetdoctor.facts.condition import HAS, HAVE, IS, Answer, Condition, Words, all_of, listed
from jetdoctor.facts.labels import input_shape
from jetdoctor.facts.schema import COUNT, FLAG, INDEX, array, by_input
from jetdoctor.facts.seen import Seen
from jetdoctor.graph import Node


class InputRanks(Condition):
    """Each of these inputs has one of the ranks."""

    takes = {"input_rank": by_input(array(COUNT))}

    def holds(self, seen: Seen) -> Answer:
        return all_of(_rank_in(seen, int(index), ranks) for index, ranks in self.value.items())

    def words(self) -> Words:
        (first, ranks), *more = self.value.items()
        others = "".join(" and %s rank %s" % (self.label(int(i)), listed(r)) for i, r in more)
        return self.label(int(first)), HAS, "rank %s" % listed(ranks) + others


def _rank_in(seen: Seen, index: int, ranks: Sequence[int]) -> Answer:
    rank = seen.node.input(index).rank if seen.node.present(index) else None
    return None if rank is None else rank in ranks


class _Shape(Condition):
    """A demand on the shape of one input; nothing is said while its rank is unknown."""

    def holds(self, seen: Seen) -> Answer:
        value = seen.node.input(self.spec["input"])
        shape = value.shape if value.name else None
        return None if shape is None else self.meets(shape)

    def meets(self, shape: Any) -> bool:
        raise NotImplementedError

    def subject(self) -> str:
        return self.label(self.spec["input"])

    def broken(self, node: Node, when: Sequence[Condition]) -> str:
        shown = input_shape(node, self.spec["input"])
        return "%s has shape %s and must have %s" % (self.subject(), shown, self.words()[2])


def _static(shape: Any) -> bool:
    return all(isinstance(dim, int) for dim in shape)


class InputRank(_Shape):
    """The input has one of these ranks.

    ``last_dim``: its last size is this one, as far as is known. ``static_shape``: and all its sizes are known.
    """

    takes = {"input": INDEX, "rank": array(COUNT)}
    may_take = {"last_dim": COUNT, "static_shape": FLAG}

    def meets(self, shape: Any) -> bool:
        if len(shape) not in self.value:
            return False
        last = self.spec.get("last_dim")
        if last is not None and shape and isinstance(shape[-1], int) and shape[-1] != last:
            return False
        return _static(shape) if self.spec.get("static_shape") else True

    def words(self) -> Words:
        last = ", its last size being %d" % self.spec["last_dim"] if "last_dim" in self.spec else ""
        static = ", all sizes known" if self.spec.get("static_shape") else ""
        return self.subject(), HAS, "rank %s" % listed(self.value) + last + static

    def broken(self, node: Node, when: Sequence[Condition]) -> str:
        shown = input_shape(node, self.spec["input"])
        wanted = "rank %s" % " or ".join(map(str, self.value))
        return "%s has shape %s and must have %s" % (self.subject(), shown, wanted)


class InputRankMin(_Shape):
    """The input has this rank or a higher one."""

    takes = {"input": INDEX, "rank_min": COUNT}

    def meets(self, shape: Any) -> bool:
        return len(shape) >= self.value

    def words(self) -> Words:
        return self.subject(), HAS, "rank %d or more" % self.value


class InputRankMax(_Shape):
    """The input has this rank or a lower one."""

    takes = {"input": INDEX, "rank_max": COUNT}

    def meets(self, shape: Any) -> bool:
        return len(shape) <= self.value

    def words(self) -> Words:
        return self.subject(), HAS, "rank %d or less" % self.value


class StaticShape(_Shape):
    """All sizes of the input are known."""

    takes = {"input": INDEX, "static_shape": FLAG}

    def meets(self, shape: Any) -> bool:
        return _static(shape)

    def words(self) -> Words:
        return self.subject(), HAS, "a static shape"

    def broken(self, node: Node, when: Sequence[Condition]) -> str:
        return "%s has the dynamic shape %s and must be static" % (
            self.subject(),
            input_shape(node, self.spec["input"]),
        )


class DynamicInput(Condition):
    """The shape of the input is not known to the last size."""

    takes = {"dynamic_input": INDEX}

    def holds(self, seen: Seen) -> Answer:
        return seen.node.input(self.value).static_shape is None

    def words(self) -> Words:
        return self.label(self.value), HAS, "a dynamic shape"


class EqualRanks(Condition):
    """These inputs, or "all" of them, have one rank; what is left out does not count."""

    takes = {"inputs_rank_equal": {"type": ["array", "string"], "items": INDEX, "minItems": 2}}

    def holds(self, seen: Seen) -> Answer:
        node = seen.node
        indices = range(len(node.inputs)) if self.value == "all" else self.value
        ranks = [node.input(index).rank for index in indices if node.present(index)]
        return None if None in ranks else len(set(ranks)) <= 1

    def words(self) -> Words:
        which = "all inputs" if self.value == "all" else listed([self.label(i) for i in self.value], "and")
        return which, HAVE, "equal ranks"

    def broken(self, node: Node, when: Sequence[Condition]) -> str:
        shapes = ", ".join(input_shape(node, i) for i in range(len(node.inputs)) if node.present(i))
        return "its inputs must have equal ranks and are %s" % shapes


class LeadingSizeNotOne(Condition):
    """The first size of the input is not known to be 1."""

    takes = {"leading_dim_not_one": INDEX}

    def holds(self, seen: Seen) -> Answer:
        shape = seen.node.input(self.value).shape
        return None if not shape else shape[0] != 1

    def words(self) -> Words:
        return "the first size of %s" % self.label(self.value), IS, "other than 1"


class IndicesWithinData(Condition):
    """No size of the indices (input 1) is greater than that of the data."""

    takes = {"indices_within_data": FLAG}

    def holds(self, seen: Seen) -> Answer:
        data, indices = seen.node.input(0).static_shape, seen.node.input(1).static_shape
        if data is None or indices is None or len(data) != len(indices):
            return None
        return all(i <= d for d, i in zip(data, indices))

    def words(self) -> Words:
        return "the indices", HAVE, "no dimension larger than the data's"


class BiasPerColumn(Condition):
    """C of a Gemm is a vector with one value per column of B."""

    takes = {"bias_per_column": FLAG}
    about = 2

    def holds(self, seen: Seen) -> Answer:
        node = seen.node
        bias, kernel = node.input(2).static_shape, node.input(1).static_shape
        if not node.present(2) or bias is None or kernel is None or len(bias) != 1 or len(kernel) != 2:
            return None
        return bool(bias[0] == (kernel[0] if node.attr("transB", 0) else kernel[1]))

    def words(self) -> Words:
        return "C (input 2)", HAS, "one value per column of B"


class MoreChannels(Condition):
    """Axis 1 of the data is not known to have at most this many elements."""

    takes = {"more_channels_than": COUNT}

    def holds(self, seen: Seen) -> Answer:
        shape = seen.node.input(0).shape
        if shape is None or len(shape) < 2:
            return None
        return shape[1] > self.value if isinstance(shape[1], int) else True

    def words(self) -> Words:
        return "the data", HAS, "more than %d channel%s, or an unknown number" % (
            self.value,
            "" if self.value == 1 else "s",
        )


class HasElements(Condition):
    """The output is not known to be empty: whatever is computed of nothing is nothing."""

    takes = {"has_elements": INDEX}

    def holds(self, seen: Seen) -> Answer:
        shape = seen.node.output(self.value).shape
        return shape is None or 0 not in shape

    def words(self) -> Words:
        return "output %d" % self.value, IS, "not known to be empty"
