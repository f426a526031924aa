"""``data[mask] = value``: NonZero and ScatterND as a single Where (NonZero has no importer before TensorRT 8.5).

Taken only where NonZero is read by the Transpose of such an assignment alone, and the updates repeat one value.
"""

from __future__ import annotations

from jetdoctor.graph import MOVERS
from jetdoctor.rule import CannotRewrite, Rewrite


def _assigns(node):
    try:
        return bool(_assignment(node))
    except CannotRewrite:
        return False


REWRITE = Rewrite("nonzero_to_where", "Assign under the mask with Where", fits=_assigns)


def rewrite_model(model, edit):
    refusals = []
    for node in list(model.nodes()):
        if node.op_type != "NonZero":
            continue
        try:
            _assign(node, edit)
        except CannotRewrite as refusal:
            refusals.append(str(refusal))
    if not edit.touched:
        raise CannotRewrite(refusals[0] if refusals else "the model has no NonZero")


def _assignment(node):
    """The ScatterND that alone reads the places."""
    scatter = _only_reader(_only_reader(node, "Transpose"), "ScatterND")
    places = scatter.input(1).producer
    if places is None or places.op_type != "Transpose" or scatter.attr("reduction", "none") != "none":
        raise CannotRewrite("the indices are used for more than an assignment")
    return scatter


def _assign(node, edit):
    scatter = _assignment(node)
    data, mask, place = scatter.input(0), node.input(0), edit.at(scatter)
    rank, covered = place.rank(data), place.rank(mask)
    value = _repeated(edit, scatter.input(2))
    if covered > rank or not _covers(data, mask):
        raise CannotRewrite("the mask may be smaller than the data")
    value = place.scalar(value, place.dtype(data))
    chosen = mask.name if place.dtype(mask) == "BOOL" else place.cast(mask.name, "BOOL")
    if covered < rank:
        chosen = place.unsqueeze(chosen, list(range(covered, rank)))
    place.replace(scatter, [place.add("Where", [chosen, value, data.name])])


def _only_reader(node, op_type):
    # How many places there are is asked to repeat the value: that goes with the assignment.
    readers = [reader for reader in node.output().consumers if reader.op_type not in ("Shape", "Size")]
    if len(readers) != 1 or readers[0].op_type != op_type or node.outputs[0] in node.graph.output_names:
        raise CannotRewrite("the indices are used for more than an assignment")
    if readers[0].graph is not node.graph:
        raise CannotRewrite("the assignment is in another graph")
    return readers[0]


def _repeated(edit, updates):
    """The one value that the updates repeat."""
    array = edit.array(updates)
    array = edit.array(updates.behind(MOVERS)) if array is None else array
    if array is None or array.size == 0 or not (array == array.reshape(-1)[0]).all():
        raise CannotRewrite("the assigned values differ, or are not constant")
    return array.reshape(-1)[0]


def _covers(data, mask):
    """Whether the mask has the data's sizes: as declared, or by an Expand to the data's Shape."""
    dims, covered = data.shape, mask.shape
    if dims and covered and all(a == b and a is not None for a, b in zip(dims, covered)):
        return True
    expand = mask.producer
    if expand is None or expand.op_type != "Expand":
        return False
    shape = expand.input(1).producer
    if shape is None or shape.op_type != "Shape" or shape.input(0).name != data.name:
        return False
    # An Expand never makes an axis smaller: where the mask were larger, its places lie outside the data.
    return not shape.attr("start", 0) and not shape.has_attr("end")
