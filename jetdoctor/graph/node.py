"""One node: its operator, attributes, inputs and outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, List, Mapping, Optional, Sequence

from jetdoctor import kinds, tensors
from jetdoctor.graph.value import Value
from jetdoctor.types import Location

if TYPE_CHECKING:
    from jetdoctor.graph.scope import Graph

#: attributes of Constant other than ``value`` -> element type
_CONSTANTS = {"value_int": 7, "value_ints": 7, "value_float": 1, "value_floats": 1}
_CONSTANTS.update(value_string=8, value_strings=8)


def _decode(attribute: Any) -> Any:
    kind = attribute.type
    if kind == kinds.FLOAT:
        return attribute.f
    if kind == kinds.INT:
        return attribute.i
    if kind == kinds.STRING:
        return attribute.s.decode("utf-8", "replace")
    if kind == kinds.TENSOR:
        return attribute.t
    if kind == kinds.GRAPH:
        return attribute.g
    if kind == kinds.FLOATS:
        return tuple(attribute.floats)
    if kind == kinds.INTS:
        return tuple(attribute.ints)
    if kind == kinds.STRINGS:
        return tuple(s.decode("utf-8", "replace") for s in attribute.strings)
    if kind == kinds.TENSORS:
        return tuple(attribute.tensors)
    if kind == kinds.GRAPHS:
        return tuple(attribute.graphs)
    return None


class Node:
    """One node, with the graph that holds it and its index there."""

    __slots__ = ("graph", "index", "proto", "op_type", "_attributes")

    def __init__(self, graph: "Graph", index: int, proto: Any) -> None:
        self.graph = graph
        self.index = index
        self.proto = proto
        self.op_type: str = proto.op_type
        self._attributes: Optional[Dict[str, Any]] = None

    @property
    def domain(self) -> str:
        return self.proto.domain

    @property
    def name(self) -> str:
        return self.proto.name

    @property
    def inputs(self) -> Sequence[str]:
        return self.proto.input

    @property
    def outputs(self) -> Sequence[str]:
        return self.proto.output

    @property
    def opset(self) -> int:
        """Opset of the default domain as this node's graph declares it (parsers dispatch on it)."""
        return self.graph.opset("")

    @property
    def attributes(self) -> Mapping[str, Any]:
        if self._attributes is None:
            self._attributes = {a.name: a for a in self.proto.attribute}
        return self._attributes

    def attr(self, name: str, default: Any = None) -> Any:
        """Decoded attribute: int, float, str, tuple, TensorProto or GraphProto.

        ``default`` if it is absent, or of a kind that ONNX does not have under this name: parsers look for
        the one kind and do not see the other.
        """
        attribute = self.attributes.get(name)
        if attribute is None or attribute.type not in kinds.KINDS.get(name, (attribute.type,)):
            return default
        value = _decode(attribute)
        # Of the kinds of other domains' attributes only the default tells.
        known = name in kinds.KINDS or default is None or isinstance(value, type(default))
        return value if known else default

    def tensor(self, name: str) -> Any:
        """TensorProto of an attribute; None when it is absent or of another kind."""
        attribute = self.attributes.get(name)
        return attribute.t if attribute is not None and attribute.type == kinds.TENSOR else None

    def has_attr(self, name: str) -> bool:
        return name in self.attributes

    def present(self, index: int) -> bool:
        """Whether input ``index`` is given and not the empty placeholder."""
        return index < len(self.proto.input) and self.proto.input[index] != ""

    def input(self, index: int) -> Value:
        """Input ``index`` as a value; an absent one has the name ""."""
        return Value(self.graph, self.proto.input[index] if index < len(self.proto.input) else "")

    def output(self, index: int = 0) -> Value:
        return Value(self.graph, self.proto.output[index] if index < len(self.proto.output) else "")

    def constant_tensor(self) -> Any:
        """TensorProto that a Constant node holds, whatever attribute it is written in, else None."""
        if self.has_attr("value"):
            return self.tensor("value")
        for name, number in _CONSTANTS.items():
            value = self.attr(name)
            if value is not None:
                dims = (len(value),) if isinstance(value, tuple) else ()
                return tensors.of_numbers(number, value if dims else (value,), dims)
        return None

    @property
    def subgraphs(self) -> List["Graph"]:
        return self.graph.subgraphs_of(self)

    def location(self, tensor: str = "") -> Location:
        return Location(
            graph=self.graph.path,
            node_index=self.index,
            node_name=self.name,
            op_type=self.op_type,
            domain=self.domain,
            tensor=tensor,
            output=next((name for name in self.proto.output if name), ""),
        )
