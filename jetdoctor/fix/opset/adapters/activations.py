"""Activations and windows that newer opsets brought, in terms of older operators."""

from __future__ import annotations

import math

from jetdoctor.fix.opset.registry import step
from jetdoctor.fix.opset.site import Site


@step("Gelu", 20)
def gelu(site: Site) -> str:
    """0.5 x (1 + erf(x / sqrt 2)), or its tanh approximation."""
    data, element = site.input(0), site.needed_element(site.input(0))
    half, one = site.array(0.5, element), site.array(1.0, element)
    if site.attr("approximate", "none") == "tanh":
        cube = site.emit("Mul", [data, site.emit("Mul", [data, data])])
        inner = site.emit("Add", [data, site.emit("Mul", [cube, site.array(0.044715, element)])])
        scaled = site.emit("Mul", [inner, site.array(math.sqrt(2 / math.pi), element)])
        bent = site.emit("Tanh", [scaled])
    else:
        bent = site.emit("Erf", [site.emit("Div", [data, site.array(math.sqrt(2), element)])])
    halved = site.emit("Mul", [data, half])
    return site.emit("Mul", [halved, site.emit("Add", [bent, one])])


@step("Mish", 18)
def mish(site: Site) -> str:
    data = site.input(0)
    return site.emit("Mul", [data, site.emit("Tanh", [site.emit("Softplus", [data])])])


@step("Swish", 24)
def swish(site: Site) -> str:
    data, alpha = site.input(0), site.attr("alpha", 1.0)
    scaled = data
    if alpha != 1.0:
        scaled = site.emit("Mul", [data, site.array(alpha, site.needed_element(data))])
    return site.emit("Mul", [data, site.emit("Sigmoid", [scaled])])


@step("HardSwish", 14)
def hard_swish(site: Site) -> str:
    data = site.input(0)
    return site.emit("Mul", [data, site.emit("HardSigmoid", [data], alpha=1.0 / 6.0, beta=0.5)])


@step("Celu", 12)
def celu(site: Site) -> str:
    """alpha * Elu(x / alpha)."""
    data, alpha = site.input(0), site.attr("alpha", 1.0)
    if alpha == 1.0:
        return site.emit("Elu", [data], alpha=1.0)
    factor = site.array(alpha, site.needed_element(data))
    return site.emit("Mul", [site.emit("Elu", [site.emit("Div", [data, factor])], alpha=1.0), factor])


@step("ThresholdedRelu", 10)
def thresholded_relu(site: Site) -> str:
    data, element = site.input(0), site.needed_element(site.input(0))
    above = site.emit("Greater", [data, site.array(site.attr("alpha", 1.0), element)])
    return site.emit("Where", [above, data, site.array(0.0, element)])
