"""A graph input of a type that the parser does not know becomes FLOAT, and so does what only moves it.

The caller has to feed FLOAT then: unsafe. Values of 8 and 16 bits are the same numbers in FLOAT.
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("narrow_input_type", "Take the input as FLOAT", "unsafe", choice="input-types")

_EXACT = ("UINT8", "INT8", "UINT16", "INT16", "BOOL")


def rewrite_model(model, edit):
    value = model.main.value(edit.tensor)
    if value.dtype not in _EXACT or not value.is_graph_input:
        raise CannotRewrite("%s of %s does not fit FLOAT" % (edit.tensor or "the value", value.dtype))
    proto = type(model.proto)()
    proto.CopyFrom(model.proto)
    for info in proto.graph.input:
        if info.name == edit.tensor:
            info.type.tensor_type.elem_type = 1
    del proto.graph.value_info[:]  # types follow from the input
    edit.become(proto)
