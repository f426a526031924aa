"""A model run as a release reads it: the readings, what their difference is worth, and the two commands."""

from __future__ import annotations

import json

import pytest

from jetdoctor.catalog import catalog
from jetdoctor.check import check
from jetdoctor.facts import knowledge
from jetdoctor.model import from_proto
from jetdoctor.target import resolve

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
np = pytest.importorskip("numpy")

HEAD = '<ir_version: 8, opset_import: ["" : %d]>\n'
TOPK = (
    "g (float[2,4] x) => (float[2,1] v, int64[2,1] i) <int64[1] k = {1}> { v, i = TopK <axis = 1, largest = 0> (x, k) }"
)
#: adding to zeros without meeting an element twice is what overwriting does
ADD_TO_ZEROS = (
    "g (float[2] x) => (float[4] y) <float[4] zeros = {0, 0, 0, 0}, int64[2] at = {0, 3}>"
    ' { y = ScatterElements <reduction = "add"> (zeros, at, x) }'
)


def saved(path, text, opset=17):
    onnx.save(onnx.parser.parse_model(HEAD % opset + text), str(path))
    return str(path)


def emulation(path, target="jetpack-5.0.2"):
    from jetdoctor.emulate import emulate
    from jetdoctor.verify.making import make_job

    (one,) = resolve(target)
    job = make_job(path, one, profiled=False)
    (result,) = check(job.view, [one])
    return emulate(job, one, result.findings)


def as_read(text, target, opset=17):
    """Output values of the model as the target reads it, on 1, 2, 3 ... for every input."""
    import tempfile

    from jetdoctor.emulate.build import build, candidate
    from jetdoctor.verify.onnxruntime import run_session, session

    with tempfile.TemporaryDirectory() as folder:
        path = saved(folder + "/model.onnx", text, opset)
        (one,) = resolve(target)
        view = from_proto(onnx.load(path), path)
        (result,) = check(view, [one])
        built = build(path, one, [finding for finding in result.findings if finding.reading])
        assert built.turned and not built.left
        with candidate(built, path) as read:
            opened = session(read.path)
            feeds = {}
            for value in opened.get_inputs():
                dtype = "float16" if "float16" in value.type else "int64" if "int64" in value.type else "float32"
                count = int(np.prod(value.shape))
                feeds[value.name] = np.arange(1, count + 1).reshape(value.shape).astype(dtype)
            return [array.tolist() for array in run_session(opened, feeds).values()]


@pytest.mark.parametrize(
    "text, target, opset, expected",
    [
        (TOPK, "jetpack-5.0.2", 17, [[[4.0], [8.0]], [[3], [3]]]),
        (
            "g (float[2,3] x) => (float[2,1] y) <int64[1] a = {1}> { y = ReduceMax (x, a) }",
            "jetpack-5.0.2", 18, [[[6.0]]],
        ),
        (
            "g (float[5] x) => (float[3] a, float[2] b) { a, b = Split <num_outputs = 2> (x) }",
            "jetpack-5.0.2", 18, [[1.0, 2.0], [3.0, 4.0]],
        ),
        (
            "g (float[1,2] x) => (float[3,2] y) <int64[2] p = {1, 1}, int64[1] a = {0}, float v = {9}>"
            " { y = Pad (x, p, v, a) }",
            "jetpack-5.0.2", 18, [[[0.0, 1.0, 2.0, 0.0]]],
        ),
        (
            "g (float[3] x) => (float[3] y) <float low = {2}, float high = {1}> { y = Clip (x, low, high) }",
            "jetpack-6.2", 17, [[2.0, 2.0, 2.0]],
        ),
        (
            "g (float16[2] x) => (float16[2] y) { y = Mean (x) }",
            "jetpack-6.2", 17, [[0.0, 0.0]],
        ),
        (
            "g (float[2,2] x) => (float[2,2] y) { y = Trilu (x) }",
            "jetpack-6.2", 17, [[[1.0, 0.0], [3.0, 4.0]]],
        ),
        (
            "g (float[1,1,2] x) => (float[1,1,3] y) <float[1,1,2] w = {1, 10}>"
            " { y = ConvTranspose <output_shape = [3], strides = [2]> (x, w) }",
            "jetpack-6.2", 17, [[[[1.0, 10.0, 2.0]]]],
        ),
        (
            "g (int64[2,3] x) => (int64[1] y) { y = Shape <start = 1> (x) }",
            "jetpack-5.0.2", 17, [[2, 3]],
        ),
    ],
)  # fmt: skip
def test_nodes_become_what_the_parser_builds(text, target, opset, expected):
    assert as_read(text, target, opset) == expected


