"""Loading: nothing but the weights is left out, whatever the encoding."""

from __future__ import annotations

import pytest

onnx = pytest.importorskip("onnx")
numpy = pytest.importorskip("numpy")

from onnx import TensorProto, helper, numpy_helper  # noqa: E402

from jetdoctor.model import from_proto, load, summarize  # noqa: E402
from jetdoctor.model.weights import without_weights  # noqa: E402
from jetdoctor.model.wire import KEEP_BYTES, encode_varint, skeleton  # noqa: E402
from tests.model_files import LARGE, floats, raw, restored, saved, simple, sparse_file  # noqa: E402


@pytest.mark.parametrize(
    "kind, values",
    [
        (TensorProto.FLOAT, [0.5] * LARGE),
        (TensorProto.INT32, [70000] * LARGE),
        (TensorProto.INT64, [1 << 40] * LARGE),
        (TensorProto.DOUBLE, [0.5] * LARGE),
        (TensorProto.UINT64, [1 << 40] * LARGE),
        (TensorProto.FLOAT16, [0.5] * LARGE),
        (TensorProto.STRING, [b"word"] * LARGE),
    ],
)
def test_each_encoding_is_left_out_and_found_again(tmp_path, kind, values):
    tensor = helper.make_tensor("w", kind, [LARGE], values)
    path = saved(tmp_path, simple([tensor]))
    model = load(path)
    (left,) = model.proto.graph.initializer
    assert (left.name, left.data_type, list(left.dims)) == ("w", kind, [LARGE])
    assert left.ByteSize() < 100 and model.main.value("w").array() is None
    assert model.weights[(("main",), "w")].read() == tensor


def test_unpacked_elements_are_left_out_too(tmp_path):
    element = b"\x25\x00\x00\x80\x3f"  # field 4 (float_data), wire type 5: not packed
    tensor = b"\x08" + encode_varint(LARGE) + b"\x10\x01" + element * LARGE + b"\x42\x01w"
    graph = b"\x2a" + encode_varint(len(tensor)) + tensor
    path = saved(tmp_path, b"\x08\x08\x3a" + encode_varint(len(graph)) + graph + b"\x42\x04\x0a\x00\x10\x11")
    model = load(path)
    (left,) = model.proto.graph.initializer
    assert left.name == "w" and not left.float_data
    assert numpy_helper.to_array(model.weights[(("main",), "w")].read()).sum() == LARGE


def test_small_tensors_keep_their_data(tmp_path):
    model = load(saved(tmp_path, simple([raw("w", 100), raw("big")])))
    assert model.main.value("w").array().tolist() == list(range(100))
    assert set(model.weights) == {(("main",), "big")}


def test_constants_sparse_tensors_subgraphs_and_functions(tmp_path):
    branch = helper.make_graph([helper.make_node("Add", ["x", "inner"], ["o"])], "b", [], [floats("o")], [raw("inner")])
    sparse = helper.make_sparse_tensor(raw("sparse"), raw("", dtype="int64"), [LARGE * 2])
    nodes = [
        helper.make_node("Constant", [], ["c"], value=raw("")),
        helper.make_node("If", ["cond"], ["y"], name="choose", then_branch=branch, else_branch=branch),
    ]
    proto = simple([raw("cond", 1, "bool")], nodes)
    proto.graph.sparse_initializer.add().CopyFrom(sparse)
    body = helper.make_function(
        "local",
        "f",
        ["a"],
        ["z"],
        [helper.make_node("Constant", [], ["k"], value=raw("")), helper.make_node("Add", ["a", "k"], ["z"])],
        [helper.make_opsetid("", 17)],
    )
    proto.functions.add().CopyFrom(body)
    model = load(saved(tmp_path, proto))
    assert set(model.weights) == {
        (("main",), "c"),
        (("main", "choose.then_branch"), "inner"),
        (("main", "choose.else_branch"), "inner"),
        (("main",), "sparse.values"),
        (("main",), "sparse.indices"),
        (("function:local:f",), "k"),
    }
    assert {graph.path for graph in model.graphs()} >= {path for path, _ in model.weights}
    assert model.proto.ByteSize() < 2000
    assert restored(proto.SerializeToString()) == proto


