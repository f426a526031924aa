"""Which fixes a finding offers: those of its rule or row that can work at its node."""

from __future__ import annotations

from dataclasses import replace
from typing import Dict, List, Optional, Sequence, Tuple

from jetdoctor import onnx_parts
from jetdoctor.catalog import Catalog
from jetdoctor.check.crash import Crash
from jetdoctor.check.place import Place
from jetdoctor.check.run_time import needs_a_run
from jetdoctor.graph import Node, Value
from jetdoctor.rule import Match
from jetdoctor.types import Fix

#: operators whose axes were an attribute until opset 12 or 17
_AXES_TURN_INPUT = ("Reduce", "Squeeze", "Unsqueeze")

#: Rules about an operator that a parser does not have, in whatever form.
_ABSENT = ("JD301", "JD803")

#: ONNX has no such opset yet; some files say that they have.
_NO_OPSET = 100

#: What removes the If or Loop around a node: the branch may not be taken at all, the body may become constant.
_OUT_OF_BRANCH, _OUT_OF_BODY = "fold_if", "unroll_loop"


class Offers:
    """Fixes by the names that rules and rows ask for them with.

    A rewrite that does not exist, is called otherwise in its file, or raises while it looks at a node is no fix: its
    rule is reported as crashed, and the finding stays.
    """

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self._made: Dict[str, Fix] = {}

    def of_match(self, rule_id: str, match: Match, crashes: List[Crash]) -> Match:
        """The match without fixes that cannot work; a branch that may be known not to be taken may simply go."""
        node = match.node
        fixes = [fix for fix in match.fixes if not fix.rewrite or self._fits(fix.rewrite, node, rule_id, crashes)]
        if node is not None and node.graph.parent is not None:
            if self._fits(_OUT_OF_BRANCH, node, rule_id, crashes):
                fixes.insert(0, self._fix(_OUT_OF_BRANCH))
        return match if fixes == list(match.fixes) else replace(match, fixes=tuple(fixes))

    def at(self, place: Place, crashes: List[Crash]) -> Tuple[Fix, ...]:
        """The fixes of a row without those that cannot work at the node."""
        requests: Sequence[str] = place.fact.get("fix", ())
        if place.node is not None and place.node.graph.parent is not None:
            requests = (_OUT_OF_BRANCH, *requests, _OUT_OF_BODY)
        return tuple(self._fix(name) for name in requests if self._may_work(name, place, crashes))

    def _may_work(self, name: str, place: Place, crashes: List[Crash]) -> bool:
        if name.startswith("lower_opset:"):
            return place.node is None or not _axes_of_the_run(place.node)
        if not self._fits(name, place.node, place.fact["rule"], crashes, place.value):
            return False
        if place.node is None or not self.catalog.rewrite(name).folds:
            return True
        if place.fact["rule"] in _ABSENT:
            return not _stays(place.node)
        return not (place.tensor and needs_a_run(place.node.graph.value(place.tensor)))

    def _fits(self, name: str, node: Node, rule_id: str, crashes: List[Crash], value: Optional[Value] = None) -> bool:
        """Whether the rewrite may work at the node (None: anywhere), as far as a look at it and its constants tells."""
        try:
            rewrite = self.catalog.rewrite(name)
            if value is not None and rewrite.fits_value is not None:
                return rewrite.fits_value(value)
            if node is None:
                return True
            if not any(node.outputs):  # nothing to compute in another way
                return False
            if rewrite.fits is not None and not rewrite.fits(node):
                return False
            return not any(node.present(index) and needs_a_run(node.input(index)) for index in rewrite.constants)
        except Exception as error:  # whatever the author of a rewrite may write
            if node is None or _is_complete(node):
                crashes.append(Crash("rule " + rule_id, error))
            return False

    def _fix(self, request: str) -> Fix:
        """The fix of a request that exists."""
        if request not in self._made:
            if request.startswith("lower_opset:"):
                opset = int(request.split(":")[1])
                self._made[request] = Fix("Lower the opset to %d" % opset, "safe", lower_opset=opset)
            else:
                rewrite = self.catalog.rewrite(request)
                promise = "run" if rewrite.unsure else "sure"
                self._made[request] = Fix(rewrite.title, rewrite.applicability, rewrite=request, promise=promise)
        return self._made[request]


def _stays(node: Node) -> bool:
    """Whether folding cannot remove the node: its result depends on data, or is an output of the graph."""
    return any(name in node.graph.output_names or needs_a_run(node.graph.value(name)) for name in node.outputs if name)


def _is_complete(node: Node) -> bool:
    """Whether a node has the inputs that its operator requires, and the attributes, of their kinds.

    A rewrite may take both for granted: what it raises at another node is no defect of it. Of any domain, as parsers go
    by the name of the operator.
    """
    opset = min(max(node.opset, 1), _NO_OPSET)
    if not onnx_parts.is_operator(node.op_type, opset):
        return True
    schema = onnx_parts.schema(node.op_type, opset)
    wanted = (name for name, attribute in schema.attributes.items() if attribute.required)
    inputs = (index for index, value in enumerate(schema.inputs) if str(value.option).endswith("Single"))
    return all(node.attr(name) is not None for name in wanted) and all(map(node.present, inputs))


def _axes_of_the_run(node: Node) -> bool:
    """Whether axes that an older opset writes as an attribute depend on data."""
    return node.op_type.startswith(_AXES_TURN_INPUT) and node.present(1) and needs_a_run(node.input(1))
