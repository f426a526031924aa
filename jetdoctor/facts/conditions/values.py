"""Values of constant inputs."""

from typing import Any

from jetdoctor.facts.condition import ARE, HAS, IS, Answer, Condition, Words
from jetdoctor.facts.schema import FLAG, INDEX, SCALAR
from jetdoctor.facts.seen import Seen


class NonzeroInitializer(Condition):
    """The input holds something other than 0; nothing is said of what is computed."""

    takes = {"nonzero_initializer": INDEX}

    def holds(self, seen: Seen) -> Answer:
        numbers = seen.numbers(self.value)
        if numbers is None:
            return False if not seen.node.present(self.value) else None
        return any(number != 0 for number in numbers)

    def words(self) -> Words:
        return self.label(self.value), IS, "other than 0"


class _Elements(Condition):
    """A demand on the elements of one input: met when it is left out, unknown when it is computed."""

    def holds(self, seen: Seen) -> Answer:
        index = self.spec["input"]
        if not seen.node.present(index):
            return True
        numbers = seen.numbers(index)
        if numbers is None:
            return None
        try:
            return all(self.met(number) for number in numbers)
        except TypeError:
            return None

    def met(self, number: Any) -> bool:
        """Whether one element meets it."""
        raise NotImplementedError


class AllEqual(_Elements):
    """All elements of the input are this one, if it is a constant."""

    takes = {"input": INDEX, "all_equal": SCALAR}

    def met(self, number: Any) -> bool:
        return bool(number == self.value)

    def words(self) -> Words:
        return self.label(self.spec["input"]), IS, "%s" % self.value


class AllMin(_Elements):
    """No element of the input is smaller than this, if it is a constant."""

    takes = {"input": INDEX, "all_min": {"type": "number"}}

    def met(self, number: Any) -> bool:
        return bool(number >= self.value)

    def words(self) -> Words:
        return self.label(self.spec["input"]), IS, "%s or more" % self.value


class AllPositive(_Elements):
    """All elements of the input are greater than 0, if it is a constant."""

    takes = {"input": INDEX, "all_positive": FLAG}

    def met(self, number: Any) -> bool:
        return bool(number > 0)

    def words(self) -> Words:
        return self.label(self.spec["input"]), IS, "positive"


class NotPositive(Condition):
    """A constant input holds a number that is not above 0."""

    takes = {"not_positive": INDEX}

    def holds(self, seen: Seen) -> Answer:
        numbers = seen.numbers(self.value)
        return None if numbers is None else any(number <= 0 for number in numbers)

    def words(self) -> Words:
        return self.label(self.value), IS, "not positive"


class NegativeIndices(Condition):
    """The constant indices (input 1) hold a negative one."""

    takes = {"negative_indices": FLAG}

    def holds(self, seen: Seen) -> Answer:
        numbers = seen.numbers(1)
        return None if numbers is None else any(number < 0 for number in numbers)

    def words(self) -> Words:
        return "an index", IS, "negative"


class ZeroInShape(Condition):
    """The shape of a Reshape holds a 0, or may: it is computed."""

    takes = {"zero_in_shape": FLAG}

    def holds(self, seen: Seen) -> Answer:
        shape = seen.numbers(1)
        return True if shape is None else 0 in shape

    def words(self) -> Words:
        return "the shape", HAS, "a 0, or is computed"


class InferredTwice(Condition):
    """The constant shape (input 1) leaves more than one size to be worked out: it holds -1 twice."""

    takes = {"inferred_twice": FLAG}

    def holds(self, seen: Seen) -> Answer:
        shape = seen.numbers(1)
        return None if shape is None else shape.count(-1) > 1

    def words(self) -> Words:
        return "the shape", HAS, "-1 more than once"


class ConstantNotZero(Condition):
    """A Constant's value_int or value_ints is anything but what a misreading makes of it: 0, or empty."""

    takes = {"constant_not_zero": FLAG}

    def holds(self, seen: Seen) -> Answer:
        node = seen.node
        return bool(node.attr("value_int")) if node.has_attr("value_int") else bool(node.attr("value_ints"))

    def words(self) -> Words:
        return "its integers", ARE, "other than 0 or none"


class BoundsCrossed(Condition):
    """The constant minimum of a Clip is above its constant maximum."""

    takes = {"bounds_crossed": FLAG}

    def holds(self, seen: Seen) -> Answer:
        node = seen.node
        if node.opset < 11:
            low, high = node.attr("min"), node.attr("max")
            return None not in (low, high) and low > high
        if not (seen.weights(1) and seen.weights(2)):
            return False
        low, high = seen.numbers(1), seen.numbers(2)
        return None if not low or not high else low[0] > high[0]

    def words(self) -> Words:
        return "min", IS, "above max"
