"""A size is computed through a tensor of two axes

## What it detects
A shape tensor (a value that a Reshape, Slice, Pad, Tile … needs as its size) that is computed through a tensor of
rank 2 or more, even if the numbers follow from constants; only an initializer or a Constant does not count.

## Why it fails
Until TensorRT 8.4 a shape tensor has at most one axis (`NvInfer.h`, `ITensor::isShapeTensor`), and the parser folds
nothing: `IShuffleLayer applied to shape tensor must have 0 or 1 reshape dimensions: dimensions were [-1,2]`. PyTorch
writes this for every `torch.nn.functional.pad` that is traced: Concat, Reshape to [-1,2], Slice backwards, Transpose,
Reshape, Cast, Pad.

## Fix
Fold the constants. Where the numbers depend on a size, the chain of Reshape, Slice and Transpose only changes the
order of a vector: one Gather does the same. In PyTorch: pass numbers to `pad`, or concatenate zeros.
"""

from jetdoctor.rules.dynamic._shape_path import log, wanted_by, written_as

from jetdoctor.rule import Fix, Match, Rule, ShapeTensors, brackets

RULE = Rule(
    id="JD507",
    name="shape-tensor-rank",
    severity="error",
    outcome="rejected",
    tensorrt="<8.5",
    sources=(
        "NVIDIA/TensorRT include/NvInfer.h 7.1 to 8.4, ITensor::isShapeTensor: 0D or 1D (gone in 8.5)",
        "https://github.com/NVIDIA/TensorRT/issues/2487 (fixed in 8.5)",
        "https://github.com/mit-han-lab/efficientvit/issues/73 (amounts that are constants)",
    ),
    ops=("ConstantOfShape", "Expand", "Gather", "Reshape", "Unsqueeze"),
)

_FOLD = Fix("Fold constant expressions", rewrite="fold_constants")
_IN_ORDER = Fix("Reorder the numbers with one Gather", rewrite="size_chain_to_gather")


def check_node(node):
    """The node where the second axis comes up."""
    use = ShapeTensors.of(node.graph.model).use(node.output()) if _wide(node.output()) else None
    if use is None:
        return
    if any(_wide(node.input(index)) for index, name in enumerate(node.inputs) if name):
        return
    yield Match(
        "%s gives %s on the way to %s: a shape tensor has at most one axis here%s"
        % (node.op_type, brackets(node.output().shape), wanted_by(use), written_as(node, use)),
        node,
        fixes=(_FOLD if use.constant else _IN_ORDER,),
        cause=(use.reader.op_type, use.constant),
        consequences=_log(node),
        basis="reported",
    )


def _wide(value):
    return (value.rank or 0) > 1


def _log(node):
    wanted = node.input(1).numbers() if node.op_type == "Reshape" else None
    text = "IShuffleLayer applied to shape tensor must have 0 or 1 reshape dimensions: dimensions were %s"
    return () if wanted is None else log(text % brackets(wanted))