def test_shapes_are_inferred_and_symbols_kept(tmp_path):
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["m"]),
        helper.make_node("Shape", ["m"], ["s"]),
        helper.make_node("Reshape", ["m", "s"], ["y"]),
    ]
    weight = numpy_helper.from_array(numpy.zeros((3, 5000), "float32"), "w")
    model = load(saved(tmp_path, simple([weight], nodes)))
    assert model.main.value("m").shape == ("batch", 5000)
    assert model.main.value("x").dtype == "FLOAT" and model.inference_stopped is None


def test_unknown_domains_and_recursive_functions_load(tmp_path):
    custom = simple(nodes=[helper.make_node("Mystery", ["x"], ["y"], domain="acme", size=3)])
    assert load(saved(tmp_path, custom)).main.nodes[0].attr("size") == 3
    circle = simple(nodes=[helper.make_node("f", ["x"], ["y"], domain="local")])
    circle.opset_import.add(domain="local", version=1)
    circle.functions.add().CopyFrom(
        helper.make_function("local", "f", ["a"], ["b"], [helper.make_node("f", ["a"], ["b"], domain="local")], [])
    )
    model = load(saved(tmp_path, circle))
    assert "calls itself" in model.inference_stopped and len(model.functions) == 1


@pytest.mark.parametrize(
    "node",
    [
        helper.make_node("EyeLike", [""], ["y"], dtype=1 << 40),  # onnx 1.17 and 1.23
        helper.make_node("RegexFullMatch", ["nothing"], ["y"], pattern="a"),  # onnx 1.23
    ],
)
def test_a_node_that_crashes_onnx_does_not_crash_us(tmp_path, node):
    # onnx ends with a segmentation fault on these.
    model = load(saved(tmp_path, simple(nodes=[node])))
    assert model.main.nodes[0].op_type == node.op_type


def test_a_circle_of_nodes_ends(tmp_path):
    nodes = [helper.make_node("Transpose", ["b"], ["a"]), helper.make_node("Transpose", ["a"], ["b"])]
    value = load(saved(tmp_path, simple(nodes=nodes))).main.value("a")
    assert not value.is_weights(("Transpose",)) and value.behind(("Transpose",)).name in ("a", "b")


def test_an_attribute_of_the_wrong_kind_is_not_given(tmp_path):
    nodes = [
        helper.make_node("ReduceMean", ["x"], ["a"], axes=1.5, keepdims="no"),
        helper.make_node("Constant", [], ["c"], value=2),
        helper.make_node("My", ["x"], ["y"], domain="my", own=2),
    ]
    reduce, constant, own = load(saved(tmp_path, simple(nodes=nodes))).main.nodes
    assert reduce.attr("axes") is None and reduce.attr("keepdims", 1) == 1
    assert constant.constant_tensor() is None and own.attr("own") == 2


def test_names_in_another_code_page(tmp_path):
    inner = helper.make_graph([helper.make_node("Neg", ["abcd"], ["o"])], "b", [], [floats("o")])
    nodes = [
        helper.make_node("Relu", ["x"], ["abcd"], name="abcd"),
        helper.make_node("If", ["abcd"], ["y"], then_branch=inner, else_branch=inner),
    ]
    data = simple(nodes=nodes).SerializeToString().replace(b"abcd", b"\xc4\xe3cd")
    model = load(saved(tmp_path, data))
    assert model.main.nodes[0].name == "\\xc4\\xe3cd"
    assert [user.op_type for user in model.main.value("\\xc4\\xe3cd").consumers] == ["If", "Neg", "Neg"]


def test_external_data_is_never_opened(tmp_path):
    tensor = raw("w")
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="gone.bin")
    model = load(saved(tmp_path, simple([tensor])))
    assert model.main.value("w").shape == (LARGE,) and model.weights == {}


def test_from_proto_keeps_the_proto_and_its_weights():
    proto = simple([raw("w")])
    model = from_proto(proto, "some.onnx")
    assert model.proto is proto and model.path == "some.onnx"
    assert model.main.value("w").array().size == LARGE
    assert model.main.value("y").shape == ("batch", 3)