def test_what_facts_ask_for_is_there_and_says_what_it_is():
    known, readings = knowledge(), catalog().readings
    parts = [(op, part) for op in known.operators for part in ("misread", "values")]
    named = {fact.get("reading") for op, part in parts for fact in known.rows(op, part)}
    assert len(named) > 20 and named - {None} <= set(readings)
    for name, module in readings.items():
        assert module.__doc__ and module.READING.name == name and module.READING.title


def test_another_answer(tmp_path):
    found = emulation(saved(tmp_path / "topk.onnx", TOPK))
    (finding,) = found.findings
    assert (found.status, finding.impact.kind, finding.impact.first) == ("different", "answer", "TopK v")
    assert finding.impact.runs >= 6 and finding.impact.max_abs > 0


def test_a_misreading_that_does_nothing_here(tmp_path):
    found = emulation(saved(tmp_path / "scatter.onnx", ADD_TO_ZEROS))
    assert (found.status, found.findings[0].impact.kind) == ("equal", "harmless")


def test_nothing_is_misread(tmp_path):
    text = "g (float[2] x) => (float[2] y) { y = Relu (x) }"
    assert emulation(saved(tmp_path / "relu.onnx", text)).status == "nothing"


def test_what_has_no_reading_is_not_called_harmless(tmp_path):
    text = (
        "g (float[1,1,4] x) => (float[1,1,2] y)"
        " { y = MaxPool <ceil_mode = 1, kernel_shape = [2], pads = [0, 1], strides = [3]> (x) }"
    )
    found = emulation(saved(tmp_path / "pool.onnx", text), "jetpack-6.2")
    if found.status != "nothing":
        assert found.findings[0].impact.kind == "not-run" and found.status == "not-run"


def test_a_model_that_no_longer_fits_together(tmp_path):
    text = (
        "g (float[1,4,2,2] x) => (float[1,4] y) <int64[2] a = {2, 3}, int64[2] s = {1, 4}>"
        " { m = ReduceMean (x, a)\n y = Reshape (m, s) }"
    )
    found = emulation(saved(tmp_path / "gap.onnx", text, 18))
    assert found.status == "different" and "is inconsistent at" in found.reason


@pytest.mark.parametrize("text, code, word", [(TOPK, 1, "CHANGES THE ANSWER"), (ADD_TO_ZEROS, 0, "HARMLESS HERE")])
def test_verify_as_parsed(tmp_path, capsys, text, code, word):
    from jetdoctor.cli import main

    path = saved(tmp_path / "model.onnx", text)
    assert main(["verify", path, "--as-parsed", "jetpack-5.0.2"]) == code
    assert word in capsys.readouterr().out
    assert main(["verify", path, "--as-parsed", "jetpack-5.0.2", "--format", "json"]) == code
    document = json.loads(capsys.readouterr().out)
    assert document["evidence"] == "emulated" and document["as_parsed"]["findings"][0]["impact"]["runs"] >= 6


def test_check_as_parsed_lowers_what_is_harmless(tmp_path, capsys):
    from jetdoctor.cli import main

    path = saved(tmp_path / "model.onnx", ADD_TO_ZEROS)
    assert main(["check", path, "-t", "jetpack-5.0.2", "--as-parsed", "--format", "json"]) == 0
    (result,) = json.loads(capsys.readouterr().out)["results"]
    assert (result["verdict"], result["evidence"]) == ("deploys", "emulated")
    assert [f["severity"] for f in result["findings"]] == ["warning"]


