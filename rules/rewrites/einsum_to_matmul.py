"""Einsum as Transpose, MatMul and ReduceSum, two operands at a time (onnx Einsum-12).

Labels in both operands are batch or contracted, the others are rows or columns; several labels of one
kind are merged with Reshape, for which their sizes must be known.
"""

from __future__ import annotations

import string

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("einsum_to_matmul", "Write Einsum out with Transpose and MatMul")


def rewrite(node, edit):
    operands, output, sizes = _parse(node, edit)
    operands = [_diagonal(edit, name, labels, sizes, edit.dtype(node.input(0))) for name, labels in operands]
    name, labels = operands[0]
    name, labels = _keep(edit, name, labels, output + "".join(rest for _, rest in operands[1:]))
    for index in range(1, len(operands)):
        later = output + "".join(rest for _, rest in operands[index + 1 :])
        name, labels = _contract(edit, (name, labels), operands[index], later, sizes)
    edit.replace(node, [edit.transpose(name, [labels.index(label) for label in output])])


def _parse(node, edit):
    """[(tensor, labels)], output labels, size of every label (None when open)."""
    equation = node.attr("equation").replace(" ", "")
    left, arrow, output = equation.partition("->")
    terms = left.split(",")
    if not arrow:
        output = "".join(sorted(label for label in set(left) - set(",.") if left.count(label) == 1))
        output = ("..." if "." in left else "") + output
    if "." in equation:
        terms, output = _spelled_out(node, edit, terms, output)
    sizes = {}
    for index, term in enumerate(terms):
        shape = node.input(index).shape
        if shape is None or len(shape) != len(term):
            raise CannotRewrite("the rank of %s is not known" % node.inputs[index])
        for label, size in zip(term, shape):
            fixed = size if isinstance(size, int) else None
            if fixed is not None and sizes.get(label) not in (None, fixed):
                raise CannotRewrite("sizes of %s differ" % label)
            sizes[label] = fixed if fixed is not None else sizes.get(label)
    return list(zip(node.inputs, terms)), output, sizes


def _spelled_out(node, edit, terms, output):
    """Terms and output with capital or other free letters for the axes that an ellipsis stands for.

    Operands whose ellipsis covers fewer axes lack the first ones; those of size 1 that broadcast are refused.
    """
    free = [letter for letter in string.ascii_letters if letter not in "".join(terms)]
    counts = [edit.rank(node.input(i)) - len(term) + 3 if "." in term else 0 for i, term in enumerate(terms)]
    letters = "".join(free[: max(counts)])
    seen = {}
    for index, (term, count) in enumerate(zip(terms, counts)):
        start = len(term.split("...")[0])
        for letter, size in zip(letters[len(letters) - count :], (node.input(index).shape or ())[start:]):
            if seen.setdefault(letter, size) != size:
                raise CannotRewrite("an ellipsis broadcasts")
    full = [term.replace("...", letters[len(letters) - count :]) for term, count in zip(terms, counts)]
    return full, output.replace("...", letters)


def _diagonal(edit, name, labels, sizes, dtype):
    """Of a label that stands twice only the diagonal counts: the rest is set to zero and summed away."""
    import numpy as np

    for label in sorted(set(labels)):
        while labels.count(label) > 1:
            first, second = labels.index(label), labels.rindex(label)
            if sizes[label] is None:
                raise CannotRewrite("the size of %s is not fixed" % label)
            shape = [sizes[label] if axis in (first, second) else 1 for axis in range(len(labels))]
            mask = edit.constant(np.eye(sizes[label], dtype=bool).reshape(shape))
            zero = edit.tensor(np.zeros([1] * len(labels)), dtype)
            name = edit.add("Where", [mask, name, zero])
            name = edit.reduce("ReduceSum", name, [second], keepdims=0)
            labels = labels[:second] + labels[second + 1 :]
    return name, labels


def _keep(edit, name, labels, wanted):
    """Sum over the labels that nothing wants any more."""
    gone = [axis for axis, label in enumerate(labels) if label not in wanted]
    if not gone:
        return name, labels
    kept = "".join(label for label in labels if label in wanted)
    return edit.reduce("ReduceSum", name, gone, keepdims=0), kept


def _contract(edit, left, right, later, sizes):
    a, a_labels = _keep(edit, left[0], left[1], later + right[1])
    b, b_labels = _keep(edit, right[0], right[1], later + a_labels)
    batch = "".join(label for label in a_labels if label in b_labels and label in later)
    inner = "".join(label for label in a_labels if label in b_labels and label not in later)
    rows = "".join(label for label in a_labels if label not in b_labels)
    columns = "".join(label for label in b_labels if label not in a_labels)
    a = _grouped(edit, a, a_labels, (batch, rows, inner), sizes)
    b = _grouped(edit, b, b_labels, (batch, inner, columns), sizes)
    product = edit.add("MatMul", [a, b])
    labels = batch + rows + columns
    if len(rows) != 1 or len(columns) != 1:
        rest = [sizes[label] for label in rows + columns]
        product = edit.reshape(product, _copied(batch, sizes) + _one_open(rest))
    return product, labels


def _grouped(edit, name, labels, groups, sizes):
    """Axes in the order batch, then one axis for each of the two groups."""
    order = "".join(groups)
    name = edit.transpose(name, [labels.index(label) for label in order])
    if all(len(group) == 1 for group in groups[1:]):
        return name
    grouped = [_size(group, sizes) for group in groups[1:]]
    return edit.reshape(name, _copied(groups[0], sizes) + _one_open(grouped))


def _size(group, sizes):
    """Product of the sizes, None when one is open."""
    size = 1
    for label in group:
        if sizes[label] is None:
            return None
        size *= sizes[label]
    return size


def _copied(batch, sizes):
    """Leading axes that stay as they are: an open one is copied (0)."""
    return [0 if sizes[label] is None else sizes[label] for label in batch]


def _one_open(lengths):
    """Sizes for a Reshape, which can work out a single open one (-1)."""
    if lengths.count(None) > 1:
        raise CannotRewrite("more than one size is not fixed")
    return [-1 if length is None else length for length in lengths]
