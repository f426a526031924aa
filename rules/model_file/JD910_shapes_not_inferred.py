"""Shape inference fails on the model

## What it detects
A model on which onnx's shape inference crashes, or runs into a limit: 4 seconds, 600 MiB, or 200,000 nodes once every
call of a local function is expanded. A local function that calls itself counts too, and so does a model of
an opset that does not exist.

## Why it fails
Most questions about a model depend on its shapes, and without them they stay unanswered: the verdict is
`unknown`, never `deploys`. A model that crashes onnx's own inference is rarely one that an exporter wrote; TensorRT
would have to do the same work.

## Fix
Export the model again. Inline or simplify nested local functions (`onnx.inliner.inline_local_functions`), and look for
an absurdly large size.
"""

from jetdoctor.rule import Fix, Match, Rule

RULE = Rule(
    id="JD910",
    name="shapes-not-inferred",
    severity="error",
    outcome="invalid-model",
    sources=("onnx.shape_inference, run with limits on time and memory",),
)


def check_model(model):
    if model.inference_stopped:
        yield Match(
            "shape inference fails on this model: %s" % model.inference_stopped,
            fixes=(Fix("Export the model again, without nested local functions and oversized constants", "manual"),),
        )
