"""Einsum (12) as sums, transposes and MatMul, two operands at a time."""

from __future__ import annotations

import math
from typing import Any, Dict, List, Tuple

from jetdoctor.fix.opset.registry import step
from jetdoctor.fix.opset.site import Site
from jetdoctor.rule import CannotRewrite

#: A value and the label of each of its axes.
Operand = Tuple[str, str]

#: Letters that stand for the axes of an ellipsis, the last axis last.
_ELLIPSIS = "0123456789"


@step("Einsum", 12)
def einsum(site: Site) -> str:
    operands, wanted = _parsed(site)
    sizes = _sizes(site, operands)
    found = operands[0]
    for index, other in enumerate(operands[1:], 1):
        later = wanted + "".join(labels for _, labels in operands[index + 1 :])
        found = _product(site, found, other, later, sizes)
    return _arranged(site, _summed(site, found, wanted), wanted)


def _parsed(site: Site) -> Tuple[List[Operand], str]:
    """Operands with their labels and the labels of the output; every ellipsis becomes digits."""
    equation = site.attr("equation", "").replace(" ", "")
    left, arrow, wanted = equation.partition("->")
    terms = left.split(",")
    if len(terms) != len(site.node.input):
        raise CannotRewrite("equation %r does not match its inputs" % equation)
    operands, widest = [], ""
    for name, term in zip(site.node.input, terms):
        if "..." in term:
            count = site.rank(name) - len(term) + 3
            digits = _ELLIPSIS[len(_ELLIPSIS) - count :] if count else ""
            term, widest = term.replace("...", digits), max(widest, digits, key=len)
        operands.append(_without_diagonal(site, name, term))
    if not arrow:
        every = "".join(term for _, term in operands)
        wanted = "..." + "".join(sorted(c for c in set(every) if c.isalpha() and every.count(c) == 1))
    return operands, wanted.replace("...", widest)


def _without_diagonal(site: Site, name: str, labels: str) -> Operand:
    """Of two axes with one label: zero off their diagonal, then sum over the second."""
    import numpy as np

    for label in sorted(set(labels)):
        while labels.count(label) > 1:
            first, second = labels.index(label), labels.rindex(label)
            size = (site.dims(name) or [None] * len(labels))[first]
            if size is None:
                raise CannotRewrite("the diagonal of axes of unknown size")
            shape = [size if axis in (first, second) else 1 for axis in range(len(labels))]
            on_it = site.constant(np.eye(size, dtype="bool").reshape(shape))
            kept = site.add("Where", [on_it, name, site.tensor(0, site.needed_element(name))])
            name = str(site.add("ReduceSum", [kept], axes=[second], keepdims=0))
            labels = labels[:second] + labels[second + 1 :]
    return name, labels


def _sizes(site: Site, operands: List[Operand]) -> Dict[str, Any]:
    """Size per label, or where it can be read at run time. Axes of an ellipsis that broadcast are left to nobody."""
    sizes: Dict[str, Any] = {}
    places = {label: (name, axis) for name, labels in operands for axis, label in enumerate(labels)}
    for name, labels in operands:
        for label, size in zip(labels, site.dims(name) or [None] * len(labels)):
            known = sizes.setdefault(label, size)
            if label in _ELLIPSIS and known != size:
                raise CannotRewrite("an ellipsis that broadcasts or has sizes that are not known")
            sizes[label] = size if known is None else known
    return {label: places[label] if size is None else size for label, size in sizes.items()}


def _summed(site: Site, operand: Operand, needed: str) -> Operand:
    """Sum over the axes that nothing else asks for."""
    name, labels = operand
    axes = [index for index, label in enumerate(labels) if label not in needed]
    if not axes:
        return operand
    kept = "".join(label for label in labels if label in needed)
    return str(site.add("ReduceSum", [name], axes=axes, keepdims=0)), kept


def _arranged(site: Site, operand: Operand, wanted: str) -> str:
    name, labels = operand
    if labels == wanted:
        return name
    return str(site.add("Transpose", [name], perm=[labels.index(label) for label in wanted]))


def _product(site: Site, first: Operand, second: Operand, later: str, sizes: Dict[str, Any]) -> Operand:
    """MatMul over the shared axes that are summed; the shared ones that stay are the batch."""
    first = _summed(site, first, second[1] + later)
    second = _summed(site, second, first[1] + later)
    shared = [label for label in first[1] if label in second[1]]
    batch = "".join(label for label in shared if label in later)
    inner = "".join(label for label in shared if label not in later)
    rows = "".join(label for label in first[1] if label not in shared)
    columns = "".join(label for label in second[1] if label not in shared)
    left = _grouped(site, _arranged(site, first, batch + rows + inner), (batch, rows, inner), sizes)
    right = _grouped(site, _arranged(site, second, batch + inner + columns), (batch, inner, columns), sizes)
    found = str(site.add("MatMul", [left, right]))
    if len(rows) == len(columns) == 1:
        return found, batch + rows + columns
    shape = _shape(site, [[label] for label in batch + rows + columns], sizes)
    return str(site.add("Reshape", [found, shape])), batch + rows + columns


def _grouped(site: Site, name: str, groups: Tuple[str, str, str], sizes: Dict[str, Any]) -> str:
    """One axis for each of the last two groups, whatever number of labels they have."""
    batch, rows, columns = groups
    if len(rows) == len(columns) == 1:
        return name
    axes = [[label] for label in batch] + [list(rows), list(columns)]
    return str(site.add("Reshape", [name, _shape(site, axes, sizes)]))


def _shape(site: Site, axes: List[List[str]], sizes: Dict[str, Any]) -> str:
    """A shape of axes that merge labels; one that is not known becomes -1, several are read at run time."""
    parts = [[sizes[label] for label in labels] for labels in axes]
    if any(size == 0 for part in parts for size in part):
        raise CannotRewrite("axes of size 0")
    unknown = [any(isinstance(size, tuple) for size in part) for part in parts]
    if sum(unknown) <= 1:
        return site.ints((-1 if open_ else math.prod(part) for part, open_ in zip(parts, unknown)))
    return str(site.add("Concat", [_length(site, part) for part in parts], axis=0))


def _length(site: Site, sizes: List[Any]) -> str:
    """Product of sizes, as a vector of one element."""
    found = site.ints([math.prod(size for size in sizes if isinstance(size, int))])
    for name, axis in (size for size in sizes if isinstance(size, tuple)):
        size = site.add("Gather", [site.add("Shape", [name]), site.ints([axis])], axis=0)
        found = site.add("Mul", [found, size])
    return found
