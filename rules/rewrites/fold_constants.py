"""Everything that follows from constants and known sizes becomes an initializer.

Only values that a remaining node reads are written; what led to them goes with the last reader.
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("fold_constants", "Fold constant expressions", folds=True, exact=True)

#: values with more elements than this are kept as expressions, unless they come from weights alone
_LARGEST = 1 << 22


def rewrite_model(model, edit):
    known = {}
    for node in (node for graph in model.graphs() if not graph.is_function for node in graph.nodes):
        array = _value(node, edit)
        if array is not None:
            known[id(node)] = (node, array)
    folded = 0
    for node, array in known.values():
        # What only folded nodes read goes with them.
        if any(id(reader) not in known for reader in node.output().consumers) or _leaves_branch(node):
            place = edit.at(node)
            place.replace(node, [place.constant(array, node.outputs[0] + "/folded")])
            folded += 1
    if not folded:
        raise CannotRewrite("nothing in the model can be folded")


def _value(node, edit):
    if node.op_type in ("Constant", "QuantizeLinear", "DequantizeLinear") or not node.outputs:
        return None
    if len([name for name in node.outputs if name]) != 1 or node.outputs[0] in node.graph.output_names:
        return None
    array = edit.array(node.output())
    return None if array is None or array.size > _LARGEST or array.dtype == object else array


def _leaves_branch(node):
    """Whether a subgraph hands the value out as it is."""
    return any(node.outputs[0] in below.output_names for below in node.graph.walk())
