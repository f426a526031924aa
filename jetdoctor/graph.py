"""A read-only view of an ONNX model for rule authors: graphs, nodes and values with paths and shapes.

The view never copies the model: every ``Node`` keeps its ``NodeProto`` and every ``Value`` looks its
type up where shape inference left it. onnx and numpy are imported inside functions only.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Sequence, Set, Tuple, TypeVar, Union

from jetdoctor import kinds, tensors
from jetdoctor.types import Location, Profile

Dim = Union[int, str, None]  # a size, a symbolic name, or nothing known
Shape = Optional[Tuple[Dim, ...]]
Derived = TypeVar("Derived")

DEFAULT_DOMAINS = ("", "ai.onnx")

#: onnx.TensorProto.DataType by number (onnx.proto; stable, values are never reused).
DTYPE_NAMES = dict(
    enumerate(
        "UNDEFINED FLOAT UINT8 INT8 UINT16 INT16 INT32 INT64 STRING BOOL FLOAT16 DOUBLE UINT32 UINT64 "
        "COMPLEX64 COMPLEX128 BFLOAT16 FLOAT8E4M3FN FLOAT8E4M3FNUZ FLOAT8E5M2 FLOAT8E5M2FNUZ UINT4 INT4 "
        "FLOAT4E2M1 FLOAT8E8M0 UINT2 INT2".split()
    )
)
DTYPE_NUMBERS = {name: number for number, name in DTYPE_NAMES.items()}

#: Opset versions are 64 bits wide in the file, onnx's schemas take 32, and none is below 0.
_LAST_OPSET = (1 << 31) - 1


#: Operators that only move, repeat or leave out elements of their first input, whatever its type; their other inputs
#: say which and where to.
MOVERS = frozenset(
    "DepthToSpace Expand Flatten Gather GatherElements GatherND Identity Reshape Slice SpaceToDepth Split Squeeze Tile "
    "Transpose Unsqueeze".split()
)

#: attributes of Constant other than ``value`` -> element type
_CONSTANTS = {"value_int": 7, "value_ints": 7, "value_float": 1, "value_floats": 1}
_CONSTANTS.update(value_string=8, value_strings=8)

#: Longest chain of operators that hand a value on: a damaged graph may have a circle of them.
_HANDED_ON = 64


def _version(imported: Any) -> int:
    return max(0, min(int(imported.version), _LAST_OPSET))


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


def tensor_has_data(tensor: Any) -> bool:
    """Whether a TensorProto carries its values itself (not external, not left out of the view)."""
    if tensor.data_location == 1:  # EXTERNAL
        return False
    if tensor.HasField("raw_data"):
        return True
    fields = (
        tensor.float_data,
        tensor.int32_data,
        tensor.int64_data,
        tensor.string_data,
        tensor.double_data,
        tensor.uint64_data,
    )
    return any(fields) or 0 in tensor.dims


class Value:
    """A tensor (or sequence, optional …) as one graph sees it by name."""

    __slots__ = ("graph", "name")

    def __init__(self, graph: "Graph", name: str) -> None:
        self.graph = graph
        self.name = name

    @property
    def type_proto(self) -> Any:
        """TypeProto as declared or inferred; None when it is unknown, and for initializers."""
        graph: Optional[Graph] = self.graph
        while graph is not None:
            found = graph.types.get(self.name)
            if found is not None:
                return found
            graph = graph.parent
        return None

    @property
    def kind(self) -> Optional[str]:
        """"tensor", "sequence", "optional", "map", "sparse_tensor", or None when unknown."""
        initializer = self.initializer
        if initializer is not None:
            return "tensor"
        proto = self.type_proto
        which = proto.WhichOneof("value") if proto is not None else None
        return which[: -len("_type")] if which else None

    @property
    def dtype(self) -> Optional[str]:
        """Element type by ONNX name ("FLOAT", "INT64"), None when unknown or not a tensor."""
        initializer = self.initializer
        if initializer is not None:
            return DTYPE_NAMES.get(initializer.data_type)
        proto = self.type_proto
        if proto is None or proto.WhichOneof("value") != "tensor_type" or not proto.tensor_type.elem_type:
            return None
        return DTYPE_NAMES.get(proto.tensor_type.elem_type)

    @property
    def shape(self) -> Shape:
        """Dims as sizes, symbolic names or None; None when even the rank is unknown."""
        initializer = self.initializer
        if initializer is not None:
            return tuple(initializer.dims)
        proto = self.type_proto
        if proto is None or proto.WhichOneof("value") != "tensor_type":
            return None
        if not proto.tensor_type.HasField("shape"):
            return None
        dims: List[Dim] = []
        for dim in proto.tensor_type.shape.dim:
            which = dim.WhichOneof("value")
            dims.append(
                dim.dim_value if which == "dim_value" else dim.dim_param if which == "dim_param" else None
            )
        return tuple(dims)

    @property
    def rank(self) -> Optional[int]:
        shape = self.shape
        return None if shape is None else len(shape)

    @property
    def static_shape(self) -> Optional[Tuple[int, ...]]:
        """The shape when every dim is a known size, else None."""
        shape = self.shape
        if shape is None or not all(isinstance(dim, int) for dim in shape):
            return None
        return shape  # type: ignore[return-value]

    @property
    def initializer(self) -> Any:
        """TensorProto of a graph initializer of this or an outer graph, else None."""
        graph: Optional[Graph] = self.graph
        while graph is not None:
            found = graph.initializers.get(self.name)
            if found is not None:
                return found
            if self.name in graph.producers or self.name in graph.input_set:
                return None
            graph = graph.parent
        return None

    @property
    def producer(self) -> Optional["Node"]:
        """The node that computes it, in this or an outer graph."""
        graph: Optional[Graph] = self.graph
        while graph is not None:
            found = graph.producers.get(self.name)
            if found is not None:
                return found
            if self.name in graph.initializers or self.name in graph.input_set:
                return None
            graph = graph.parent
        return None

    @property
    def is_graph_input(self) -> bool:
        """An input of the main graph that is not also an initializer."""
        main = self.graph.model.main
        return self.producer is None and self.name in main.input_set and self.initializer is None

    @property
    def constant(self) -> Any:
        """TensorProto of an initializer or of a Constant node's ``value``, else None."""
        initializer = self.initializer
        if initializer is not None:
            return initializer
        node = self.producer
        if node is not None and node.op_type == "Constant" and node.domain in DEFAULT_DOMAINS:
            return node.constant_tensor()
        return None

    def is_weights(self, through: Sequence[str] = ()) -> bool:
        """Whether a parser sees weights here: an initializer or the output of Constant.

        ``through`` names operators that keep that quality (Transpose until TensorRT 8.2).
        """
        value = self.behind(through)
        producer = value.producer
        return value.initializer is not None or (producer is not None and producer.op_type == "Constant")

    def behind(self, op_types: Sequence[str]) -> "Value":
        """The value that operators of these types hand on as their first input; itself when none of them made it."""
        value = self
        for _ in range(_HANDED_ON):
            node = None if value.initializer is not None else value.producer
            if node is None or node.op_type not in op_types or not node.inputs:
                break
            value = node.input(0)
        return value

    def is_constant_expression(self) -> bool:
        """Whether it can be computed without running the network (constant folding would remove it)."""
        return self.graph.model.is_constant_expression(self)

    def array(self) -> Any:
        """numpy array of a constant whose data the view holds, else None."""
        tensor = self.constant
        if tensor is None or not tensor_has_data(tensor):
            return None
        try:
            return tensors.array(tensor)
        except (ValueError, TypeError, KeyError):  # malformed tensor: JD9xx reports it
            return None

    def numbers(self) -> Optional[Tuple[Any, ...]]:
        """The elements of ``array()`` in order as Python's numbers, without numpy where they are few; None likewise."""
        tensor = self.constant
        if tensor is None or not tensor_has_data(tensor):
            return None
        found = tensors.numbers(tensor)
        array = self.array() if found is None else None
        return found if array is None else tuple(array.reshape(-1).tolist())

    def integers(self) -> Optional[Tuple[int, ...]]:
        """The same of integers; None where some are not."""
        found = self.numbers()
        return found if found is not None and all(isinstance(number, int) for number in found) else None

    @property
    def consumers(self) -> List["Node"]:
        """Nodes of this graph and of its subgraphs that read it."""
        return self.graph.model.consumers_of(self)


