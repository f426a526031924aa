"""An operator that only moves elements, refused for booleans: carried out on INT32 between two casts."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("cast_bool", "Carry booleans as INT32")

#: operators whose result holds elements of their inputs only, with the inputs that are data
_DATA = {
    "Tile": (0,), "Expand": (0,), "Reshape": (0,), "Transpose": (0,), "Slice": (0,), "Gather": (0,),
    "GatherElements": (0,), "GatherND": (0,), "Squeeze": (0,), "Unsqueeze": (0,), "Flatten": (0,),
    "Pad": (0, 2), "Where": (1, 2), "Split": (0,), "DepthToSpace": (0,), "SpaceToDepth": (0,),
    "ScatterElements": (0, 2), "ScatterND": (0, 2), "Scatter": (0, 2), "Compress": (0,),
}  # fmt: skip


def rewrite(node, edit):
    data = range(len(node.inputs)) if node.op_type == "Concat" else _DATA.get(node.op_type, ())
    chosen = [i for i in data if node.present(i) and node.input(i).dtype == "BOOL"]
    if not any(node.input(i).dtype == "BOOL" for i in range(len(node.inputs)) if node.present(i)):
        raise CannotRewrite("nothing that %s reads is BOOL" % node.op_type)
    if not chosen:
        raise CannotRewrite("%s does more with booleans than move them" % node.op_type)
    inputs = list(node.inputs)
    for index in chosen:
        inputs[index] = edit.cast(inputs[index], "INT32")
    results = edit.again(node, inputs, len(node.outputs))
    results = [results] if len(node.outputs) == 1 else results
    edit.replace(node, [edit.cast(result, "BOOL") for result in results])
