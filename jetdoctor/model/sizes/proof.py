"""Whether a model can take inputs of given shapes, by shape inference alone: nothing is run, no weights are read."""

from __future__ import annotations

from typing import Any, Iterator, List, Mapping, Optional, Tuple

from jetdoctor import onnx_parts
from jetdoctor.constants.partly_known import known_integers
from jetdoctor.graph import DEFAULT_DOMAINS, Model, Node
from jetdoctor.model import gauge, infer
from jetdoctor.model.settle import settle
from jetdoctor.model.weights import without_weights

Sizes = Tuple[int, ...]

#: Operators whose inputs are stretched to a common shape.
_STRETCHED = frozenset(
    "Add And BitwiseAnd BitwiseOr Div Equal Greater GreaterOrEqual Less LessOrEqual Max Mean Min Mod Mul Or Pow Sub"
    " Sum Where Xor".split()
)

#: Operators that may give an empty tensor on purpose.
_MAY_BE_EMPTY = frozenset("Compress Constant ConstantOfShape NonMaxSuppression NonZero Range Slice Shape".split())


def contradiction(model: Model, shapes: Mapping[str, Sizes]) -> Optional[str]:
    """Where inputs of these shapes do not fit, in one line; "" when nothing speaks against them, None when unknown."""
    view = _with_shapes(model, shapes)
    if view is None:
        return None
    for node in view.main.nodes:
        if node.domain in DEFAULT_DOMAINS:
            for trouble in _troubles(node):
                return "%s %s: %s" % (node.op_type, node.name or node.output().name, trouble)
    return ""


def _with_shapes(model: Model, shapes: Mapping[str, Sizes]) -> Optional[Model]:
    """The model's view with these inputs, everything behind them inferred anew; None when inference is stopped."""
    proto = without_weights(model.proto, onnx_parts.messages().ModelProto())
    del proto.graph.value_info[:]
    for value in proto.graph.input:
        if value.name in shapes:
            _set(value.type.tensor_type.shape, shapes[value.name])
    for value in proto.graph.output:
        for dim in value.type.tensor_type.shape.dim if value.type.HasField("tensor_type") else ():
            dim.Clear()
    try:
        inferred = infer.infer(proto, proto.SerializeToString())
    except infer.Stopped:
        return None
    if inferred is None:
        return None
    view = Model(proto, inferred, model.path)
    settle(view, gauge.is_ordinary)
    return view


def _set(shape: Any, sizes: Sizes) -> None:
    del shape.dim[:]
    for size in sizes:
        shape.dim.add().dim_value = size


def _troubles(node: Node) -> Iterator[str]:
    shapes = [node.input(index).static_shape if name else None for index, name in enumerate(node.inputs)]
    known = [shape for shape in shapes if shape is not None]
    if node.op_type in _STRETCHED:
        yield from _unlike(known)
    elif node.op_type == "Concat":
        yield from _not_joined(node, known)
    elif node.op_type == "MatMul" and len(known) == 2 and all(known):
        yield from _not_multiplied(*known)
    elif node.op_type == "Gemm" and len(known) > 1 and all(len(shape) == 2 for shape in known[:2]):
        left, right = known[0][::-1] if node.attr("transA", 0) else known[0], known[1]
        yield from _different("inner sizes", left[1], right[1] if node.attr("transB", 0) else right[0])
    elif node.op_type == "Reshape" and shapes[0] is not None:
        yield from _other_volume(node, shapes[0])
    elif node.op_type in ("GRU", "LSTM", "RNN") and len(known) > 1 and len(known[0]) == 3 == len(known[1]):
        yield from _different("input size", known[0][2], known[1][2])
    elif node.op_type in ("Conv", "ConvTranspose") and len(shapes) > 1:
        data, kernel = shapes[0] or (), shapes[1] or ()
        if len(data) > 1 and len(kernel) > 1:
            wanted = kernel[0] if node.op_type == "ConvTranspose" else kernel[1] * node.attr("group", 1)
            yield from _different("channels", data[1], wanted)
    if node.op_type not in _MAY_BE_EMPTY and known and not any(0 in shape for shape in known):
        yield from _empty(node)


def _empty(node: Node) -> Iterator[str]:
    for name in filter(None, node.outputs):
        shape = node.graph.value(name).static_shape
        if shape is not None and any(size < 1 for size in shape):
            yield "nothing is left of it: %s" % (list(shape),)


def _different(what: str, left: int, right: int) -> Iterator[str]:
    if left != right:
        yield "%s %d and %d" % (what, left, right)


def _unlike(shapes: List[Sizes]) -> Iterator[str]:
    for sizes in zip(*([1] * (max(map(len, shapes), default=0) - len(s)) + list(s) for s in shapes)):
        if len(set(sizes) - {1}) > 1:
            yield "%s do not go together" % " and ".join(str(list(shape)) for shape in shapes)
            return


def _not_joined(node: Node, shapes: List[Sizes]) -> Iterator[str]:
    axis = node.attr("axis", 0)
    rests = {shape[:axis] + shape[axis % len(shape) + 1 :] for shape in shapes if shape}
    if len(rests) > 1:
        yield "%s cannot be joined along axis %d" % (" and ".join(str(list(s)) for s in shapes), axis)


def _not_multiplied(left: Sizes, right: Sizes) -> Iterator[str]:
    yield from _different("inner sizes", left[-1], right[-2] if len(right) > 1 else right[0])
    yield from _unlike([left[:-2], right[:-2]])


def _other_volume(node: Node, shape: Sizes) -> Iterator[str]:
    target = known_integers(node.input(1)) if node.present(1) else None
    if target is None:
        return
    sizes = list(target)
    if not node.attr("allowzero", 0):
        sizes = [shape[i] if size == 0 and i < len(shape) else size for i, size in enumerate(sizes)]
    rest, volume = _product(size for size in sizes if size != -1), _product(shape)
    if volume != rest if -1 not in sizes else rest < 1 or volume % rest:
        yield "%d elements do not fill %s" % (volume, sizes)


def _product(sizes: Any) -> int:
    volume = 1
    for size in sizes:
        volume *= size
    return volume

