"""SpaceToDepth ignores its mode

## What it detects
A SpaceToDepth of opset 28 with `mode=CRD` and more than one channel.

## Why it fails
No parser reads the attribute, which is newer than all of them: the elements come in the order of DCR.

## Fix
A Reshape, a Transpose and another Reshape give the order of CRD.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD357",
    name="spacetodepth-mode-ignored",
    severity="error",
    outcome="wrong-output",
    sources=(
        "onnx-tensorrt importer of SpaceToDepth, 7.1 to 10.10-GA: blocksize is the only attribute that is read",
        "values of the 8.4 to 10.10 parsers' networks",
    ),
)


def describe(node, row):
    return "SpaceToDepth mode=%s is not read: the elements come in DCR order" % node.attr("mode")
