"""LpPool `ceil_mode` or `dilations` is ignored

## What it detects
An LpPool of opset 18 with `ceil_mode=1` where rounding up makes a difference, or with dilations.

## Why it fails
Releases before 10.0 do not read the attributes: the output is rounded down, the window is dense. From 10.0
dilations are refused and `ceil_mode` is read.

## Fix
Write it as Pow, AveragePool, Mul and Pow with explicit pads.
"""

from jetdoctor.rule import Rule, brackets

RULE = Rule(
    id="JD321",
    name="lppool-form-ignored",
    severity="error",
    outcome="wrong-output",
    sources=("onnx-tensorrt importLpPool, 7.2.3 to 9.3: ceil_mode and dilations are not read; 10.0 refuses dilations",),
)


def describe(node, row):
    dilations = node.attr("dilations")
    if "ceil_changes_size" not in row.get("when", {}):
        verb = "is ignored: a dense window" if row.get("status") == "wrong-output" else "is refused"
        return "LpPool dilations=%s %s" % (brackets(dilations), verb)
    return "LpPool ceil_mode=1 is ignored on %s: the output is rounded down" % brackets(node.input(0).shape)
