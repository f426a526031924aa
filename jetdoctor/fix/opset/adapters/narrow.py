"""Cast, QuantizeLinear and Constant of a type that an older opset lacks, when only the inside of the model sees it."""

from __future__ import annotations

from typing import List, Optional

from jetdoctor.fix.opset import carriers
from jetdoctor.fix.opset.adapters import quantize
from jetdoctor.fix.opset.site import Site
from jetdoctor.recipes.numbers import Numbers
from jetdoctor.rule import CannotRewrite

_FLOAT, _DOUBLE = 1, 11


def rewritten(site: Site) -> Optional[List[str]]:
    """Names that replace the outputs of a node whose result gets a carrier; None when it is not such a node."""
    element = carriers.lost_output(site)
    op_type = site.node.op_type
    if element and op_type == "Constant":
        return _constant(site, element)
    if element and op_type in ("Cast", "CastLike"):
        return [_cast(site, element)]
    if element and op_type == "QuantizeLinear":
        if element in carriers.FORMATS:
            return [_rounded_quotient(site, element)]
        return [quantize.to_integers(site)]
    if op_type == "DequantizeLinear" and carriers.carried(site, site.input(0)) in carriers.FORMATS:
        return [quantize.from_floats(site)]
    return None


def _constant(site: Site, element: int) -> Optional[List[str]]:
    tensor = carriers.constant_tensor(site, element)
    if tensor is None:
        return None
    return [str(site.add("Constant", [], value=tensor))]


def _cast(site: Site, element: int) -> str:
    if element not in carriers.FORMATS or not site.attr("saturate", 1):
        raise CannotRewrite("a Cast to this type, whose limits differ between runtimes")
    data, given = site.input(0), site.needed_element(site.input(0))
    if given == _DOUBLE:
        return rounded(Numbers(site, "DOUBLE"), data, element)
    return rounded(Numbers(site), data if given == _FLOAT else site.add("Cast", [data], to=_FLOAT), element)


def _rounded_quotient(site: Site, element: int) -> str:
    """x / scale in the narrow type, whose zero point can only be zero."""
    zero = site.known(2)
    if site.attr("block_size", 0) or not site.attr("saturate", 1) or (site.input(2) and zero is None):
        raise CannotRewrite("blocked or unsaturated quantization to a type that opset %d lacks" % site.opset)
    if zero is not None and zero.astype("float32").any():
        raise CannotRewrite("a zero point of a float type")
    laid = quantize.layout(site)(site.input(1))
    quotient = site.add("Div", [site.input(0), laid])
    if site.element(quotient) != _FLOAT:
        quotient = site.add("Cast", [quotient], to=_FLOAT)
    return rounded(Numbers(site), quotient, element)


def rounded(floats: Numbers, data: str, element: int) -> str:
    """The nearest number of a narrow float type, ties to even, limited to its largest; as FLOAT."""
    form = carriers.FORMATS[element]
    size = floats("Abs", data)
    # The distance of neighbors at each number: the largest that belongs to a power of two not above it.
    powers = [2.0**k for k in range(form.smallest, form.highest + 1)]
    steps = [power * 2.0**-form.mantissa for power in powers]
    column = floats("Unsqueeze", size, floats.build.ints([-1]))
    reached = floats("Not", floats("Less", column, powers))
    step = floats.build.reduce("ReduceMax", floats("Where", reached, steps, steps[0]), [-1], keepdims=0)
    found = floats("Min", floats("Mul", floats("Round", floats("Div", size, step)), step), form.largest)
    found = floats("Mul", found, floats("Sign", data))
    # NaN stays one: every comparison with it fails, but not the division.
    found = floats("Add", found, 0.0) if element in carriers.UNSIGNED_ZERO else found
    return floats.build.cast(found, "FLOAT") if floats.dtype != "FLOAT" else str(found)
