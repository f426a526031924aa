"""A known fault of this release: the build ends without an engine

## What it detects
Graphs that the parser accepts and whose build people have reported to fail: Q/DQ around a depthwise Conv with Swish
or a residual Add in TensorRT 8.4 to 8.6, Q/DQ around a ConvTranspose with small groups, a three-dimensional Conv
with Q/DQ, layers of the Myelin compiler after NonZero in 8.5, a graph that is only an Identity in 10.13, and what
else `rules/facts/_known_issues.json` lists, each for the releases, boards and precisions it was seen on.

## Why it fails
The builder has no kernel for a combination that its own fusions make, or an assertion of the compiler does not hold.
The log ends with `Could not find any implementation for node`, `Assertion ... failed` or nothing at all, and names a
node that is not the cause.

## Fix
The finding says what helped the people who reported it: a layer that is left out of the quantization, FP16 beside
INT8, fixed sizes, another release.
"""

from jetdoctor.rules.known._issues import seen_in

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD621",
    name="known-build-failure",
    severity="warning",
    outcome="build-risk",
    sources=("rules/facts/_known_issues.json, each row with its public reports",),
)


def check_model(model):
    return seen_in(model, RULE.id)
