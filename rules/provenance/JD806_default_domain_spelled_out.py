"""The default domain spelled `ai.onnx` beside another one

## What it detects
A model that imports `ai.onnx` by name together with a second domain.

## Why it fails
ONNX takes `ai.onnx` and the empty name for the same domain. Before 8.4.1 the parser looks up the opset
under the empty name and fails with `map::at`, which says nothing about the cause.

## Fix
The domain is written as the empty string, which means the same.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD806",
    name="default-domain-spelled-out",
    severity="error",
    outcome="rejected",
    tensorrt="<8.4.1",
    sources=("onnx-tensorrt ImporterContext::getOpsetVersion, 7.1 to 8.4-EA; 8.4-GA looks up both names",),
)


def describe(node, row):
    return 'the model imports the default domain as "ai.onnx" beside another one; this parser looks for "" and fails'