def test_one_target_alone(capsys):
    from jetdoctor.cli import main

    assert main(["verify", "model.onnx", "--as-parsed", "jp5.x"]) == 2
    assert main(["verify", "model.onnx", "--as-parsed", "jp5.0.2", "-t", "jp6.2"]) == 2
    assert "--as-parsed" in capsys.readouterr().err


def test_shares_of_classes_and_boxes():
    from jetdoctor.emulate.impact import boxes_moved, top1_changed

    left = np.array([[1.0, 2.0, 0.0], [3.0, 0.0, 0.0]], "float32")
    assert top1_changed(left, left[:, ::-1]) == 0.5
    assert top1_changed(left[:, :2], left[:, :2]) is None
    boxes = np.array([[0, 0, 10, 10], [5, 5, 100, 100]], "float32")
    assert boxes_moved(boxes, boxes + [[0, 0, 0, 0.5], [0, 0, 0, 2]]) == 0.5
    assert boxes_moved(left, left) is None


def test_an_image_that_differs_has_its_worst_plane_as_small_grids():
    """64 by 48 become 32 by 32: each cell is the mean of its block; NaN has no number in JSON."""
    from jetdoctor.emulate.picture import picture

    left = np.zeros((1, 3, 64, 48), "float32")
    right = left.copy()
    right[0, 2, 0:2, 0] = 4
    right[0, 2, 63, 47] = np.nan
    drawn = picture("random", left, right)
    assert (drawn["run"], drawn["plane"]) == ("random", "[0, 2, :, :]")
    assert np.shape(drawn["original"]) == np.shape(drawn["as_read"]) == (32, 32)
    assert drawn["difference"][0][:2] == [4.0, 0.0] and drawn["difference"][31][31] is None
    channels_last = np.zeros((16, 9, 3), "uint8")
    assert picture("random", channels_last, channels_last + 1)["plane"] == "[:, :, 0]"
    assert picture("random", left[..., :4], left[..., :4]) is None
    assert picture("random", left, right[..., :40]) is None


def test_figures_to_be_drawn_are_in_the_document():
    from jetdoctor.emulate.impact import judge

    left = np.ones((8, 10), "float32")
    right = left.copy()
    right[0, 0] = 0.5
    _, (row,) = judge([("random", {"y": left}, {"y": right}), ("zeros", {"y": left}, {"y": left})])
    assert row["histogram"] == {"0": 159, "1e+00": 1}
    assert row["picture"]["run"] == "random" and row["picture"]["as_read"][0][0] == 0.5


def test_fix_says_how_the_result_is_read(tmp_path, capsys):
    from jetdoctor.cli import main

    path = saved(tmp_path / "model.onnx", TOPK)
    assert main(["fix", path, "-t", "jetpack-5.0.2", "-o", str(tmp_path / "fixed.onnx"), "--format", "json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["as_parsed"]
    assert (row["repaired"], row["status"], row["left"]) == (["JD310"], "equal", [])
    assert main(["fix", path, "-t", "jetpack-5.0.2"]) == 0
    assert "as parsed: jetpack-5.0.2: nothing is misread any more (JD310" in capsys.readouterr().out


def test_what_is_left_after_a_repair_is_run_as_it_is_read(tmp_path):
    """The smallest elements are repaired; what is added to zeros stays and does nothing here."""
    from jetdoctor.emulate.repair import after
    from jetdoctor.fix import fix
    from jetdoctor.verify.making import make_job

    text = (
        "g (float[2,4] x, float[2] u) => (float[2,1] v, int64[2,1] i, float[4] y)"
        " <int64[1] k = {1}, float[4] zeros = {0, 0, 0, 0}, int64[2] at = {0, 3}>"
        " { v, i = TopK <axis = 1, largest = 0> (x, k)\n"
        ' y = ScatterElements <reduction = "add"> (zeros, at, u) }'
    )
    path = saved(tmp_path / "two.onnx", text)
    outcome = fix(path, resolve("jetpack-5.0.2"), select=["JD310"])

    def job(fixed, original, target):
        return make_job(fixed, target, profiled=False, reference=original)

    (row,) = after(outcome, job)
    assert (row.repaired, row.left, row.status) == (("JD310",), ("JD317",), "equal")
