"""No opset is declared for the operators in use

## What it detects
A model of IR version 3 or newer whose nodes use the default domain although `opset_import` does not name it.
A file that was truncated right after its graph looks the same.

## Why it fails
onnx's checker refuses the model. TensorRT's parser reads a model without any opset as opset 1, and one that
declares a single other domain by that domain's version: attributes and inputs may be read in the manner of
the wrong opset.

## Fix
Declare the opset that the nodes were written for, or export the model again.
"""

from jetdoctor.graph import DEFAULT_DOMAINS
from jetdoctor.rule import Fix, Match, Rule

RULE = Rule(
    id="JD905",
    name="opset-import-missing",
    severity="warning",
    outcome="invalid-model",
    sources=(
        "ONNX IR specification: opset_import is required from IR version 3 on",
        "onnx-tensorrt 8.4-GA ImporterContext.hpp:224 getOpsetVersion",
    ),
)

_FIX = Fix("Export the model again, or add the opset_import that its nodes were written for", "manual")


def check_model(model):
    if model.ir_version < 3 or "ai.onnx" in model.opsets:
        return
    node = next((n for n in model.main.nodes if n.domain in DEFAULT_DOMAINS), None)
    if node is not None:
        yield Match("the model declares no opset for its operators (is the file cut short?)", fixes=(_FIX,))
