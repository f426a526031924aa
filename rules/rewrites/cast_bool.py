"""An operator that only moves elements, refused for booleans or small integers: between two casts.

Booleans travel as INT32, small integers as FLOAT, which holds them all: TensorRT 8.5 casts UINT8 to floats only.
"""

from __future__ import annotations

from jetdoctor.graph import MOVERS
from jetdoctor.rule import CannotRewrite, Rewrite


def _moves_carried(node):
    types = {node.input(i).dtype for i in _data(node) if node.present(i)}
    return None in types or len(types.intersection(_CARRIED)) == 1


def _data(node):
    """Numbers of the inputs whose elements the result holds."""
    return range(len(node.inputs)) if node.op_type == "Concat" else _DATA.get(node.op_type, ())


REWRITE = Rewrite("cast_bool", "Carry booleans and small integers in a wider type", fits=_moves_carried)

_CARRIED = ("BOOL", "UINT8", "INT8", "UINT16", "INT16")

#: operators whose result holds elements of their inputs only, with the inputs that are data
_DATA = {
    **dict.fromkeys(MOVERS, (0,)), "Compress": (0,), "Pad": (0, 2), "Where": (1, 2),
    "ScatterElements": (0, 2), "ScatterND": (0, 2), "Scatter": (0, 2),
}  # fmt: skip


def rewrite(node, edit):
    types = {node.input(i).dtype for i in range(len(node.inputs)) if node.present(i)} & set(_CARRIED)
    if not types:
        raise CannotRewrite("nothing that %s reads is BOOL or a small integer" % node.op_type)
    chosen = [i for i in _data(node) if node.present(i) and node.input(i).dtype in types]
    moved = {node.input(i).dtype for i in chosen}
    if len(moved) != 1:
        raise CannotRewrite("%s does more with %s than move it" % (node.op_type, " and ".join(sorted(types))))
    (dtype,) = moved
    inputs = list(node.inputs)
    for index in chosen:
        inputs[index] = edit.cast(inputs[index], "INT32" if dtype == "BOOL" else "FLOAT")
    results = edit.again(node, inputs, len(node.outputs))
    results = [results] if len(node.outputs) == 1 else results
    edit.replace(node, [edit.cast(result, dtype) for result in results])
