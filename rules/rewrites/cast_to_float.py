"""An operator that refuses integers, carried out on FLOAT between two casts.

Exact as long as every value is below 2^24 in magnitude, which is shown for what is known at this
point (constants, booleans, 8- and 16-bit types); anything else is not safe.
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

#: operators that give values of their inputs or integers that count, by whether the result is cast back
_BACK = {
    "TopK": (True, False), "ArgMax": (False,), "ArgMin": (False,), "ReduceMax": (True,),
    "ReduceMin": (True,), "ReduceSum": (True,), "ReduceMean": (True,), "Abs": (True,), "Neg": (True,),
    "Relu": (True,), "Clip": (True,), "Resize": (True,), "Pad": (True,), "MatMul": (True,),
    "CumSum": (True,), "Round": (True,), "Floor": (True,), "Ceil": (True,), "Sign": (True,),
    "MaxPool": (True,), "Gemm": (True,),
}  # fmt: skip
_INTEGERS = ("INT8", "UINT8", "INT16", "UINT16", "INT32", "INT64", "UINT32", "UINT64", "BOOL")
#: inputs that are not data, though they may be integers
_STEERING = {"TopK": (1,), "Resize": (1, 2, 3), "Pad": (1, 3), "CumSum": (1,)}


def _fits(node):
    return node.op_type in _BACK and node.input(0).dtype in (None, *_INTEGERS)


REWRITE = Rewrite("cast_to_float", "Compute in FLOAT", "unsafe", fits=_fits, choice="precision")


def rewrite(node, edit):
    back = _BACK.get(node.op_type)
    dtype = edit.dtype(node.input(0))
    if back is None or dtype not in _INTEGERS:
        raise CannotRewrite("%s of %s is not computed in FLOAT" % (node.op_type, dtype))
    steering = _STEERING.get(node.op_type, (1,) if node.op_type.startswith("Reduce") else ())
    inputs = list(node.inputs)
    for index, name in enumerate(inputs):
        if name and index not in steering and node.input(index).dtype == dtype:
            inputs[index] = edit.cast(name, "FLOAT")
    results = edit.again(node, inputs, len(node.outputs))
    results = [results] if len(node.outputs) == 1 else results
    edit.replace(node, [edit.cast(r, dtype) if cast else r for r, cast in zip(results, back)])