def test_summary_and_hash(tmp_path):
    import hashlib

    path = saved(tmp_path, simple([raw("w")]))
    summary = summarize(load(path), hash=True)
    assert summary.sha256 == hashlib.sha256(open(path, "rb").read()).hexdigest()
    assert (summary.ir_version, summary.opset, summary.nodes) == (8, {"ai.onnx": 17}, 1)
    assert summary.producer == "maker 1.2" and summarize(load(path)).sha256 is None


def test_five_gibibytes_in_one_file(tmp_path):
    path = str(tmp_path / "huge.onnx")
    sparse_file(path, 5 * 2**30)
    model = load(path)
    assert model.file_size > 5 * 2**30 and len(model.proto.SerializeToString()) < 200
    assert model.weights[(("main",), "w")].length > 5 * 2**30
    assert model.main.initializers["w"].dims[0] == 5 * 2**28
    assert model.main.nodes[0].op_type == "Relu" and model.opset() == 17


def test_external_data_rule_sees_the_files(tmp_path):
    from jetdoctor.rules.model_file.JD901_external_data_missing import check_model

    proto = simple([raw("w", 100), raw("v", 100)], [helper.make_node("Relu", ["x"], ["y"])])
    path = str(tmp_path / "model.onnx")
    onnx.save_model(proto, path, save_as_external_data=True, location="model.data", size_threshold=0)
    data = tmp_path / "model.data"
    assert list(check_model(load(path))) == []
    data.write_bytes(data.read_bytes()[:500])
    (short,) = check_model(load(path))
    assert short.tensor == "v" and "too short: it has 500 bytes" in short.message
    data.unlink()
    gone = list(check_model(load(path)))
    assert [match.tensor for match in gone] == ["w", "v"] and len({match.cause for match in gone}) == 1
    assert "does not exist" in gone[0].message


def test_external_data_behind_a_link_is_read_but_not_by_onnx(tmp_path):
    """A link out of the folder is a warning; those of a hub's cache, which keep model and data together, are none."""
    from jetdoctor.check import check
    from jetdoctor.target import resolve

    home, blobs = tmp_path / "home", tmp_path / "blobs"
    for folder in (home, blobs):
        folder.mkdir()
    tensor = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[3], data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value="w.bin")
    (blobs / "w").write_bytes(bytes(12))
    (home / "w.bin").symlink_to("../blobs/w")
    onnx.save(simple([tensor]), str(blobs / "m"))
    (home / "linked.onnx").symlink_to("../blobs/m")
    (home / "plain.onnx").write_bytes((blobs / "m").read_bytes())

    def found(name):
        (result,) = check(load(str(home / name)), resolve("jetpack-6.2"))
        return result.verdict, [(each.rule, each.severity) for each in result.findings if each.rule == "JD901"]

    assert found("linked.onnx") == ("deploys", [])
    assert found("plain.onnx") == ("deploys", [("JD901", "warning")])


def test_a_size_below_zero_is_an_open_one():
    """As the parsers' convertOnnxDims reads it: it needs a profile, and nothing is computed with it."""
    model = simple([])
    (value,) = model.graph.input
    value.type.tensor_type.shape.dim[0].dim_value = -7
    assert from_proto(model).main.value(value.name).shape[0] is None
    value.type.tensor_type.shape.dim[0].dim_value = 0
    assert from_proto(model).main.value(value.name).shape[0] == 0


def test_size_rule_goes_by_the_file(tmp_path):
    from jetdoctor.rules.model_file.JD907_model_over_two_gigabytes import check_model

    for payload, fires in ((2**31 - 4096, False), (2**31, True)):
        path = str(tmp_path / "big.onnx")
        sparse_file(path, payload)
        assert bool(list(check_model(load(path)))) is fires


