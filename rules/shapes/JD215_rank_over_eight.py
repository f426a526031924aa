"""A tensor has more than eight axes

## What it detects
An input, output or intermediate tensor of rank 9 or more.

## Why it fails
TensorRT's tensors have at most eight axes (`Dims::MAX_DIMS`, all releases). A parser refuses such an input (from 9.0
on; before, only debug builds notice), and the network library refuses such a layer.

## Fix
Merge axes before the operation and split them after it (`reshape`); pixel shuffles and window partitions of more than
eight axes can be written as two steps.
"""

from jetdoctor.rules.shapes._extents import RANK, extremes, place

from jetdoctor.rule import Match, Rule, brackets

RULE = Rule(
    id="JD215",
    name="rank-over-eight",
    severity="error",
    outcome="rejected",
    sources=(
        "NVIDIA/TensorRT include/NvInfer.h 7.1 to 11.1, Dims::MAX_DIMS = 8",
        "onnx-tensorrt 10.1-GA importerUtils.hpp convertOnnxDims",
    ),
)


def check_model(model):
    """One finding for all tensors; the first one speaks for them."""
    for graph, name, shape in extremes(model):
        if len(shape) > RANK:
            yield Match(
                "%s has the shape %s: a tensor has at most %d axes" % (name, brackets(shape), RANK),
                place(graph, name),
                tensor=name,
                cause="rank",
                basis="documented",
            )
