"""``fix --simplify``: nodes that change or move nothing, are there twice or are unread go; equal weights are one.

Constants are folded by the rewrite ``fold_constants`` before. Only the main graph is touched; names that branches and
bodies read stay.
"""

from __future__ import annotations

import hashlib
from typing import Any, Dict, List, NamedTuple, Set, Tuple

from jetdoctor.fix.no_moves import unmoved
from jetdoctor.fix.sorting import reads, sort_nodes
from jetdoctor.fix.sweep import subgraphs
from jetdoctor.fix.zero_states import leave_out
from jetdoctor.graph import Graph
from jetdoctor.model import from_proto

#: operators that give another result each time
_RANDOM = {"RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Multinomial", "Bernoulli"}


class Size(NamedTuple):
    """What a model is made of: nodes by operator, in the main graph and those inside of it, and bytes."""

    operators: Dict[str, int]
    bytes: int

    @property
    def nodes(self) -> int:
        return sum(self.operators.values())


def size_of(proto: Any) -> Size:
    """Count a ModelProto; external data does not count."""
    counts: Dict[str, int] = {}
    waiting = [proto.graph]
    while waiting:
        for node in waiting.pop().node:
            counts[node.op_type] = counts.get(node.op_type, 0) + 1
            waiting.extend(subgraphs(node))
    # Part by part, since protobuf cannot measure a message from 2 GiB on.
    graph = proto.graph
    parts = (graph.node, graph.initializer, graph.sparse_initializer, graph.input, graph.output, graph.value_info)
    more = (proto.functions, proto.metadata_props)
    return Size(counts, sum(part.ByteSize() for some in (*parts, *more) for part in some))


def simplify(proto: Any) -> bool:
    """Simplify a ModelProto in place, which is sorted for that; whether anything went."""
    sort_nodes(proto)
    before = len(proto.graph.node), len(proto.graph.initializer)
    graph = proto.graph
    kept = {value.name for value in graph.output}
    for node in graph.node:
        for inner in subgraphs(node):
            kept.update(name for one in inner.node for name in reads(one))
            kept.update(value.name for value in inner.output)
    _merge_initializers(graph, kept)
    _merge_nodes(from_proto(proto).main, kept, _element_types(proto))
    left_out = leave_out(graph)
    _drop_unread(graph, kept)
    return left_out or before != (len(graph.node), len(graph.initializer))


def _merge_initializers(graph: Any, kept: Set[str]) -> None:
    """One of equal initializers stays; one that is also an input may be given by the caller and is left alone."""
    inputs = {value.name for value in graph.input}
    first: Dict[bytes, str] = {}
    same: Dict[str, str] = {}
    for tensor in graph.initializer:
        if tensor.name in inputs or tensor.name in kept or tensor.data_location == 1:
            continue
        digest = _content(tensor)
        if first.setdefault(digest, tensor.name) != tensor.name:
            same[tensor.name] = first[digest]
    for node in graph.node:
        node.input[:] = [same.get(name, name) for name in node.input]


def _content(tensor: Any) -> bytes:
    copy = type(tensor)()
    copy.CopyFrom(tensor)
    copy.name = copy.doc_string = ""
    return hashlib.sha256(copy.SerializeToString(deterministic=True)).digest()


def _element_types(proto: Any) -> Dict[str, int]:
    """Element types of the tensors of the main graph, as far as onnx infers them."""
    found = {name: type.tensor_type.elem_type for name, type in from_proto(proto).main.types.items()}
    found.update((tensor.name, tensor.data_type) for tensor in proto.graph.initializer)
    return found


def _merge_nodes(graph: Graph, kept: Set[str], types: Dict[str, int]) -> None:
    """Readers of what changes nothing, or of a second node that computes the same, read the first value."""
    same: Dict[str, str] = {}
    made: Dict[Tuple[Any, ...], List[str]] = {}
    for seen in graph.nodes:
        node = seen.proto
        node.input[:] = [same.get(name, name) for name in node.input]
        outputs = [name for name in node.output if name]
        if kept.intersection(outputs) or any(True for _ in subgraphs(node)):
            continue
        unchanged = node.input[0] if _changes_nothing(node, types) else unmoved(seen)
        if unchanged:
            same[outputs[0]] = same.get(unchanged, unchanged)
        elif node.op_type not in _RANDOM and node.op_type != "Constant":
            twin = made.setdefault(_computation(node), list(node.output))
            if twin != list(node.output):
                same.update(zip(node.output, twin))


def _changes_nothing(node: Any, types: Dict[str, int]) -> bool:
    if node.domain or len([name for name in node.output if name]) != 1:
        return False
    if node.op_type == "Cast":
        return types.get(node.input[0], 0) in [a.i for a in node.attribute if a.name == "to"]
    return bool(node.op_type == "Identity" or (node.op_type == "Dropout" and len(node.input) < 3))


def _computation(node: Any) -> Tuple[Any, ...]:
    attributes = tuple(sorted(attribute.SerializeToString(deterministic=True) for attribute in node.attribute))
    present = tuple(bool(name) for name in node.output)
    return node.domain, node.op_type, tuple(node.input), attributes, present


def _drop_unread(graph: Any, kept: Set[str]) -> None:
    needed = set(kept)
    for index in range(len(graph.node) - 1, -1, -1):
        node = graph.node[index]
        if needed.intersection(node.output):
            needed.update(reads(node))
        else:
            del graph.node[index]
    inputs = {value.name for value in graph.input}
    for index in range(len(graph.initializer) - 1, -1, -1):
        name = graph.initializer[index].name
        if name not in needed and name not in inputs:
            del graph.initializer[index]
    there = {name for node in graph.node for name in node.output}
    for index in range(len(graph.value_info) - 1, -1, -1):
        if graph.value_info[index].name not in there:
            del graph.value_info[index]
