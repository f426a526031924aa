"""The IR version is newer than the installed onnx reads

## What it detects
A model whose `ir_version` is above the newest that the installed onnx package knows.

## Why it fails
TensorRT's parser does not look at it, but onnx's checker, ONNX Runtime and the tools built on them (a fix or
its proof here) refuse the model; JetPack 5's Python 3.8 ends with onnx 1.17, which reads IR version 10.

## Fix
Update onnx, or lower the opset and the IR version with `jetdoctor fix --opset N`.
"""

from jetdoctor.rule import Fix, Match, Rule, newest_ir_version

RULE = Rule(
    id="JD906",
    name="newer-ir-version",
    severity="info",
    outcome="invalid-model",
    sources=("onnx.IR_VERSION of the installed onnx",),
)


def check_model(model):
    newest = newest_ir_version()
    if model.ir_version > newest:
        import onnx

        yield Match(
            "IR version %d is newer than %d, the newest that onnx %s reads"
            % (model.ir_version, newest, onnx.__version__),
            fixes=(Fix("Update onnx, or lower the IR version together with the opset", "manual"),),
        )