class Node:
    """One node, with the graph that holds it and its index there."""

    __slots__ = ("graph", "index", "proto", "_attributes")

    def __init__(self, graph: "Graph", index: int, proto: Any) -> None:
        self.graph = graph
        self.index = index
        self.proto = proto
        self._attributes: Optional[Dict[str, Any]] = None

    @property
    def op_type(self) -> str:
        return self.proto.op_type

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
            attribute = self.attributes["value"]
            return attribute.t if attribute.type == kinds.TENSOR else None
        for name, number in _CONSTANTS.items():
            value = self.attr(name)
            if value is not None:
                many = isinstance(value, tuple)
                return tensors.of_numbers(number, value if many else (value,), scalar=not many)
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


class Model:
    """A whole model. ``proto`` may lack weights; ``inferred`` is its copy with inferred types.

    ``opsets`` maps domain to version with the default domain spelled "ai.onnx"; ``declared_domains``
    keeps the spelling of the file, which old parsers care about.
    """

    def __init__(self, proto: Any, inferred: Any = None, path: str = "") -> None:
        inferred = proto if inferred is None else inferred
        self.proto, self.path = proto, path
        self.ir_version: int = proto.ir_version
        self.producer = (proto.producer_name + " " + proto.producer_version).strip()
        self.declared_domains = tuple(o.domain for o in proto.opset_import)
        self.opsets: Dict[str, int] = {}
        for imported in proto.opset_import:
            self.opsets.setdefault(imported.domain or "ai.onnx", _version(imported))
        self.main = Graph(self, ("main",), proto.graph, inferred.graph)
        self.functions: List[Graph] = [
            Graph(
                self,
                ("function:%s:%s" % (function.domain, function.name),),
                function,
                twin,
                opsets={o.domain or "ai.onnx": _version(o) for o in function.opset_import},
            )
            for function, twin in zip(proto.functions, inferred.functions)
        ]
        self.function_names = {(function.domain, function.name) for function in proto.functions}
        self._by_bare_name: Optional[Dict[str, List[Graph]]] = None
        self._consumers: Optional[Dict[Tuple[int, str], List[Node]]] = None
        self._derived: Dict[Any, Any] = {}
        # Set by jetdoctor.model: spans of weights left out of the view by (graph path, tensor name), size
        # of the file in bytes, why shape inference was stopped (None when it was not), who knows likely sizes.
        self.weights: Dict[Tuple[Tuple[str, ...], str], Any] = {}
        self.file_size: Optional[int] = None
        self.inference_stopped: Optional[str] = None
        self.find_profile: Callable[[Model], Tuple[Profile, str]] = lambda model: ({}, "")

    def derived(self, analysis: Callable[["Model"], Derived]) -> Derived:
        """What ``analysis(model)`` found out about this model; it runs once."""
        if analysis not in self._derived:
            self._derived[analysis] = analysis(self)
        found: Derived = self._derived[analysis]
        return found

    @property
    def profile(self) -> Profile:
        """Likely smallest, typical and largest shapes of the inputs with open sizes, by name (see ``model.sizes``)."""
        return self.find_profile(self)[0]

    @property
    def profile_doubt(self) -> str:
        """What speaks against these shapes, in one line; "" when shape inference found nothing."""
        return self.find_profile(self)[1]

    def functions_called(self, name: str) -> List[Graph]:
        """Bodies of the local functions of that name, whatever their domain."""
        if self._by_bare_name is None:
            self._by_bare_name = {}
            for body in self.functions:
                self._by_bare_name.setdefault(body.proto.name, []).append(body)
        return self._by_bare_name.get(name, [])

    def opset(self, domain: str = "") -> int:
        """Version of a domain; 1 when a default domain is not declared at all, as parsers assume."""
        return self.opsets.get(domain or "ai.onnx", 1 if domain in DEFAULT_DOMAINS else 0)

    def graphs(self) -> Iterator[Graph]:
        """Main graph, subgraphs, then function bodies."""
        for root in [self.main] + self.functions:
            yield from root.walk()

    def nodes(self) -> Iterator[Node]:
        for graph in self.graphs():
            yield from graph.nodes

    def consumers_of(self, value: Value) -> List[Node]:
        if self._consumers is None:
            self._consumers = {}
            for node in self.nodes():
                for name in set(node.inputs):
                    home = node.graph
                    while home.parent is not None and not (
                        name in home.producers or name in home.initializers or name in home.input_set
                    ):
                        home = home.parent
                    self._consumers.setdefault((id(home), name), []).append(node)
        home = value.graph
        while home.parent is not None and not (
            value.name in home.producers or value.name in home.initializers or value.name in home.input_set
        ):
            home = home.parent
        return self._consumers.get((id(home), value.name), [])

    def is_constant_expression(self, value: Value) -> bool:
        """Whether constant folding would compute it; False for names that nothing defines."""
        if value.initializer is not None:
            return True
        node = value.producer
        return node is not None and value.name in node.graph.constant_outputs

