"""Mean in half precision is multiplied by the wrong factor

## What it detects
A Mean of FLOAT16 or BFLOAT16 tensors.

## Why it fails
The parser adds the inputs up and multiplies by 1/n. From 9.3 on, the first release that accepts half precision here,
it writes that factor as a 32-bit float into a 16-bit constant: only its lower bits are read. The mean of one, two or
four inputs is 0.

## Fix
A Sum and a product with a constant are equivalent.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD354",
    name="mean-in-half",
    severity="error",
    outcome="wrong-output",
    tensorrt=">=9.3",
    sources=(
        "onnx-tensorrt importer of Mean, 9.3 to 11.0: a float is written into weights of 16 bits",
        "values of the 10.3 and 10.10 parsers' networks",
        "https://github.com/NVIDIA/TensorRT/issues/4509",
    ),
)


def describe(node, row):
    return "Mean of %s is multiplied by the lower digits of 1/%d instead of 1/%d" % (
        node.input(0).dtype,
        len(node.inputs),
        len(node.inputs),
    )
