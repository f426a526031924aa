"""An input that a parser wants as weights, but that reaches the node through operators.

``Conv(x, w, Identity(b))`` becomes ``Conv(x, w, b)``; any other constant expression becomes an
initializer with its value. Exporters write the Identity when two layers share one tensor.
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("promote_initializer", "Read the constant input straight from an initializer", folds=True)


def rewrite(node, edit):
    changed = False
    for index in range(len(node.inputs)):
        value = node.input(index)
        if not node.present(index) or value.is_weights():
            continue
        source = _through_identities(value)
        if source.initializer is not None:
            edit.set_input(node, index, source.name)
            changed = True
            continue
        array = edit.array(value) if value.is_constant_expression() else None
        if array is not None:
            edit.set_input(node, index, edit.constant(array))
            changed = True
    if not changed:
        raise CannotRewrite("no input of %s is a constant expression" % (node.name or node.op_type))


def _through_identities(value):
    return value.behind(("Identity",))
