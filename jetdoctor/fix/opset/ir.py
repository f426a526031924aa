"""The IR version that goes with an opset, so that the readers of that time open the file."""

from __future__ import annotations

from typing import Any, Iterator

#: First IR version whose element types include these (onnx.proto, history of the Version enum).
_ELEMENT_SINCE = {16: 4, 17: 9, 18: 9, 19: 9, 20: 9, 21: 10, 22: 10, 23: 11, 24: 13, 25: 13, 26: 13}
_FUNCTIONS_SINCE, _OVERLOADS_SINCE, FREE_INITIALIZERS_SINCE = 8, 10, 4


def lowered_ir_version(model: Any) -> int:
    """The smallest IR version that the model's opsets and contents allow, never above its present one."""
    from onnx import helper

    wanted = [FREE_INITIALIZERS_SINCE]
    table = {version: ir for _, ir, version, *_ in reversed(helper.VERSION_TABLE)}
    wanted += [
        table[o.version] for o in model.opset_import if o.domain in ("", "ai.onnx") and o.version in table
    ]
    if model.functions:
        wanted.append(_FUNCTIONS_SINCE)
    if any(getattr(function, "overload", "") for function in model.functions):
        wanted.append(_OVERLOADS_SINCE)
    wanted += [_ELEMENT_SINCE.get(number, 0) for number in _element_types(model.graph)]
    return min(model.ir_version, max(wanted)) or model.ir_version


def _element_types(graph: Any) -> Iterator[int]:
    for tensor in graph.initializer:
        yield tensor.data_type
    for values in (graph.input, graph.output, graph.value_info):
        for value in values:
            yield value.type.tensor_type.elem_type
