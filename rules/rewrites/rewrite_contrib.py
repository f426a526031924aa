"""ONNX Runtime's own operators in ONNX's words (docs/ContribOperators.md of ONNX Runtime).

Operators that mean the same as an ONNX one of the same inputs only lose their domain; the others have a short
exact expansion. Fused attention and the like are left: export without ONNX Runtime's optimizer instead.
"""

from __future__ import annotations

from jetdoctor.recipes.activations import gelu_of, swish_of
from jetdoctor.recipes.normalization import standardized
from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("rewrite_contrib", "Decompose ONNX Runtime's operator into ONNX operators")

#: operators of com.microsoft that equal the ONNX operator of that name, with its first opset of that form
_SAME = {
    "DequantizeLinear": 13, "GatherND": 11, "GridSample": 16, "Pad": 11, "QuantizeLinear": 13, "Trilu": 14,
}  # fmt: skip


def rewrite(node, edit):
    if node.domain not in ("com.microsoft", "", "ai.onnx"):
        raise CannotRewrite("domain %s is not ONNX Runtime's" % node.domain)
    expand = _EXPANSIONS.get(node.op_type)
    if expand is not None:
        outputs = expand(node, edit)
        edit.replace(node, [outputs] if isinstance(outputs, str) else outputs)
    elif node.op_type in _SAME and node.domain == "com.microsoft":
        since = 21 if node.op_type.endswith("tizeLinear") and not _eight_bits(node) else _SAME[node.op_type]
        if edit.opset < since:
            raise CannotRewrite("%s of that form came with opset %d" % (node.op_type, since))
        edit.replace(node, [edit.add(node.op_type, list(node.inputs), **dict(node.attributes))])
    else:
        raise CannotRewrite("%s of ONNX Runtime has no short form: export without its optimizer" % node.op_type)


def _eight_bits(node):
    kind = node.input(2 if node.present(2) else 0).dtype
    return kind in ("INT8", "UINT8") or (kind == "INT32" and node.op_type == "DequantizeLinear")


def _number(edit, node, value):
    return edit.scalar(value, edit.dtype(node.input(0)))


def _biased(node, edit):
    return edit.add("Add", list(node.inputs[:2])) if node.present(1) else node.inputs[0]


def _gelu(node, edit):
    return gelu_of(edit, _biased(node, edit), edit.dtype(node.input(0)), tanh=node.op_type == "FastGelu")


def _fused_matmul(node, edit):
    if node.attr("transBatchA", 0) or node.attr("transBatchB", 0):
        raise CannotRewrite("transposed batches")
    sides = []
    for index, name in enumerate(("transA", "transB")):
        value, side = node.input(index), node.inputs[index]
        if node.attr(name, 0) and edit.rank(value) > 1:
            perm = list(range(edit.rank(value)))
            side = edit.transpose(side, perm[:-2] + [perm[-1], perm[-2]])
        sides.append(side)
    product, alpha = edit.add("MatMul", sides), node.attr("alpha", 1.0)
    return product if alpha == 1 else edit.add("Mul", [product, _number(edit, node, alpha)])


def _normalized(edit, node, x, scale, bias, centered, dtype=None):
    """(normalized, mean, deviation) of ``x`` over its last axis, in FLOAT as ONNX Runtime does it."""
    dtype = dtype or edit.dtype(node.input(0))
    half = dtype == "FLOAT16"
    epsilon = node.attr("epsilon", 1e-5 if node.op_type == "SimplifiedLayerNormalization" else 1e-12)
    x, scale, bias = (edit.cast(name, "FLOAT") if half and name else name for name in (x, scale, bias))
    found = standardized(edit, x, [-1], epsilon, "FLOAT" if half else dtype, centered)
    y = edit.add("Mul", [found.result, scale])
    y = edit.add("Add", [y, bias]) if bias else y
    return (edit.cast(y, "FLOAT16") if half else y), found.mean, found.deviation


def _inverse(node, edit, index, deviation):
    """The output ``index``, which is 1 / deviation, where something reads it."""
    return edit.add("Reciprocal", [deviation]) if edit.wanted(node, index) else ""


def _given(node, index):
    return node.inputs[index] if node.present(index) else ""


def _outputs(node, values):
    """As many outputs as the node has; one that it has and we do not is refused."""
    read = [name in node.graph.output_names or bool(node.graph.value(name).consumers) for name in node.outputs]
    if any(needed and not value for needed, value in zip(read, values)):
        raise CannotRewrite("the statistics of %s are used" % node.op_type)
    return list(values[: len(node.outputs)])


