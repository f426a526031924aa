"""Multiply-adds of a node, the measure of how much of a model runs where. Unknown and open sizes count as 1."""

from __future__ import annotations

from typing import Any, Iterable

from jetdoctor.graph import Node


def product(sizes: Iterable[Any]) -> int:
    """Product of the sizes that are known."""
    total = 1
    for size in sizes:
        total *= size if isinstance(size, int) and size > 0 else 1
    return total


def work(node: Node) -> int:
    """Multiply-adds of a convolution or matrix product, 0 for everything else."""
    if node.op_type in ("Conv", "ConvTranspose"):
        kernel = node.input(1).shape or ()
        # each output of a Conv, each input of a ConvTranspose, meets kernel[1:] numbers
        places = node.output(0) if node.op_type == "Conv" else node.input(0)
        return product(places.shape or ()) * product(kernel[1:]) if kernel else 0
    if node.op_type == "MatMul":
        return product(node.output(0).shape or ()) * product((node.input(0).shape or ())[-1:])
    if node.op_type == "Gemm":
        shape = node.input(0).shape or ()
        return product(node.output(0).shape or ()) * product(shape[:1] if node.attr("transA", 0) else shape[1:])
    return 0
