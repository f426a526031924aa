"""A comparison in pieces, cut at the operators that decide: what they read must be equal, and all that follows from it.

TopK where scores tie, Greater at its limit, Round at one half turn the last digit into another result, in any two
correct engines. Where both models hold the same such operator, the fixed one is given the original's answer instead
of its own. That it would answer alike follows from what the operator reads, which is compared.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, List, Mapping, NamedTuple, Optional, Tuple

from jetdoctor.fix.candidate import Candidate
from jetdoctor.fix.runners import Runner, open_runner
from jetdoctor.graph import DEFAULT_DOMAINS, Model, Node
from jetdoctor.graph.value import tensor_has_data
from jetdoctor.model import load
from jetdoctor.types import JetdoctorError
from jetdoctor.verify import marking
from jetdoctor.verify.compare import Comparison, compare
from jetdoctor.verify.tensors import DIFFERENT
from jetdoctor.verify.tolerance import Tolerance

#: operators whose outputs jump where their inputs change little
DECIDING = frozenset(
    "ArgMax ArgMin Cast Ceil DynamicQuantizeLinear Equal Floor Greater GreaterOrEqual Hardmax Less LessOrEqual Mod"
    " NonMaxSuppression NonZero QuantizeLinear Round Sign TopK Unique".split()
)

FLOATS = ("FLOAT", "FLOAT16", "DOUBLE")


class Decision(NamedTuple):
    """One deciding operator of both models: its outputs (the same names), and what it reads in each."""

    op_type: str
    outputs: Tuple[str, ...]
    before: Tuple[str, ...]
    after: Tuple[str, ...]


def decisions(before: Model, after: Model) -> List[Decision]:
    """Operators of the main graphs that decide about floats and are the same in both models."""
    made = {node.outputs[0]: node for node in after.main.nodes if node.outputs}
    found = []
    for node in before.main.nodes:
        other = made.get(node.outputs[0]) if node.outputs and _decides(node) else None
        if other is not None and _same(node, other):
            names = tuple(name for name in node.outputs if name)
            found.append(Decision(node.op_type, names, *_read(node, other)))
    return found


def _decides(node: Node) -> bool:
    if node.op_type not in DECIDING or node.domain not in DEFAULT_DOMAINS or node.input(0).dtype not in FLOATS:
        return False
    if node.op_type == "Cast" and node.output(0).dtype in FLOATS:
        return False
    return not node.output(0).is_constant_expression()


def _same(node: Node, other: Node) -> bool:
    attributes = [sorted(a.SerializeToString() for a in one.proto.attribute) for one in (node, other)]
    shape = [(one.op_type, one.domain, list(one.outputs), len(one.inputs)) for one in (node, other)]
    types = [[one.output(i).dtype for i in range(len(one.outputs))] for one in (node, other)]
    return attributes[0] == attributes[1] and shape[0] == shape[1] and types[0] == types[1] and _read(node, other) != ()


def _read(node: Node, other: Node) -> Any:
    """What the two read, to be compared in a run; () when constants of theirs differ."""
    before, after = [], []
    for index in range(len(node.inputs)):
        if node.present(index) != other.present(index):
            return ()
        if not node.present(index):
            continue
        one, two = node.input(index), other.input(index)
        if one.initializer is None and two.initializer is None:
            before.append(one.name)
            after.append(two.name)
        elif one.initializer is None or two.initializer is None or not _same_constant(one, two):
            return ()
    return tuple(before), tuple(after)


def _same_constant(one: Any, two: Any) -> bool:
    if not tensor_has_data(one.initializer):
        return False
    copies = [type(value.initializer).FromString(value.initializer.SerializeToString()) for value in (one, two)]
    for copy in copies:
        copy.ClearField("name")
    return bool(copies[0] == copies[1])


class Pieces:
    """Both models, cut at the decisions that they share; ``words`` names these, "" when there are none."""

    def __init__(self, original: str, candidate: str, kind: str) -> None:
        self._paths, self._kind = (original, candidate), kind
        self.shared = decisions(load(original), load(candidate))
        counts = Counter(decision.op_type for decision in self.shared)
        self.words = ", ".join("%d %s" % (count, name) for name, count in sorted(counts.items()))
        self._runners: Optional[Tuple[Runner, Runner]] = None

    def compare(
        self, arrays: Mapping[str, Any], given: Mapping[str, Any], tolerance: Optional[Tolerance], same_dtype: bool
    ) -> Comparison:
        """The outputs, and what each decision reads, given the original's decisions.

        ``arrays`` are the original's inputs, ``given`` the same for the fixed model.
        """
        if not self.shared:
            return Comparison(DIFFERENT, reason="the models share no operator that decides")
        try:
            before, after = self._opened()
            reference = before.run(arrays)
            candidate = after.run(dict(given, **{name: reference[name] for name in self._decided()}))
        except JetdoctorError as error:
            return Comparison(DIFFERENT, reason=str(error))
        expected = {name: reference[name] for name in load(self._paths[0]).main.output_names}
        found = {name: candidate[name] for name in expected}
        for decision in self.shared:
            for index, (one, two) in enumerate(zip(decision.before, decision.after)):
                label = "input %d of %s %s" % (index, decision.op_type, decision.outputs[0])
                expected[label], found[label] = reference[one], candidate[two]
        return compare(expected, found, tolerance, same_dtype=same_dtype)

    def _decided(self) -> List[str]:
        return [name for decision in self.shared for name in decision.outputs]

    def _opened(self) -> Tuple[Runner, Runner]:
        if self._runners is None:
            original, candidate = self._paths
            read = [name for decision in self.shared for name in decision.before]
            marked = _with_outputs(_loaded(original), self._decided() + read)
            cut = _with_outputs(_loaded(candidate), [name for decision in self.shared for name in decision.after])
            _cut(cut, load(candidate), self._decided())
            self._runners = _open(marked, original, self._kind), _open(cut, candidate, self._kind)
        return self._runners


def _loaded(path: str) -> Any:
    import onnx

    return onnx.load(path, load_external_data=False)


def _open(proto: Any, path: str, kind: str) -> Runner:
    with Candidate(proto, path, check=False) as copy:
        return open_runner(copy.path, kind)


def _with_outputs(proto: Any, names: List[str]) -> Any:
    """The model with more outputs behind its own."""
    own = [value.name for value in proto.graph.output]
    return marking.mark(proto, list(dict.fromkeys(own + names)))


def _cut(proto: Any, view: Model, names: List[str]) -> None:
    """Makes tensors inputs of the graph, and removes the nodes that compute them."""
    decided = set(names)
    kept = [node for node in proto.graph.node if not decided.intersection(node.output)]
    del proto.graph.node[:]
    proto.graph.node.extend(kept)
    for name in names:
        element = view.main.value(name).type_proto.tensor_type.elem_type
        proto.graph.input.add(name=name).type.tensor_type.elem_type = element
