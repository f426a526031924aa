"""Sequences and optionals whose content is known, taken apart: no TensorRT parser has a type for them.

What reads a sequence is given its elements, followed back through SequenceInsert, SequenceErase and the like to
SequenceConstruct, SequenceEmpty or SplitToSequence (onnx Sequence*-11, Optional*-15, SequenceMap-17).
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

#: operators that hand a sequence or an optional on as it is
_HAND_ON = ("Identity", "Optional", "OptionalGetElement")

#: operators that give a sequence or an optional
_MAKERS = (
    "SequenceConstruct", "SequenceEmpty", "SequenceInsert", "SequenceErase", "SequenceMap", "SplitToSequence",
    "Identity", "Optional",
)  # fmt: skip

#: elements for which the body of a SequenceMap is unrolled
_MOST = 64


def _goes_with_its_readers(node):
    """Whether no sequence that the node makes is left once its readers are given elements: none is an output."""
    waiting, seen = [node], set()
    while waiting:
        maker = waiting.pop()
        for name in maker.outputs if maker.op_type in _MAKERS else ():
            if name in maker.graph.output_names:
                return False
            if name not in seen:
                seen.add(name)
                waiting += maker.graph.value(name).consumers
    return True


REWRITE = Rewrite("remove_sequence", "Replace the sequence by its elements", fits=_goes_with_its_readers)


def rewrite(node, edit):
    if node.op_type not in _READERS:
        raise CannotRewrite("the sequence disappears when its readers are rewritten")
    found = _READERS[node.op_type](node, edit)
    edit.replace(node, found if isinstance(found, list) else [found])


def _at(node, edit):
    source, position = _source(node.input(0)), _number(edit, node.input(1))
    if source.op_type == "SplitToSequence" and not isinstance(_split_size(source), int):
        piece = _open_piece(source, edit, position)
        if piece is not None:
            return _cut(edit, piece)
    return _cut(edit, _pick(_elements(source, edit), position))


def _concat(node, edit):
    names, axis = [_cut(edit, element) for element in _elements(_source(node.input(0)), edit)], node.attr("axis")
    if not names:
        raise CannotRewrite("the sequence is empty")
    if node.attr("new_axis", 0):
        names = [edit.unsqueeze(name, [axis]) for name in names]
    return edit.add("Concat", names, axis=axis)


def _length(node, edit):
    import numpy as np

    return edit.constant(np.array(len(_elements(_source(node.input(0)), edit)), dtype=np.int64))


def _map(node, edit):
    """The body once for every element; what it gives is constructed anew, and goes with its readers."""
    (body,) = node.subgraphs
    columns = []
    for index in range(len(node.inputs)):
        value = node.input(index)
        is_sequence = index == 0 or value.kind == "sequence"
        columns.append(_elements(_source(value), edit) if is_sequence else value.name)
    count = len(columns[0])
    if not 0 < count <= _MOST or any(not isinstance(c, str) and len(c) != count for c in columns):
        raise CannotRewrite("a sequence of %d elements is too long to replace" % count)
    results = []
    for turn in range(count):
        given = [column if isinstance(column, str) else _cut(edit, column[turn]) for column in columns]
        results.append(edit.inline(body, dict(zip(body.input_names, given))))
    return [edit.add("SequenceConstruct", list(names)) for names in zip(*results)]


def _get(node, edit):
    value = node.input(0).behind(_HAND_ON)
    if value.kind != "tensor":
        raise CannotRewrite("the optional holds no known tensor")
    return edit.add("Identity", [value.name])


def _has(node, edit):
    import numpy as np

    value = node.input(0).behind(_HAND_ON) if node.present(0) else None
    source = value.producer if value is not None else None
    empty = value is None or (source is not None and source.op_type == "Optional" and not source.present(0))
    if not empty and value.kind not in ("tensor", "sequence"):
        raise CannotRewrite("whether the optional holds something is not known")
    return edit.constant(np.array(not empty))


_READERS = {
    "SequenceAt": _at,
    "ConcatFromSequence": _concat,
    "SequenceLength": _length,
    "SequenceMap": _map,
    "OptionalGetElement": _get,
    "OptionalHasElement": _has,
}


def _source(sequence):
    source = sequence.behind(_HAND_ON).producer
    if source is None:
        raise CannotRewrite("the sequence is an input of the graph")
    return source


def _elements(source, edit):
    """What the sequence holds: names, or (tensor, start, end, axis, whether the axis stays)."""
    if source.op_type == "SequenceConstruct":
        return list(source.inputs)
    if source.op_type == "SequenceEmpty":
        return []
    if source.op_type == "SequenceInsert":
        held = _elements(_source(source.input(0)), edit)
        at = _number(edit, source.input(2)) if source.present(2) else len(held)
        if not -len(held) <= at <= len(held):
            raise CannotRewrite("the position is outside the sequence")
        at += len(held) if at < 0 else 0
        return [*held[:at], source.inputs[1], *held[at:]]
    if source.op_type == "SequenceErase":
        held = _elements(_source(source.input(0)), edit)
        gone = _number(edit, source.input(1)) if source.present(1) else -1
        _pick(held, gone)
        gone %= len(held)
        return held[:gone] + held[gone + 1 :]
    if source.op_type != "SplitToSequence":
        raise CannotRewrite("a sequence from %s has no known elements" % source.op_type)
    return _split(source, edit)


def _split(source, edit):
    axis, x, keep, lengths = source.attr("axis", 0), source.input(0), 1, None
    if source.present(1):
        given = edit.array(source.input(1))
        if given is None:
            raise CannotRewrite("the lengths of the split are not constant")
        lengths = [int(n) for n in given] if given.ndim else None
    if lengths is None:
        size, part = edit.sizes(x, [axis])[0], int(given) if source.present(1) else 1
        lengths = [min(part, size - start) for start in range(0, size, part)]
        keep = 1 if source.present(1) else source.attr("keepdims", 1)
    starts = [sum(lengths[:index]) for index in range(len(lengths))]
    return [(x.name, start, start + n, axis, keep) for start, n in zip(starts, lengths)]


def _split_size(source):
    shape = source.input(0).shape
    return None if shape is None else shape[source.attr("axis", 0)]


def _open_piece(source, edit, position):
    """An element counted from the front of a split into equal parts, however many there are; else None."""
    given = edit.array(source.input(1)) if source.present(1) else None
    if position < 0 or (source.present(1) and (given is None or given.ndim)):
        return None
    part, keep = (int(given), 1) if given is not None else (1, source.attr("keepdims", 1))
    return source.inputs[0], position * part, (position + 1) * part, source.attr("axis", 0), keep


def _number(edit, value):
    position = edit.array(value)
    if position is None:
        raise CannotRewrite("the position in the sequence is not constant")
    return int(position.reshape(-1)[0])


def _pick(elements, position):
    if not -len(elements) <= position < len(elements):
        raise CannotRewrite("the position is outside the sequence")
    return elements[position]


def _cut(edit, element):
    if isinstance(element, str):
        return element
    name, start, end, axis, keep = element
    piece = edit.slice(name, [start], [end], [axis])
    return piece if keep else edit.squeeze(piece, [axis])
