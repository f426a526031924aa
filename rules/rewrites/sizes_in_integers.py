"""A size times a scale, cut to an integer, in integer arithmetic: ``floor(n * 1.5)`` is ``n * 3 // 2``, and
``ceil(n / 4 + 1)`` is ``(n + 4 + 3) // 4``.

Equal for sizes: they are not negative, and below 2**14 the product with a scale of few bits is exact in FLOAT.
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite, ShapeTensors

#: A scale is k / 2**m with k below this, so that its product with a size is exact in FLOAT.
_FEW_BITS = 1 << 10
_FLOATS = ("FLOAT", "FLOAT16", "DOUBLE")
_INTEGERS = ("INT32", "INT64")


def site(node):
    """The Cast behind this node that makes an integer of the size."""
    use = ShapeTensors.of(node.graph.model).use_of(node)
    steps = list(reversed(use.through)) if use else []
    return next((step for step in steps if step.op_type == "Cast" and step.output().dtype in _INTEGERS), None)


REWRITE = Rewrite("sizes_in_integers", "Compute the size in integers", fits=lambda node: bool(site(node)))


def rewrite(node, edit):
    if node.op_type != "Cast" or node.output().dtype not in _INTEGERS:
        raise CannotRewrite("not a size that is cut to an integer")
    name = _cut(node.input(0), edit)
    edit.replace(node, [edit.cast(name, "INT32") if node.output().dtype == "INT32" else name])


def _cut(value, edit):
    """Name of the value, cut to INT64."""
    node = value.producer
    if node is not None and node.op_type in ("Floor", "Ceil"):
        return _quotient(node.input(0), edit, up=node.op_type == "Ceil")
    return _quotient(value, edit)


def _quotient(value, edit, up=False):
    name, over, under = _fraction(value, edit)
    if (over != 1).any():
        name = edit.add("Mul", [name, edit.constant(over)])
    if up and (under != 1).any():
        name = edit.add("Add", [name, edit.constant(under - 1)])
    return edit.add("Div", [name, edit.constant(under)]) if (under != 1).any() else name


def _fraction(value, edit):
    """(name of an INT64 value, numerator, denominator) that the value is the product of."""
    import numpy as np

    node, one = value.producer, np.ones((), np.int64)
    if node is None:
        raise CannotRewrite("%s is not computed from a size" % value.name)
    if node.op_type == "Cast" and node.input(0).dtype in _INTEGERS:
        first = node.input(0)
        return (first.name if first.dtype == "INT64" else edit.cast(first.name, "INT64")), one, one
    if node.op_type == "Cast" and node.input(0).dtype in _FLOATS:
        return _fraction(node.input(0), edit)
    if node.op_type in ("Floor", "Ceil"):
        return _cut(value, edit), one, one
    if node.op_type in ("Add", "Sub"):
        return _moved(node, edit)
    if node.op_type not in ("Mul", "Div"):
        raise CannotRewrite("%s of a size" % node.op_type)
    return _scaled(node, edit)


def _moved(node, edit):
    """A whole number more or less, which FLOAT adds to a quotient without crossing the next integer."""
    import numpy as np

    amount, other = edit.array(node.input(1)), node.input(0)
    if amount is None and node.op_type == "Add":
        amount, other = edit.array(other), node.input(1)
    if amount is None or (amount != np.rint(amount)).any() or (np.abs(amount) >= _FEW_BITS).any():
        raise CannotRewrite("what is added to the size is no small whole number")
    name, over, under = _fraction(other, edit)
    if (over != 1).any():
        name = edit.add("Mul", [name, edit.constant(over)])
    steps = amount.astype(np.int64) * under
    return edit.add(node.op_type, [name, edit.constant(steps)]), np.ones((), np.int64), under


def _scaled(node, edit):
    factor = edit.array(node.input(1))
    other = node.input(0)
    if factor is None and node.op_type == "Mul":
        factor, other = edit.array(other), node.input(1)
    if factor is None:
        raise CannotRewrite("the scale is not constant")
    name, over, under = _fraction(other, edit)
    up, down = _ratio(factor)
    if node.op_type == "Div":
        up, down = down, up
        if (down & (down - 1)).any() and ((over != 1).any() or (under != 1).any()):
            raise CannotRewrite("a quotient that is rounded in FLOAT is scaled again")
    elif (under & (under - 1)).any():
        raise CannotRewrite("a quotient that is rounded in FLOAT is scaled again")
    if ((over * up) >= _FEW_BITS).any() or ((under * down) >= _FEW_BITS).any():
        raise CannotRewrite("the scale has too many digits to be exact")
    return name, over * up, under * down


def _ratio(factor):
    """Numerators and denominators of positive numbers of few bits."""
    import numpy as np

    parts = [float(number).as_integer_ratio() for number in np.ravel(factor)]
    if any(not 0 < up < _FEW_BITS or down >= _FEW_BITS for up, down in parts):
        raise CannotRewrite("the scale has too many digits to be exact")
    shape = np.shape(factor)
    return tuple(np.array(column, np.int64).reshape(shape) for column in zip(*parts))
