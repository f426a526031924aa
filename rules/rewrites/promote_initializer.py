"""An input that a parser wants as weights, but that reaches the node through operators.

``Conv(x, w, Identity(b))`` becomes ``Conv(x, w, b)``; any other constant expression becomes an
initializer with its value. Exporters write the Identity when two layers share one tensor.
"""

from __future__ import annotations

from jetdoctor.recipes.quantization import quantized_partner
from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("promote_initializer", "Fold the constant input into an initializer", folds=True, exact=True)


def rewrite(node, edit):
    wanted = [index for index in range(len(node.inputs)) if node.present(index) and not node.input(index).is_weights()]
    others = [index for index in wanted if not _int8(node.input(index), edit)]
    if not (_promoted(node, edit, others) or _promoted(node, edit, wanted)):
        raise CannotRewrite("no input of %s is a constant expression" % (node.name or node.op_type))


def _int8(value, edit):
    """Whether it dequantizes weights of a product in INT8: as an initializer the product would be one of FLOAT."""
    made = value.producer
    return made is not None and made.op_type == "DequantizeLinear" and quantized_partner(made, edit.array)


def _promoted(node, edit, indices):
    changed = False
    for index in indices:
        value = node.input(index)
        source = _through_identities(value)
        array = edit.array(value) if source.initializer is None and value.is_constant_expression() else None
        if source.initializer is not None:
            edit.set_input(node, index, source.name)
        elif array is not None:
            edit.set_input(node, index, edit.constant(array))
        changed = changed or source.initializer is not None or array is not None
    return changed


def _through_identities(value):
    return value.behind(("Identity",))
