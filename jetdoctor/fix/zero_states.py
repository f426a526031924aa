"""Initial states of LSTM, GRU and RNN that are zeros: what the operators take by themselves when there is none.

Exporters spell them out from the size of the batch, and that arithmetic goes with them.
"""

from __future__ import annotations

from typing import Any, Dict

#: inputs of initial states, as ONNX defines the operators
STATES = {"LSTM": (5, 6), "GRU": (5,), "RNN": (5,)}
#: operators that make nothing else of zeros, whatever their other inputs are
_KEEP_ZEROS = {
    "Identity", "Expand", "Tile", "Slice", "Reshape", "Transpose", "Squeeze", "Unsqueeze", "Flatten", "Gather", "Cast",
}  # fmt: skip


def leave_out(graph: Any) -> bool:
    """Leave out zero states of the nodes of a GraphProto, in place; whether there were any."""
    makers = {name: node for node in graph.node for name in node.output if name}
    given = {value.name for value in graph.input}
    constants = {tensor.name: tensor for tensor in graph.initializer if tensor.name not in given}
    found = False
    for node in graph.node:
        for index in STATES.get(node.op_type, ()) if not node.domain else ():
            if index < len(node.input) and node.input[index] and _zero(node.input[index], makers, constants):
                node.input[index] = ""
                found = True
        while found and node.op_type in STATES and node.input and not node.input[-1]:
            del node.input[-1]
    return found


def _zero(name: str, makers: Dict[str, Any], constants: Dict[str, Any]) -> bool:
    """Whether a tensor is zeros, whatever its size."""
    waiting = [name]
    seen = set()
    while waiting:
        name = waiting.pop()
        node = makers.get(name)
        if name in seen:
            continue
        seen.add(name)
        if name in constants:
            if not _is_zero(constants[name]):
                return False
        elif node is None or node.domain:
            return False
        elif node.op_type in _KEEP_ZEROS:
            waiting.append(node.input[0])
        elif node.op_type == "Concat":
            waiting.extend(node.input)
        elif not _constant_zero(node):
            return False
    return True


def _constant_zero(node: Any) -> bool:
    if node.op_type == "ConstantOfShape" and not node.attribute:
        return True
    if node.op_type not in ("ConstantOfShape", "Constant") or node.attribute[0].type != 4:
        return False
    return _is_zero(node.attribute[0].t)


def _is_zero(tensor: Any) -> bool:
    from onnx import numpy_helper

    return tensor.data_location != 1 and not numpy_helper.to_array(tensor).any()
