"""A Resize or Upsample form that is refused

## What it detects
A Resize or Upsample with a mode, a coordinate transformation, a rounding, axes or scales that the release
has no layer for.

## Why it fails
The resize layer of each release knows some coordinate transformations (`tf_crop_and_resize` and
`half_pixel_symmetric` are in none), rounds nearest in some ways only, and resizes only the innermost
dimensions. `cubic` comes with 8.5, `axes` with 10.0.

## Fix
Scales and sizes are given for every axis and modes are normalized where the result is the same.
"""

from jetdoctor.rule import Rule, brackets

RULE = Rule(
    id="JD327",
    name="resize-refused",
    severity="error",
    outcome="rejected",
    sources=("onnx-tensorrt importResize and importUpsample of each release (rows with JD327 in rules/data)",),
)


def describe(node, row):
    when = row.get("when", {})
    if row.get("status") != "rejected":
        return None
    if "attr_eq" in when:
        ((name, value),) = when["attr_eq"].items()
        return "Resize %s=%s is not in this release" % (name, value)
    if when.get("attr_present") == "axes":
        return "Resize gives scales or sizes for axes=%s only; this parser needs them for every axis" % (
            brackets(node.attr("axes")),
        )
    return "Resize mode=%s coordinates=%s rounding=%s: this combination is refused" % (
        node.attr("mode", "nearest"),
        node.attr("coordinate_transformation_mode", "half_pixel"),
        node.attr("nearest_mode", "round_prefer_floor"),
    )
