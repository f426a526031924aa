"""Pads of a Pad or of a window."""

from typing import Sequence

from jetdoctor.facts.condition import ARE, IS, Answer, Condition, Words
from jetdoctor.facts.schema import FLAG
from jetdoctor.facts.seen import Seen
from jetdoctor.graph import Node


class NegativePads(Condition):
    """A pad is negative: the node crops."""

    takes = {"negative_pads": FLAG}

    def holds(self, seen: Seen) -> Answer:
        pads = seen.pads()
        return None if pads is None else any(pad < 0 for pad in pads)

    def words(self) -> Words:
        return "a pad", IS, "negative"


class PadsNotZero(Condition):
    """A pad is not 0."""

    takes = {"pads_not_zero": FLAG}

    def holds(self, seen: Seen) -> Answer:
        pads = seen.pads()
        return None if pads is None else any(pad != 0 for pad in pads)

    def words(self) -> Words:
        return "a pad", IS, "other than 0"


class AsymmetricPads(Condition):
    """The pads of one of the first two axes differ by something else than one more at the end."""

    takes = {"asymmetric_pads": FLAG}

    def holds(self, seen: Seen) -> Answer:
        pads = seen.pads() if seen.node.attr("auto_pad", "NOTSET") == "NOTSET" else None
        if pads is None:
            return False
        half = len(pads) // 2
        # The parser looks at the first two axes only, each by itself.
        return any(end - begin not in (0, 1) for begin, end in list(zip(pads[:half], pads[half:]))[:2])

    def words(self) -> Words:
        return "the pads", ARE, "unequal at both ends, except for one more at the end"

    def broken(self, node: Node, when: Sequence[Condition]) -> str:
        return "the pads %s differ at both ends" % list(node.attr("pads") or ())


class PadAxesMatter(Condition):
    """The axes of a Pad are not simply the last ones in order, or its fourth input hides a constant value."""

    takes = {"pad_axes_matter": FLAG}

    def holds(self, seen: Seen) -> Answer:
        node = seen.node
        axes, rank, value = seen.integers(3), node.input(0).rank, seen.numbers(2)
        if axes is None or rank is None:
            return True
        named = [axis % rank if rank else 0 for axis in axes]
        if named != list(range(rank - len(named), rank)):  # shorter pads go to the trailing axes anyway
            return True
        constant = node.attr("mode", "constant") == "constant" and node.present(2)
        return constant and (value is None or any(number != 0 for number in value))

    def words(self) -> Words:
        return "the padded axes", ARE, "not the last ones in order, or the value is not 0"
