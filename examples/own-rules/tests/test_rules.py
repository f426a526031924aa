"""Every rule fires where it must and is silent beside it; models are written as ONNX text."""

import onnx
import pytest

import jetdoctor

HEAD = '<ir_version: 8, opset_import: ["" : 13]> g '


def rules_of(text, folder):
    path = str(folder / "model.onnx")
    onnx.save(onnx.parser.parse_model(HEAD + text), path)
    (result,) = jetdoctor.check(path, "jetpack-6.2").results
    return {finding.rule for finding in result.findings}


@pytest.mark.parametrize("batch, expected", [(4, {"ACME101"}), (1, set())])
def test_the_batch_is_one(tmp_path, batch, expected):
    assert rules_of("(float[%d,3] x) => (float[%d,3] y) { y = Relu (x) }" % (batch, batch), tmp_path) == expected


def test_an_identity_is_removed(tmp_path):
    text = "(float[1,3] x) => (float[1,3] y) { a = Relu (x) b = Identity (a) y = Neg (b) }"
    assert rules_of(text, tmp_path) == {"ACME102"}
    repaired = jetdoctor.fix(str(tmp_path / "model.onnx"), "jetpack-6.2", select=["ACME102"])
    assert repaired.plan.equivalence.status == "equal"
    assert [node.op_type for node in repaired.proto.graph.node] == ["Relu", "Neg"]


def test_an_identity_that_names_an_output_stays(tmp_path):
    assert rules_of("(float[1,3] x) => (float[1,3] y) { a = Relu (x) y = Identity (a) }", tmp_path) == set()
