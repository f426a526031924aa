"""The default domain spelled `ai.onnx` next to another one

## What it detects
A model that imports `ai.onnx` by name together with a second domain.

## Why it fails
To ONNX, `ai.onnx` and the empty name are the same domain. Before 8.4.1 the parser looks up the opset
under the empty name and fails with `map::at`, which does not reveal the cause.

## Fix
The domain becomes the empty string, which means the same.
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
    return 'the model imports the default domain as "ai.onnx" next to another one; this parser looks for "" and fails'
