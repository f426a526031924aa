"""Operators on quantized tensors as the same operator between DequantizeLinear and QuantizeLinear.

That is what they are defined as: the numbers are dequantized, the operator computes, the result is quantized.
Integer products (MatMulInteger, ConvInteger) are products of dequantized numbers with scale 1. What of it
TensorRT does not quantize in that way is for ``quantized_in_float``.
"""

from __future__ import annotations

from jetdoctor.graph import MOVERS
from jetdoctor.recipes.quantization import quantizing
from jetdoctor.rule import CannotRewrite, Rewrite


def _is_integer(node):
    return node.op_type in _WRITTEN and node.domain in ("", "ai.onnx", "com.microsoft")


def _fits(node):
    if not _is_integer(node) or node.opset < 10:
        return False
    if any(number <= 0 for index in _SCALES.get(node.op_type, ()) for number in node.input(index).numbers() or ()):
        return False
    weights = _WEIGHTS.get(node.op_type, ()) if node.opset >= 13 else ()
    steps = [node.input(i) for i in _STEPS.get(node.op_type, ()) if node.present(i) and i not in weights]
    return all(value.static_shape in (None, (), (1,)) for value in steps)


def rewrite(node, edit):
    if not _is_integer(node):
        raise CannotRewrite("%s is no integer operator" % node.op_type)
    if edit.opset < 10:
        raise CannotRewrite("QuantizeLinear came with opset 10")
    outputs = _WRITTEN[node.op_type](node, edit)
    edit.replace(node, [outputs] if isinstance(outputs, str) else outputs)


def _real(node, edit, index, scale, zero, axis=None):
    """The numbers that input ``index`` stands for; constants are computed now."""
    import numpy as np

    steps, scales = edit.array(node.input(index)), edit.array(node.input(scale)) if scale is not None else None
    if steps is not None and steps.dtype.kind in "iu" and steps.dtype.itemsize == 4 and scales is not None:
        return edit.constant((steps * scales.astype(np.float64)).astype(np.float32))
    if steps is None and not _quantized(node.input(index)) and edit.dtype(node.input(index)) == "UINT8":
        return _arithmetic(node, edit, index, scale, zero, axis)
    factor = node.inputs[scale] if scale is not None else _ones(node, edit, zero)
    names = [node.inputs[index], factor] + ([node.inputs[zero]] if node.present(zero) else [])
    return edit.add("DequantizeLinear", names, axis=_axis(node, edit, node.input(index), (scale, zero), axis))


def _quantized(value):
    """Whether the steps come from an operator that quantizes, so that they can become INT8."""
    source = value.behind(MOVERS).producer
    return source is not None and (source.op_type in _WRITTEN or quantizing(source))


def _arithmetic(node, edit, index, scale, zero, axis):
    """(steps - zero) * scale in FLOAT: bytes of the caller, which no DequantizeLinear of TensorRT takes."""
    parameters = [i for i in (scale, zero) if i is not None and node.present(i)]
    if _axis(node, edit, node.input(index), parameters, axis) not in (None, edit.rank(node.input(index)) - 1):
        raise CannotRewrite("bytes of the caller with a zero point for each channel")
    real = edit.cast(node.inputs[index], "FLOAT")
    if node.present(zero):
        real = edit.add("Sub", [real, edit.cast(node.inputs[zero], "FLOAT")])
    return real if scale is None else edit.add("Mul", [real, node.inputs[scale]])


def _ones(node, edit, zero):
    import numpy as np

    shape = node.input(zero).static_shape if node.present(zero) else ()
    if shape is None and node.input(zero).shape is not None:
        raise CannotRewrite("the number of zero points is not known")
    return edit.constant(np.ones(shape or (), np.float32))


def _axis(node, edit, value, parameters, axis):
    """Axis of scales for each channel, which needs opset 13; None for a single scale."""
    shapes = [node.input(i).static_shape for i in parameters if i is not None and node.present(i)]
    if all(not shape or shape == (1,) for shape in shapes):
        return None
    if axis is None or edit.opset < 13:
        raise CannotRewrite("per-channel scales %s" % ("of this input" if axis is None else "need opset 13"))
    return edit.rank(value) - 1 if axis == -1 else axis


def _quantize(node, edit, x, scale, zero):
    return edit.add("QuantizeLinear", [x, node.inputs[scale]] + ([node.inputs[zero]] if node.present(zero) else []))


def _qlinear_conv(node, edit):
    import numpy as np

    inputs = [_real(node, edit, 0, 1, 2), _real(node, edit, 3, 4, 5, axis=0)]
    if node.present(8):
        bias, x_scale, w_scale = (edit.array(node.input(index)) for index in (8, 1, 4))
        if bias is None or x_scale is None or w_scale is None:
            raise CannotRewrite("a bias that is not constant")
        inputs.append(edit.constant((bias * (x_scale * w_scale.astype(np.float64))).astype(np.float32)))
    return _quantize(node, edit, edit.add("Conv", inputs, **dict(node.attributes)), 6, 7)


def _qlinear_matmul(node, edit):
    sides = [_real(node, edit, 0, 1, 2), _real(node, edit, 3, 4, 5, axis=-1)]
    return _quantize(node, edit, edit.add("MatMul", sides), 6, 7)


def _integer_product(op_type):
    def written(node, edit):
        axis = 0 if op_type == "Conv" else -1
        sides = [_real(node, edit, 0, None, 2), _real(node, edit, 1, None, 3, axis=axis)]
        return edit.cast(edit.add(op_type, sides, **dict(node.attributes)), "INT32")

    return written


