"""Quantized tensors as ONNX writes them: which nodes share one, its steps, and how they become INT8 around 0.

TensorRT computes in INT8 what stands between DequantizeLinear and QuantizeLinear with constant scales and zero points
of 0 (symmetric). ONNX Runtime's quantizer writes other zero points unless it is told otherwise.
"""

from __future__ import annotations

from typing import Any, Callable, List, NamedTuple, Optional, Tuple

from jetdoctor.graph import MOVERS, Node, Value
from jetdoctor.recipes.build import Build
from jetdoctor.rule import CannotRewrite

#: first and last step of the 8-bit types
STEPS = {"UINT8": (0, 255), "INT8": (-128, 127)}

#: last step of symmetric INT8, on both sides
SYMMETRIC = 127

QUANTIZING = ("QuantizeLinear", "DequantizeLinear")
_DOMAINS = ("", "ai.onnx", "com.microsoft")

#: operators that compute the same when every step is shifted or rescaled: they move steps or take the largest
_CARRIERS = MOVERS | {"MaxPool"}

#: operators that multiply their inputs 0 and 1, which TensorRT does in INT8 when both are quantized
_PRODUCTS = ("Conv", "ConvTranspose", "Gemm", "MatMul")

#: operators that give no negative number
_NOT_NEGATIVE = ("Abs", "Exp", "HardSigmoid", "Relu", "Sigmoid", "Softmax", "Softplus")

_LONGEST = 16


def quantizing(node: Node) -> bool:
    """Whether the node is a QuantizeLinear or DequantizeLinear of ONNX or ONNX Runtime."""
    return node.op_type in QUANTIZING and node.domain in _DOMAINS


def handed_out(node: Node) -> bool:
    """Whether the steps that the node makes are an output of the graph: its caller reads them as they are."""
    return node.op_type == "QuantizeLinear" and node.outputs[0] in node.graph.output_names


class Grid(NamedTuple):
    """Constant 8-bit steps: number = (step - zero) * scale; numpy arrays with one element, or one for each channel."""

    scale: Any
    zero: Any
    dtype: str


class Tensor(NamedTuple):
    """One quantized tensor: ``source`` quantizes it (None: constant weights), ``readers`` dequantize it.

    ``first`` and ``last`` are the steps that it takes, counted from the zero point; a Clip of steps behind the source,
    by which PyTorch keeps to 7 bits, makes them fewer.
    """

    source: Optional[Node]
    clip: Optional[Node]
    readers: List[Node]
    carriers: List[Node]
    grid: Grid
    first: int = 0
    last: int = 0


def grid_of(node: Node, array: Callable[[Value], Any] = Value.array) -> Optional[Grid]:
    """Steps of a Q or DQ; None when they are computed at run time, go by blocks, or have another type than 8 bits."""
    import numpy as np

    if not quantizing(node) or not node.present(1) or node.attr("block_size", 0):
        return None
    scale, zero, dtype = array(node.input(1)), None, "UINT8"
    if node.present(2):
        zero, dtype = array(node.input(2)), node.input(2).dtype or ""
        if zero is None:
            return None
    elif node.op_type == "DequantizeLinear":
        dtype = node.input(0).dtype or ""
    elif node.attr("output_dtype", 0):
        dtype = "INT8" if node.attr("output_dtype") == 3 else dtype if node.attr("output_dtype") == 2 else ""
    if scale is None or dtype not in STEPS or scale.dtype.kind != "f" or not (scale > 0).all():
        return None
    zero = np.zeros(scale.shape, np.int64) if zero is None else zero.astype(np.int64)
    return Grid(scale, zero, dtype)


