"""LayerNormalization written out: mean, variance, normalise, scale, shift (onnx LayerNormalization-17)."""

from __future__ import annotations

from jetdoctor.rule import Rewrite

REWRITE = Rewrite("layernorm_decompose", "Write LayerNormalization out as mean and variance")


def rewrite(node, edit):
    x = node.input(0)
    rank, dtype = edit.rank(x), edit.dtype(x)
    axes = list(range(node.attr("axis", -1) % rank, rank))
    stash = "FLOAT" if node.attr("stash_type", 1) == 1 else dtype
    data = x.name if dtype == stash else edit.cast(x.name, stash)
    mean = edit.reduce("ReduceMean", data, axes)
    centred = edit.add("Sub", [data, mean])
    variance = edit.reduce("ReduceMean", edit.add("Mul", [centred, centred]), axes)
    epsilon = edit.scalar(node.attr("epsilon", 1e-5), stash)
    deviation = edit.add("Sqrt", [edit.add("Add", [variance, epsilon])])
    result = edit.add("Div", [centred, deviation])
    if dtype != stash:
        result = edit.cast(result, dtype)
    result = edit.add("Mul", [result, node.inputs[1]])
    if node.present(2):
        result = edit.add("Add", [result, node.inputs[2]])
    outputs = [result]
    if len(node.outputs) > 1:
        outputs.append(mean if node.outputs[1] else "")
    if len(node.outputs) > 2:
        outputs.append(edit.add("Reciprocal", [deviation]) if node.outputs[2] else "")
    edit.replace(node, outputs)
