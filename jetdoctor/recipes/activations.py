"""Activations that newer opsets brought, in terms of older operators."""

from __future__ import annotations

import math

from jetdoctor.graph import Node
from jetdoctor.recipes.build import Build


def gelu(node: Node, build: Build) -> str:
    """Gelu-20."""
    return gelu_of(build, node.inputs[0], build.dtype(node.input(0)), node.attr("approximate", "none") == "tanh")


def gelu_of(build: Build, x: str, dtype: str, tanh: bool) -> str:
    """``x/2 (1 + erf(x/sqrt 2))``, or its tanh approximation."""
    if tanh:
        cube = build.add("Mul", [build.add("Mul", [x, x]), x])
        inner = build.add("Add", [x, build.add("Mul", [cube, build.scalar(0.044715, dtype)])])
        curve = build.add("Tanh", [build.add("Mul", [inner, build.scalar(math.sqrt(2 / math.pi), dtype)])])
    else:
        curve = build.add("Erf", [build.add("Mul", [x, build.scalar(math.sqrt(0.5), dtype)])])
    half = build.add("Mul", [x, build.scalar(0.5, dtype)])
    return str(build.add("Mul", [half, build.add("Add", [curve, build.scalar(1, dtype)])]))


def mish(node: Node, build: Build) -> str:
    """``x * tanh(softplus(x))`` (onnx Mish-18)."""
    x = node.inputs[0]
    return str(build.add("Mul", [x, build.add("Tanh", [build.add("Softplus", [x])])]))


def swish(node: Node, build: Build) -> str:
    """Swish-24."""
    return swish_of(node, build, 1.0)


def swish_of(node: Node, build: Build, alpha: float) -> str:
    """``x * sigmoid(alpha x)``; ``alpha`` is the attribute's default."""
    x, alpha = node.inputs[0], node.attr("alpha", alpha)
    scaled = x if alpha == 1 else build.add("Mul", [x, build.scalar(alpha, build.dtype(node.input(0)))])
    return str(build.add("Mul", [x, build.add("Sigmoid", [scaled])]))


def hard_swish(node: Node, build: Build) -> str:
    """``x * HardSigmoid(x)`` with alpha 1/6 and beta 1/2 (onnx HardSwish-14)."""
    gate = build.add("HardSigmoid", [node.inputs[0]], alpha=1.0 / 6, beta=0.5)
    return str(build.add("Mul", [node.inputs[0], gate]))


def celu(node: Node, build: Build) -> str:
    """``alpha * Elu(x / alpha)`` (onnx Celu-12)."""
    x, alpha = node.inputs[0], node.attr("alpha", 1.0)
    if alpha == 1:
        return str(build.add("Elu", [x], alpha=1.0))
    factor = build.scalar(alpha, build.dtype(node.input(0)))
    return str(build.add("Mul", [build.add("Elu", [build.add("Div", [x, factor])], alpha=1.0), factor]))


def thresholded_relu(node: Node, build: Build) -> str:
    """x where it is above ``alpha``, else 0 (onnx ThresholdedRelu-10)."""
    x, dtype = node.inputs[0], build.dtype(node.input(0))
    above = build.add("Greater", [x, build.scalar(node.attr("alpha", 1.0), dtype)])
    return str(build.add("Where", [above, x, build.scalar(0, dtype)]))
