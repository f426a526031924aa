"""A form of the operator that the importer refuses

## What it detects
A node in a schema form that this release's importer does not accept, for instance RandomNormalLike or
RandomUniformLike of an initializer, an input that is omitted by an empty name where the importer only counts the
inputs, or Attention with a past key and value.

## Why it fails
The operator has a name that the parser knows, but not in this form.

## Fix
Empty names at the end of the inputs are dropped. Like-operators of a constant can be folded or replaced by
the plain form (`RandomNormal` with the shape).
The first release that accepts the form is in `jetdoctor ops OP`.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD306",
    name="form-refused",
    severity="error",
    outcome="rejected",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/facts)",),
)


def describe(node, row):
    placeholder = row.get("forbid", {}).get("input_placeholder")
    if placeholder is not None:
        return "%s: input %d is omitted by an empty name, which this parser treats as a tensor" % (
            node.op_type,
            placeholder,
        )
    if row.get("forbid", {}).get("kind") == "initializer":
        return "%s: its input %s is an initializer, but this parser requires a computed tensor" % (
            node.op_type,
            node.input(row["forbid"]["input"]).name,
        )
    if "forbid" in row:
        return "%s has its optional input %d (%s), which this parser refuses" % (
            node.op_type,
            row["forbid"]["input"],
            node.input(row["forbid"]["input"]).name,
        )
    return "%s with %s: %s" % (node.op_type, row["change"], row["what"]) if "change" in row else None
