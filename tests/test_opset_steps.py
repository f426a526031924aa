"""One step down for every operator that no other test takes that step: the outputs stay the same."""

from __future__ import annotations

import numpy as np
import onnx
import pytest

from tests.opset_models import FLOAT, INT64, constant, floats, lowered_equal, one_node

INT32 = onnx.TensorProto.INT32

#: operator, opset that is left, shape of x, other inputs, attributes
STEPS = [
    ("ArgMax", 11, (2, 3), (), {"axis": -1}),
    ("ArgMin", 11, (2, 3), (), {"axis": -1}),
    ("ArgMax", 12, (2, 3), (), {"axis": 1, "select_last_index": 0}),
    ("ArgMin", 12, (2, 3), (), {"axis": 1, "select_last_index": 0}),
    ("AveragePool", 22, (1, 2, 5, 5), (), {"kernel_shape": [2, 2]}),
    ("LpPool", 22, (1, 2, 5, 5), (), {"kernel_shape": [2, 2]}),
    ("MaxPool", 22, (1, 2, 5, 5), (), {"kernel_shape": [2, 2]}),
    ("LpPool", 18, (1, 2, 5, 5), (), {"kernel_shape": [2, 2], "ceil_mode": 0}),
    ("Cast", 24, (2, 3), (), {"to": 7}),
    ("CastLike", 24, (2, 3), (constant("t", [1]),), {}),
    ("CastLike", 19, (2, 3), (constant("t", [1]),), {}),
    ("DepthToSpace", 11, (1, 8, 2, 2), (), {"blocksize": 2}),
    ("Dropout", 10, (2, 3), (), {}),
    ("Dropout", 12, (2, 3), (), {}),
    ("Flatten", 11, (2, 3, 4), (), {"axis": -1}),
    ("Gemm", 11, (2, 3), (constant("b", np.ones((3, 4)), "float32"),), {}),
    ("GreaterOrEqual", 12, (2, 3), (constant("b", [0, 0, 0], "float32"),), {}),
    ("LessOrEqual", 12, (2, 3), (constant("b", [0, 0, 0], "float32"),), {}),
    ("IsInf", 10, (2, 3), (), {"detect_negative": 0}),
    ("OneHot", 11, (3,), (constant("d", 4), constant("v", [0, 1], "float32")), {"axis": -2, "element": INT64}),
    ("Pow", 12, (2, 3), (constant("e", 2.0, "float32"),), {}),
    ("Attention", 23, (1, 2, 3, 4), (constant("k", np.ones((1, 2, 5, 4)), "float32"),
                                     constant("v", np.ones((1, 2, 5, 4)), "float32")), {}),
    ("OptionalHasElement", 18, (2, 3), (), {}),
    ("OptionalGetElement", 18, (2, 3), (), {}),
    ("DequantizeLinear", 23, (2, 3), (constant("s", 0.5, "float32"), constant("z", 3, "int32")), {"element": INT32}),
    ("QuantizeLinear", 23, (2, 3), (constant("s", 0.5, "float32"), constant("z", 3, "uint8")), {}),
    ("Range", 27, (), (constant("l", 7.0, "float32"), constant("d", 2.0, "float32")), {}),
    ("ReduceL2", 11, (2, 3), (), {"axes": [-1]}),
    ("ReduceLogSum", 11, (2, 3), (), {"axes": [-1]}),
    ("ReduceSumSquare", 11, (2, 3), (), {"axes": [-1]}),
    ("Mod", 28, (2, 3), (constant("b", [2, 3, 4], "float32"),), {"fmod": 1}),
    ("Swish", 24, (2, 3), (), {"alpha": 0.5}),
    ("GroupNormalization", 18, (1, 4, 3), (constant("s", [1, 2], "float32"), constant("b", [0, 1], "float32")),
     {"num_groups": 2}),
    ("DeformConv", 19, (1, 1, 4, 4),
     (constant("w", np.ones((1, 1, 2, 2)), "float32"), constant("o", np.full((1, 8, 3, 3), 0.25), "float32")), {}),
]  # fmt: skip


@pytest.mark.parametrize("op_type, opset, shape, others, attributes", STEPS, ids=lambda v: str(v)[:16])
def test_one_step_down(op_type, opset, shape, others, attributes):
    if not onnx.defs.has(op_type) or onnx.defs.onnx_opset_version() < opset:
        pytest.skip("onnx %s does not know it" % onnx.__version__)
    x = np.abs(floats(shape)) + 0.5 if op_type in ("ReduceLogSum", "Pow") else floats(shape)
    if "element" in attributes:
        x = np.arange(x.size, dtype=onnx.helper.tensor_dtype_to_np_dtype(attributes["element"])).reshape(shape)
    model = one_node(op_type, shape, opset, others, **attributes)
    if not model.graph.output[0].type.WhichOneof("value"):  # onnx infers none
        model.graph.output[0].CopyFrom(onnx.helper.make_tensor_value_info("y0", FLOAT, shape))
    lowered_equal(model, opset - 1, {"x": x})
