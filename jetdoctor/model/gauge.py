"""How much work a model would make, and whether onnx's own code may crash on it: counted, before any of it is done.

A few kilobytes can ask for more than any machine has: functions that call each other twice, a tensor of 2^40
elements whose values onnx follows one by one. Everything here is arithmetic over the proto, linear in its size.
"""

from __future__ import annotations

from typing import Any, Dict, Iterator, List, Optional, Tuple

from jetdoctor import tensors
from jetdoctor.graph import DEFAULT_DOMAINS, tensor_has_data

#: ONNX counted to 26 in nine years.
_NO_OPSET = 100

#: Nodes that shape inference may visit once every call of a local function is expanded.
MOST_NODES = 200_000

#: Elements of a tensor whose values onnx's data propagation may follow: it keeps an object for each.
MOST_FOLLOWED = 1 << 16

#: Dims of one tensor: TensorRT takes 8 and numpy 64, and every node behind it has as many.
MOST_DIMS = 1024

#: Operators that make a tensor of a shape, and the input that says which.
_SHAPE_INPUT = {"ConstantOfShape": 0, "Expand": 1, "Reshape": 1, "Resize": 3, "Tile": 1}

#: A count that has grown beyond any use: enough to compare with, cheap to add.
_ENDLESS = 1 << 62

#: Operators of everyday exports, whose inference withstood fuzzing. Of the others EyeLike, Einsum, MaxUnpool, GRU,
#: LSTM, RNN, OneHot, Scan, TreeEnsemble and RegexFullMatch crashed on missing or odd inputs (onnx 1.17 or 1.23).
_ORDINARY = frozenset(
    (
        "Abs Add And ArgMax ArgMin AveragePool BatchNormalization Cast CastLike Ceil Clip Concat Constant"
        " ConstantOfShape Conv ConvTranspose Cos CumSum DepthToSpace DequantizeLinear Div Dropout Elu Equal Erf Exp"
        " Expand Flatten Floor Gather GatherElements GatherND Gelu Gemm GlobalAveragePool GlobalMaxPool Greater"
        " GreaterOrEqual GridSample GroupNormalization HardSigmoid HardSwish Identity InstanceNormalization"
        " LayerNormalization LeakyRelu Less LessOrEqual Log LogSoftmax MatMul Max MaxPool Mean Min Mish Mod Mul Neg"
        " NonMaxSuppression NonZero Not Or PRelu Pad Pow QuantizeLinear Range Reciprocal ReduceL1 ReduceL2"
        " ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare Relu"
        " Reshape Resize RoiAlign Round ScatterElements ScatterND Selu Shape Sigmoid Sign Sin Size Slice Softmax"
        " Softplus SpaceToDepth Split Sqrt Squeeze Sub Sum Tanh Tile TopK Transpose Trilu Unsqueeze Upsample Where Xor"
    ).split()
)

#: onnx.TensorProto.DataType of the types whose values decide shapes: INT32 and INT64.
_COUNTING = (6, 7)

#: Operators whose output is as long as the values of an input say.
_MAKES_LENGTHS = frozenset(["ConstantOfShape", "Expand", "OneHot", "Pad", "Range", "Tile"])

#: Constants with more elements than this are data, not lengths.
_FEW = 16

Name = Tuple[str, str]


def absurd_opset(proto: Any) -> Optional[int]:
    """An opset of the default domain that ONNX will not have for decades, if the model declares one."""
    versions = (imported.version for imported in proto.opset_import if imported.domain in DEFAULT_DOMAINS)
    return next((version for version in versions if not 0 <= version < _NO_OPSET), None)


def may_crash(proto: Any) -> bool:
    """Whether a model is of the kinds that were seen to crash onnx's inference when fuzzing it.

    Unusual operators, inputs of rank 0 or unknown rank, sizes below zero, nodes whose first input is empty, scalars
    without a value, and initializers that IR version 3 wants among the inputs.
    """
    main = proto.graph
    inputs = {value.name for value in main.input}
    return (
        any(not value.type.tensor_type.shape.dim for value in main.input)
        or any(dim < 0 for value in (*main.input, *main.value_info, *main.output) for dim in _sizes(value))
        or any(not is_ordinary(node) for node in main.node)
        or any(node.op_type not in _ORDINARY for function in proto.functions for node in function.node)
        or any(not tensor.dims and not tensor_has_data(tensor) for tensor in main.initializer)
        or any(size < 0 for tensor in _tensors(main) for size in tensor.dims)
        or (proto.ir_version < 4 and any(tensor.name not in inputs for tensor in main.initializer))
    )


def is_ordinary(node: Any) -> bool:
    """Whether onnx's inference of this node alone withstood fuzzing."""
    if node.op_type not in _ORDINARY or (node.input and not node.input[0]):
        return False
    return node.op_type != "Split" or _splits_as_it_says(node)


