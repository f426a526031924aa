"""Branches of an If and the body of a Loop."""

from typing import Sequence

from jetdoctor.facts.condition import HAS, HAVE, IS, Answer, Condition, Words
from jetdoctor.facts.schema import FLAG
from jetdoctor.facts.seen import Seen
from jetdoctor.graph import Graph, Node

#: The opset in which Scan has one more input, in front.
_WITH_SEQUENCE_LENGTHS = 8


class _Branches(Condition):
    """A demand on the two branches of an If."""

    def holds(self, seen: Seen) -> Answer:
        graphs = seen.node.subgraphs
        return self.of(seen, *graphs) if len(graphs) == 2 else None

    def of(self, seen: Seen, one: Graph, other: Graph) -> Answer:
        raise NotImplementedError


class EqualBranchRanks(_Branches):
    """The outputs of both branches have equal ranks, where the condition is not a constant."""

    takes = {"equal_branch_ranks": FLAG}

    def of(self, seen: Seen, one: Graph, other: Graph) -> Answer:
        ranks = [[graph.value(name).rank for name in graph.output_names] for graph in (one, other)]
        open_ones = any(rank is None for pair in ranks for rank in pair)
        return None if seen.weights(0) or open_ones else ranks[0] == ranks[1]

    def words(self) -> Words:
        return "the outputs of both branches", HAVE, "equal ranks"


class EqualBranchOutputs(_Branches):
    """Both branches have equally many outputs."""

    takes = {"equal_branch_outputs": FLAG}

    def of(self, seen: Seen, one: Graph, other: Graph) -> Answer:
        return len(one.output_names) == len(other.output_names)

    def words(self) -> Words:
        return "both branches", HAVE, "equally many outputs"


class DistinctBranchOutputs(_Branches):
    """No output of one branch is called like one of the other."""

    takes = {"distinct_branch_outputs": FLAG}

    def of(self, seen: Seen, one: Graph, other: Graph) -> Answer:
        return not set(one.output_names) & set(other.output_names)

    def words(self) -> Words:
        return "the outputs of both branches", HAVE, "different names"


class StopsByCondition(Condition):
    """The body of a Loop computes its own condition, so that it may stop before the trip count."""

    takes = {"stops_by_condition": FLAG}

    def holds(self, seen: Seen) -> Answer:
        for body in seen.node.subgraphs:
            if not body.output_names:
                return False
            value = body.value(body.output_names[0]).behind(("Identity", "Cast"))
            if value.is_constant_expression():
                return False
            return not (len(body.input_names) > 1 and value.name == body.input_names[1])
        return None

    def words(self) -> Words:
        return "the condition", IS, "computed in the body"


class ScanInputsFit(Condition):
    """A Scan has as many inputs as it says that it scans, at least one, and a state beside them."""

    takes = {"scan_inputs_fit": FLAG}

    def holds(self, seen: Seen) -> Answer:
        scanned = seen.attr("num_scan_inputs")
        given = len(seen.node.inputs) - (1 if seen.node.opset == _WITH_SEQUENCE_LENGTHS else 0)
        return None if scanned is None else bool(0 < scanned < given)

    def words(self) -> Words:
        return "the node", HAS, "a state and 1 or more scanned inputs, as many as num_scan_inputs says"

    def broken(self, node: Node, when: Sequence[Condition]) -> str:
        scanned, given = node.attr("num_scan_inputs"), len(node.inputs)
        if scanned == given:
            return "it scans all of its inputs (%d), and this parser needs a state beside them" % scanned
        return "num_scan_inputs is %d, and the node has %d inputs, the states among them" % (scanned, given)
