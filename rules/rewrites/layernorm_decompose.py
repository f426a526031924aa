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
    # Scale and shift in FLOAT as well: one rounding to half instead of three, as ONNX Runtime computes it.
    result = edit.add("Mul", [result, _wide(node, edit, 1, stash)])
    if node.present(2):
        result = edit.add("Add", [result, _wide(node, edit, 2, stash)])
    if dtype != stash:
        result = edit.cast(result, dtype)
    outputs = [result]
    if len(node.outputs) > 1:
        outputs.append(mean if node.outputs[1] else "")
    if len(node.outputs) > 2:
        outputs.append(edit.add("Reciprocal", [deviation]) if node.outputs[2] else "")
    edit.replace(node, outputs)


def _wide(node, edit, index, stash):
    """Input ``index`` in the type that the mean is computed in; constants are converted now."""
    value = node.input(index)
    if edit.dtype(value) == stash:
        return value.name
    array = edit.array(value)
    return edit.cast(value.name, stash) if array is None else edit.tensor(array, stash)
