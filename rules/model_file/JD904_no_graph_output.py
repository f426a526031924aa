"""A graph without outputs

## What it detects
The main graph declares no output.

## Why it fails
The parser takes it, the builder refuses: "Network must have at least one output".

## Fix
Export the model with its outputs, or mark some with onnx-graphsurgeon (`graph.outputs = [...]`).
"""

from jetdoctor.rule import Fix, Match, Rule

RULE = Rule(
    id="JD904",
    name="no-graph-output",
    severity="error",
    outcome="rejected",
    sources=('https://github.com/NVIDIA/TensorRT/issues/376 ("Network must have at least one output")',),
)


def check_model(model):
    if not model.main.output_names:
        yield Match("the graph has no output", fixes=(Fix("Export the model with its outputs", "manual"),))
