"""Which attributes a node writes, and what they say."""

import re
from typing import Any, Callable, Mapping, Sequence

from jetdoctor.facts.condition import ARE, HAS, IS, Answer, Condition, Words, listed
from jetdoctor.facts.schema import COUNT, SCALAR, TEXT, array, by_name
from jetdoctor.facts.seen import Seen
from jetdoctor.graph import Node


def _pairs(values: Mapping[str, Any], how: Callable[[Any], str]) -> str:
    return " and ".join("%s=%s" % (name, how(value)) for name, value in values.items())


class AttrEqual(Condition):
    """The attributes are written, with these values: a default does not count."""

    takes = {"attr_eq": by_name(SCALAR)}

    def holds(self, seen: Seen) -> Answer:
        return all(seen.node.has_attr(name) and seen.attr(name) == value for name, value in self.value.items())

    def words(self) -> Words:
        return "the node", HAS, _pairs(self.value, str)


class AttrIn(Condition):
    """The attributes have one of these values, written or by default."""

    takes = {"attr_in": by_name(array(SCALAR))}

    def holds(self, seen: Seen) -> Answer:
        return all(seen.attr(name) in values for name, values in self.value.items())

    def words(self) -> Words:
        return "the node", HAS, _pairs(self.value, listed)


class AttrNotIn(Condition):
    """One of the attributes has none of these values."""

    takes = {"attr_not_in": by_name(array(SCALAR))}

    def holds(self, seen: Seen) -> Answer:
        return not all(seen.attr(name) in values for name, values in self.value.items())

    def words(self) -> Words:
        return "the node", HAS, "another value than " + _pairs(self.value, listed)


class AttrPresent(Condition):
    """The attribute is written, whatever it says.

    ``unless_kernel_tail``: it counts as written when the kernel's last sizes are these, or are not known.
    """

    takes = {"attr_present": TEXT}
    may_take = {"unless_kernel_tail": array(COUNT)}

    def holds(self, seen: Seen) -> Answer:
        tail = self.spec.get("unless_kernel_tail")
        if tail:
            shape = seen.node.input(1).shape
            if shape is None or list(shape[-len(tail) :]) == tail:
                return True
        return bool(seen.node.has_attr(self.value))

    def words(self) -> Words:
        tail = self.spec.get("unless_kernel_tail")
        return self.value, IS, "written" + (" unless the kernel ends in %s" % tail if tail else "")


class Attr(Condition):
    """The attribute is written: a ban of the attribute itself."""

    takes = {"attr": TEXT}

    def holds(self, seen: Seen) -> Answer:
        return bool(seen.node.has_attr(self.value))

    def words(self) -> Words:
        return self.value, IS, "written"

    def broken(self, node: Node, when: Sequence[Condition]) -> str:
        return "%s=%s is refused" % (self.value, Seen(node).attr(self.value))


class AttrPresentAny(Condition):
    """One of the attributes is written."""

    takes = {"attr_present_any": array(TEXT)}

    def holds(self, seen: Seen) -> Answer:
        return any(seen.node.has_attr(name) for name in self.value)

    def words(self) -> Words:
        return listed(self.value), IS, "written"


class AttrAbsent(Condition):
    """The attribute is not written."""

    takes = {"attr_absent": TEXT}

    def holds(self, seen: Seen) -> Answer:
        return not seen.node.has_attr(self.value)

    def words(self) -> Words:
        return self.value, IS, "left out"


class AttrAbsentOrEqual(Condition):
    """The attributes are left out or have these values."""

    takes = {"attr_absent_or_eq": by_name(SCALAR)}

    def holds(self, seen: Seen) -> Answer:
        return all(seen.node.attr(name, value) == value for name, value in self.value.items())

    def words(self) -> Words:
        return "the node", HAS, _pairs(self.value, str) + ", explicit or by default"


class AttrNotAllOnes(Condition):
    """The attribute is a list in which something is not 1."""

    takes = {"attr_not_all_ones": TEXT}

    def holds(self, seen: Seen) -> Answer:
        return any(item != 1 for item in seen.node.attr(self.value) or ())

    def words(self) -> Words:
        return self.value, ARE, "other than all 1"


class AttrGreater(Condition):
    """The attributes are greater than these numbers; what is left out counts as 0."""

    takes = {"attr_gt": by_name(COUNT)}

    def holds(self, seen: Seen) -> Answer:
        return all((seen.node.attr(name) or 0) > value for name, value in self.value.items())

    def words(self) -> Words:
        return "the node", HAS, " and ".join("%s > %d" % pair for pair in self.value.items())


class AttrOdd(Condition):
    """The integer attributes are odd; the values are their defaults."""

    takes = {"attr_odd": by_name(COUNT)}

    def holds(self, seen: Seen) -> Answer:
        return all(seen.node.attr(name, default) % 2 == 1 for name, default in self.value.items())

    def words(self) -> Words:
        return listed(list(self.value), "and"), IS, "odd"


class _OfAttribute(Condition):
    """A demand on the value of one attribute; one that is not written and has no default meets it."""

    def holds(self, seen: Seen) -> Answer:
        value = seen.attr(self.spec["attr"])
        return True if value is None else self.meets(value)

    def meets(self, value: Any) -> bool:
        raise NotImplementedError

    def broken(self, node: Node, when: Sequence[Condition]) -> str:
        return "%s=%s is refused" % (self.spec["attr"], Seen(node).attr(self.spec["attr"]))


class AttrValues(_OfAttribute):
    """The attribute is left out or has one of these values."""

    takes = {"attr": TEXT, "values": array(SCALAR)}

    def meets(self, value: Any) -> bool:
        return value in self.value

    def words(self) -> Words:
        return self.spec["attr"], IS, listed(self.value)

    def broken(self, node: Node, when: Sequence[Condition]) -> str:
        return "%s; accepted: %s" % (super().broken(node, when), ", ".join(map(str, self.value)))


class AttrAllEqual(_OfAttribute):
    """The attribute is left out or a list of this number only."""

    takes = {"attr": TEXT, "all_equal": SCALAR}

    def meets(self, value: Any) -> bool:
        return all(item == self.value for item in value)

    def words(self) -> Words:
        return self.spec["attr"], ARE, "all %s" % self.value


class AttrLength(_OfAttribute):
    """The attribute is left out or a list of one of these lengths."""

    takes = {"attr": TEXT, "length": array(COUNT)}

    def meets(self, value: Any) -> bool:
        return len(value) in self.value

    def words(self) -> Words:
        return self.spec["attr"], HAS, "%s entries" % listed(self.value)


class AttrMatches(_OfAttribute):
    """The attribute is left out or its text matches this regular expression."""

    takes = {"attr": TEXT, "regex": TEXT}

    def meets(self, value: Any) -> bool:
        return re.match(self.value, value) is not None

    def words(self) -> Words:
        return self.spec["attr"], IS, "of the form %s" % self.value
