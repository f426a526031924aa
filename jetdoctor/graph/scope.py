"""A graph with its own names: the main one, a branch or body in an attribute, the body of a function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, Iterator, List, Mapping, Optional, Set, Tuple

from jetdoctor import kinds
from jetdoctor.graph.node import Node
from jetdoctor.graph.value import Value

if TYPE_CHECKING:
    from jetdoctor.graph.model import Model


class Graph:
    """The main graph, a subgraph or a function body."""

    def __init__(
        self,
        model: "Model",
        path: Tuple[str, ...],
        proto: Any,
        inferred: Any,
        parent: Optional["Graph"] = None,
        opsets: Optional[Mapping[str, int]] = None,
    ) -> None:
        self.model, self.path, self.proto, self.parent = model, path, proto, parent
        self._opsets = opsets
        self._owner: Optional[Node] = None
        is_function = not hasattr(proto, "initializer")
        self.is_function = is_function
        self.input_names = tuple(proto.input) if is_function else tuple(v.name for v in proto.input)
        self.output_names = tuple(proto.output) if is_function else tuple(v.name for v in proto.output)
        #: for questions of membership; interfaces can have thousands
        self.input_set = frozenset(self.input_names)
        self.initializers = {} if is_function else {t.name: t for t in proto.initializer}
        self.types: Dict[str, Any] = {v.name: v.type for v in inferred.value_info}
        if not is_function:
            self.types.update((v.name, v.type) for v in inferred.output if v.type.WhichOneof("value"))
            self.types.update((v.name, v.type) for v in inferred.input if v.type.WhichOneof("value"))
        self.nodes = [Node(self, index, node) for index, node in enumerate(proto.node)]
        self.producers = {name: node for node in self.nodes for name in node.outputs if name}
        self._subgraphs: Dict[int, List[Graph]] = {}
        self._constant_outputs: Optional[Set[str]] = None
        for node, twin in zip(self.nodes, inferred.node):
            for attribute, other in zip(node.proto.attribute, twin.attribute):
                if attribute.type not in (kinds.GRAPH, kinds.GRAPHS):
                    continue
                label = node.name or "%s_%d" % (node.op_type, node.index)
                pairs = (
                    [(attribute.name, attribute.g, other.g)]
                    if attribute.type == kinds.GRAPH
                    else [
                        ("%s[%d]" % (attribute.name, i), g, o)
                        for i, (g, o) in enumerate(zip(attribute.graphs, other.graphs))
                    ]
                )
                for name, sub, sub_inferred in pairs:
                    child = Graph(model, path + ("%s.%s" % (label, name),), sub, sub_inferred, self)
                    child._owner = node
                    self._subgraphs.setdefault(node.index, []).append(child)

    @property
    def constant_outputs(self) -> Set[str]:
        """Outputs of this graph's nodes that follow from constants and static shapes alone."""
        if self._constant_outputs is None:
            # One pass in graph order: ONNX graphs are sorted, and in one that is not, what comes
            # late simply does not count as constant.
            found: Set[str] = set()
            self._constant_outputs = found
            for node in self.nodes:
                if node.op_type.startswith(("Random", "Multinomial", "Bernoulli")) or node.subgraphs:
                    continue
                by_shape = node.op_type in ("Shape", "Size") and node.input(0).static_shape is not None
                if by_shape or all(Value(self, name).is_constant_expression() for name in node.inputs if name):
                    found.update(name for name in node.outputs if name)
        return self._constant_outputs

    @property
    def owner(self) -> Optional["Node"]:
        """The node that holds this graph as an attribute; None for the main graph and function bodies."""
        return self._owner

    @property
    def attribute(self) -> str:
        """Name of the attribute that holds this graph ("then_branch", "body"), "" without an owner."""
        return self.path[-1].rsplit(".", 1)[-1] if self.parent else ""

    def opset(self, domain: str = "") -> int:
        if self._opsets is not None:
            return self._opsets.get("ai.onnx" if domain == "" else domain, self.model.opset(domain))
        return self.parent.opset(domain) if self.parent else self.model.opset(domain)

    def value(self, name: str) -> Value:
        return Value(self, name)

    def subgraphs_of(self, node: Node) -> List["Graph"]:
        return self._subgraphs.get(node.index, [])

    def walk(self) -> Iterator["Graph"]:
        """This graph and everything below it, depth first."""
        yield self
        for graphs in self._subgraphs.values():
            for graph in graphs:
                yield from graph.walk()
