"""Applies one rewrite to a small model and compares in ONNX Runtime, without rules or targets."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from jetdoctor.check import catalog
from jetdoctor.fix.choice import Request
from jetdoctor.fix.rewriting import Rewriting
from jetdoctor.model import from_proto
from jetdoctor.types import Finding, Fix, Target
from jetdoctor.verify.compare import compare
from jetdoctor.verify.onnxruntime import CannotRun, run

#: Python 3.8 ends at ONNX Runtime 1.19 and Python 3.10 at 1.23: neither reduces over no axes at all
#: (noop_with_empty_axes), nor normalizes over a single element.
OLD_ONNXRUNTIME = tuple(int(part) for part in onnxruntime.__version__.split(".")[:2]) < (1, 24)
NEW_ONNXRUNTIME = pytest.mark.skipif(
    OLD_ONNXRUNTIME, reason="ONNX Runtime %s does not run reductions without axes" % onnxruntime.__version__
)


def model_of(op_type, inputs, outputs=1, opset=17, constants=None, dims=None, **attributes):
    """A model with one node. ``inputs``: name -> array; those in ``constants`` become initializers.

    ``dims`` replaces sizes of an input's declared shape, as in ``{"x": ["N", 3]}``.
    """
    constants = constants or {}
    names = [name if not name.startswith("-") else "" for name in inputs]
    outs = ["y%d" % i for i in range(outputs)]
    node = helper.make_node(op_type, names, outs, name="node", **attributes)
    declared = []
    for name, array in inputs.items():
        if name in constants or name.startswith("-"):
            continue
        array = np.asarray(array)
        shape = (dims or {}).get(name, list(array.shape))
        element = helper.np_dtype_to_tensor_dtype(array.dtype)
        declared.append(helper.make_tensor_value_info(name, element, shape))
    initializers = [numpy_helper.from_array(np.asarray(inputs[name]), name) for name in constants]
    results = [onnx.ValueInfoProto(name=name) for name in outs]
    graph = helper.make_graph([node], "g", declared, results, initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    feeds = {name: np.asarray(array) for name, array in inputs.items() if name in {d.name for d in declared}}
    for value, array in zip(model.graph.output, outputs_of(_loose(model), feeds).values()):
        element = helper.np_dtype_to_tensor_dtype(array.dtype)
        value.CopyFrom(helper.make_tensor_value_info(value.name, element, list(array.shape)))
    return model


def _loose(model):
    """The model with the output types that inference finds, whatever it leaves out."""
    inferred = onnx.shape_inference.infer_shapes(model)
    for value in inferred.graph.output:
        if not value.type.WhichOneof("value"):
            value.type.tensor_type.elem_type = TensorProto.FLOAT
    return inferred


def outputs_of(model, feeds):
    """By ONNX Runtime, or by the reference evaluator for what ONNX Runtime does not implement.

    Skips where an old ONNX Runtime is older than the opset of the model.
    """
    try:
        return run(model, feeds)
    except CannotRun as error:
        if OLD_ONNXRUNTIME and "only *guarantees*" in str(error):
            pytest.skip("this ONNX Runtime is older than the opset")
        if "NOT_IMPLEMENTED" not in str(error):
            raise
        evaluator = ReferenceEvaluator(model)
        return dict(zip(evaluator.output_names, evaluator.run(None, feeds)))


def rewritten(model, name, target=None, op_type=None):
    """(copy of the model with the rewrite applied at every node, or of one operator, that takes it, refusals)."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    view = from_proto(copy)
    finding = Finding("JD000", "test", "error", "rejected", "")
    nodes = [node for node in view.nodes() if op_type in (None, node.op_type)]
    requests = [Request(finding, node.location(), Fix("", rewrite=name)) for node in nodes]
    rewriting = Rewriting(view, catalog().rewrites, target)
    rewriting.apply(requests)
    return rewriting.finish(), list(rewriting.refusals.values()), len(rewriting.done)


def assert_same(model, feeds, name, target=None, gone=True):
    """The rewrite applies, the result is valid and computes the same; returns it."""
    feeds = {k: np.asarray(v) for k, v in feeds.items() if k in {i.name for i in model.graph.input}}
    result, refusals, done = rewritten(model, name, target)
    assert done, refusals
    onnx.checker.check_model(result, full_check=True)
    if gone:
        assert model.graph.node[0].op_type not in {n.op_type for n in result.graph.node}
    comparison = compare(outputs_of(model, feeds), outputs_of(result, feeds))
    assert comparison.equal, comparison.reason
    return result


def target(version):
    return Target("tensorrt-" + version, version)
