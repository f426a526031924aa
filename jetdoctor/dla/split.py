"""Node by node: DLA or GPU, by the rows of section "dla"; then the pieces that the builder makes of it."""

from __future__ import annotations

from typing import Dict, List, Optional, Sequence, Tuple

from jetdoctor.dla.conditions import holds
from jetdoctor.dla.pieces import pieces
from jetdoctor.dla.work import work
from jetdoctor.facts import Fact, Knowledge
from jetdoctor.graph import DEFAULT_DOMAINS, Model, Node
from jetdoctor.types import DlaLayer, DlaSplit, Target

#: No layer of the engine: folded, or nothing to compute.
_NO_LAYER = ("Constant", "Identity", "Dropout", "Shape", "Size")

#: What the compute units of a DLA work in.
PRECISIONS = ("fp16", "int8")

_NOT_KNOWN = "no layer of this operator is documented for DLA"
_MATRIX = "NVIDIA/Deep-Learning-Accelerator-SW operators/README.md; NvInfer.h"

Why = Tuple[str, str, str]  # reason, cure, source


def split(model: Model, target: Target, knowledge: Knowledge) -> DlaSplit:
    """The split of a model for a target, whose module must be known. Subgraphs run on the GPU with their node."""
    gone = absent(target, knowledge)
    if gone:
        return DlaSplit(absent=gone[0], source=gone[1])
    judge = Judge(target, knowledge)
    layers = [judge.layer(node) for node in model.main.nodes]
    parts, handovers = pieces(model.main.nodes, [layer.device for layer in layers])
    return DlaSplit("", "", tuple(_conditions(model, target)), tuple(layers), parts, handovers)


def absent(target: Target, knowledge: Knowledge) -> Optional[Tuple[str, str]]:
    """Why the target has no DLA, with the source; None when it has one."""
    if target.module is None:
        return "no module given: name one, such as agx-orin@%s" % target.name, ""
    if not target.module.dla:
        return "%s has no DLA" % target.module.name, "rules/data/modules.json"
    for fact in knowledge.rows("(model)", "dla"):
        if target.tensorrt_version in fact.range and _on(fact, target):
            return fact["what"], fact["source"]
    return None


def _on(fact: Fact, target: Target) -> bool:
    """Whether a row is about the target's module: by its id, or by its system on chip."""
    module = target.module
    if module is None:
        return False
    named = fact.get("modules")
    return (named is None or module.id.startswith(tuple(named))) and module.soc in fact.get("soc", (module.soc,))


def _conditions(model: Model, target: Target) -> List[str]:
    """What must be done so that the split holds."""
    found = []
    names = [name for name in model.main.input_names if name not in model.main.initializers]
    if any(model.main.value(name).static_shape is None for name in names):
        found.append("open sizes: build with one shape (min = opt = max), or everything falls back to the GPU")
    if target.precision is None:
        found.append("FP16 or INT8: the DLA supports no other precision (--precision fp16)")
    return found


class Judge:
    """Tells of each node whether the DLA of one target takes it."""

    def __init__(self, target: Target, knowledge: Knowledge) -> None:
        self.target, self.knowledge = target, knowledge
        self._rows: Dict[str, Sequence[Fact]] = {}

    def layer(self, node: Node) -> DlaLayer:
        """Where the node runs, and why not on the DLA."""
        place = node.location()
        if node.op_type in _NO_LAYER or node.output(0).is_constant_expression():
            return DlaLayer(place, "none")
        reason, cure, source = self._why_not(node) or ("", "", "")
        return DlaLayer(place, "gpu" if reason else "dla", work(node), reason, cure, source)

    def _why_not(self, node: Node) -> Optional[Why]:
        if self.target.precision is not None and self.target.precision not in PRECISIONS:
            return "the DLA does not support %s" % self.target.precision.upper(), "--precision fp16", _MATRIX
        known = self._rows_of(node.op_type) if node.domain in DEFAULT_DOMAINS else ()
        for fact in (*known, *self._rows_of("(any)")):
            if fact["status"] == "gpu" and holds(fact["when"], node):
                return fact["what"], fact.get("cure", ""), fact["source"]
        native = any(fact["status"] == "native" for fact in known)
        return None if native else (_NOT_KNOWN, "", _MATRIX)

    def _rows_of(self, op_type: str) -> Sequence[Fact]:
        """Rows of the target's release and module."""
        if op_type not in self._rows:
            version = self.target.tensorrt_version
            rows = self.knowledge.rows(op_type, "dla")
            self._rows[op_type] = [fact for fact in rows if version in fact.range and _on(fact, self.target)]
        return self._rows[op_type]
