"""Activations and windows that newer opsets brought, in terms of older operators."""

from __future__ import annotations

import math

from jetdoctor.fix.opset.registry import step
from jetdoctor.fix.opset.site import Site


@step("Gelu", 20)
def gelu(site: Site) -> str:
    """0.5 x (1 + erf(x / sqrt 2)), or its tanh approximation."""
    data, element = site.input(0), site.needed_element(site.input(0))
    half, one = site.tensor(0.5, element), site.tensor(1.0, element)
    if site.attr("approximate", "none") == "tanh":
        cube = site.add("Mul", [data, site.add("Mul", [data, data])])
        inner = site.add("Add", [data, site.add("Mul", [cube, site.tensor(0.044715, element)])])
        scaled = site.add("Mul", [inner, site.tensor(math.sqrt(2 / math.pi), element)])
        bent = site.add("Tanh", [scaled])
    else:
        bent = site.add("Erf", [site.add("Div", [data, site.tensor(math.sqrt(2), element)])])
    halved = site.add("Mul", [data, half])
    return site.add("Mul", [halved, site.add("Add", [bent, one])])


@step("Mish", 18)
def mish(site: Site) -> str:
    data = site.input(0)
    return site.add("Mul", [data, site.add("Tanh", [site.add("Softplus", [data])])])


@step("Swish", 24)
def swish(site: Site) -> str:
    data, alpha = site.input(0), site.attr("alpha", 1.0)
    scaled = data
    if alpha != 1.0:
        scaled = site.add("Mul", [data, site.tensor(alpha, site.needed_element(data))])
    return site.add("Mul", [data, site.add("Sigmoid", [scaled])])


@step("HardSwish", 14)
def hard_swish(site: Site) -> str:
    data = site.input(0)
    return site.add("Mul", [data, site.add("HardSigmoid", [data], alpha=1.0 / 6.0, beta=0.5)])


@step("Celu", 12)
def celu(site: Site) -> str:
    """alpha * Elu(x / alpha)."""
    data, alpha = site.input(0), site.attr("alpha", 1.0)
    if alpha == 1.0:
        return site.add("Elu", [data], alpha=1.0)
    factor = site.tensor(alpha, site.needed_element(data))
    return site.add("Mul", [site.add("Elu", [site.add("Div", [data, factor])], alpha=1.0), factor])


@step("ThresholdedRelu", 10)
def thresholded_relu(site: Site) -> str:
    data, element = site.input(0), site.needed_element(site.input(0))
    above = site.add("Greater", [data, site.tensor(site.attr("alpha", 1.0), element)])
    return site.add("Where", [above, data, site.tensor(0.0, element)])
