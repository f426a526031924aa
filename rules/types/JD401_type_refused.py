"""An element type that the operator does not accept

## What it detects
A node with an input of a type that this release's importer refuses for the operator: integers in
activations, BOOL in Where, Equal or Tile before 8.5, integer TopK before 8.6, integer Pow before 10.8,
UINT8 almost everywhere.

## Why it fails
TensorRT's layers know fewer types than ONNX: the importer asserts or the layer refuses. INT64 is INT32 up
to 8.6; DOUBLE is FLOAT everywhere.

## Fix
Casts around the node where they are exact for the values concerned; boolean operators where the type is
BOOL.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD401",
    name="type-refused",
    severity="error",
    outcome="rejected",
    sources=(
        "onnx-tensorrt importer sources of each release (rows with JD401 in rules/facts)",
    ),
)


def describe(node, row):
    if row.get("status") != "rejected":
        return None
    if node.op_type == "Cast":
        return "Cast to %s is not in this release" % row["when"]["attr_eq"]["to"]
    index = int(next(iter(row["when"]["input_dtype"])))
    other = node.input(1).dtype if node.op_type == "Pow" else None
    return "%s of %s%s (input %d) is not in this release" % (
        node.op_type,
        node.input(index).dtype,
        " to the power of %s" % other if other else "",
        index,
    )
