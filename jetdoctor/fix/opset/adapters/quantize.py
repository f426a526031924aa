"""QuantizeLinear and DequantizeLinear: output types (21, 23) and axis (13)."""

from __future__ import annotations

from typing import Any, Callable, List, Optional

from jetdoctor.fix.opset.registry import step
from jetdoctor.fix.opset.site import Site
from jetdoctor.recipes.quantization import numbers_of, steps_of
from jetdoctor.rule import CannotRewrite

#: Value range of the quantized types, and those that QuantizeLinear takes since 21 only.
_RANGES = {2: (0, 255), 3: (-128, 127), 4: (0, 65535), 5: (-32768, 32767)}
_WIDE = (4, 5)
#: Types of 2 and 4 bits: value range, and the type that carries them where they do not exist.
_CARRIED = {21: (0, 15, 2), 22: (-8, 7, 3), 25: (0, 3, 2), 26: (-2, 1, 3)}
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
def without_blocks(site: Site) -> Optional[str]:
    """Before 21 there are no blocks, and the zero point decides the output type (uint8 without one)."""
    _output_type_by_zero_point(site)
    if site.attr("block_size", 0):
        return _quantized(site, lambda name: _repeated(site, name))
    if site.element(site.output(0)) in _WIDE:
        return _quantized(site, layout(site))
    return None


@step("DequantizeLinear", 21)
def dequantized_by_block(site: Site) -> Optional[str]:
    """(x - zero point) * scale, with the scale of each block repeated over the block."""
    if site.attr("block_size", 0):
        return _dequantized(site, lambda name: _repeated(site, name))
    if site.element(site.input(0)) in _WIDE:
        return _dequantized(site, layout(site))
    return None


def _dequantized(site: Site, laid_out: Callable[[str], str]) -> str:
    scale = site.needed_element(site.input(1))
    data = site.add("Cast", [site.input(0)], to=scale)
    zero = site.add("Cast", [laid_out(site.input(2))], to=scale) if site.input(2) else ""
    return numbers_of(site, data, laid_out(site.input(1)), zero)


def layout(site: Site) -> Callable[[str], str]:
    """What makes a scale or zero point broadcast: nothing per tensor, a shape per channel."""
    if _is_per_tensor(site):
        return lambda name: name
    return lambda name: str(site.add("Reshape", [name, _channel_shape(site)]))


def _repeated(site: Site, name: str) -> str:
    """Each element ``block_size`` times along the axis, cut to the length of the data."""
    rank, block = site.rank(name), site.attr("block_size", 0)
    axis = site.attr("axis", 1) % rank
    dims, given = site.dims(name), site.dims(site.input(0))
    if dims is None or None in dims or given is None or given[axis] is None:
        raise CannotRewrite("blocked quantization with an unknown shape")
    wide = site.add("Unsqueeze", [name, site.ints([axis + 1])])
    tiled = site.add("Tile", [wide, site.ints(block if i == axis + 1 else 1 for i in range(rank + 1))])
    flat = site.add(
        "Reshape", [tiled, site.ints((d * block if i == axis else d for i, d in enumerate(dims)))]
    )
    if dims[axis] * block == given[axis]:
        return str(flat)
    return str(site.add("Slice", [flat, site.ints([0]), site.ints([given[axis]]), site.ints([axis])]))


def _output_type_by_zero_point(site: Site) -> None:
    wanted = site.attr("output_dtype", 0)
    if site.input(2) or wanted in (0, _UINT8):
        site.remove("output_dtype")
        return
    dims = site.dims(site.input(1))
    if dims is None or None in dims:
        raise CannotRewrite("output_dtype without a zero point and a scale of unknown shape")
    site.remove("output_dtype")
    site.inputs(site.input(0), site.input(1), site.tensor(_zeros(dims), wanted))
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
    wide = site.add("Cast", [site.input(1)], to=_FLOAT)
    found = site.copied([site.input(0), wide] + list(site.node.input)[2:])
    return site.add("Cast", [found], to=scale)


@step("DequantizeLinear", 13)
def dequantized_per_channel(site: Site) -> Optional[str]:
    """Below 13 the scale is one number: per channel it becomes (x - zero point) * scale."""
    if _is_per_tensor(site):
        site.remove("axis")
        return None
    return _dequantized(site, layout(site))


@step("QuantizeLinear", 13)
def quantized_per_channel(site: Site) -> Optional[str]:
    if _is_per_tensor(site):
        site.remove("axis")
        return None
    return _quantized(site, layout(site))


def _quantized(site: Site, laid_out: Callable[[str], str]) -> str:
    """round(x / scale) + zero point, limited to the type; ``laid_out`` makes a parameter broadcast."""
    element = site.element(site.output(0)) or (site.element(site.input(2)) if site.input(2) else _UINT8)
    low, high, element = _CARRIED.get(element, _RANGES.get(element, (0, 0)) + (element,))
    if low == high:
        raise CannotRewrite("quantization to a type that opset %d does not have" % site.opset)
    data = site.input(0)
    if site.element(data) != _FLOAT:
        data = site.add("Cast", [data], to=_FLOAT)
    zero = site.add("Cast", [laid_out(site.input(2))], to=_FLOAT) if site.input(2) else ""
    steps = steps_of(site, data, laid_out(site.input(1)), zero, (low, high))
    return str(site.add("Cast", [steps], to=element))


def to_integers(site: Site) -> str:
    """Quantization to 2 or 4 bits, given in the type that carries them."""
    if site.attr("block_size", 0):
        return _quantized(site, lambda name: _repeated(site, name))
    return _quantized(site, layout(site))


def from_floats(site: Site) -> str:
    """Dequantization of carried floats: times the scale."""
    if site.attr("block_size", 0):
        return _dequantized(site, lambda name: _repeated(site, name))
    return _dequantized(site, layout(site))


def _is_per_tensor(site: Site) -> bool:
    dims = site.dims(site.input(1))
    if dims is None:
        raise CannotRewrite("the shape of the scale is not known")
    return dims == []


def _channel_shape(site: Site) -> str:
    """Shape that lays a vector along ``axis`` of the data."""
    rank = site.rank(site.input(0))
    axis = site.attr("axis", 1) % rank
    return site.ints(-1 if index == axis else 1 for index in range(rank))
