"""A model that ends before NonMaxSuppression, NonZero or Unique: what they read becomes outputs, for the caller's code.

Only where they are the end of the model: what has weights of its own behind them stays.
"""

from __future__ import annotations

from math import prod
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Set, Tuple

from jetdoctor.check import check
from jetdoctor.check.suppression import bounds
from jetdoctor.fix.choice import places
from jetdoctor.fix.diff import NodeChange
from jetdoctor.graph import DTYPE_NUMBERS, Model, Node, Value
from jetdoctor.model import from_proto
from jetdoctor.types import Target

#: operators whose output has as many elements as the data says
_SELECTING = ("NonMaxSuppression", "NonZero", "Unique")

#: constants of more elements than any conversion of boxes has are learned: a stage of the network
_LEARNED = 1024

#: how numpy does the same
_IN_NUMPY = {"NonZero": "numpy.array(numpy.nonzero(%s))", "Unique": "numpy.unique(%s)"}


class Cut(NamedTuple):
    """The shorter model and what went."""

    proto: Any
    title: str
    node_name: str
    changes: Tuple[NodeChange, ...]
    #: what the caller's code has to do with the new outputs
    caller: Tuple[str, ...]


def before_suppression(proto: Any, path: str, targets: Sequence[Target]) -> Optional[Cut]:
    """The model cut before what selects by data, None where no error belongs to that, or a stage follows it."""
    view = from_proto(proto, path)
    nodes = sorted((n for n in view.nodes() if n.op_type in _SELECTING), key=lambda n: _SELECTING.index(n.op_type))
    if not nodes:
        return None
    names, behind = _frontier(view)
    if not names or not _concerned(view, behind, targets) or _stage_follows(view, behind):
        return None
    shorter = _ended(view, names)
    kept = {output for node in shorter.graph.node for output in node.output}
    gone = [node for node in view.main.nodes if not kept.intersection(filter(None, node.outputs))]
    changes = tuple(
        NodeChange("-", node.op_type, node.name, outputs=tuple((name, None) for name in node.outputs if name))
        for node in gone
    )
    title = "End the model before %s: outputs %s" % (nodes[0].op_type, ", ".join(names))
    return Cut(shorter, title, nodes[0].name or nodes[0].outputs[0], changes, _afterwards(nodes, names))


def _stage_follows(view: Model, behind: Set[str]) -> bool:
    """Whether something with weights is computed from what was selected, as in a detector of two stages."""
    nodes = [inner for node in view.main.nodes if behind.intersection(node.outputs) for inner in _with_inner(node)]
    given = [node.input(index) for node in nodes for index in range(1, len(node.inputs)) if node.inputs[index]]
    sizes = [value.static_shape or () for value in given if value.name in value.graph.initializers]
    return any(prod(shape) > _LEARNED for shape in sizes)


def _afterwards(nodes: Sequence[Node], names: Sequence[str]) -> Tuple[str, ...]:
    """One sentence for each suppression that the caller's code does, with its thresholds, and for what numpy does."""
    found: Dict[str, None] = {}
    for node in nodes:
        if node.op_type == "NonMaxSuppression":
            found[_suppress(node, names)] = None
        elif node.inputs[0] in names:
            found["run %s yourself: %s" % (node.op_type, _IN_NUMPY[node.op_type] % node.inputs[0])] = None
    return tuple(found)


def _suppress(node: Node, names: Sequence[str]) -> str:
    """What to suppress, class by class, and how."""
    parts = ["run NMS yourself, class by class (torchvision.ops.batched_nms, cv2.dnn.NMSBoxes)"]
    boxes, scores = node.inputs[:2]
    if boxes in names:
        form = "center x, center y, width, height" if node.attr("center_point_box", 0) else "two corners"
        parts.append("boxes: %s [batch, boxes, 4], %s" % (boxes, form))
    if scores in names:
        parts.append("scores: %s [batch, classes, boxes]" % scores)
    return "; ".join(filter(None, [*parts, bounds(node)]))


def _frontier(view: Model) -> Tuple[List[str], Set[str]]:
    """Tensors of sizes that do not depend on data, read by what does, and outputs that are such; and what does."""
    behind: Set[str] = set()
    frontier: Dict[str, None] = {}
    for node in view.main.nodes:
        reads = [name for name in node.inputs if name] + _inner_reads(node)
        selects = any(one.op_type in _SELECTING for one in _with_inner(node))
        if selects or behind.intersection(reads):
            behind.update(node.outputs)
            frontier.update((name, None) for name in reads if name not in behind)
    frontier.update((name, None) for name in view.main.output_names if name not in behind)
    values = [view.main.value(name) for name in frontier]
    found: Dict[str, None] = {}
    for value in values:
        found.update(dict.fromkeys(_readable(value)))
    return list(found), behind


def _readable(value: Value) -> List[str]:
    """The tensor as an engine can give it: masks are compared by the caller, sizes and constants are known to them."""
    maker = value.producer
    if value.is_constant_expression() or value.is_graph_input or maker is None or maker.op_type in ("Shape", "Size"):
        return []
    if value.dtype in ("FLOAT", "FLOAT16", "INT32", "INT64") and value.shape:
        return [value.name]
    inputs = [maker.input(index) for index, name in enumerate(maker.inputs) if name]
    return [name for given in inputs for name in _readable(given)]


def _inner_reads(node: Node) -> List[str]:
    return [name for inner in _with_inner(node)[1:] for name in inner.inputs if name]


def _with_inner(node: Node) -> List[Node]:
    return [node] + [inner for graph in node.subgraphs for below in graph.walk() for inner in below.nodes]


def _concerned(view: Model, behind: Set[str], targets: Sequence[Target]) -> bool:
    """Whether an error of a target is at a node whose sizes depend on data, or in its branch or body."""
    graphs = {graph.path: graph for graph in view.graphs()}
    for result in check(view, targets):
        for finding in (finding for finding in result.findings if finding.severity == "error"):
            for place in places(finding):
                graph = graphs.get(place.graph)
                if graph is None or place.node_index is None:
                    continue
                if behind.intersection(_outermost(graph.nodes[place.node_index]).outputs):
                    return True
    return False


def _outermost(node: Node) -> Node:
    while node.graph.owner is not None:
        node = node.graph.owner
    return node


def _ended(view: Model, names: List[str]) -> Any:
    """The model with other outputs and without what they do not need, by onnx-graphsurgeon."""
    import onnx_graphsurgeon as gs

    twin = type(view.proto)()
    twin.CopyFrom(view.proto)
    graph = gs.import_onnx(twin)
    tensors = graph.tensors()
    graph.outputs = [tensors[name] for name in names]
    for tensor in graph.outputs:
        value = view.main.value(tensor.name)
        tensor.dtype, tensor.shape = _numpy_type(value.dtype), value.shape
    graph.cleanup(remove_unused_graph_inputs=True)
    twin.graph.CopyFrom(gs.export_onnx(graph, do_type_check=False).graph)
    return twin


def _numpy_type(dtype: Optional[str]) -> Any:
    from onnx import helper

    return helper.tensor_dtype_to_np_dtype(DTYPE_NUMBERS[dtype or "FLOAT"])
