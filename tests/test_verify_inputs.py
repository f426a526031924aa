"""Inputs: reproducible, within the range that each consumer allows, every open dim at two sizes."""

import sys

import numpy
import onnx
import pytest
from onnx import TensorProto, parser

from jetdoctor.types import UsageError
from jetdoctor.verify import calibration, given, inputs, onnxruntime
from tests.models_for_verify import cnn, one_node, view


def parse(text):
    return view(parser.parse_model('<ir_version: 8, opset_import: ["" : 17]> g ' + text))


def test_same_arguments_give_the_same_arrays():
    one, two = inputs.feeds(view(cnn()), 3), inputs.feeds(view(cnn()), 3)
    assert numpy.array_equal(one["images"], two["images"])
    assert not numpy.array_equal(one["images"], inputs.feeds(view(cnn()), 4)["images"])


def test_an_image_lies_between_0_and_1_and_the_edge_cases_do_not():
    image = inputs.feeds(view(cnn()))["images"]
    assert image.shape == (1, 3, 16, 16) and image.dtype == numpy.float32
    assert 0 <= image.min() < 0.1 and 0.9 < image.max() <= 1
    assert inputs.feeds(view(cnn()), case="negative")["images"].max() <= 0
    assert numpy.abs(inputs.feeds(view(cnn()), case="large")["images"]).max() > 1e3


@pytest.mark.parametrize("case", inputs.CASES)
def test_sizes_that_must_fit_the_data(case):
    """Sizes of a Split add up to its axis, those of MaxUnpool are the stated ones, a text is a number."""
    split = parse("(float[2,7] x, int64[3] s) => (a, b, c) { a, b, c = Split <axis = 1> (x, s) }")
    assert inputs.feeds(split, case=case)["s"].tolist() == [2, 2, 3]
    model = parse(
        "(float[1,1,2,2] x, int64[1,1,2,2] i, int64[4] s) => (float[1,1,5,5] y)"
        " { y = MaxUnpool <kernel_shape = [2,2], strides = [2,2]> (x, i, s) }"
    )
    unpool = inputs.feeds(model, case=case)
    assert unpool["s"].tolist() == [1, 1, 5, 5] and 0 <= unpool["i"].min() and unpool["i"].max() <= 3
    cast = parse("(string[3] t) => (y) { y = Cast <to = 1> (t) }")
    assert numpy.isfinite(inputs.feeds(cast, case=case)["t"].astype("float32")).all()


def test_an_optional_whose_element_is_taken_has_one():
    tensor = onnx.helper.make_tensor_type_proto(TensorProto.FLOAT, [5])
    inside = {"x": tensor, "s": onnx.helper.make_sequence_type_proto(tensor)}
    for name, proto in inside.items():
        node = onnx.helper.make_node("OptionalGetElement", [name], ["y"])
        value = onnx.helper.make_value_info(name, onnx.helper.make_optional_type_proto(proto))
        graph = onnx.helper.make_graph([node], "g", [value], [onnx.helper.make_value_info("y", proto)])
        made = inputs.feeds(view(onnx.helper.make_model(graph)))[name]
        assert made.shape == (5,) if name == "x" else [one.shape for one in made] == [(5,), (5,)]


@pytest.mark.parametrize("case", inputs.CASES)
def test_ids_stay_within_the_vocabulary(case):
    model = parse(
        "(int64[2,50] ids) => (y) <float[7,4] table = {%s}> { y = Gather (table, ids) }" % ",".join(["1"] * 28)
    )
    ids = inputs.feeds(model, case=case)["ids"]
    assert 0 <= ids.min() and ids.max() <= 6
    if case == "random":
        assert set(ids.ravel()) == set(range(7))
    if case == "large":
        assert set(ids.ravel()) == {6}


def test_ids_are_followed_through_cast_and_unsqueeze():
    model = parse(
        "(int32[3] ids) => (y) <float[5,2] table = {0,0,0,0,0,0,0,0,0,0}, int64[1] axes = {0}>"
        "{ wide = Cast <to = 7> (ids) more = Unsqueeze (wide, axes) y = Gather (table, more) }"
    )
    assert inputs.feeds(model, case="large")["ids"].tolist() == [4, 4, 4]


def test_a_number_that_the_model_asks_for_is_given():
    """Both branches behind it are run: the number in random inputs, others in the edge cases."""
    text = """<ir_version: 8, opset_import: ["": 17]>
    g (int64 rate, int64[8] codes) => (bool y, bool[8] z) <int64 k = {16000}> {
      y = Equal (rate, k) z = Equal (k, codes) }"""
    model = view(parser.parse_model(text))
    assert inputs.feeds(model, 0)["rate"] == 16000 and inputs.feeds(model, 1)["rate"] == 16000
    assert inputs.feeds(model, 0, "zeros")["rate"] == 0
    codes = inputs.feeds(model, 0)["codes"]
    assert 16000 in codes and any(codes != 16000)


def test_masks_are_0_or_1():
    model = parse("(float[1,64] attention_mask) => (y) { y = Relu (attention_mask) }")
    assert set(inputs.feeds(model)["attention_mask"].ravel()) == {0.0, 1.0}


