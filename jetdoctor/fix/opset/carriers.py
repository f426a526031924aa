"""Inner values of types that an older opset lacks (int4, float8 …), carried in a wider type that holds them all.

A constant is stored wide, a Cast or QuantizeLinear to the type rounds and limits in float, and what only moves
values moves the wide ones. What the model takes or gives in such a type stays what it is, and blocks.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Optional

from jetdoctor.graph import MOVERS

_FLOAT, _UINT8, _INT8 = 1, 2, 3

#: element type -> the opset whose operators know it first, and its carrier
_NARROW = {17: (19, _FLOAT), 18: (19, _FLOAT), 19: (19, _FLOAT), 20: (19, _FLOAT), 21: (21, _UINT8), 22: (21, _INT8)}
_NARROW.update({23: (23, _FLOAT), 24: (24, _FLOAT), 25: (25, _UINT8), 26: (25, _INT8)})

#: Operators that hand on values as they are.
_MOVING = MOVERS | {"Concat", "Pad"}


class Format(NamedTuple):
    """A narrow float type: bits of the mantissa, exponents of its normal numbers, largest number."""

    mantissa: int
    smallest: int
    highest: int
    largest: float


FORMATS = {
    17: Format(3, -6, 8, 448.0),
    18: Format(3, -7, 7, 240.0),
    19: Format(2, -14, 15, 57344.0),
    20: Format(2, -15, 15, 57344.0),
    23: Format(1, 0, 2, 6.0),
}
#: float8 types without a negative zero
UNSIGNED_ZERO = (18, 20)


def carrier(element: int, opset: int) -> int:
    """The type that carries an element type at an opset; 0 when it needs none there."""
    since, wide = _NARROW.get(element, (0, 0))
    return wide if opset < since else 0


def take_constants(site: Any) -> None:
    """Let the node read its constants of a type that gets lost in their carrier."""
    for index, name in enumerate(site.node.input):
        wide = carrier(site.element(name), site.to) if name else 0
        values = site.scope.constant_of_any_size(name) if wide else None
        if values is not None:
            site.scope.freed.append(name)
            site.node.input[index] = site.tensor(_numbers(values), wide)
            note_carried(site, site.node.input[index], site.element(name), wide)


def note_carried(site: Any, name: str, element: int, wide: int) -> None:
    """``name`` holds values of ``element`` in the type ``wide`` from now on."""
    from onnx import TypeProto

    home = site.scope.home(name) or site.scope
    home.carried[name] = element
    proto = TypeProto()
    known = site.scope.type(name)
    if known is not None:
        proto.CopyFrom(known)
    proto.tensor_type.elem_type = wide
    home.types[name] = proto


def carried(site: Any, name: str) -> int:
    """The element type that a carrier stands for; 0 for an ordinary value."""
    home = site.scope.home(name) if name else None
    return home.carried.get(name, 0) if home is not None else 0


def lost_output(site: Any) -> int:
    """Element type of the first output when the older opset has a carrier for it and nobody outside reads it."""
    name = site.output(0)
    element = site.element(name) if name else 0
    return element if carrier(element, site.to) and not site.scope.is_output(name) else 0


def hand_on(site: Any) -> None:
    """Outputs of an operator that moves carried values are carried too."""
    element = carried(site, site.input(0))
    if element and site.node.op_type in _MOVING:
        for name in site.node.output:
            if site.scope.is_output(name):
                return
            note_carried(site, name, element, _NARROW[element][1])


def constant_tensor(site: Any, element: int) -> Optional[Any]:
    """The tensor of a Constant node in the carrier of its type."""
    from onnx import numpy_helper

    values = site.scope.constant_of_any_size(site.output(0))
    if values is None:
        return None
    wide = {_FLOAT: "float32", _UINT8: "uint8", _INT8: "int8"}[_NARROW[element][1]]
    return numpy_helper.from_array(_numbers(values).astype(wide))


def _numbers(values: Any) -> Any:
    """float32 array; onnx before 1.19 gives float8 as bytes in a dtype whose only field has the type's name."""
    name = values.dtype.names[0] if values.dtype.names else ""
    if not name.startswith("e"):
        return values.astype("float32")
    import onnx.numpy_helper

    decode = getattr(onnx.numpy_helper, "float8e4m3_to_float32" if "m3" in name else "float8e5m2_to_float32")
    return decode(values.astype("uint8"), fn="fn" in name, uz="uz" in name).reshape(values.shape)