def tensor_of(node: Node, array: Callable[[Value], Any] = Value.array) -> Optional[Tensor]:
    """The quantized tensor that a Q makes, a DQ reads or another node moves, None for others.

    None too where anything but DQs of the same steps reads it.
    """
    if not quantizing(node) and node.op_type not in _CARRIERS | {"Clip"}:
        return None
    source = node if node.op_type == "QuantizeLinear" else _source(node)
    if source is None:
        weights = array(node.input(0)) if node.present(0) else None
        grid = grid_of(node, array)
        return Tensor(None, None, [node], [], grid) if weights is not None and grid is not None else None
    grid = grid_of(source, array)
    if source.op_type != "QuantizeLinear" or grid is None:
        return None
    clip, (first, last) = _clipped(source, STEPS[grid.dtype], array)
    zero = grid.zero.reshape(-1)
    found = Tensor(source, clip, [], [], grid, int(first - zero.max(initial=0)), int(last - zero.min(initial=255)))
    return found if _readers((clip or source).output(0), found, array) and found.readers else None


def to_recenter(node: Node, array: Callable[[Value], Any]) -> Tensor:
    """The tensor whose steps are to lie around 0; ``CannotRewrite`` where they do, or cannot be moved."""
    found = tensor_of(node, array)
    if found is None:
        raise CannotRewrite("the steps are not constant 8-bit ones, or more than DequantizeLinear reads them")
    if symmetric(found.grid):
        raise CannotRewrite("it is quantized around 0 already")
    return found


def quantized_at(node: Node) -> Optional[Node]:
    """The node that quantizes the tensor which the node belongs to; None for constant weights."""
    found = tensor_of(node)
    return found.source if found is not None else None


def _clipped(
    source: Node, steps: Tuple[int, int], array: Callable[[Value], Any]
) -> Tuple[Optional[Node], Tuple[int, int]]:
    """A Clip that alone reads the steps, and the first and last of them that it leaves."""
    readers = source.output(0).consumers
    if len(readers) != 1 or readers[0].op_type != "Clip" or source.outputs[0] in source.graph.output_names:
        return None, steps
    clip, bounds = readers[0], list(steps)
    for index in (1, 2):
        if clip.present(index):
            bound = array(clip.input(index))
            if bound is None or bound.size != 1:
                return None, steps
            bounds[index - 1] = int(bound.reshape(-1)[0])
    return clip, (max(bounds[0], steps[0]), min(bounds[1], steps[1]))


def symmetric(grid: Grid) -> bool:
    """Whether TensorRT has these steps: INT8 around 0."""
    return grid.dtype == "INT8" and not grid.zero.any()


def stays_quantized(node: Node, array: Callable[[Value], Any] = Value.array) -> bool:
    """Whether the Q or DQ is of a tensor that TensorRT has in INT8, or would have with other steps."""
    found = tensor_of(node, array) if quantizing(node) else None
    return found is not None and found.source is not None and found.grid.zero.size == 1


def quantized_partner(node: Node, array: Callable[[Value], Any] = Value.array) -> bool:
    """Whether dequantized constants are multiplied with a tensor that is quantized too: an INT8 product."""
    if grid_of(node, array) is None:
        return False
    for reader in node.output(0).consumers:
        if reader.op_type in _PRODUCTS and node.outputs[0] in reader.inputs[:2]:
            other = reader.input(1 - list(reader.inputs[:2]).index(node.outputs[0])).producer
            if other is not None and other.op_type == "DequantizeLinear" and _static(_source(other)):
                return True
    return False


def _static(source: Optional[Node]) -> bool:
    """Whether a node quantizes to 8 bits by constants; one that this pass has just written is not in the view yet."""
    if source is None or source.op_type != "QuantizeLinear" or source.output(0).dtype not in STEPS:
        return False
    given = [source.input(index) for index in (1, 2) if source.present(index)]
    return all(v.is_constant_expression() or (v.producer is None and not v.is_graph_input) for v in given)


def regrid(tensor: Tensor, build: Any, scale: Any = None) -> None:
    """INT8 around 0 at both ends of a quantized tensor, with another ``scale`` where one is given.

    Where the range begins at 0, as behind a Relu that the quantizer took away since the steps cut negative numbers off,
    the Relu is written again.
    """
    import numpy as np

    _cut_off(tensor, build)
    zero = build.constant(np.zeros(tensor.grid.scale.shape if scale is None else scale.shape, np.int8))
    scale = None if scale is None else build.constant(scale)
    for node in ([tensor.source] if tensor.source is not None else []) + tensor.readers:
        if scale is not None:
            build.set_input(node, 1, scale)
        build.set_input(node, 2, zero)
        if node.attr("output_dtype", 0) and node.op_type == "QuantizeLinear":
            build.remove_attribute(node, "output_dtype")
    for node in ([tensor.source] if tensor.source is not None else []) + tensor.carriers:
        build.retype(node)


