"""Sequences whose length is known, taken apart: no TensorRT parser knows them.

SplitToSequence read by SequenceAt becomes Split; SequenceConstruct read by SequenceAt or
ConcatFromSequence becomes its elements (onnx Sequence*-11).
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("remove_sequence", "Replace the sequence by its elements")


def rewrite(node, edit):
    if node.op_type == "SequenceAt":
        elements, position = _elements(node, edit, node.input(0)), _position(node, edit)
        if not -len(elements) <= position < len(elements):
            raise CannotRewrite("the position is outside the sequence")
        edit.replace(node, [_element(edit, elements[position])])
    elif node.op_type == "ConcatFromSequence":
        elements, axis = [_element(edit, e) for e in _elements(node, edit, node.input(0))], node.attr("axis")
        if node.attr("new_axis", 0):
            elements = [edit.unsqueeze(name, [axis]) for name in elements]
        edit.replace(node, [edit.add("Concat", elements, axis=axis)])
    elif node.op_type == "SequenceLength":
        import numpy as np

        count = len(_elements(node, edit, node.input(0)))
        edit.replace(node, [edit.constant(np.array(count, dtype=np.int64))])
    else:
        raise CannotRewrite("the sequence goes when those who read it are rewritten")


def _position(node, edit):
    position = edit.array(node.input(1))
    if position is None:
        raise CannotRewrite("the position in the sequence is not constant")
    return int(position.reshape(-1)[0])


def _elements(node, edit, sequence):
    """What the sequence holds: names, or (source, start, end, axis, whether the axis stays)."""
    source = sequence.producer
    if source is None or source.graph is not node.graph:
        raise CannotRewrite("the sequence comes from outside this graph")
    if source.op_type == "SequenceConstruct":
        return list(source.inputs)
    if source.op_type != "SplitToSequence":
        raise CannotRewrite("a sequence from %s has no known elements" % source.op_type)
    axis, x = source.attr("axis", 0), source.input(0)
    size = edit.sizes(x, [axis])[0]
    lengths, keep = [1] * size, source.attr("keepdims", 1)
    if source.present(1):
        given = edit.array(source.input(1))
        if given is None:
            raise CannotRewrite("the lengths of the split are not constant")
        lengths = [int(n) for n in given] if given.ndim else _equal_parts(size, int(given))
        keep = 1
    starts = [sum(lengths[:index]) for index in range(len(lengths))]
    return [(x.name, start, start + n, axis, keep) for start, n in zip(starts, lengths)]


def _equal_parts(size, part):
    return [min(part, size - start) for start in range(0, size, part)]


def _element(edit, element):
    if isinstance(element, str):
        return element
    name, start, end, axis, keep = element
    piece = edit.slice(name, [start], [end], [axis])
    return piece if keep else edit.squeeze(piece, [axis])
