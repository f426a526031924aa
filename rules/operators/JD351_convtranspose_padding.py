"""ConvTranspose is padded another way than ONNX says

## What it detects
* `output_shape` with an odd padding to split;
* `output_shape` so large that the output would have to grow at its beginning;
* `output_shape` or `output_padding` beside an `auto_pad`, where they change the result.

## Why it fails
ONNX cuts the odd element off at the beginning, the parser cuts it off at the end: the output is shifted by one. A
negative padding at the beginning is refused. Beside an `auto_pad` the parser reads neither attribute, so that even
the shape can differ. PyTorch writes `pads` and `output_padding`; Keras, Paddle and hand-written models use the others.

## Fix
The padding is worked out once and written down as `pads` and `output_padding`, which every release reads.
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
        return "ConvTranspose would have to grow at its beginning for output_shape=%s, which is refused" % shape
    lost = "output_shape" if node.has_attr("output_shape") else "output_padding"
    return "ConvTranspose does not read %s beside auto_pad=%s" % (lost, node.attr("auto_pad"))
