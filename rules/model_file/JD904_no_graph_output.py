"""A graph without outputs

## What it detects
The main graph declares no output.

## Why it fails
The parser accepts it, the builder refuses: "Network must have at least one output".

## Fix
Export the model with its outputs. `jetdoctor fix --unsafe` makes outputs of the tensors that nothing reads, but cannot
prove that these are the intended ones.
"""

from jetdoctor.rule import Fix, Match, Rule

RULE = Rule(
    id="JD904",
    name="no-graph-output",
    severity="error",
    outcome="rejected",
    sources=('https://github.com/NVIDIA/TensorRT/issues/376 ("Network must have at least one output")',),
)

_FIXES = (
    Fix("Make outputs of the tensors that nothing reads", "unsafe", rewrite="mark_outputs"),
    Fix("Export the model with its outputs", "manual"),
)


def check_model(model):
    if not model.main.output_names:
        yield Match("the graph has no output", fixes=_FIXES)
