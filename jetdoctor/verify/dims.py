"""Sizes for the dims that a model leaves open, with shared symbols kept equal."""

from __future__ import annotations

from typing import Any, Dict, Mapping, Optional, Sequence, Tuple

from jetdoctor.model.sizes import DEFAULT, data_inputs, likely, shape_of, sized, tensors
from jetdoctor.types import UsageError

__all__ = ["data_inputs", "open_dims", "resolve"]


def open_dims(model: Any, given: Sequence[str] = ()) -> Dict[str, Tuple[int, int]]:
    """Every open dim by its symbol, or by ``"input:axis"`` without one, with two likely sizes to try.

    A dim that is an expression of others (``"past + 1"``) is not open itself. Inputs named in
    ``given`` may lack a shape.
    """
    for value in tensors(model):
        if value.name not in given and shape_of(value) is None:
            text = "input %r declares no shape; give it with --shapes %s=1x3x224x224"
            raise UsageError(text % (value.name, value.name))
    known = likely(model)
    return {key: (usual, _other(low, usual, high)) for key, (low, usual, high) in known.dims.items()}


def _other(low: int, usual: int, high: int) -> int:
    """A second size within the range: half way down, else half way up."""
    if low < usual:
        step = next((n for n in (32, 16, 8, 4, 2) if usual % n == 0 and low % n == 0), 1)
        return max(low, (low + usual) // 2 // step * step)
    return min(high, usual * 2)


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
    return {value.name: _sized(value, given.get(value.name), sizes) for value in tensors(model)}


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
    return sized(value, sizes, DEFAULT) or ()
