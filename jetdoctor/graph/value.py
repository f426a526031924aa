"""A tensor as one graph sees it: its type, its constant, who makes it and who reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Collection, List, Optional, Sequence, Tuple, Union

from jetdoctor import tensors
from jetdoctor.graph.names import DEFAULT_DOMAINS, DTYPE_NAMES

if TYPE_CHECKING:
    from jetdoctor.graph.node import Node
    from jetdoctor.graph.scope import Graph

Dim = Union[int, str, None]  # a size, a symbolic name, or nothing known
Shape = Optional[Tuple[Dim, ...]]

#: Longest chain of operators that hand a value on: a damaged graph may have a circle of them.
_HANDED_ON = 64


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
        """ "tensor", "sequence", "optional", "map", "sparse_tensor", or None when unknown."""
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
        """Dims as sizes, symbolic names or None; None when even the rank is unknown.

        A size below 0 of an input is an open one, as parsers (convertOnnxDims of onnx-tensorrt) and ONNX Runtime read
        it; one that shape inference found says that nothing is left.
        """
        initializer = self.initializer
        if initializer is not None:
            return tuple(initializer.dims)
        declared = self._dims
        if declared is None:
            return None
        dims: List[Dim] = []
        for dim in declared:
            which = dim.WhichOneof("value")
            if which == "dim_value":
                size = dim.dim_value
                dims.append(None if size < 0 and self.producer is None else size)
            else:
                dims.append(dim.dim_param if which == "dim_param" else None)
        return tuple(dims)

    @property
    def rank(self) -> Optional[int]:
        initializer = self.initializer
        dims = self._dims if initializer is None else initializer.dims
        return None if dims is None else len(dims)

    @property
    def _dims(self) -> Any:
        """Dims of the type, None when it is no tensor's or has none."""
        proto = self.type_proto
        if proto is None or proto.WhichOneof("value") != "tensor_type" or not proto.tensor_type.HasField("shape"):
            return None
        return proto.tensor_type.shape.dim

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
        return tensors.array_or_none(tensor)

    def numbers(self) -> Optional[Tuple[Any, ...]]:
        """The elements of ``array()`` in order as Python's numbers, without numpy where they are few; None likewise.

        Texts and complex numbers are none: they have no order.
        """
        tensor = self.constant
        if tensor is None or not tensor_has_data(tensor):
            return None
        found = tensors.numbers(tensor)
        array = self.array() if found is None else None
        return found if array is None or array.dtype.kind in "cO" else tuple(array.reshape(-1).tolist())

    def integers(self) -> Optional[Tuple[int, ...]]:
        """The same of integers; None where some are not."""
        found = self.numbers()
        return found if found is not None and all(isinstance(number, int) for number in found) else None

    def origin(self, passing: Collection[str]) -> "Value":
        """The value that reaches this one through operators that pass their first input on; stops in a circle."""
        value, seen = self, {self.name}
        node = value.producer
        while node is not None and node.op_type in passing and node.input(0).name not in seen:
            value = node.input(0)
            seen.add(value.name)
            node = value.producer
        return value

    @property
    def consumers(self) -> List["Node"]:
        """Nodes of this graph and of its subgraphs that read it."""
        return self.graph.model.consumers_of(self)