@pytest.mark.parametrize("case", inputs.CASES)
def test_a_shape_input_is_a_legal_shape_in_every_case(case):
    proto = parser.parse_model(
        '<ir_version: 8, opset_import: ["" : 17]> g (float[2,6] x, int64[3] s) => (float[a,b,c] y)'
        " { y = Reshape (x, s) }"
    )
    outputs = onnxruntime.run(proto, inputs.feeds(view(proto), case=case))
    assert outputs["y"].shape == (12, 1, 1)


def test_a_shared_symbol_has_one_size():
    model = parse("(float[batch,3] a, float[batch,3] b) => (y) { y = Add (a, b) }")
    assert inputs.open_dims(model) == {"batch": (1, 2)}
    made = inputs.feeds(model, dims={"batch": 5})
    assert made["a"].shape == made["b"].shape == (5, 3)
    assert inputs.feeds(model, shapes={"a": (4, 3)})["b"].shape == (4, 3)


def test_a_dim_may_be_an_expression_of_others():
    proto = one_node("Identity", {"x": (TensorProto.FLOAT, ["past", "past + 1"])})
    assert inputs.feeds(view(proto), dims={"past": 6})["x"].shape == (6, 7)


def test_a_channel_left_open_is_what_the_weight_demands():
    model = parse("(float[n,c,h,w] x, float[8,5,3,3] k) => (y) { y = Conv (x, k) }")
    assert inputs.feeds(model)["x"].shape[:2] == (1, 5)


def test_every_open_dim_is_tried_at_its_other_size():
    model = parse("(float[batch,n] x) => (y) { y = Relu (x) }")
    shapes = {case.feeds(model)["x"].shape for case in inputs.cases(model)}
    assert shapes == {(1, 128), (2, 128), (1, 64), (2, 64)}


@pytest.mark.parametrize(
    "kind, dtype",
    [(10, "float16"), (11, "float64"), (9, "bool"), (6, "int32"), (2, "uint8"), (3, "int8"), (13, "uint64")],
)
@pytest.mark.parametrize("case", inputs.CASES)
def test_element_types(kind, dtype, case):
    array = inputs.feeds(view(one_node("Identity", {"x": (kind, [4])})), case=case)["x"]
    assert array.dtype == dtype and array.shape == (4,)
    assert numpy.isfinite(array.astype("float64")).all()


def test_strings_and_bfloat16():
    assert inputs.feeds(view(one_node("Identity", {"x": (8, [3])})))["x"].dtype == object
    pytest.importorskip("ml_dtypes")
    assert str(inputs.feeds(view(one_node("Identity", {"x": (16, [3])})))["x"].dtype) == "bfloat16"


def test_unknown_names_are_bad_usage():
    model = parse("(float[batch,3] a) => (y) { y = Relu (a) }")
    for wrong in ({"dims": {"bath": 2}}, {"shapes": {"b": (1, 3)}}, {"case": "odd"}, {"shapes": {"a": (3,)}}):
        with pytest.raises(UsageError):
            inputs.feeds(model, **wrong)


def test_initializers_are_not_fed():
    model = cnn()
    weight = next(t for t in model.graph.initializer if t.name == "w3")
    model.graph.input.append(onnx.helper.make_tensor_value_info("w3", 1, weight.dims))
    assert list(inputs.feeds(view(model))) == ["images"]


def images(folder, count):
    image = pytest.importorskip("PIL.Image")
    for number in range(count):
        image.new("RGB", (40, 20), (number, 128, 255)).save(str(folder / ("%03d.png" % number)))
    return str(folder)


def test_a_folder_of_images_is_read_and_says_how(tmp_path):
    (first, second) = given.runs(images(tmp_path, 2), view(cnn()))
    assert first[0] == "000.png (RGB, bilinear 16x16, / 255)"
    array = second[1]["images"]
    assert array.shape == (1, 3, 16, 16) and array.dtype == numpy.float32
    assert array[0, :, 0, 0] == pytest.approx([1 / 255, 128 / 255, 1.0])


def test_calibration_data_come_from_images_as_well(tmp_path):
    sets = list(calibration.batches(images(tmp_path, 40), view(cnn())))
    assert len(sets) == 40 and sets[3]["images"].shape == (1, 3, 16, 16)
    (tmp_path / "broken.png").write_text("no image")
    with pytest.raises(UsageError, match="cannot read the image .*broken.png"):
        list(calibration.batches(str(tmp_path), view(cnn())))


def test_images_without_pillow_are_one_line(tmp_path, monkeypatch):
    (tmp_path / "a.png").write_text("")
    monkeypatch.setitem(sys.modules, "PIL", None)
    for read in (given.runs, lambda *what: list(calibration.batches(*what))):
        with pytest.raises(UsageError, match="python3 -m pip install pillow"):
            read(str(tmp_path), view(cnn()))


def test_calibration_data_are_cut_into_sets_and_bounded(tmp_path, monkeypatch):
    numpy.savez(str(tmp_path / "c.npz"), images=numpy.zeros((7, 3, 16, 16), "float32"))
    assert len(list(calibration.batches(str(tmp_path), view(cnn())))) == 7
    monkeypatch.setattr(calibration, "_MOST", 2 * 3 * 16 * 16 * 4)
    assert len(list(calibration.batches(str(tmp_path / "c.npz"), view(cnn())))) == 3
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="no calibration data"):
        list(calibration.batches(str(tmp_path / "empty"), view(cnn())))
