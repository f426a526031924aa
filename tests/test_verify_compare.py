"""Comparison: what counts as equal, what does not, and the figures beside it."""

import json
import os
import subprocess
import sys

import numpy
import pytest

from jetdoctor.verify import arrays
from jetdoctor.verify.compare import compare
from jetdoctor.verify.tolerance import BY_DTYPE, BY_PRECISION, Tolerance

BASE = numpy.random.RandomState(0).standard_normal((4, 100)).astype("float32")


def one(left, right, **how):
    return compare({"y": left}, {"y": right}, **how)


def test_equal_to_itself_with_every_figure():
    result = one(BASE, BASE)
    assert result.equal and result.max_abs == 0
    output = result.outputs[0]
    assert output.cosine == pytest.approx(1) and output.top1 == output.top5 == 1
    assert output.histogram == {"0": 400}
    json.dumps(result.to_json())


def test_rounding_noise_is_forgiven_and_a_percent_is_not():
    assert one(BASE, BASE * numpy.float32(1 + 1e-6)).equal
    result = one(BASE, BASE * numpy.float32(1.01))
    assert not result.equal and result.max_rel == pytest.approx(0.01, rel=0.1)
    assert "y: " in result.reason


def test_one_wrong_element_among_many():
    wrong = BASE.copy()
    wrong[2, 3] += 0.05
    result = one(BASE, wrong)
    assert not result.equal and "1 of 400" in result.reason


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_a_few_ulps_pass_in_every_type(dtype):
    left = BASE.astype(dtype)
    assert one(left, left * (1 + 4 * numpy.finfo(dtype).eps).astype(dtype)).equal


def test_integers_and_booleans_are_exact_also_at_the_ends():
    low, high = numpy.iinfo("int64").min, numpy.iinfo("int64").max
    assert one(numpy.array([low, high]), numpy.array([low, high])).equal
    assert not one(numpy.array([low]), numpy.array([high])).equal
    assert not one(numpy.array([2**62]), numpy.array([2**62 + 1])).equal
    assert not one(numpy.array([2**63 + 1], "uint64"), numpy.array([2**63], "uint64")).equal
    assert not one(numpy.array([True]), numpy.array([False])).equal


def test_nan_and_inf_must_stand_in_the_same_places():
    left = numpy.array([1, numpy.nan, numpy.inf, -numpy.inf], "float32")
    assert one(left, left.copy()).equal
    for index, value in ((0, numpy.nan), (1, 0.0), (2, -numpy.inf), (3, 5.0)):
        right = left.copy()
        right[index] = value
        assert not one(left, right).equal, (index, value)


def test_shape_type_order_and_names_count():
    assert "shape" in one(BASE, BASE[:2]).reason
    assert "float64" in one(BASE, BASE.astype("float64")).reason
    assert one(BASE, BASE.astype("float64"), same_dtype=False).equal
    swapped = compare({"a": BASE, "b": BASE}, {"b": BASE, "a": BASE})
    assert "order" in swapped.reason
    assert compare({"a": BASE, "b": BASE}, {"b": BASE, "a": BASE}, ordered=False).equal
    assert not compare({"a": BASE}, {"b": BASE}).equal
    assert not compare({"a": BASE}, {}).equal


def test_sequences_maps_none_and_strings():
    assert one([BASE, BASE], [BASE, BASE]).equal
    assert not one([BASE, BASE], [BASE]).equal
    assert not one([BASE], BASE).equal
    assert one([{"cat": 0.5}], [{"cat": 0.5}]).equal
    assert not one([{"cat": 0.5}], [{"cat": 0.6}]).equal
    assert one(None, None).equal and not one(None, BASE).equal
    words = numpy.array(["a", "b"], object)
    assert one(words, words.copy()).equal and not one(words, words[::-1]).equal


def test_empty_and_scalar():
    assert one(numpy.zeros((0, 4), "float32"), numpy.zeros((0, 4), "float32")).equal
    assert one(numpy.float32(2), numpy.float32(2)).equal
    assert not one(numpy.float32(2), numpy.float32(3)).equal


def test_a_difference_from_nothing_but_zeros_is_json():
    result = one(numpy.zeros(3, "float32"), numpy.ones(3, "float32"))
    assert not result.equal and json.loads(json.dumps(result.to_json(), allow_nan=False))["max_rel"] == "inf"


def test_small_elements_carry_the_noise_of_large_ones():
    left = numpy.array([1e6, 1.0], "float32")
    assert one(left, left + numpy.array([0, 1], "float32")).equal
    assert not one(left, left + numpy.array([0, 100], "float32")).equal


def test_top1_counts_rows():
    right = BASE.copy()
    right[0, 7] = 9
    assert one(BASE, right).outputs[0].top1 == 0.75


def test_tolerance_of_a_precision_holds_for_every_output():
    noisy = BASE * numpy.float32(1.004)
    assert not one(BASE, noisy).equal and one(BASE, noisy, tolerance=BY_PRECISION["fp16"]).equal
    assert not one(numpy.array([1]), numpy.array([2]), tolerance=BY_PRECISION["fp16"]).equal


def test_cosine_may_be_demanded():
    left, right = numpy.array([1.0, 0.0]), numpy.array([1.0, 0.9])
    assert one(left, right, tolerance=Tolerance(atol=1)).equal
    assert "cosine" in one(left, right, tolerance=Tolerance(atol=1, cosine=0.9)).reason


def test_every_tolerance_states_why():
    assert all(t.why for t in list(BY_DTYPE.values()) + list(BY_PRECISION.values()))


def test_values_survive_the_way_to_a_child(tmp_path):
    values = {
        "odd name/:0": BASE,
        "none": None,
        "list": [BASE, [numpy.int64(3)]],
        "words": numpy.array([["a", "é"]], object),
        "map": {"cat": numpy.float32(1)},
        "empty": numpy.zeros((0, 2), "int8"),
    }
    path = str(tmp_path / "values.npz")
    arrays.save(path, values)
    back = arrays.load(path)
    assert list(back) == list(values) and compare(values, back).equal


def test_bfloat16_survives_and_compares(tmp_path):
    dtypes = pytest.importorskip("ml_dtypes")
    left = BASE.astype(dtypes.bfloat16)
    path = str(tmp_path / "values.npz")
    arrays.save(path, {"y": left})
    assert one(left, arrays.load(path)["y"]).equal
    assert not one(left, (BASE * 1.2).astype(dtypes.bfloat16)).equal


def test_importing_onnx_runtime_leaves_nothing_behind(tmp_path):
    code = (
        "import os\nfrom jetdoctor.verify import onnxruntime\n"
        "try:\n    onnxruntime.session(b'no model')\nexcept onnxruntime.CannotRun:\n    print(os.environ['TMPDIR'])"
    )
    about = dict(os.environ, TMPDIR=str(tmp_path))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=about)
    assert done.stdout.strip() == str(tmp_path), done.stderr
    assert os.listdir(str(tmp_path)) == []