def is_heavy(proto: Any) -> bool:
    """Whether onnx might follow the values of a tensor that is too long for it (a machine's memory, or minutes).

    Such a tensor is a vector of any type or holds integers. It is declared with its length, or made from a large
    number by an operator that takes lengths as values.
    """
    main = proto.graph
    for value in (*main.input, *main.value_info):
        sizes = tuple(_sizes(value))
        counts = len(sizes) == 1 or value.type.tensor_type.elem_type in _COUNTING
        if counts and _count(sizes) > MOST_FOLLOWED:
            return True
    makes = any(node.op_type in _MAKES_LENGTHS for node in main.node)
    counting = (tensor for tensor in _tensors(main) if tensor.data_type in _COUNTING)
    return any(_count(tensor.dims) > MOST_FOLLOWED or (makes and _holds_a_length(tensor)) for tensor in counting)


def most_dims(proto: Any) -> int:
    """Dims of the tensor that has most of them, as far as it is declared or a constant shape makes it."""
    main = proto.graph
    declared = max((len(v.type.tensor_type.shape.dim) for v in (*main.input, *main.value_info)), default=0)
    long = {t.name: t.dims[0] for t in main.initializer if len(t.dims) == 1 and t.dims[0] > MOST_DIMS}
    long.update((n.output[0], a.t.dims[0]) for n, a in _constants(main) if len(a.t.dims) == 1)
    made = (n.input[_SHAPE_INPUT[n.op_type] :][:1] for n in main.node if n.op_type in _SHAPE_INPUT) if long else ()
    return max([declared, *(long.get(name, 0) for names in made for name in names)])


def expanded_nodes(proto: Any) -> int:
    """Nodes of the model with every call of a local function expanded; huge when functions call themselves."""
    bodies = {(f.domain, f.name): f for f in proto.functions}
    counts: Dict[Name, int] = {}
    for start in bodies:
        _expand(start, bodies, counts)
    return _total(proto.graph.node, counts)


def calls_itself(functions: Any) -> bool:
    """Whether local functions form a circle, on which nothing that expands them ever ends."""
    bodies = {(f.domain, f.name): f for f in functions}
    counts: Dict[Name, int] = {}
    return any(_expand(start, bodies, counts) for start in bodies)


def _expand(start: Name, bodies: Dict[Name, Any], counts: Dict[Name, int]) -> bool:
    """Enter the counts of ``start`` and of all that it calls; whether it lies on a circle. Without recursion."""
    path: List[Tuple[Name, Iterator[Name]]] = []
    entered = set()
    if start not in counts:
        path.append((start, _calls(bodies[start], bodies)))
        entered.add(start)
    circle = False
    while path:
        name, callees = path[-1]
        callee = next((c for c in callees if c not in counts), None)
        if callee is None:
            path.pop()
            entered.discard(name)
            counts[name] = _ENDLESS if circle else _total(bodies[name].node, counts)
        elif callee in entered:
            circle = True
        else:
            entered.add(callee)
            path.append((callee, _calls(bodies[callee], bodies)))
    return circle


def _calls(body: Any, bodies: Dict[Name, Any]) -> Iterator[Name]:
    return ((n.domain, n.op_type) for n in _nodes(body.node) if (n.domain, n.op_type) in bodies)


def _total(nodes: Any, counts: Dict[Name, int]) -> int:
    return min(_ENDLESS, sum(1 + counts.get((node.domain, node.op_type), 0) for node in _nodes(nodes)))


def _nodes(nodes: Any) -> Iterator[Any]:
    """The nodes and those of the graphs in their attributes."""
    for node in nodes:
        yield node
        for attribute in node.attribute:
            for graph in (attribute.g, *attribute.graphs) if attribute.HasField("g") or attribute.graphs else ():
                yield from _nodes(graph.node)


def _tensors(graph: Any) -> Iterator[Any]:
    """Initializers of the graph, and its constants."""
    yield from graph.initializer
    yield from (attribute.t for _, attribute in _constants(graph))


def _constants(graph: Any) -> Iterator[Tuple[Any, Any]]:
    """Constant nodes that have a tensor and an output, and the attribute that holds it."""
    for node in graph.node:
        if node.op_type == "Constant" and node.output:
            yield from ((node, attribute) for attribute in node.attribute if attribute.HasField("t"))


def _holds_a_length(tensor: Any) -> bool:
    """Whether a small constant holds a number too large for a length; the largest integers mean "to the end"."""
    if _count(tensor.dims) > _FEW or not tensor_has_data(tensor):
        return False
    values = tensors.numbers(tensor)
    if values is None:  # dims and data that do not agree
        return True
    return any(MOST_FOLLOWED < value < 1 << 30 or 1 << 32 < value < 1 << 62 for value in map(abs, values))


def _sizes(value: Any) -> Iterator[int]:
    return (dim.dim_value for dim in value.type.tensor_type.shape.dim)


def _count(sizes: Any) -> int:
    count = 1
    for size in sizes:
        count *= max(int(size), 1)
    return count


def _splits_as_it_says(node: Any) -> bool:
    """onnx aborts on a Split whose ``num_outputs`` is not the number of its outputs."""
    return all(a.name != "num_outputs" or a.i == len(node.output) for a in node.attribute)
