"""ONNX Runtime's fused operators of transformers, against ONNX Runtime itself."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper, parser

from jetdoctor.fix import fix
from jetdoctor.model import from_proto
from jetdoctor.target import resolve
from jetdoctor.verify.compare import compare
from tests.rewriting import outputs_of, rewritten
from tests.test_rewrites import data
from tests.test_rewrites_forms import OLD_RUNTIME

BATCH, LENGTH, HIDDEN = 2, 5, 8
X = data([BATCH, LENGTH, HIDDEN])
MASK = np.array([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]], np.int32)
LENGTHS = np.array([5, 3], np.int32)
W, B = data([HIDDEN, 24], seed=1), data([24], seed=2)
PAST = data([2, BATCH, 2, 3, 4], seed=3)
KEYS = {"q": X, "k": data([BATCH, 4, HIDDEN], seed=4), "v": data([BATCH, 4, HIDDEN], seed=5)}
CACHE = {"pk": data([BATCH, 2, 3, 4], seed=6), "pv": data([BATCH, 2, 3, 4], seed=7)}
ANGLES = np.arange(16, dtype=np.float32)[:, None] * np.array([1, 0.1], np.float32)
TABLES = {"=cos": np.cos(ANGLES), "=sin": np.sin(ANGLES)}
PLACES = np.arange(LENGTH)[None].repeat(BATCH, 0) + 2

#: operator, inputs in order ("=" a constant, "-" left out), attributes, number of outputs
CASES = {
    "mask of the keys": ("Attention", {"x": X, "=w": W, "=b": B, "m": MASK}, {}, 1),
    "lengths": ("Attention", {"x": X, "=w": W, "=b": B, "m": LENGTHS}, {"mask_filter_value": -500.0}, 1),
    "mask of each query": ("Attention", {"x": X, "=w": W, "=b": B, "m": MASK[:, None].repeat(LENGTH, 1)}, {}, 1),
    "causal": ("Attention", {"x": X, "=w": W, "=b": B}, {"unidirectional": 1, "scale": 0.3}, 1),
    "past": ("Attention", {"x": X, "=w": W, "=b": B, "-m": None, "p": PAST}, {"unidirectional": 1}, 2),
    "values of another size": ("Attention", {"x": X, "=w": W, "=b": B}, {"qkv_hidden_sizes": [6, 6, 12]}, 1),
    "cross": ("MultiHeadAttention", KEYS, {"scale": 0.4}, 1),
    "bias and scores": (
        "MultiHeadAttention", {**KEYS, "=b": B, "-m": None, "r": data([1, 2, LENGTH, 4], seed=8)}, {}, 1
    ),
    "padding": ("MultiHeadAttention", {**KEYS, "-b": None, "m": MASK[:, :4]}, {}, 1),
    "cache": ("MultiHeadAttention", {**KEYS, "-b": None, "-m": None, "-r": None, **CACHE}, {}, 3),
    "rotary": ("RotaryEmbedding", {"x": X, "i": PLACES, **TABLES}, {}, 1),
    "rotary of pairs": ("RotaryEmbedding", {"x": X, "i": PLACES, **TABLES}, {"interleaved": 1}, 1),
    "rotary from one place": ("RotaryEmbedding", {"x": X, "i": np.array([3]), **TABLES}, {}, 1),
    "rotary of heads": ("RotaryEmbedding", {"x": data([BATCH, 2, LENGTH, 4]), "i": PLACES, **TABLES}, {}, 1),
    "rotary of a part": (
        "RotaryEmbedding", {"x": X, "i": PLACES, **TABLES}, {"rotary_embedding_dim": 4, "num_heads": 1}, 1
    ),
}  # fmt: skip


def _model(op_type, inputs, attributes, outputs, opset=17):
    names = ["" if name.startswith("-") else name.lstrip("=") for name in inputs]
    if "Attention" in op_type:
        attributes = {"num_heads": 2, **attributes}
    results = ["y%d" % i for i in range(outputs)]
    node = helper.make_node(op_type, names, results, "n", domain="com.microsoft", **attributes)
    given = {name: array for name, array in inputs.items() if name[0] not in "=-"}
    declared = [
        helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(array.dtype), array.shape)
        for name, array in given.items()
    ]
    constants = [numpy_helper.from_array(array, name[1:]) for name, array in inputs.items() if name[0] == "="]
    loose = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in node.output]
    if op_type.startswith("Embed"):
        loose[1].type.tensor_type.elem_type = TensorProto.INT32
    graph = helper.make_graph([node], "g", declared, loose, constants)
    opsets = [helper.make_opsetid("", opset), helper.make_opsetid("com.microsoft", 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    for value, array in zip(model.graph.output, outputs_of(model, given).values()):
        element = helper.np_dtype_to_tensor_dtype(array.dtype)
        value.CopyFrom(helper.make_tensor_value_info(value.name, element, array.shape))
    return model, given


@pytest.mark.parametrize("opset", [11, 17])
@pytest.mark.parametrize("case", sorted(CASES))
def test_attention(case, opset):
    if OLD_RUNTIME and case in ("bias and scores", "padding"):
        pytest.skip("ONNX Runtime 1.19 computes MultiHeadAttention with masks otherwise")
    op_type, inputs, attributes, outputs = CASES[case]
    model, feeds = _model(op_type, inputs, attributes, outputs, opset)
    result, refusals, done = rewritten(model, "contrib_attention")
    assert done == 1, refusals
    onnx.checker.check_model(result)
    assert not any(node.domain for node in result.graph.node)
    comparison = compare(outputs_of(model, feeds), outputs_of(result, feeds))
    assert comparison.equal, comparison.reason


def test_embeddings():
    ids, rows = np.array([[1, 4, 2], [0, 3, 3]], np.int32), data([6, HIDDEN])
    inputs = {
        "i": ids, "t": ids % 2, "=w": rows, "=p": data([4, HIDDEN], seed=1), "=s": data([2, HIDDEN], seed=2),
        "=g": data([HIDDEN], seed=3), "=b": data([HIDDEN], seed=4), "m": MASK[:, :3],
    }  # fmt: skip
    model, feeds = _model("EmbedLayerNormalization", inputs, {}, 2)
    result, refusals, done = rewritten(model, "rewrite_contrib")
    assert done == 1, refusals
    assert compare(outputs_of(model, feeds), outputs_of(result, feeds)).equal


@pytest.mark.parametrize("zeros", [False, True])
@pytest.mark.parametrize("depth", [32, 40])
def test_packed_weights(zeros, depth):
    random, bits, columns, block = np.random.RandomState(0), 4, 6, 16
    blocks = -(-depth // block)
    inputs = {
        "x": data([3, depth]),
        "=w": random.randint(0, 256, (columns, blocks, block * bits // 8)).astype(np.uint8),
        "=s": np.abs(data([columns * blocks], seed=1)),
    }
    if zeros:
        inputs["=z"] = random.randint(0, 256, columns * ((blocks * bits + 7) // 8)).astype(np.uint8)
    form = dict(K=depth, N=columns, bits=bits, block_size=block)
    model, feeds = _model("MatMulNBits", inputs, form, 1)
    result, refusals, done = rewritten(model, "matmulnbits_dequantized")
    assert done == 1, refusals
    assert compare(outputs_of(model, feeds), outputs_of(result, feeds)).equal


@pytest.mark.parametrize("target", ["jetpack-4.6", "jetpack-6.2", "jetpack-7.2"])
def test_attention_as_a_fix(tmp_path, target):
    model, _ = _model(*CASES["mask of the keys"])
    path = str(tmp_path / "m.onnx")
    onnx.save(model, path)
    outcome = fix(path, resolve(target))
    assert outcome.clean and outcome.plan.equivalence.status == "equal", outcome.plan


@pytest.mark.parametrize("opset, operators", [(14, {"LayerNormalization"}), (11, {"ReduceMean", "Sqrt"})])
def test_operators_newer_than_the_opset(tmp_path, opset, operators):
    """ONNX Runtime's optimizer writes LayerNormalization at any opset; types are known behind it all the same."""
    path = str(tmp_path / "m.onnx")
    text = '<ir_version: 8, opset_import: ["": %d, "com.microsoft": 1]>' % opset
    text += " g (float[2,3,8] x, float[8] s, float[8] b) => (float[2,3,8] y) {"
    text += " n = LayerNormalization(x, s, b) k = com.microsoft.SkipLayerNormalization(n, x, s, b)"
    text += " y = com.microsoft.BiasGelu(k, b) }"
    onnx.save(parser.parse_model(text), path)
    outcome = fix(path, resolve("tensorrt-10.3"))
    assert outcome.clean and outcome.plan.equivalence.status == "equal", outcome.plan
    onnx.checker.check_model(outcome.proto, full_check=True)
    assert operators <= {node.op_type for node in outcome.proto.graph.node}


