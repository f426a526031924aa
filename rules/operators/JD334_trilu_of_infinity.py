"""Trilu of infinite values gives NaN before 10.3

## What it detects
A Trilu whose data is an infinite (or NaN) constant, also one that is only expanded to its size at run time: the
causal mask `torch.full((n, n), float("-inf")).triu(1)` of a model with open sizes.

## Why it fails
The importer takes the zeros for the other triangle as the data times 0. Infinity times 0 is NaN: every masked
and unmasked score of the attention becomes NaN. From 10.3 on the zeros are a constant.

## Fix
Where selects between the data and a constant zero.
"""

from jetdoctor.rule import Fix, Match, Rule, VersionRange, array_of

RULE = Rule(
    id="JD334",
    name="trilu-of-infinity",
    severity="error",
    outcome="wrong-output",
    tensorrt=">=8.5,<10.3",
    sources=("onnx-tensorrt createZeroTensor, 8.5-GA, 8.6-GA and 10.0-GA (kPROD with 0), 10.3-GA (a constant)",),
    ops=("Trilu",),
)

#: operators that repeat or rearrange what they are given
_SPREAD = ("Expand", "Tile", "Reshape", "Identity", "Unsqueeze", "Squeeze", "Transpose")
_FIX = Fix("Keep the triangle with a mask", rewrite="trilu_mask")


def check_node(node):
    source = node.input(0).behind(_SPREAD)
    producer = source.producer
    filled = producer is not None and producer.op_type == "ConstantOfShape"
    array = _fill(producer) if filled else source.array()
    if array is None or array.dtype.kind != "f" or bool((abs(array) < float("inf")).all()):
        return
    message = "Trilu reads %s: TensorRT multiplies the other triangle by 0, and infinity times 0 is NaN"
    yield Match(
        message % ("a constant that is not finite" if source.name == node.input(0).name else "an expanded infinity"),
        node=node,
        fixes=(_FIX,),
        cause="infinity",
        reading="trilu_by_product",
        doubt=VersionRange((10, 1), (10, 3)),
    )


def _fill(node):
    """The value that ConstantOfShape repeats."""
    tensor = node.tensor("value")
    return None if tensor is None else array_of(tensor)
