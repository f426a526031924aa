"""Integers of 8 and 16 bits between two Casts travel as INT32 or FLOAT: the same numbers in a type that parsers know.

Taken only where every value fits the narrow type, so that nothing wrapped: Casts from BOOL or from a type
that is contained in it, and operators that only move elements.
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("cast_int32", "Carry the small integers in a wider type")

_SMALL = ("UINT8", "INT8", "UINT16", "INT16")

#: types whose every value the key holds
_HOLDS = {
    "UINT8": ("BOOL", "UINT8"),
    "INT8": ("BOOL", "INT8"),
    "UINT16": ("BOOL", "UINT8", "UINT16"),
    "INT16": ("BOOL", "UINT8", "INT8", "INT16"),
}

_MOVES = (
    "Identity Reshape Transpose Squeeze Unsqueeze Flatten Slice Gather GatherND GatherElements Expand Tile "
    "DepthToSpace SpaceToDepth"
).split()


def rewrite(node, edit):
    output, source = node.output(), edit.dtype(node.input(0))
    if node.op_type not in ["Cast", *_MOVES] or output.dtype not in _SMALL:
        raise CannotRewrite("%s computes in %s" % (node.op_type, output.dtype or "a type that is not known"))
    if source not in _HOLDS[output.dtype]:
        raise CannotRewrite("values of %s may wrap in %s" % (source, output.dtype))
    readers = output.consumers
    if not readers or output.name in node.graph.output_names or any(r.op_type != "Cast" for r in readers):
        raise CannotRewrite("%s is read as %s" % (output.name, output.dtype))
    # TensorRT 8.5 casts UINT8 to floats only.
    wide = edit.cast(node.inputs[0], "INT32" if source == "BOOL" else "FLOAT")
    if node.op_type != "Cast":
        wide = edit.again(node, [wide, *node.inputs[1:]])
    edit.replace(node, [wide], retyped=True)