def _dynamic(node, edit, x=None):
    """(steps, scale, zero point) by the smallest and the largest number; a scale of 0 would divide zeros by zero."""
    import numpy as np

    x = x or node.inputs[0]
    none = edit.scalar(0, "FLOAT")
    low = edit.add("Min", [edit.add("ReduceMin", [x], keepdims=0), none])
    high = edit.add("Max", [edit.add("ReduceMax", [x], keepdims=0), none])
    scale = edit.add("Div", [edit.add("Sub", [high, low]), edit.scalar(255, "FLOAT")])
    scale = edit.add("Max", [scale, edit.constant(np.finfo(np.float32).tiny)])
    zero = edit.add("QuantizeLinear", [edit.add("Neg", [low]), scale, edit.scalar(0, "UINT8")])
    return [edit.add("QuantizeLinear", [x, scale, zero]), scale, zero]


def _matmul_to_float(node, edit):
    product = edit.add("MatMul", [_real(node, edit, 0, 2, 4), _real(node, edit, 1, 3, 5, axis=-1)])
    return edit.add("Add", [product, node.inputs[6]]) if node.present(6) else product


def _dynamic_matmul(node, edit):
    a = edit.add("DequantizeLinear", _dynamic(node, edit))
    product = edit.add("MatMul", [a, _real(node, edit, 1, 2, 3, axis=-1)])
    return edit.add("Add", [product, node.inputs[4]]) if node.present(4) else product


def _qgemm(node, edit):
    import numpy as np

    axis = 0 if node.attr("transB", 0) else 1
    inputs = [_real(node, edit, 0, 1, 2), _real(node, edit, 3, 4, 5, axis=axis)]
    if node.present(6):
        bias, a_scale, b_scale = (edit.array(node.input(index)) for index in (6, 1, 4))
        if bias is None or a_scale is None or b_scale is None:
            raise CannotRewrite("a bias that is not constant")
        steps = bias * (a_scale * b_scale.astype(np.float64)) * node.attr("alpha", 1.0)
        inputs.append(edit.constant(steps.astype(np.float32)))
    y = edit.add("Gemm", inputs, **dict(node.attributes))
    return _quantize(node, edit, y, 7, 8) if node.present(7) else y


def _two_sides(op_type):
    def written(node, edit):
        sides = [_real(node, edit, 0, 1, 2), _real(node, edit, 3, 4, 5)]
        return _quantize(node, edit, edit.add(op_type, sides), 6, 7)

    return written


def _one_side(op_type):
    def written(node, edit):
        if node.attr("channels_last", 0):
            raise CannotRewrite("channels are last")
        left_out = ("channels_last", "opset")
        attributes = {name: value for name, value in node.attributes.items() if name not in left_out}
        return _quantize(node, edit, edit.add(op_type, [_real(node, edit, 0, 1, 2)], **attributes), 3, 4)

    return written


def _qlinear_concat(node, edit):
    parts = [_real(node, edit, index, index + 1, index + 2) for index in range(2, len(node.inputs), 3)]
    return _quantize(node, edit, edit.add("Concat", parts, axis=node.attr("axis")), 0, 1)


_WRITTEN = {
    "ConvInteger": _integer_product("Conv"),
    "DynamicQuantizeLinear": _dynamic,
    "DynamicQuantizeMatMul": _dynamic_matmul,
    "MatMulInteger": _integer_product("MatMul"),
    "MatMulIntegerToFloat": _matmul_to_float,
    "QGemm": _qgemm,
    "QLinearAdd": _two_sides("Add"),
    "QLinearAveragePool": _one_side("AveragePool"),
    "QLinearConcat": _qlinear_concat,
    "QLinearConv": _qlinear_conv,
    "QLinearGlobalAveragePool": _one_side("GlobalAveragePool"),
    "QLinearLeakyRelu": _one_side("LeakyRelu"),
    "QLinearMatMul": _qlinear_matmul,
    "QLinearMul": _two_sides("Mul"),
    "QLinearSigmoid": _one_side("Sigmoid"),
    "QLinearSoftmax": _one_side("Softmax"),
}

#: inputs that say what the steps of the others stand for, and which of them may hold a value for each channel
_STEPS = {
    "ConvInteger": (2, 3), "MatMulInteger": (2, 3), "MatMulIntegerToFloat": (2, 3), "DynamicQuantizeMatMul": (2, 3),
    "QLinearConv": (1, 2, 4, 5), "QLinearMatMul": (1, 2, 4, 5), "QGemm": (1, 2, 4, 5),
}  # fmt: skip
_WEIGHTS = {
    "ConvInteger": (3,), "MatMulInteger": (3,), "MatMulIntegerToFloat": (3,), "DynamicQuantizeMatMul": (2, 3),
    "QLinearConv": (4, 5), "QLinearMatMul": (4, 5), "QGemm": (4, 5),
}  # fmt: skip

#: inputs that must be positive for QuantizeLinear and DequantizeLinear
_SCALES = {"QLinearConv": (1, 4, 6), "QLinearMatMul": (1, 4, 6), "QLinearAdd": (1, 4, 6), "QLinearMul": (1, 4, 6)}

REWRITE = Rewrite("integer_to_qdq", "Use a float operator between DequantizeLinear and QuantizeLinear", fits=_fits)