def _skip_layernorm(node, edit):
    total = edit.add("Add", list(node.inputs[:2]))
    centered = node.op_type == "SkipLayerNormalization"
    if _given(node, 4 if centered else 3):
        total = edit.add("Add", [total, node.inputs[4 if centered else 3]])
    y, mean, deviation = _normalized(edit, node, total, node.inputs[2], _given(node, 3) if centered else "", centered)
    return _outputs(node, (y, mean, _inverse(node, edit, 2, deviation), total))


def _simplified_layernorm(node, edit):
    if node.attr("axis", -1) not in (-1, edit.rank(node.input(0)) - 1):
        raise CannotRewrite("more than the last axis is normalized")
    y, _, deviation = _normalized(edit, node, node.inputs[0], node.inputs[1], "", False)
    return _outputs(node, (y, _inverse(node, edit, 1, deviation)))


def _embed_layernorm(node, edit):
    """Inputs: ids, segments, words, positions, segments' rows, scale, bias, mask, places of the positions."""
    total = edit.add("Gather", [node.inputs[2], node.inputs[0]], axis=0)
    if node.present(8):
        places = node.inputs[8]
    else:
        length = edit.add("Gather", [edit.add("Shape", [node.inputs[0]]), edit.scalar(1, "INT64")])
        places = edit.add("Range", [edit.scalar(0, "INT64"), length, edit.scalar(1, "INT64")])
    total = edit.add("Add", [total, edit.add("Gather", [node.inputs[3], places], axis=0)])
    if node.present(1) and node.present(4):
        total = edit.add("Add", [total, edit.add("Gather", [node.inputs[4], node.inputs[1]], axis=0)])
    dtype = edit.dtype(node.input(2))
    y, _, _ = _normalized(edit, node, total, node.inputs[5], node.inputs[6], True, dtype)
    return _outputs(node, (y, _count(node, edit), total))


def _count(node, edit):
    """How many keys of each row are not masked."""
    if not node.present(7):
        return ""
    ones = edit.cast(edit.add("Equal", [node.inputs[7], edit.scalar(1, "INT32")]), "INT32")
    return edit.reduce("ReduceSum", ones, [1], keepdims=0)


def _bias_add(node, edit):
    return edit.add("Add", [edit.add("Add", list(node.inputs[:2])), node.inputs[2]])


def _range(node, edit):
    """The step may be left out there: it is one."""
    if edit.opset < 11:
        raise CannotRewrite("Range came with opset 11")
    step = node.inputs[2] if node.present(2) else _number(edit, node, 1)
    return edit.add("Range", [*node.inputs[:2], step])


def _expand_dims(node, edit):
    axis = edit.array(node.input(1))
    if axis is None:
        raise CannotRewrite("the axis is not constant")
    return edit.unsqueeze(node.inputs[0], [int(axis.reshape(-1)[0])])


def _fused_conv(node, edit):
    attributes = {name: value for name, value in node.attributes.items() if not name.startswith("activation")}
    y = edit.add("Conv", list(node.inputs[:3]), **attributes)
    if _given(node, 3):
        y = edit.add("Add", [y, node.inputs[3]])
    return _activated(node, edit, y)


def _fused_gemm(node, edit):
    attributes = {name: value for name, value in node.attributes.items() if not name.startswith("activation")}
    return _activated(node, edit, edit.add("Gemm", list(node.inputs), **attributes))


def _activated(node, edit, y):
    kind, parameters = node.attr("activation", ""), node.attr("activation_params", ())
    if not kind:
        return y
    if kind in ("Relu", "Tanh", "Sigmoid"):
        return edit.add(kind, [y])
    if kind == "LeakyRelu":
        return edit.add(kind, [y], alpha=parameters[0] if parameters else node.attr("activation_alpha", 0.01))
    if kind == "Clip" and len(parameters) == 2:
        return edit.clip(y, parameters[0], parameters[1], edit.dtype(node.input(0)))
    raise CannotRewrite("activation %s" % kind)


_EXPANSIONS = {
    "BiasAdd": _bias_add,
    "BiasGelu": _gelu,
    "EmbedLayerNormalization": _embed_layernorm,
    "ExpandDims": _expand_dims,
    "FastGelu": _gelu,
    "FusedConv": _fused_conv,
    "FusedGemm": _fused_gemm,
    "FusedMatMul": _fused_matmul,
    "Gelu": _gelu,
    "QuickGelu": lambda node, edit: swish_of(node, edit, 1.702),
    "Range": _range,
    "SimplifiedLayerNormalization": _simplified_layernorm,
    "SkipLayerNormalization": _skip_layernorm,
    "SkipSimplifiedLayerNormalization": _skip_layernorm,
    "TransposeMatMul": _fused_matmul,
}
