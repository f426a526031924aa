"""A layer that the DLA does not compute

## What it detects
With `--dla`: each node that stays on the GPU, and the row of facts that says why: an operator that DLA lacks, a kernel,
stride, padding or window out of its bounds, a Concat along another axis than the channels, a Resize of another form,
a tensor without exactly four dimensions, a type other than FP16 and INT8. A warning where the layer does more than one
percent of the multiply-adds, a remark otherwise.

## Why it fails
The builder says `Layer '...': Unsupported on DLA. Switching this layer's device type to GPU.` and, without
`--allowGPUFallback`, ends. Every change between DLA and GPU costs a copy into the other's format and a wait.

## Fix
The finding says what would move the layer to the DLA. What has no such form is best left at the model's end, or out
of it: then there is a single change.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD702",
    name="layer-stays-on-gpu",
    severity="info",
    outcome="slow",
    sources=("rules/facts, section dla of each operator",),
)
