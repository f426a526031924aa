"""ONNX Runtime's Attention, MultiHeadAttention and RotaryEmbedding in ONNX operators (docs/ContribOperators.md).

Scores, mask, Softmax and product, as ONNX Runtime computes them on the CPU: masked places get a large negative
number, not minus infinity.
"""

from __future__ import annotations

import math

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("contrib_attention", "Decompose ONNX Runtime's attention into MatMul and Softmax")

_LOWEST = {"FLOAT": -3.4028234663852886e38, "FLOAT16": -65504.0}


def rewrite(node, edit):
    expand = {"Attention": _attention, "MultiHeadAttention": _multi_head, "RotaryEmbedding": _rotary}.get(node.op_type)
    if node.domain != "com.microsoft" or expand is None:
        raise CannotRewrite("not an attention operator of ONNX Runtime")
    outputs = expand(node, edit)
    if len([name for name in node.outputs if name]) > len(outputs):
        raise CannotRewrite("the scores of %s are used" % node.op_type)
    edit.replace(node, outputs[: len(node.outputs)])


def _attention(node, edit):
    """Inputs: x, weights, bias, mask, past, attention bias."""
    _refuse(node, inputs=(6,), attributes=("do_rotary", "past_present_share_buffer"))
    total, heads = edit.sizes(node.input(1), [1])[0], node.attr("num_heads", 1)
    sizes = node.attr("qkv_hidden_sizes") or (total // 3,) * 3
    joint = edit.add("MatMul", list(node.inputs[:2]))
    if node.present(2):
        joint = edit.add("Add", [joint, node.inputs[2]])
    q, k, v = (_heads(edit, part, heads) for part in _cut(edit, joint, sizes, 2))
    past = None
    if node.present(4):
        past = [edit.squeeze(edit.slice(node.inputs[4], [i], [i + 1], [0]), [0]) for i in (0, 1)]
    y, k, v = _attend(node, edit, q, k, v, sizes[0] // heads, past, 3, 5)
    return [y, edit.add("Concat", [edit.unsqueeze(k, [0]), edit.unsqueeze(v, [0])], axis=0)] if past else [y]


def _multi_head(node, edit):
    """Inputs: query, key, value, bias, key padding mask, attention bias, past key, past value."""
    _refuse(node, inputs=(8, 9))
    if not node.present(1) or not node.present(2):
        raise CannotRewrite("query, key and value are packed")
    heads, parts = node.attr("num_heads", 1), []
    whole = edit.sizes(node.input(0), [-1])[0]
    biases = _biases(node, edit, whole)
    for index in range(3):
        name = node.inputs[index]
        if edit.rank(node.input(index)) == 3:
            name = _heads(edit, edit.add("Add", [name, biases[index]]) if biases else name, heads)
        elif edit.rank(node.input(index)) != 4 or biases:
            raise CannotRewrite("keys are packed")
        parts.append(name)
    past = [node.inputs[6], node.inputs[7]] if node.present(6) else None
    y, k, v = _attend(node, edit, *parts, whole // heads, past, 4, 5)
    return [y, k, v]


def _biases(node, edit, whole):
    if not node.present(3):
        return None
    length = edit.sizes(node.input(3), [0])[0]
    return _cut(edit, node.inputs[3], (whole, whole, length - 2 * whole), 0)


def _attend(node, edit, q, k, v, size, past, mask, bias):
    """(merged heads, keys, values): ``mask`` and ``bias`` are indices of inputs."""
    dtype = edit.dtype(node.input(0))
    if past:
        k, v = edit.add("Concat", [past[0], k], axis=2), edit.add("Concat", [past[1], v], axis=2)
    scale = edit.scalar(node.attr("scale", 0.0) or 1 / math.sqrt(size), dtype)
    scores = edit.add("Mul", [edit.add("MatMul", [q, edit.transpose(k, [0, 1, 3, 2])]), scale])
    if node.present(mask):
        scores = edit.add("Add", [scores, _mask(node, edit, node.input(mask), k, dtype)])
    if node.attr("unidirectional", 0):
        scores = edit.add("Add", [scores, _causal(edit, q, k, dtype)])
    if node.present(bias):
        scores = edit.add("Add", [scores, node.inputs[bias]])
    y = edit.add("MatMul", [edit.add("Softmax", [scores], axis=3), v])
    return edit.reshape(edit.transpose(y, [0, 2, 1, 3]), [0, 0, -1]), k, v


def _mask(node, edit, mask, keys, dtype):
    """A number for each key: 0 where it counts, else the filter value."""
    rank, name = edit.rank(mask), mask.name
    if rank == 1:
        sizes = [size for value in (mask, node.input(0)) for size in (value.shape or ())[:1] if isinstance(size, int)]
        if len(set(sizes)) > 1:
            raise CannotRewrite("a mask of one axis that is not the lengths")
        counts = edit.add("Less", [_turns(edit, keys, 2), edit.unsqueeze(edit.cast(name, "INT64"), [1])])
    elif rank in (2, 3):
        counts = edit.add("Greater", [name, edit.scalar(0, edit.dtype(mask))])
    else:
        raise CannotRewrite("a mask of %d axes" % rank)
    left_out = edit.add("Sub", [edit.scalar(1, dtype), edit.cast(counts, dtype)])
    value = max(node.attr("mask_filter_value", -10000.0), _LOWEST.get(dtype, -10000.0))
    return edit.unsqueeze(edit.add("Mul", [left_out, edit.scalar(value, dtype)]), [1] if rank == 3 else [1, 2])


def _causal(edit, queries, keys, dtype):
    """The lowest number wherever a key comes after its query; queries are the last ones."""
    columns, rows = _turns(edit, keys, 2), _turns(edit, queries, 2)
    before = edit.add("Sub", [_length(edit, keys, 2), _length(edit, queries, 2)])
    later = edit.add("Greater", [columns, edit.unsqueeze(edit.add("Add", [rows, before]), [1])])
    return edit.add("Mul", [edit.cast(later, dtype), edit.scalar(_LOWEST.get(dtype, -10000.0), dtype)])


def _length(edit, name, axis):
    return edit.add("Gather", [edit.add("Shape", [name]), edit.scalar(axis, "INT64")])


def _turns(edit, name, axis):
    """0, 1, 2 … along an axis, as INT64."""
    return edit.add("Range", [edit.scalar(0, "INT64"), _length(edit, name, axis), edit.scalar(1, "INT64")])


def _rotary(node, edit):
    """Inputs: x, positions, cosines, sines; x is [batch, length, hidden] or [batch, heads, length, size]."""
    _refuse(node, attributes=("is_packed_batching",))
    rank, half = edit.rank(node.input(0)), edit.sizes(node.input(2), [1])[0]
    if rank not in (3, 4) or node.attr("scale", 1.0) != 1:
        raise CannotRewrite("not a form of whole heads")
    x, axis = node.inputs[0], 1 if rank == 4 else 2
    if rank == 3:
        hidden, heads = edit.sizes(node.input(0), [2])[0], node.attr("num_heads", 0)
        x = edit.reshape(x, [0, 0, -1, hidden // heads if heads and node.attr("rotary_embedding_dim", 0) else 2 * half])
    size = edit.sizes(node.input(0), [3])[0] if rank == 4 else None
    places = node.inputs[1]
    if edit.rank(node.input(1)) == 1:  # where the first one stands
        places = edit.unsqueeze(edit.add("Add", [_turns(edit, x, 2 if rank == 4 else 1), places]), [0])
    cos, sin = (edit.unsqueeze(edit.add("Gather", [node.inputs[i], places], axis=0), [axis]) for i in (2, 3))
    turned = _turned(edit, x, cos, sin, half, node.attr("interleaved", 0))
    if node.attr("rotary_embedding_dim", 0) and size != 2 * half:
        turned = edit.add("Concat", [turned, edit.slice(x, [2 * half], [2**31 - 1], [3])], axis=3)
    return [turned if rank == 4 else edit.reshape(turned, [0, 0, -1])]


def _turned(edit, x, cos, sin, half, interleaved):
    """Pairs (a, b) become (a cos - b sin, b cos + a sin)."""
    if interleaved:
        a, b = (edit.slice(x, [i], [2 * half], [3], [2]) for i in (0, 1))
    else:
        a, b = (edit.slice(x, [i * half], [(i + 1) * half], [3]) for i in (0, 1))
    first = edit.add("Sub", [edit.add("Mul", [a, cos]), edit.add("Mul", [b, sin])])
    second = edit.add("Add", [edit.add("Mul", [b, cos]), edit.add("Mul", [a, sin])])
    if not interleaved:
        return edit.add("Concat", [first, second], axis=3)
    pairs = edit.add("Concat", [edit.unsqueeze(first, [4]), edit.unsqueeze(second, [4])], axis=4)
    return edit.reshape(pairs, [0, 0, 0, -1])


def _heads(edit, name, heads):
    return edit.transpose(edit.reshape(name, [0, 0, heads, -1]), [0, 2, 1, 3])


def _cut(edit, name, sizes, axis):
    ends = [sum(sizes[: i + 1]) for i in range(3)]
    return [edit.slice(name, [end - size], [end], [axis]) for size, end in zip(sizes, ends)]


def _refuse(node, inputs=(), attributes=()):
    used = [a for a in attributes if node.attr(a, 0)] + ["input %d" % i for i in inputs if node.present(i)]
    if used:
        raise CannotRewrite("%s of %s" % (used[0], node.op_type))
