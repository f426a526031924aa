"""Unsigned integers of 32 or 64 bits between two Casts travel as the signed type with the same bits.

PyTorch's dynamo exporter shifts INT32 as UINT32. Taken only where every operator gives the same bits in both
types: Casts from and to the signed type, and what moves elements, adds, multiplies or selects them.
"""

from __future__ import annotations

from jetdoctor.graph import DTYPE_NAMES, MOVERS
from jetdoctor.rule import CannotRewrite, Rewrite


def _is_unsigned(node):
    types = _types(node)
    if node.op_type == "Cast" and node.attr("to"):
        types = {node.input(0).dtype, DTYPE_NAMES.get(node.attr("to"))}
    interface = {value.dtype for value in _interface(node.graph.model)}
    return bool(types & {None, *_SIGNED} - interface.intersection(_SIGNED))


REWRITE = Rewrite(
    "unsigned_as_signed", "Carry unsigned integers in the signed type of the same width", fits=_is_unsigned
)

_SIGNED = {"UINT32": "INT32", "UINT64": "INT64"}

#: operators that give the same bits whether or not the highest one is a sign
_SAME_BITS = MOVERS | set("Add Concat Constant Equal Mul Shape Size Sub Where".split())


def rewrite_model(model, edit):
    if model.functions:
        raise CannotRewrite("the types in a local function are not known")
    used = {dtype for node in model.nodes() for dtype in _types(node)}
    used.update(value.dtype for value in _interface(model))
    for old, new in _SIGNED.items():
        if old in used:
            _judge(model, old, new)
            edit.retype(old, new)
            return  # the other one has a finding of its own
    raise CannotRewrite("the model has no unsigned integers of 32 or 64 bits")


def _judge(model, old, new):
    for value in _interface(model):
        if value.dtype == old:
            raise CannotRewrite("%s is an input or output of type %s" % (value.name, old))
    for node in model.nodes():
        types = _types(node)
        if old not in types:
            continue
        if node.op_type == "Cast" and types <= {old, new}:
            continue
        if node.op_type not in _SAME_BITS:
            raise CannotRewrite("%s computes in %s" % (node.op_type, old))


def _types(node):
    values = [node.input(i) for i, name in enumerate(node.inputs) if name]
    return {v.dtype for v in values + [node.output(i) for i, name in enumerate(node.outputs) if name]}


def _interface(model):
    return [model.main.value(name) for name in model.main.input_names + model.main.output_names]
