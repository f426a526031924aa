"""Sizes for the dims that a model leaves open, with shared symbols kept equal."""

from __future__ import annotations

import ast
import operator
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

from jetdoctor.types import UsageError

_OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Div: operator.floordiv,
}

#: Two sizes for an open dim by what it is: both legal for networks that halve an image five times.
BATCH, SPATIAL, SEQUENCE = (1, 2), (64, 96), (8, 12)


def data_inputs(model: Any) -> List[Any]:
    """Inputs that a caller feeds: graph inputs that are not initializers, as ``graph.Value``."""
    main = model.main
    return [main.value(name) for name in main.input_names if name not in main.initializers]


def open_dims(model: Any, given: Sequence[str] = ()) -> Dict[str, Tuple[int, int]]:
    """Every open dim by its symbol, or by ``"input:axis"`` without one, with two sizes to try.

    A dim that is an expression of others (``"past + 1"``) is not open itself. Inputs named in
    ``given`` may lack a shape.
    """
    found: Dict[str, Tuple[int, int]] = {}
    for value in _tensors(model):
        if value.shape is None and value.name in given:
            continue
        shape = shape_of(value)
        for axis, dim in enumerate(shape):
            if not isinstance(dim, int):
                found.setdefault(dim or "%s:%d" % (value.name, axis), _two_sizes(shape, axis))
    return {dim: two for dim, two in found.items() if not _is_expression(dim, found)}


def _tensors(model: Any) -> List[Any]:
    return [value for value in data_inputs(model) if value.kind == "tensor"]


def _is_expression(dim: str, symbols: Mapping[str, Any]) -> bool:
    names = [] if dim.isidentifier() or ":" in dim else _names_in(dim)
    return bool(names) and all(name in symbols for name in names)


def _two_sizes(shape: Sequence[Any], axis: int) -> Tuple[int, int]:
    if axis == 0:
        return BATCH
    return SPATIAL if len(shape) in (4, 5) and axis >= 2 else SEQUENCE


def shape_of(value: Any) -> Tuple[Any, ...]:
    """Declared dims, completed by what the weights of Conv, MatMul and Gemm imply."""
    shape = value.shape
    for node in value.consumers:
        implied = _implied(node, value.name)
        if implied is None:
            continue
        if shape is None:
            shape = (None,) * (implied[0] or 2)
        rank, axis, size = implied
        axis %= len(shape)
        if shape[axis] is None or isinstance(shape[axis], str):
            shape = shape[:axis] + (size,) + shape[axis + 1 :]
    if shape is None:
        raise UsageError(
            "input %r declares no shape; give it with --shapes %s=1x3x224x224" % (value.name, value.name)
        )
    return shape


def _implied(node: Any, name: str) -> Optional[Tuple[Optional[int], int, int]]:
    """(rank or None, axis, size) of input ``name`` as the weight beside it demands."""
    if not node.inputs or node.inputs[0] != name or not node.present(1):
        return None
    weight = node.input(1).static_shape
    if not weight:
        return None
    if node.op_type == "Conv" and len(weight) > 2:
        return len(weight), 1, weight[1] * node.attr("group", 1)
    if node.op_type == "MatMul" and len(weight) >= 2:
        return None, -1, weight[-2]
    if node.op_type == "Gemm" and not node.attr("transA", 0):
        return 2, 1, weight[1] if node.attr("transB", 0) else weight[0]
    return None


def resolve(
    model: Any, dims: Optional[Mapping[str, int]] = None, shapes: Optional[Mapping[str, Sequence[int]]] = None
) -> Dict[str, Tuple[int, ...]]:
    """A full shape for every tensor input: ``shapes`` by input name first, then ``dims`` by symbol.

    Raises ``UsageError`` for a name or symbol that the model does not have, or a rank that differs.
    """
    given = dict(shapes or {})
    names = [value.name for value in data_inputs(model)]
    for name in given:
        if name not in names:
            raise UsageError("the model has no input %r; it has %s" % (name, ", ".join(names) or "none"))
    sizes = {dim: two[0] for dim, two in open_dims(model, tuple(given)).items()}
    for symbol in dims or ():
        if symbol not in sizes:
            known = ", ".join(sizes) or "none"
            raise UsageError("the model has no dynamic dim %r; it has %s" % (symbol, known))
    sizes.update(_symbols_of(model, given))
    sizes.update(dims or {})
    return {value.name: _sized(value, given.get(value.name), sizes) for value in _tensors(model)}


def _symbols_of(model: Any, shapes: Mapping[str, Sequence[int]]) -> Dict[str, int]:
    """What given shapes say about symbols that other inputs share."""
    found: Dict[str, int] = {}
    for value in data_inputs(model):
        declared, given = value.shape, shapes.get(value.name)
        if declared is None or given is None:
            continue
        if len(declared) != len(given):
            raise UsageError("input %r has rank %d, not %d" % (value.name, len(declared), len(given)))
        found.update((dim, int(size)) for dim, size in zip(declared, given) if isinstance(dim, str) and dim)
    return found


def _sized(value: Any, given: Optional[Sequence[int]], sizes: Mapping[str, int]) -> Tuple[int, ...]:
    if given is not None:
        return tuple(int(size) for size in given)
    shape = []
    for axis, dim in enumerate(shape_of(value)):
        if not isinstance(dim, int):
            key = dim or "%s:%d" % (value.name, axis)
            dim = sizes[key] if key in sizes else _evaluate(key, sizes)
        shape.append(dim)
    return tuple(shape)


def _names_in(expression: str) -> List[str]:
    try:
        return [n.id for n in ast.walk(ast.parse(expression, mode="eval")) if isinstance(n, ast.Name)]
    except (SyntaxError, ValueError):
        return []


def _evaluate(expression: str, sizes: Mapping[str, int]) -> int:
    """Size of a dim written as arithmetic over other symbols; a default when that fails."""

    def value(node: ast.AST) -> int:
        if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
            return _OPERATORS[type(node.op)](value(node.left), value(node.right))
        if isinstance(node, ast.Name):
            return sizes[node.id]
        return int(ast.literal_eval(node))  # type: ignore[arg-type]

    try:
        return max(0, value(ast.parse(expression, mode="eval").body))
    except (SyntaxError, ValueError, KeyError, ZeroDivisionError, TypeError):
        return SEQUENCE[0]
