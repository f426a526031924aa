"""Integers of 8 and 16 bits between two Casts travel as INT32 or FLOAT: the same numbers in a type that parsers know.

Casts from BOOL or from a type that is contained in the narrow one, and operators that only move elements, need no
more. A Cast of wider numbers keeps their low bits, as ONNX says of integers; of floats outside of the narrow type it
says nothing, and ONNX Runtime does the same.
"""

from __future__ import annotations

from jetdoctor.graph import MOVERS
from jetdoctor.rule import CannotRewrite, Rewrite


def _gives_small_integers(node):
    output = node.output()
    if node.op_type not in ("Cast",) + _MOVES or output.dtype not in _SMALL + (None,):
        return False
    if _does_nothing(node, node.input(0).dtype):
        return True
    return output.name not in node.graph.output_names and all(_takes_wider(reader) for reader in output.consumers)


def _does_nothing(node, source):
    return node.op_type in ("Cast", "Identity") and source is not None and source == node.output().dtype


def _takes_wider(reader):
    """Whether the reader is a Cast, or an operator that other rewrites put behind one."""
    return reader.op_type in ("ArgMax", "ArgMin", "Cast", "Concat", "Pad", "Where") + _MOVES


REWRITE = Rewrite("cast_int32", "Carry the small integers in a wider type", fits=_gives_small_integers)

_SMALL = ("UINT8", "INT8", "UINT16", "INT16")

#: types whose every value the key holds
_HOLDS = {
    "UINT8": ("BOOL", "UINT8"),
    "INT8": ("BOOL", "INT8"),
    "UINT16": ("BOOL", "UINT8", "UINT16"),
    "INT16": ("BOOL", "UINT8", "INT8", "INT16"),
}

#: types of which the low bits are kept
_WIDER = ("FLOAT", "FLOAT16", "DOUBLE", "INT32", "INT64")

_MOVES = tuple(sorted(MOVERS - {"Split"}))


def rewrite(node, edit):
    output, source = node.output(), edit.dtype(node.input(0))
    if node.op_type not in ("Cast",) + _MOVES or output.dtype not in _SMALL:
        raise CannotRewrite("%s computes in %s" % (node.op_type, output.dtype or "a type that is not known"))
    if _does_nothing(node, source):
        edit.replace(node, [node.inputs[0]])
        return
    fits = source in _HOLDS[output.dtype]
    if not fits and (node.op_type != "Cast" or source not in _WIDER):
        raise CannotRewrite("values of %s may wrap in %s" % (source, output.dtype))
    readers = output.consumers
    if not readers or output.name in node.graph.output_names or any(r.op_type != "Cast" for r in readers):
        raise CannotRewrite("%s is read as %s" % (output.name, output.dtype))
    if not fits:
        edit.replace(node, [_low_bits(edit, edit.cast(node.inputs[0], "INT32"), output.dtype)], retyped=True)
        return
    # TensorRT 8.5 casts UINT8 to floats only.
    wide = edit.cast(node.inputs[0], "INT32" if source == "BOOL" else "FLOAT")
    if node.op_type != "Cast":
        wide = edit.again(node, [wide, *node.inputs[1:]])
    edit.replace(node, [wide], retyped=True)


def _low_bits(edit, name, dtype):
    """What is left of an INT32 in the narrow type, as an INT32."""
    steps = 1 << (8 if dtype.endswith("8") else 16)
    low = edit.add("Mod", [name, edit.scalar(steps, "INT32")])
    if dtype.startswith("UINT"):
        return low
    negative = edit.add("Greater", [low, edit.scalar(steps // 2 - 1, "INT32")])
    return edit.add("Where", [negative, edit.add("Sub", [low, edit.scalar(steps, "INT32")]), low])
