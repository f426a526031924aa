"""What to do where no change of the graph helps: export again, fix sizes, a newer JetPack, another runtime.

Every piece of advice is a manual ``Fix`` whose title holds the command. Advice never counts for a verdict.
"""

from __future__ import annotations

import shlex
from typing import Any, Dict, List, Optional, Sequence, Tuple

from jetdoctor import onnx_parts
from jetdoctor.check.engine import Engine
from jetdoctor.check.hit import Hit
from jetdoctor.check.run_time import needs_a_run
from jetdoctor.check.suppression import Suppressions, cut_before
from jetdoctor.graph import Model, Node
from jetdoctor.model.exporters import NEWEST_NEEDED, exporter, has_open_inputs, left_over, reexport, suppresses
from jetdoctor.model.sizes.options import freeze_options, profile_options
from jetdoctor.rule import release, table
from jetdoctor.target import every_jetpack, module_row
from jetdoctor.types import Finding, Fix, Location, Target, Version

#: nodes of one finding that are looked at for a newer JetPack
_NODES = 20

NO_PLUGIN = "JD803"

#: the operator has no importer or its plugin is missing: another form of it does not help
_OPERATOR_ITSELF = ("JD301", NO_PLUGIN)

#: domains whose operators ONNX Runtime or an extension of it has; "" is ONNX's own
_KNOWN_DOMAINS = ("com.microsoft", "ai.onnx", "com.ms.")

#: trtexec calls it --plugins before (its --help of 8.5 and 8.6)
_STATIC_PLUGINS = (8, 6)

#: ONNX Runtime writes operators of its own into a model that it optimized or quantized
_NOT_OPTIMIZED = (
    "Use the model as it was before ONNX Runtime's optimizer or quantizer (a session that saves it: "
    "graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC)"
)

#: id ranges of rules about shapes and dynamic shapes
_ABOUT_SHAPES = ("JD2", "JD5")


class Advisor:
    """Advice about one model; what newer releases say of its nodes is found out once."""

    def __init__(self, engine: Engine, model: Model) -> None:
        self.engine, self.model = engine, model
        self._graphs = {graph.path: graph for graph in model.graphs()}
        self._known: Dict[object, Sequence[Hit]] = {}

    def for_error(self, finding: Finding, target: Target) -> Tuple[Fix, ...]:
        """Advice for an error that no fix removes, what is nearest first; never empty."""
        plugin = self._plugin(finding, target)
        if plugin:
            texts = [self._export(finding, target), self._cut(finding, target), plugin]
            return tuple(Fix(text, "manual") for text in texts if text)
        texts = [self._sizes(finding, target), self._export(finding, target)]
        texts.append(self._cut(finding, target))
        texts.append(self._newer(finding, target))
        texts.append(fall_back(target))
        return tuple(Fix(text, "manual") for text in texts if text)

    def for_remark(self, finding: Finding, target: Target) -> Tuple[Fix, ...]:
        """Advice for a warning or an info: fixed sizes where open ones are the cause."""
        if any(not _from_shape(node) for node in self._nodes(finding)):
            return ()
        text = self._sizes(finding, target)
        return (Fix(text, "manual"), Fix(profile_options(self.model), "manual")) if text else ()

    def _plugin(self, finding: Finding, target: Target) -> str:
        """The one way for an operator of somebody's own, which no runtime knows without its code; else ""."""
        own = [node for node in self._nodes(finding) if not node.domain.startswith(_KNOWN_DOMAINS)]
        if finding.rule != NO_PLUGIN or not own or not own[0].domain:
            return ""
        name, path = own[0].op_type, shlex.quote(self.model.path or "MODEL")
        flag = "--staticPlugins" if target.tensorrt_version >= _STATIC_PLUGINS else "--plugins"
        text = "Write a TensorRT plugin named %s and load it: trtexec --onnx=%s %s=libYOURS.so; then jetdoctor check %s"
        return (text + " --target %s --plugin %s") % (name, path, flag, path, shlex.quote(target.name), name)

    def _cut(self, finding: Finding, target: Target) -> str:
        nodes = self._nodes(finding)
        suppression = self.model.derived(Suppressions).before(nodes[0]) if nodes else None
        return cut_before(self.model, suppression, target) if suppression is not None else ""

    def _sizes(self, finding: Finding, target: Target) -> str:
        if not has_open_inputs(self.model) or not self._about_sizes(finding):
            return ""
        path, name = shlex.quote(self.model.path or "MODEL"), shlex.quote(target.name)
        options = freeze_options(self.model, self._nodes(finding))
        text = "Fix the sizes (insert your own): jetdoctor fix %s --target %s %s -o FIXED.onnx"
        return text % (path, name, options) if options else ""

    def _about_sizes(self, finding: Finding) -> bool:
        if finding.rule in _OPERATOR_ITSELF:  # gone with fixed sizes only where they alone decide what it gives
            return any(_from_shape(node, 0) and not _reads_data(node) for node in self._nodes(finding))
        if not finding.rule.startswith(_ABOUT_SHAPES):
            return any(_from_shape(node) for node in self._nodes(finding))
        nodes = self._nodes(finding)
        return not nodes or any(_open(node) for node in nodes)

    def _export(self, finding: Finding, target: Target) -> str:
        opset = self._documented(target)
        if any(node.domain.startswith("com.microsoft") for node in self._nodes(finding)):
            return _NOT_OPTIMIZED
        command = reexport(self.model, opset) if opset else ""
        return "Export again: " + command if command and self._export_helps(finding, opset) else ""

    def _export_helps(self, finding: Finding, opset: int) -> bool:
        """Whether an older opset, the other exporter or fixed sizes change what the nodes are."""
        nodes = self._nodes(finding)
        if suppresses(self.model) and nodes and self.model.derived(Suppressions).near(nodes[0]):
            return True
        if finding.rule in _OPERATOR_ITSELF:
            return any(self._goes(node.op_type, opset) for node in nodes)
        if self.model.opset("") > opset or exporter(self.model) == "dynamo":
            return True
        return self._about_sizes(finding) and has_open_inputs(self.model)

    def _goes(self, op_type: str, opset: int) -> bool:
        """Whether the operator is not written any more at the older (or newer) opset."""
        if _newer_word(op_type, opset):
            return True
        return not onnx_parts.is_operator(op_type) and left_over(self.model, op_type, opset)

    def _documented(self, target: Target) -> int:
        """The opset to export with, 0 for a release that is not known."""
        fact = self.engine.knowledge.release(target.tensorrt_version)
        newest = fact["documented_opset"]["max"] if fact is not None else None
        return min(newest or 0, NEWEST_NEEDED)

    def _newer(self, finding: Finding, target: Target) -> str:
        """The first newer JetPack whose parser finds no error at the nodes of the finding."""
        row = module_row(target.module.id) if target.module else None
        ahead = [t for t in every_jetpack() if t.tensorrt_version > target.tensorrt_version]
        ahead = [t for t in ahead if row is None or t.jetpack in row["jetpacks"]]
        hits = self._hits(finding, [t.tensorrt_version for t in every_jetpack()])  # kept for other targets too
        for newer in ahead:
            if not any(_holds(hit, newer) for hit in hits):
                text = "Move to JetPack %s (TensorRT %s), the first newer one whose parser accepts this"
                return text % (newer.jetpack, newer.tensorrt) + ("" if row else ", on a board that runs it")
        return ""

    def _hits(self, finding: Finding, versions: List[Version]) -> Sequence[Hit]:
        nodes = self._nodes(finding)
        if not nodes:
            key: object = (finding.rule, finding.location.tensor if finding.location else "")
            if key not in self._known:
                self._known[key] = [h for h in self.engine.hits_of_model(self.model, versions) if _same(h, finding)]
            return self._known[key]
        found: List[Hit] = []
        for node in nodes:
            if id(node.proto) not in self._known:
                self._known[id(node.proto)] = self.engine.hits_at(self.model, node, versions)
            found += self._known[id(node.proto)]
        return found

    def _nodes(self, finding: Finding) -> List[Node]:
        places = [finding.location or Location(), *finding.also][:_NODES]
        found = []
        for place in places:
            graph = self._graphs.get(place.graph)
            # Bodies of nodes of one name have one path: the graph at hand may be the shorter one.
            if graph is not None and place.node_index is not None and place.node_index < len(graph.nodes):
                found.append(graph.nodes[place.node_index])
        return found