def test_random_models_come_back_whole():
    hypothesis = pytest.importorskip("hypothesis")
    from hypothesis import strategies as st

    sizes = st.integers(0, 3 * KEEP_BYTES)
    raw_tensor = st.builds(
        lambda n, name: TensorProto(dims=[n], data_type=2, name=name, raw_data=b"\7" * n),
        sizes,
        st.text(max_size=3),
    )
    typed = st.builds(
        lambda n, field: TensorProto(dims=[n], **{field: [1] * n}),
        st.integers(0, KEEP_BYTES),
        st.sampled_from(["float_data", "int32_data", "int64_data", "double_data", "uint64_data"]),
    )
    tensor = st.one_of(raw_tensor, typed)
    tensors = st.lists(tensor, max_size=3)

    def graphs(inner):
        attribute = st.one_of(
            st.builds(lambda t: onnx.AttributeProto(name="t", type=4, t=t), tensor),
            st.builds(lambda t: onnx.AttributeProto(name="ts", type=9, tensors=t), tensors),
            st.builds(lambda g: onnx.AttributeProto(name="g", type=5, g=g), inner),
            st.builds(lambda i: onnx.AttributeProto(name="i", type=7, ints=i), st.lists(st.integers(0, 9))),
        )
        node = st.builds(lambda a: onnx.NodeProto(op_type="Op", attribute=a), st.lists(attribute, max_size=3))
        return st.builds(
            lambda n, t, doc: onnx.GraphProto(node=n, initializer=t, doc_string="d" * doc),
            st.lists(node, max_size=3),
            tensors,
            sizes,
        )

    graph = st.recursive(st.builds(lambda t: onnx.GraphProto(initializer=t), tensors), graphs, max_leaves=4)

    @hypothesis.settings(max_examples=100, deadline=None, suppress_health_check=list(hypothesis.HealthCheck))
    @hypothesis.given(graph, tensors)
    def check(made, more):
        proto = onnx.ModelProto(ir_version=8, graph=made)
        proto.functions.add(name="f").node.add().attribute.add(tensors=more)
        data = proto.SerializeToString()
        assert restored(data) == proto
        assert onnx.ModelProto.FromString(skeleton(data).data) == without_weights(proto, onnx.ModelProto())

    check()


def chained(calls, depth):
    """Functions f0, f1, ... of which each calls the next one ``calls`` times."""
    proto = simple(nodes=[helper.make_node("f0", ["x"], ["y"], domain="local")])
    proto.opset_import.add(domain="local", version=1)
    imports = [helper.make_opsetid("", 17), helper.make_opsetid("local", 1)]
    for level in range(depth):
        last = level == depth - 1
        call = ("Relu", "") if last else ("f%d" % (level + 1), "local")
        names = ["a"] + ["t%d" % i for i in range(1, 1 if last else calls)] + ["b"]
        body = [helper.make_node(call[0], [i], [o], domain=call[1]) for i, o in zip(names, names[1:])]
        proto.functions.append(helper.make_function("local", "f%d" % level, ["a"], ["b"], body, imports))
    return proto


def test_functions_that_double_thirty_times_are_counted_not_expanded(tmp_path):
    model = load(saved(tmp_path, chained(calls=2, depth=30)))
    assert model.inference_stopped == "its local functions expand to 1,610,612,735 nodes"
    assert load(saved(tmp_path, chained(calls=2, depth=5))).inference_stopped is None


def test_the_values_of_a_tensor_that_is_too_long_are_not_followed(tmp_path):
    sizes = helper.make_tensor_value_info("n", TensorProto.INT64, [1 << 40])
    proto = simple(nodes=[helper.make_node("Add", ["n", "n"], ["m"]), helper.make_node("Relu", ["x"], ["y"])])
    proto.graph.input.append(sizes)
    model = load(saved(tmp_path, proto))
    assert model.main.value("m").shape == (1 << 40,) and model.inference_stopped is None


@pytest.mark.parametrize(
    "node",
    [
        helper.make_node("Split", ["x"], ["y", "z", "w"], num_outputs=2),
        helper.make_node("Slice", ["x", "i", "i"], ["y"]),
    ],
)
def test_an_abort_of_onnx_stays_in_its_child(tmp_path, node):
    proto = simple([numpy_helper.from_array(numpy.array([1], "int64"), "i")], [node])
    proto.graph.input[0].type.tensor_type.shape.dim[1].dim_value = -5
    assert load(saved(tmp_path, proto)).main.nodes[0].op_type == node.op_type


def test_an_opset_beyond_32_bits_is_a_very_new_one(tmp_path):
    proto = simple()
    proto.opset_import[0].version = 1 << 40
    assert load(saved(tmp_path, proto)).opset("") == (1 << 31) - 1
