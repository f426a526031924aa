"""Cast between UINT8 and whole numbers by way of FLOAT, which holds every value of UINT8 exactly.

What does not fit UINT8 wraps in ONNX (the higher bits are lost): the remainder of a division by 256.
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("cast_through_float", "Cast through FLOAT")

_WHOLE = ("INT8", "INT16", "INT32", "INT64", "UINT16", "UINT32")


def rewrite(node, edit):
    source, wanted, name = edit.dtype(node.input(0)), node.output().dtype, node.inputs[0]
    if wanted == "UINT8" and source in _WHOLE:
        wide = name if source in ("INT32", "INT64") else edit.cast(name, "INT64")
        name = edit.add("Mod", [wide, edit.scalar(256, source if wide == name else "INT64")])
    elif (wanted, source) != ("UINT8", "BOOL") and (source != "UINT8" or wanted not in (*_WHOLE, "BOOL", "UINT8")):
        raise CannotRewrite("a cast from %s to %s is not one between UINT8 and whole numbers" % (source, wanted))
    edit.replace(node, [edit.cast(edit.cast(name, "FLOAT"), wanted)])
