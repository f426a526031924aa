"""A model with operators newer than its opset says 13 to 16 declares 17.

ONNX Runtime's optimizer writes LayerNormalization at any opset. From 13 to 17 operators only gained attributes whose
defaults are the old meaning, except RoiAlign (onnx Changelog).
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("declare_opset", "Declare opset 17")

_FIRST, _TO = 13, 17


def rewrite_model(model, edit):
    from onnx import checker, defs

    names = {node.op_type for node in model.nodes() if node.domain in ("", "ai.onnx")}
    if not _FIRST <= model.opset("") < _TO or model.functions or "RoiAlign" in names:
        raise CannotRewrite("opset %d does not mean the same as %d" % (model.opset(""), _TO))
    if not all(defs.has(name, _TO) for name in names if defs.has(name)):
        raise CannotRewrite("an operator is newer than opset %d" % _TO)
    proto = type(model.proto)()
    proto.CopyFrom(model.proto)
    for imported in proto.opset_import:
        if imported.domain in ("", "ai.onnx"):
            imported.version = _TO
    try:
        checker.check_model(proto)
    except Exception as error:
        raise CannotRewrite(str(error).strip().split("\n")[0]) from None
    edit.become(proto)