def _cut_off(tensor: Tensor, build: Any) -> None:
    """Cut off in FLOAT what the steps of the tensor cut off and INT8 around 0 would not."""
    source, clip = tensor.source, tensor.clip
    if source is None:
        return
    if clip is not None and (tensor.grid.scale.size != 1 or source.input(0).dtype != "FLOAT"):
        raise CannotRewrite("a Clip with per-channel steps, or of FLOAT16")
    if tensor.first == 0 and (clip is None or tensor.last == SYMMETRIC):
        if not _never_negative(source.input(0)):
            build.set_input(source, 0, build.add("Relu", [source.inputs[0]]))
    elif clip is not None:
        unit = float(tensor.grid.scale.reshape(-1)[0])
        build.set_input(source, 0, build.clip(source.inputs[0], tensor.first * unit, tensor.last * unit))
    if clip is not None:
        build.replace(clip, [source.outputs[0]])


def _never_negative(value: Value) -> bool:
    made = value.producer
    return made is not None and made.op_type in _NOT_NEGATIVE


def spread(node: Node, array: Any) -> Any:
    """Scale or zero point of dequantized constants, shaped to broadcast with them."""
    rank = len(node.input(0).shape or ())
    if array.size == 1 or not rank:
        return array.reshape(())
    axis = node.attr("axis", 1) % rank
    return array.reshape([-1 if dim == axis else 1 for dim in range(rank)])


def _source(node: Node) -> Optional[Node]:
    """What quantizes the value that a DQ reads, past what moves it; None for constants and graph inputs."""
    value = node.input(0)
    for _ in range(_LONGEST):
        made = value.producer
        if made is None or made.op_type == "Constant":
            return None
        if made.op_type not in _CARRIERS | {"Clip"} or made.graph is not node.graph:
            return made
        value = made.input(0)
    return None


def _readers(value: Value, found: Tensor, array: Callable[[Value], Any]) -> bool:
    """Collect what reads a quantized value; False where something else than DQs of the same steps does."""
    if value.name in value.graph.output_names or len(found.carriers) > _LONGEST:
        return False
    for reader in value.consumers:
        if reader.graph is not value.graph or list(reader.inputs).count(value.name) != 1:
            return False
        if reader.inputs[0] != value.name:
            return False
        if reader.op_type == "DequantizeLinear":
            found.readers.append(reader)
            if not _same(grid_of(reader, array), found.grid):
                return False
        elif reader.op_type in _CARRIERS and not any(reader.outputs[1:]):
            found.carriers.append(reader)
            if not _readers(reader.output(0), found, array):
                return False
        else:
            return False
    return True


def _same(one: Optional[Grid], other: Grid) -> bool:
    import numpy as np

    return (
        one is not None
        and one.dtype == other.dtype
        and np.array_equal(one.scale, other.scale)
        and np.array_equal(one.zero, other.zero)
    )


def steps_of(build: Build, data: str, scale: str, zero: str, limits: Tuple[int, int]) -> str:
    """FLOAT as whole steps in FLOAT: round(data / scale) + zero point ("" for 0), within the limits of the type."""
    steps = build.add("Round", [build.add("Div", [data, scale])])
    return build.clip(build.add("Add", [steps, zero]) if zero else steps, *limits)


def numbers_of(build: Build, steps: str, scale: str, zero: str) -> str:
    """(steps - zero point) * scale; "" stands for a zero point of 0 and for a scale of 1."""
    number = build.add("Sub", [steps, zero]) if zero else steps
    return str(build.add("Mul", [number, scale])) if scale else number
