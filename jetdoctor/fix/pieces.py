"""Two models compared in pieces: each piece of the fixed one is given what the original computes ahead of it.

Small differences grow where scores tie, and through deep or chaotic models. When every piece gives the original's
result from the original's values, what is left of a difference at the end is rounding that the original grows itself.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, List, Mapping, Optional, Tuple

from jetdoctor.fix.candidate import Candidate
from jetdoctor.fix.decisions import decisions, meeting_points
from jetdoctor.fix.runners import Runner, open_runner
from jetdoctor.graph import Model
from jetdoctor.model import load
from jetdoctor.types import JetdoctorError
from jetdoctor.verify import marking
from jetdoctor.verify.compare import Comparison, compare
from jetdoctor.verify.tensors import DIFFERENT
from jetdoctor.verify.tolerance import Tolerance

#: layers that are cut off at most: what they give is kept in memory
_MOST = 64

#: suffix of what a layer of the fixed model gives itself, beside what it hands on
_OWN = "/own"

#: how the models agree in pieces
_DECIDED = "in what decides (%s) and, given the same decisions, in all outputs"
_LAYERS = "layer by layer, each given what the original computes ahead of it"


class Pieces:
    """Both models, cut at the decisions that they share and behind what was changed; ``words`` says how they agree."""

    def __init__(self, original: str, candidate: str, kind: str) -> None:
        self._paths, self._kind = (original, candidate), kind
        views = load(original), load(candidate)
        self.shared = decisions(*views)
        decided = set(self._decided())
        self.layers = [name for name in meeting_points(*views) if name not in decided][:_MOST]
        counts = Counter(decision.op_type for decision in self.shared)
        decide = ", ".join("%d %s" % (count, name) for name, count in sorted(counts.items()))
        self.words = _DECIDED % decide if decide else _LAYERS
        self._runners: Optional[Tuple[Runner, Runner]] = None

    def compare(
        self, arrays: Mapping[str, Any], given: Mapping[str, Any], tolerance: Optional[Tolerance], same_dtype: bool
    ) -> Comparison:
        """The outputs, what decisions read and what layers give, each from what the original gives ahead of it.

        ``arrays`` are the original's inputs, ``given`` the same for the fixed model.
        """
        if not self.shared and not self.layers:
            return Comparison(DIFFERENT, reason="nothing to cut at")
        try:
            before, after = self._opened()
            reference = before.run(arrays)
            candidate = after.run(dict(given, **{name: reference[name] for name in self._decided() + self.layers}))
        except JetdoctorError as error:
            return Comparison(DIFFERENT, reason=str(error))
        expected = {name: reference[name] for name in load(self._paths[0]).main.output_names}
        found = {name: candidate[name] for name in expected}
        for decision in self.shared:
            for index, (one, two) in enumerate(zip(decision.before, decision.after)):
                label = "input %d of %s %s" % (index, decision.op_type, decision.outputs[0])
                expected[label], found[label] = reference[one], candidate[two]
        for name in self.layers:
            expected[name + _OWN], found[name + _OWN] = reference[name], candidate[name + _OWN]
        return compare(expected, found, tolerance, same_dtype=same_dtype)

    def _decided(self) -> List[str]:
        return [name for decision in self.shared for name in decision.outputs]

    def _opened(self) -> Tuple[Runner, Runner]:
        if self._runners is None:
            original, candidate = self._paths
            read = [name for decision in self.shared for name in decision.before]
            marked = _with_outputs(_loaded(original), self._decided() + read + self.layers)
            asked = [name for decision in self.shared for name in decision.after]
            cut = _with_outputs(_loaded(candidate), asked + [name + _OWN for name in self.layers])
            _cut(cut, load(candidate), self._decided(), self.layers)
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


def _cut(proto: Any, view: Model, decided: List[str], layers: List[str]) -> None:
    """Makes tensors inputs of the graph; the nodes that decide go, those of layers give their own result apart."""
    kept = [node for node in proto.graph.node if not set(decided).intersection(node.output)]
    for node in kept:
        if node.output and node.output[0] in layers:
            node.output[0] += _OWN
    del proto.graph.node[:]
    proto.graph.node.extend(kept)
    for name in decided + layers:
        element = view.main.value(name).type_proto.tensor_type.elem_type
        proto.graph.input.add(name=name).type.tensor_type.elem_type = element
