"""QuantizeLinear and DequantizeLinear: output types (21, 23) and axis (13)."""

from __future__ import annotations

from typing import Any, List, Optional

from jetdoctor.fix.opset.registry import step
from jetdoctor.fix.opset.site import CannotLower, Site

#: Value range of the quantized types that QuantizeLinear had before 13.
_RANGES = {2: (0, 255), 3: (-128, 127)}
_FLOAT, _UINT8 = 1, 2


@step("DequantizeLinear", 23)
def output_type_of_the_scale(site: Site) -> None:
    if site.attr("output_dtype", 0) in (0, site.element(site.input(1))):
        site.remove("output_dtype")


@step("QuantizeLinear", 23)
def precision_of_the_input(site: Site) -> None:
    if site.attr("precision", 0) in (0, site.element(site.input(0))):
        site.remove("precision")


@step("QuantizeLinear", 21)
def output_type_by_zero_point(site: Site) -> None:
    """Before 21 the zero point alone decides the output type (uint8 without one)."""
    wanted = site.attr("output_dtype", 0)
    if site.input(2) or wanted in (0, _UINT8):
        site.remove("output_dtype")
        return
    dims = site.dims(site.input(1))
    if dims is None or None in dims:
        raise CannotLower("output_dtype without a zero point and a scale of unknown shape")
    site.remove("output_dtype")
    site.inputs(site.input(0), site.input(1), site.array(_zeros(dims), wanted))
    site.note("output_dtype as a zero point of that type")


def _zeros(dims: List[Any]) -> Any:
    import numpy as np

    return np.zeros(dims, "float32")


@step("DequantizeLinear", 19)
def half_scale_by_cast(site: Site) -> Optional[str]:
    """Before 19 the scale is float: half precision is widened and narrowed around it."""
    scale = site.element(site.input(1))
    if scale in (0, _FLOAT):
        return None
    wide = site.emit("Cast", [site.input(1)], to=_FLOAT)
    found = site.again([site.input(0), wide] + list(site.node.input)[2:])
    return site.emit("Cast", [found], to=scale)


@step("DequantizeLinear", 13)
def dequantized_per_channel(site: Site) -> Optional[str]:
    """Below 13 the scale is one number: per channel it is (x - zero point) * scale, written out."""
    if _is_per_tensor(site):
        site.remove("axis")
        return None
    shape = _channel_shape(site)
    data = site.emit("Cast", [site.input(0)], to=_FLOAT)
    if site.input(2):
        zero = site.emit("Cast", [site.emit("Reshape", [site.input(2), shape])], to=_FLOAT)
        data = site.emit("Sub", [data, zero])
    return site.emit("Mul", [data, site.emit("Reshape", [site.input(1), shape])])


@step("QuantizeLinear", 13)
def quantized_per_channel(site: Site) -> Optional[str]:
    if _is_per_tensor(site):
        site.remove("axis")
        return None
    shape = _channel_shape(site)
    element = site.element(site.input(2)) if site.input(2) else _UINT8
    if element not in _RANGES or site.opset < 11:
        raise CannotLower("quantization per channel; opset %d has it per tensor only" % site.opset)
    data = site.input(0)
    if site.element(data) != _FLOAT:
        data = site.emit("Cast", [data], to=_FLOAT)
    scaled = site.emit("Div", [data, site.emit("Reshape", [site.input(1), shape])])
    rounded = site.emit("Round", [scaled])
    if site.input(2):
        zero = site.emit("Cast", [site.emit("Reshape", [site.input(2), shape])], to=_FLOAT)
        rounded = site.emit("Add", [rounded, zero])
    low, high = (site.array(limit, _FLOAT) for limit in _RANGES[element])
    return site.emit("Cast", [site.emit("Clip", [rounded, low, high])], to=element)


def _is_per_tensor(site: Site) -> bool:
    dims = site.dims(site.input(1))
    if dims is None:
        raise CannotLower("the shape of the scale is not known")
    return dims == []


def _channel_shape(site: Site) -> str:
    """Shape that lays a vector along ``axis`` of the data."""
    rank = site.rank(site.input(0))
    axis = site.attr("axis", 1) % rank
    return site.ints(*(-1 if index == axis else 1 for index in range(rank)))
