"""GlobalLpPool with an odd power keeps the signs

## What it detects
A GlobalLpPool whose `p` is odd (1, 3, …) on data that may be negative.

## Why it fails
The norm is a sum of powers of magnitudes. Every parser builds a power of the elements themselves: positive and
negative elements cancel out, and the root of a negative sum is NaN. With an even `p`, and after a Relu or Sigmoid, both
are the same.

## Fix
`Abs` in front of it makes it compute what ONNX means.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD350",
    name="globallppool-odd-power",
    severity="error",
    outcome="wrong-output",
    sources=("onnx-tensorrt importer of GlobalLpPool, 7.1 to 10.10-GA: pow(x, p), summed, pow(., 1/p)",),
)


def describe(node, row):
    return "GlobalLpPool of power %d sums powers without magnitudes: signs cancel out, or give NaN" % node.attr(
        "p", 2
    )
