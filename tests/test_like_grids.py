"""The proof of models with a GridSample whose grid is of another type than its image, as PyTorch's tracer writes it."""

from __future__ import annotations

import onnx
import pytest
from onnx import parser

from jetdoctor.fix import fix, like_grids
from jetdoctor.target import resolve

WARP = """<ir_version: 8, opset_import: ["": 16]> agraph (float[1,2,5,6] x, float[1,3,4,2] g) => (float[1,2,3,4] y) {
  wide = Cast <to = %d> (g)
  y = GridSample <align_corners = 0, mode = "bilinear", padding_mode = "zeros"> (x, wide)
}"""


@pytest.mark.parametrize("element, note", [(11, True), (1, False)])
def test_a_grid_of_another_type_is_proven_in_onnxruntime(tmp_path, element, note):
    path = str(tmp_path / "m.onnx")
    onnx.save(parser.parse_model(WARP % element), path)
    proof = fix(path, resolve("tensorrt-8.4")).plan.equivalence
    assert proof.status == "equal" and proof.runs >= 5
    assert (like_grids.NOTE in proof.reason) == note


def test_only_unlike_grids_are_cast():
    for element, casts in ((11, 2), (1, 1)):
        proto = parser.parse_model(WARP % element)
        assert like_grids.round_grids(proto, "") == (element == 11)
        assert [node.op_type for node in proto.graph.node].count("Cast") == casts
        onnx.checker.check_model(proto, full_check=True)