def test_types_behind_fused_operators():
    text = '<ir_version: 8, opset_import: ["": 14, "com.microsoft": 1]>'
    text += " g (int32[B,4] i, int32[B,4] t, float[9,6] w, float[4,6] p, float[2,6] s, float[6] g1, float[6] b,"
    text += " float[6,18] qkv, float[6,10] q, float[6] n) => (float[B,4,6] y) {"
    text += " e, m = com.microsoft.EmbedLayerNormalization(i, t, w, p, s, g1, b)"
    text += " a = com.microsoft.Attention<num_heads = 2>(e, qkv, b) r = Relu(a)"
    text += " c = com.microsoft.Attention<num_heads = 2, qkv_hidden_sizes = [4, 4, 2]>(e, q, b)"
    text += " h = com.microsoft.MultiHeadAttention<num_heads = 1>(e, e, c) l = LayerNormalization(r, g1, b)"
    text += " y = Neg(l) }"
    view = from_proto(parser.parse_model(text))
    shapes = {name: view.main.value(name).shape for name in "earchl"}
    assert shapes == {"e": ("B", 4, 6), "a": ("B", 4, 6), "r": ("B", 4, 6), "c": ("B", 4, 2), "h": ("B", 4, 2),
                      "l": ("B", 4, 6)}  # fmt: skip
    assert view.main.value("l").dtype == "FLOAT"
