"""Fixed sizes for open dims: of an input by its name, or of every dim with one symbol."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Tuple

from jetdoctor.types import UsageError


def freeze(proto: Any, wanted: Mapping[str, Any]) -> Any:
    """Set the sizes in ``proto``, clear what was inferred with open ones, and return it.

    ``wanted`` maps an input to its shape ("1x3x640x640" or a sequence) or a symbol to a size. Raises
    ``UsageError`` for a name that the model does not have, or a shape that contradicts it.
    """
    initializers = {tensor.name for tensor in proto.graph.initializer}
    inputs = {v.name: v for v in proto.graph.input if v.name not in initializers}
    sizes: Dict[str, int] = {}
    for name, value in sorted(wanted.items()):
        if name in inputs:
            sizes.update(_freeze_input(inputs[name], _shape(name, value)))
        else:
            symbol = _known_symbol(name, inputs)
            sizes[symbol] = _size(name, value)
    for value_info in list(proto.graph.input) + list(proto.graph.output):
        for dim in _dims(value_info):
            if dim.dim_param in sizes:
                dim.dim_value = sizes[dim.dim_param]
    del proto.graph.value_info[:]
    _reinfer_outputs(proto)
    return proto


def _dims(value_info: Any) -> Any:
    return value_info.type.tensor_type.shape.dim


def _freeze_input(value_info: Any, shape: List[int]) -> Dict[str, int]:
    """Write the shape; returns the sizes of the symbols that stood there."""
    tensor = value_info.type.tensor_type
    if not tensor.HasField("shape"):
        for size in shape:
            tensor.shape.dim.add(dim_value=size)
        return {}
    if len(tensor.shape.dim) != len(shape):
        rank = len(tensor.shape.dim)
        raise UsageError("input %r has rank %d, not %d" % (value_info.name, rank, len(shape)))
    symbols = {}
    for axis, (dim, size) in enumerate(zip(tensor.shape.dim, shape)):
        if dim.dim_value and dim.dim_value != size:
            raise UsageError("input %r has size %d at axis %d, not %d" % (value_info.name, dim.dim_value, axis, size))
        if dim.dim_param:
            symbols[dim.dim_param] = size
        dim.dim_value = size
    return symbols


def _known_symbol(name: str, inputs: Mapping[str, Any]) -> str:
    symbols = sorted({dim.dim_param for value in inputs.values() for dim in _dims(value) if dim.dim_param})
    if name not in symbols:
        text = "no input or dimension called %s; inputs: %s; open dimensions: %s"
        raise UsageError(text % (name, ", ".join(inputs) or "none", ", ".join(symbols) or "none"))
    return name


def _shape(name: str, value: Any) -> List[int]:
    parts = value.lower().replace(",", "x").split("x") if isinstance(value, str) else value
    return [_size(name, part) for part in parts]


def _size(name: str, value: Any) -> int:
    try:
        size = int(value[0] if isinstance(value, (list, tuple)) and len(value) == 1 else value)
    except (TypeError, ValueError):
        raise UsageError("%r is not a size for %s: write 1x3x640x640 or 1" % (value, name)) from None
    if size < 1:
        raise UsageError("%s: a size is at least 1, not %d" % (name, size))
    return size


def _reinfer_outputs(proto: Any) -> None:
    """Outputs get the sizes that follow from the inputs; what stays open keeps its symbol."""
    from jetdoctor.model import from_proto

    view = from_proto(proto)
    for output in proto.graph.output:
        shape: Tuple[Any, ...] = view.main.value(output.name).shape or ()
        dims = _dims(output)
        if len(shape) != len(dims):
            continue
        for dim, size in zip(dims, shape):
            if isinstance(size, int):
                dim.dim_value = size
