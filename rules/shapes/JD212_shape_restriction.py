"""A rank, shape or number of inputs that the importer refuses

## What it detects
A node whose input rank, shape or number of inputs violates what that release's importer asserts:
GatherElements on a dynamic shape before 8.2, InstanceNormalization that is not 3-D to 5-D, a Gemm without C
in 8.0, more than 1,024 domains, and others. Only what is certain from the file is reported.

## Why it fails
Importers check ranks and shapes before they add a layer; the finding quotes the text that the build log
shows.

## Fix
Reshape, unsqueeze or split the tensor so that it has the rank that the finding names. A Gemm without C gets
a bias of zeros. An If over a known condition becomes the branch that it selects.
"""

from jetdoctor.rule import Rule, brackets

RULE = Rule(
    id="JD212",
    name="shape-restriction",
    severity="error",
    outcome="rejected",
    sources=("onnx-tensorrt importer sources of each release (rows with JD212 in rules/facts)",),
)


def describe(node, row):
    if node is None or node.op_type != "Gemm":
        return None
    if row.get("status") == "rejected" or "nb_inputs" in row.get("require", {}):
        return "Gemm without the third input C: this parser looks up the bias unchecked and stops"
    if "bias_per_column" in row.get("require", {}):
        return "Gemm: C %s is treated as a full bias but does not have one value per column of B" % brackets(
            node.input(2).shape
        )
    return None
