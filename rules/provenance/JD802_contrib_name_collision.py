"""A custom operator is mistaken for the ONNX operator of the same name

## What it detects
A node of another domain (com.microsoft, ai.onnx.ml ...) whose operator name has an importer.

## Why it fails
Importers are found by operator name alone, whatever the domain: the node is imported with ONNX's meaning.
com.microsoft's operators often have other inputs, defaults or attributes under the same name.

## Fix
Export without contrib operators (ONNX Runtime: `session_options.graph_optimization_level =
ORT_ENABLE_BASIC` before saving the optimized model), or expand the node to ONNX operators.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD802",
    name="contrib-name-collision",
    severity="error",
    outcome="wrong-output",
    sources=("onnx-tensorrt ModelImporter: importers are looked up by op_type, 7.1 to 10.10",),
)


def describe(node, row):
    return "%s:%s is imported as ONNX's own %s: this parser compares the name only" % (
        node.domain,
        node.op_type,
        node.op_type,
    )