def fall_back(target: Target) -> str:
    """ONNX Runtime on the GPU, then PyTorch, with the wheels of the target's JetPack."""
    row = release(target.jetpack)
    wheels = [w for w in table("wheels") if row and row["jetpack"] in w["jetpacks"]]
    runtime = next((w for w in wheels if w["package"] == "onnxruntime-gpu"), None)
    torch = next((w for w in wheels if w["package"] == "torch"), None)
    if runtime is None:
        return "Fall back to ONNX Runtime on the GPU, then to the framework itself"
    text = "Fall back to ONNX Runtime on the GPU: " + _wheel(runtime)
    return text + ("; then to PyTorch: " + _wheel(torch) if torch else "")


def _wheel(row: Dict[str, Optional[str]]) -> str:
    """The command that installs it where one exists, else what and where."""
    where, wheel = row["where"] or "", row["wheel"]
    if wheel and where.endswith(".whl"):
        return "wget %s -O %s && python3 -m pip install %s" % (where, wheel, wheel)
    if wheel and where.startswith("https://"):
        return "python3 -m pip install %s" % (where.rstrip("/") + "/" + wheel)
    return "%s %s from %s" % (row["package"], row["version"], where)


def _holds(hit: Hit, target: Target) -> bool:
    severity = hit.match.severity or hit.rule.rule.severity
    inside = target.tensorrt_version in hit.range and target.tensorrt_version in hit.rule.rule.range
    return severity == "error" and inside


def _same(hit: Hit, finding: Finding) -> bool:
    return hit.rule.rule.id == finding.rule and hit.match.tensor == (finding.location or Location()).tensor


def _newer_word(op_type: str, opset: int) -> bool:
    """Whether ONNX has the operator only above that opset, and older operators say the same."""
    if not onnx_parts.is_operator(op_type) or onnx_parts.is_operator(op_type, opset):
        return False
    schema: Any = onnx_parts.schema(op_type)
    return bool(schema.has_function or schema.has_context_dependent_function)


def _open(node: Node) -> bool:
    """Whether an input that is no constant has a size that is not fixed."""
    given = [node.input(index) for index, name in enumerate(node.inputs) if name]
    return any(value.static_shape is None for value in given if not value.is_constant_expression())


def _reads_data(node: Node) -> bool:
    given = [node.input(index) for index in range(len(node.inputs)) if node.present(index)]
    return any(needs_a_run(value) for value in (node.output(), *given))


def _from_shape(node: Node, first: int = 1, depth: int = 24) -> bool:
    """Whether a parameter of the node (an input from ``first`` on; any of an If or a Loop) is computed from a size."""
    first = 0 if node.subgraphs else first
    level = [node.input(index).producer for index in range(first, len(node.inputs)) if node.present(index)]
    for _ in range(depth):
        known = {id(n.proto): n for n in level if n is not None and not n.output().is_constant_expression()}
        if any(n.op_type in ("Shape", "Size") for n in known.values()):
            return True
        level = [n.input(index).producer for n in known.values() for index in range(len(n.inputs))]
    return False
