"""Operators of ai.onnx.ml in ONNX's words: linear models, scalers, features and decision trees."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import helper

from jetdoctor import target
from jetdoctor.fix import fix
from jetdoctor.verify.compare import compare
from tests.rewriting import outputs_of, rewritten

RANDOM = np.random.RandomState(3)
X = RANDOM.normal(size=(7, 4)).astype(np.float32)


def model(op_type, feeds, outputs=1, opset=13, **attributes):
    """A model of one node of ai.onnx.ml; the outputs get the types and shapes that ONNX Runtime gives them."""
    names = ["y%d" % number for number in range(outputs)]
    node = helper.make_node(op_type, list(feeds), names, name="node", domain="ai.onnx.ml", **attributes)
    inputs = [
        helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(array.dtype), array.shape)
        for name, array in feeds.items()
    ]
    kinds = [onnx.TensorProto.INT64, onnx.TensorProto.FLOAT] if outputs == 2 else [inputs[0].type.tensor_type.elem_type]
    results = [helper.make_tensor_value_info(name, kind, None) for name, kind in zip(names, kinds)]
    imports = [helper.make_opsetid("ai.onnx.ml", 1)] + ([helper.make_opsetid("", opset)] if opset else [])
    made = helper.make_model(helper.make_graph([node], "g", inputs, results), opset_imports=imports, ir_version=8)
    for value, array in zip(made.graph.output, outputs_of(made, feeds).values()):
        value.CopyFrom(helper.make_tensor_value_info(value.name, value.type.tensor_type.elem_type, array.shape))
    return made


def assert_same(made, feeds, name):
    result, refusals, done = rewritten(made, name)
    assert done, refusals
    onnx.checker.check_model(result, full_check=True)
    assert not [node.op_type for node in result.graph.node if node.domain]
    verdict = compare(outputs_of(made, feeds), outputs_of(result, feeds))
    assert verdict.equal, verdict.reason


def floats(*shape):
    return RANDOM.normal(size=shape).astype(np.float32).ravel().tolist()


CASES = {
    "Scaler": {"offset": floats(4), "scale": floats(4)},
    "Scaler of one": {"offset": [0.5], "scale": [2.0]},
    "Normalizer": {"norm": "L2"},
    "Normalizer by sums": {"norm": "L1"},
    "Binarizer": {"threshold": 0.2},
    "Imputer": {"imputed_value_floats": floats(4), "replaced_value_float": float("nan")},
    "LinearRegressor": {"coefficients": floats(8), "intercepts": floats(2), "targets": 2},
}


@pytest.mark.parametrize("opset", [9, 13])
@pytest.mark.parametrize("case", sorted(CASES))
def test_one_output(case, opset):
    x = X.copy()
    if case == "Imputer":
        if opset < 11:
            pytest.skip("comparisons of floats came with opset 11")
        x[1, 2] = x[4, 0] = np.nan
    if "Normalizer" in case:
        x[3] = 0
    assert_same(model(case.split()[0], {"x": x}, opset=opset, **CASES[case]), {"x": x}, "rewrite_ml")


@pytest.mark.parametrize("labels", [[0, 1, 2], [5, -1, 7]])
@pytest.mark.parametrize("transform", ["NONE", "SOFTMAX", "LOGISTIC"])
def test_linear_classifier(labels, transform):
    attributes = {"coefficients": floats(12), "intercepts": floats(3), "classlabels_ints": labels}
    made = model("LinearClassifier", {"x": X}, 2, post_transform=transform, **attributes)
    assert_same(made, {"x": X}, "rewrite_ml")


@pytest.mark.parametrize("shape", [(4,), (7, 4), (2, 3, 4)])
def test_features_by_number(shape):
    feeds = {"x": RANDOM.normal(size=shape).astype(np.float32), "i": np.array([[3], [0]], np.int64)}
    assert_same(model("ArrayFeatureExtractor", feeds), feeds, "rewrite_ml")


def test_one_hot():
    feeds = {"x": np.array([[1.0, 4.0], [9.0, 7.0]], np.float32)}
    made = model("OneHotEncoder", feeds, cats_int64s=[4, 7, 1], zeros=1)
    assert_same(made, feeds, "rewrite_ml")


def trees(kind, results, mode="BRANCH_LEQ", missing=0, **more):
    """Three trees of two inner nodes each: 0 -> (1, 2), 1 -> (3, 4)."""
    count = 3
    fields = {
        name: [] for name in ("treeids", "nodeids", "featureids", "values", "modes", "truenodeids", "falsenodeids")
    }
    held = {name: [] for name in ("treeids", "nodeids", "ids", "weights")}
    for tree in range(count):
        fields["treeids"] += [tree] * 5
        fields["nodeids"] += range(5)
        fields["featureids"] += [tree, (tree + 1) % 4, 0, 0, 0]
        fields["values"] += [0.1 * tree, -0.3, 0.0, 0.0, 0.0]
        fields["modes"] += [mode, mode, "LEAF", "LEAF", "LEAF"]
        fields["truenodeids"] += [1, 3, 0, 0, 0]
        fields["falsenodeids"] += [2, 4, 0, 0, 0]
        for leaf in (2, 3, 4):
            for result in range(results):
                held["treeids"].append(tree)
                held["nodeids"].append(leaf)
                held["ids"].append(result)
                held["weights"].append(float(RANDOM.normal()))
    attributes = {"nodes_" + name: list(values) for name, values in fields.items()}
    attributes.update(("%s_%s" % (kind, name), values) for name, values in held.items())
    attributes["nodes_missing_value_tracks_true"] = [missing if number % 2 else missing & 1 for number in range(15)]
    attributes.update(more)
    return attributes


@pytest.mark.parametrize("mode", ["BRANCH_LEQ", "BRANCH_LT"])
@pytest.mark.parametrize("missing", [0, 1])
def test_trees(mode, missing):
    x = X.copy()
    x[0, 0], x[1, 1], x[2] = 0.0, np.float32(-0.3), np.nan
    attributes = trees("target", 2, mode, missing, n_targets=2, base_values=[0.5, -1.0])
    assert_same(model("TreeEnsembleRegressor", {"x": x}, **attributes), {"x": x}, "trees_to_matmul")


@pytest.mark.parametrize("labels", [[0, 1, 2], [3, 9, 5]])
def test_trees_that_classify(labels):
    attributes = trees("class", 3, classlabels_int64s=labels, post_transform="SOFTMAX")
    assert_same(model("TreeEnsembleClassifier", {"x": X}, 2, **attributes), {"x": X}, "trees_to_matmul")


def test_two_classes_by_trees_are_refused():
    made = model("TreeEnsembleClassifier", {"x": X}, 2, **trees("class", 1, classlabels_int64s=[0, 1]))
    assert "two classes" in rewritten(made, "trees_to_matmul")[1][0]


def test_a_model_without_onnx_operators_gets_an_opset(tmp_path):
    path = str(tmp_path / "model.onnx")
    made = model("LinearRegressor", {"x": X}, opset=None, coefficients=floats(4), intercepts=[1.0])
    onnx.save(made, path)
    outcome = fix(path, target.resolve("tensorrt-8.4.3"))
    assert outcome.clean
    assert {o.domain: o.version for o in outcome.proto.opset_import}[""] == 13
