"""Small models for the downgrade tests, and the comparison of a model with its lowered form."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Sequence, Tuple

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from jetdoctor.fix.opset import Lowered, lower
from jetdoctor.types import parse_version

ort = pytest.importorskip("onnxruntime")

#: ONNX Runtime that runs every operator of these tests: what an older one refuses is skipped.
NEW_ENOUGH = (1, 26)

#: The newest opset that every ONNX Runtime here takes (1.19, the last for Python 3.8): what is lowered to it must run.
WELL_KNOWN = 21

INT64, FLOAT = onnx.TensorProto.INT64, onnx.TensorProto.FLOAT


def constant(name: str, values: Any, dtype: str = "int64") -> onnx.TensorProto:
    return numpy_helper.from_array(np.asarray(values, dtype=dtype), name)


def one_node(
    op_type: str,
    shape: Sequence[Any],
    opset: int,
    constants: Sequence[onnx.TensorProto] = (),
    inputs: Optional[List[str]] = None,
    outputs: int = 1,
    element: int = FLOAT,
    **attributes: Any,
) -> onnx.ModelProto:
    """A model ``x -> op -> y0, y1 …`` whose other inputs are initializers."""
    names = ["x"] + [tensor.name for tensor in constants] if inputs is None else inputs
    found = ["y%d" % index for index in range(outputs)]
    node = helper.make_node(op_type, names, found, name="node", **attributes)
    graph = helper.make_graph(
        [node],
        "g",
        [helper.make_tensor_value_info("x", element, shape)],
        [onnx.ValueInfoProto(name=name) for name in found],
        initializer=list(constants),
    )
    return model_of(graph, opset)


def model_of(graph: onnx.GraphProto, opset: int, **fields: Any) -> onnx.ModelProto:
    model = helper.make_model(graph, opset_imports=[helper.make_operatorsetid("", opset)], **fields)
    model.ir_version = min(model.ir_version, 10)
    if any(not value.type.tensor_type.HasField("shape") for value in graph.output):  # let onnx fill it in
        inferred = onnx.shape_inference.infer_shapes(model)
        for ours, known in zip(model.graph.output, inferred.graph.output):
            ours.CopyFrom(known)
    return model


def run(model: onnx.ModelProto, feeds: Dict[str, np.ndarray]) -> List[np.ndarray]:
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    session = ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return session.run(None, feeds)


def run_or_skip(model: onnx.ModelProto, feeds: Dict[str, np.ndarray]) -> List[np.ndarray]:
    """The outputs; skips where the ONNX Runtime of an older Python does not take a model of this opset."""
    try:
        return run(model, feeds)
    except Exception as error:  # ONNX Runtime's own exception types differ between releases
        if parse_version(ort.__version__) >= NEW_ENOUGH:
            raise
        pytest.skip("ONNX Runtime %s cannot run it: %s" % (ort.__version__, str(error).split("\n")[0][:80]))


def lowered_equal(
    model: onnx.ModelProto, to: int, feeds: Dict[str, np.ndarray], rtol: float = 1e-5
) -> Lowered:
    """Lower, require the opset, the checker and equal outputs; return the result for more questions."""
    before = model.SerializeToString(deterministic=True)
    result = lower(model, to)
    assert model.SerializeToString(deterministic=True) == before, "the input was modified"
    assert (result.reached, result.blocked) == (to, ())
    assert [o.version for o in result.proto.opset_import if o.domain == ""] == [to]
    onnx.checker.check_model(result.proto, full_check=True)
    expected_outputs = run_or_skip(model, feeds)
    found_outputs = (run_or_skip if to > WELL_KNOWN else run)(result.proto, feeds)
    for expected, found in zip(expected_outputs, found_outputs):
        assert expected.shape == found.shape and expected.dtype == found.dtype
        np.testing.assert_allclose(found, expected, rtol=rtol, atol=1e-5)
    return result


def floats(shape: Sequence[int], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(tuple(shape)).astype("float32")


def operators(model: onnx.ModelProto) -> Tuple[str, ...]:
    return tuple(node.op_type for node in model.graph.node)
