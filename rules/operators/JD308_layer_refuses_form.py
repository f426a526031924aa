"""A layer of the network library does not accept this form

## What it detects
A node that the parser accepts but whose layer in the network library does not accept its form: TopK or ArgMax along
an axis before the last four, an Einsum with an ellipsis or three operands in 8.2 to 8.6, an If whose branches give
different shapes, a Loop that carries a growing tensor, a convolution over an open number of channels.

## Why it fails
These limits are in `NvInfer.h`, not in the parser. The parser accepts the node; the builder refuses the network,
often much later and with the name of a layer that is not in the model.

## Fix
An equivalent form, if any: Transpose before and after, MatMul instead of Einsum, the
selected branch instead of the If. Otherwise export with fixed sizes: `squeeze` on a size that the tracer does not
know makes an If, a `reshape` with known sizes does not.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD308",
    name="layer-refuses-form",
    severity="error",
    outcome="rejected",
    sources=("rows of rules/facts, section network: NvInfer.h of each release, public build logs",),
)
