"""Exported by PyTorch's new exporter for an older parser

## What it detects
A model of PyTorch's dynamo exporter of opset 18 or newer that gives axes of reductions as inputs, for TensorRT before
10.0. (JD204 names the nodes; this is how to export without them.) The TorchScript exporter is recognized by the names
of its nodes.

## Why it fails
`torch.onnx.export` uses the dynamo exporter by default since PyTorch 2.9. It writes opset 18 or newer; an
older `opset_version` is reached by converting afterwards, which often fails and then leaves opset 18.
Parsers before TensorRT 10 read the forms of opset 17.

## Fix
Export again with `torch.onnx.export(model, args, "model.onnx", dynamo=False, opset_version=17)`; with
ultralytics: `yolo export format=onnx opset=17` (12 for JetPack 4). Or keep the file and let `jetdoctor
fix` lower the opset.
"""

import re

from jetdoctor.rule import Match, Rule

RULE = Rule(
    id="JD807",
    name="dynamo-export-for-old-parser",
    severity="info",
    outcome="undocumented",
    tensorrt="<10.0",
    sources=("PyTorch 2.9 release notes: torch.onnx.export uses dynamo=True by default",),
)

_TORCHSCRIPT = re.compile(r"/|[A-Z]\w*_\d+$")


def check_model(model):
    """At most one finding, and none for a model without such a reduction."""
    if not model.producer.startswith("pytorch") or model.opset("") < 18:
        return
    if not _by_torchscript(model) and any(_axes_as_input(node) for node in model.nodes()):
        yield Match(
            "%s wrote opset %d: export with dynamo=False, opset_version=17 for this TensorRT"
            % (model.producer, model.opset("")),
            cause="export",
        )


def _by_torchscript(model):
    """The older exporter calls its nodes ``/block/ReduceMean`` or ``ReduceMean_3``, the dynamo one ``node_mean``."""
    return any(_TORCHSCRIPT.match(node.name) for node in model.main.nodes[:20])


def _axes_as_input(node):
    return node.op_type.startswith("Reduce") and node.op_type != "ReduceSum" and node.present(1)
