"""The open sizes of a model's inputs: what is declared, what the weights beside them demand, which are formulas."""

from __future__ import annotations

import ast
import operator
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

from jetdoctor.graph import Dim, Model, Node, Shape, Value

_OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Div: operator.floordiv,
}

#: Operators whose output has the sizes of their first input.
_SAME_SIZES = ("Cast", "Clip", "DequantizeLinear", "Identity", "QuantizeLinear", "Relu", "Sigmoid")

#: How many operators are followed from an input to the one whose weights tell a size.
_STEPS = 4


def data_inputs(model: Model) -> List[Value]:
    """Inputs that a caller feeds: graph inputs that are not initializers."""
    main = model.main
    return [main.value(name) for name in main.input_names if name not in main.initializers]


def tensors(model: Model) -> List[Value]:
    """Those of them that are tensors."""
    return [value for value in data_inputs(model) if value.kind == "tensor"]


def key_of(name: str, axis: int, dim: Dim) -> str:
    """What an open size goes by: its symbol, or ``input:axis`` without one."""
    return str(dim) if dim else "%s:%d" % (name, axis)


def shape_of(value: Value) -> Shape:
    """Declared dims, completed by what the weights of Conv, MatMul, Gemm … imply; None when the rank is unknown."""
    shape = value.shape
    for rank, axis, size in _implied(value, _STEPS):
        if shape is None:
            shape = (None,) * (rank or 2)
        axis %= len(shape) or 1
        if axis < len(shape) and not isinstance(shape[axis], int):
            shape = shape[:axis] + (size,) + shape[axis + 1 :]
    return shape


def _implied(value: Value, steps: int) -> List[Tuple[Optional[int], int, int]]:
    """(rank or None, axis, size) that the readers of a value demand."""
    found = []
    for node in value.consumers:
        if not node.inputs or node.inputs[0] != value.name:
            continue
        if node.op_type in _SAME_SIZES:
            found += _implied(node.output(), steps - 1) if steps else []
        elif node.op_type == "Transpose" and node.attr("perm") and steps:
            perm = node.attr("perm")
            for rank, axis, size in _implied(node.output(), steps - 1):
                if rank == len(perm) or -len(perm) <= axis < len(perm):
                    found.append((len(perm), perm[axis], size))
        else:
            found += _demanded(node)
    return found


def _demanded(node: Node) -> List[Tuple[Optional[int], int, int]]:
    """What a node's weights demand of its first input."""
    weight = node.input(1).static_shape if node.present(1) else None
    if not weight:
        return []
    if node.op_type == "Conv" and len(weight) > 2:
        return [(len(weight), 1, weight[1] * node.attr("group", 1))]
    if node.op_type == "ConvTranspose" and len(weight) > 2:
        return [(len(weight), 1, weight[0])]
    if node.op_type == "MatMul" and len(weight) >= 2:
        return [(None, -1, weight[-2])]
    if node.op_type == "Gemm" and len(weight) == 2 and not node.attr("transA", 0):
        return [(2, 1, weight[1] if node.attr("transB", 0) else weight[0])]
    if node.op_type in ("GRU", "LSTM", "RNN") and len(weight) == 3:
        return [(3, 2, weight[2])]
    if node.op_type in ("BatchNormalization", "InstanceNormalization"):
        return [(None, 1, weight[0])]
    return []


def open_keys(model: Model) -> Dict[str, Tuple[Value, int]]:
    """Every open size by its key, with the first input and axis that has it; formulas of others are none.

    Inputs of unknown rank have no axes to speak of and are left out.
    """
    found: Dict[str, Tuple[Value, int]] = {}
    for value in tensors(model):
        for axis, dim in enumerate(shape_of(value) or ()):
            if not isinstance(dim, int) or dim < 0:
                found.setdefault(key_of(value.name, axis, dim if isinstance(dim, str) else None), (value, axis))
    return {key: place for key, place in found.items() if not is_formula(key, found)}


def sized(value: Value, sizes: Mapping[str, int], default: int) -> Optional[Tuple[int, ...]]:
    """A full shape for an input from sizes by key; None when its rank is unknown."""
    declared = shape_of(value)
    if declared is None:
        return None
    shape = []
    for axis, dim in enumerate(declared):
        if not isinstance(dim, int) or dim < 0:
            key = key_of(value.name, axis, dim if isinstance(dim, str) else None)
            dim = sizes[key] if key in sizes else _evaluate(key, sizes, default)
        shape.append(dim)
    return tuple(shape)


def is_formula(dim: str, symbols: Mapping[str, Any]) -> bool:
    """Whether it is arithmetic over other symbols, such as ``past + 1``."""
    names = [] if dim.isidentifier() or ":" in dim else _names_in(dim)
    return bool(names) and all(name in symbols for name in names)


def _names_in(expression: str) -> Sequence[str]:
    try:
        return [n.id for n in ast.walk(ast.parse(expression, mode="eval")) if isinstance(n, ast.Name)]
    except (SyntaxError, ValueError):
        return []


def _evaluate(expression: str, sizes: Mapping[str, int], default: int) -> int:
    """Size of a dim written as arithmetic over other symbols; ``default`` when that fails."""

    def value(node: ast.AST) -> int:
        if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
            return _OPERATORS[type(node.op)](value(node.left), value(node.right))
        if isinstance(node, ast.Name):
            return sizes[node.id]
        return int(ast.literal_eval(node))  # type: ignore[arg-type]

    try:
        return max(0, value(ast.parse(expression, mode="eval").body))
    except (SyntaxError, ValueError, KeyError, ZeroDivisionError, TypeError):
        return default
