"""Cast between UINT8 and another integer in two steps, by way of FLOAT: TensorRT 8.5 casts UINT8 to floats only."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("cast_through_float", "Cast by way of FLOAT")


def rewrite(node, edit):
    source = edit.dtype(node.input(0))
    if node.op_type != "Cast" or source not in ("UINT8", "BOOL"):
        raise CannotRewrite("values of %s may not be whole numbers of FLOAT" % source)
    middle = edit.cast(node.inputs[0], "FLOAT")
    edit.replace(node, [edit.again(node, [middle])])
