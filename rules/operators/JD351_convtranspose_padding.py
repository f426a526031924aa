"""ConvTranspose is padded differently from ONNX

## What it detects
* `output_shape` with an odd padding to split;
* `output_shape` so large that the output would have to grow at its start;
* `output_shape` or `output_padding` next to an `auto_pad`, where they change the result.

## Why it fails
ONNX cuts the odd element off at the start, the parser at the end: the output is shifted by one. A
negative padding at the start is refused. Next to an `auto_pad` the parser reads neither attribute, so even
the shape can differ. PyTorch writes `pads` and `output_padding`; Keras, Paddle and hand-written models use the others.

## Fix
The padding is computed once and stored as `pads` and `output_padding`, which every release reads.
"""

from jetdoctor.rule import Rule, brackets

RULE = Rule(
    id="JD351",
    name="convtranspose-padding",
    severity="error",
    outcome="wrong-output",
    sources=("onnx-tensorrt importer of ConvTranspose and generatePadding, 7.1 to 10.10-GA",),
)


def describe(node, row):
    shape = brackets(node.attr("output_shape"))
    if "output_shape_odd_padding" in row["when"]:
        return "ConvTranspose pads to output_shape=%s with the odd element at the other end: shifted by one" % shape
    if "negative_pre_padding" in row["when"]:
        return "ConvTranspose would have to grow at its start for output_shape=%s, which is refused" % shape
    lost = "output_shape" if node.has_attr("output_shape") else "output_padding"
    return "ConvTranspose ignores %s next to auto_pad=%s" % (lost, node.attr("auto_pad"))
