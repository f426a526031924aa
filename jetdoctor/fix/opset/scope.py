"""One graph, subgraph or function body while it is being lowered: its nodes, names, types, constants."""

from __future__ import annotations

import math
from typing import Any, Dict, List, Optional, Tuple

from jetdoctor.constants.evaluator import array_of
from jetdoctor.constants.partly_known import PartlyKnown
from jetdoctor.fix.names import Names
from jetdoctor.fix.opset.view import SeenValue
from jetdoctor.graph import Dim
from jetdoctor.types import Location

_GRAPH, _GRAPHS = 5, 10
_PARAMETERS = 1 << 16  # elements; larger tensors are weights, not parameters


class Scope:
    """A graph whose nodes live in a Python list until ``write_back``."""

    def __init__(
        self,
        proto: Any,
        names: Names,
        path: Tuple[str, ...],
        types: Dict[str, Any],
        parent: Optional["Scope"] = None,
    ) -> None:
        self.proto, self.names, self.path, self.parent, self.types = proto, names, path, parent, types
        self.is_function = not hasattr(proto, "initializer")
        # Before IR version 4 every initializer was an input too: a new constant is a node there.
        self.constants_are_nodes: bool = self.is_function or (parent is not None and parent.constants_are_nodes)
        self.nodes: List[Any] = list(proto.node)
        self.producers = {name: node for node in self.nodes for name in node.output if name}
        self.initializers = {} if self.is_function else {t.name: t for t in proto.initializer}
        self.input_set = set(proto.input) if self.is_function else {v.name for v in proto.input}
        self.children: Dict[int, List[Scope]] = {}
        self.freed: List[str] = []  # inputs that an adapter took away: perhaps nobody reads them now
        self.carried: Dict[str, int] = {}  # values that stand for those of another element type
        self._places: Dict[int, Location] = {}
        self._alive: List[Any] = []  # keeps the nodes whose id() is a key above
        self.changed = False
        for index, node in enumerate(self.nodes):
            self.remember(node, self._place(index, node))

    def _place(self, index: int, node: Any) -> Location:
        return Location(
            graph=self.path,
            node_index=index,
            node_name=node.name,
            op_type=node.op_type,
            domain=node.domain,
            output=next((name for name in node.output if name), ""),
        )

    def remember(self, node: Any, place: Location) -> None:
        """Note which node of the original model a node stems from."""
        self._alive.append(node)
        self._places[id(node)] = place

    def place(self, node: Any) -> Location:
        return self._places[id(node)]

    def home(self, name: str) -> Optional["Scope"]:
        """The scope, this one or an outer one, that defines a name."""
        scope: Optional[Scope] = self
        while scope is not None:
            if name in scope.producers or name in scope.initializers or name in scope.input_set:
                return scope
            scope = scope.parent
        return None

    def type(self, name: str) -> Any:
        """TypeProto of a value, None when unknown."""
        home = self.home(name)
        return None if home is None else home.own_type(name)

    def own_type(self, name: str) -> Any:
        found = self.types.get(name)
        if found is None and name in self.initializers:
            from onnx import helper

            tensor = self.initializers[name]
            found = self.types[name] = helper.make_tensor_type_proto(tensor.data_type, tensor.dims)
        return found

    def constant(self, name: str) -> Any:
        """numpy array of a value that follows from constants and static shapes, else None."""
        found = PartlyKnown().of(SeenValue(self, name)) if name else None
        if found is None:
            return self.constant_of_any_size(name, _PARAMETERS)
        return array_of(found) if found.is_known else None

    def elements(self, name: str) -> Optional[List[Dim]]:
        """Elements of a vector of sizes: numbers, symbols, None for what is not known."""
        return PartlyKnown().elements(SeenValue(self, name))

    def constant_of_any_size(self, name: str, limit: Optional[int] = None) -> Any:
        """numpy array of an initializer or Constant, weights too; None for anything else, or more elements."""
        value = SeenValue(self, name)
        tensor = value.constant if self.home(name) is not None else None
        if tensor is None or (limit is not None and math.prod(tensor.dims) > limit):
            return None
        return value.array()

    def is_output(self, name: str) -> bool:
        """Whether the graph gives a value to whoever runs it."""
        return name in (self.proto.output if self.is_function else [v.name for v in self.proto.output])

    def write_back(self) -> None:
        """Put the nodes into the proto, inner graphs first."""
        for value in getattr(self.proto, "value_info", ()):
            if value.name in self.carried:
                value.type.tensor_type.elem_type = self.types[value.name].tensor_type.elem_type
        for children in self.children.values():
            for child in children:
                child.write_back()
        if self.changed or any(c.changed for group in self.children.values() for c in group):
            self.changed = True
            # Copies first: deleting from a repeated field may invalidate what was in it.
            kept = [_copy(node) for node in self.nodes]
            del self.proto.node[:]
            self.proto.node.extend(kept)


def open_scope(
    proto: Any,
    twin: Any,
    names: Names,
    path: Tuple[str, ...],
    parent: Optional[Scope],
    constants_are_nodes: bool = False,
) -> Scope:
    """The scope of a graph or function body and those below it; ``twin`` is the graph with its types."""
    scope = Scope(proto, names, path, declared_types(twin), parent)
    scope.constants_are_nodes |= constants_are_nodes
    for node, other in zip(scope.nodes, twin.node):
        open_below(scope, node, other)
    return scope


def open_below(scope: Scope, node: Any, twin: Any) -> None:
    """Open the scopes of a node's subgraphs."""
    for (label, graph), (_, inferred) in zip(subgraphs(node), subgraphs(twin)):
        place = scope.place(node)
        name = "%s.%s" % (node.name or "%s_%s" % (node.op_type, place.node_index), label)
        child = open_scope(graph, inferred, scope.names, scope.path + (name,), scope)
        scope.children.setdefault(id(node), []).append(child)


def declared_types(graph: Any) -> Dict[str, Any]:
    """Types that a graph states for its inputs, outputs and inner values, by name."""
    found: Dict[str, Any] = {}
    if not hasattr(graph, "initializer"):
        return found  # a function states none of its inputs and outputs
    for values in (graph.value_info, graph.output, graph.input):
        for value in values:
            if value.type.WhichOneof("value"):
                found[value.name] = value.type
    return found


def _copy(node: Any) -> Any:
    twin = type(node)()
    twin.CopyFrom(node)
    return twin


def subgraphs(node: Any) -> List[Tuple[str, Any]]:
    """``(attribute label, GraphProto)`` of a node, lists numbered as in ``jetdoctor.graph``."""
    found = []
    for attribute in node.attribute:
        if attribute.type == _GRAPH:
            found.append((attribute.name, attribute.g))
        elif attribute.type == _GRAPHS:
            found.extend(("%s[%d]" % (attribute.name, i), g) for i, g in enumerate(attribute.graphs))
    return found
