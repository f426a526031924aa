"""Outputs of detectors: rows in another order are the same answer where the order is open, another box never is."""

from __future__ import annotations

import numpy as np
import onnx
import pytest

from jetdoctor.fix.proof import prove
from jetdoctor.model import from_proto
from jetdoctor.verify import backends, inputs
from jetdoctor.verify.compare import compare
from jetdoctor.verify.job import Job
from jetdoctor.verify.row_order import open_rows

HEAD = '<ir_version: 8, opset_import: ["" : 13]>\n'

#: boxes, scores and classes of the best 4, as RT-DETR exports them: one TopK over boxes and classes together
TOPK = (
    HEAD + """g (float[2,6,4] all, float[2,6,3] logits) => (float[2,4,4] boxes, float[2,4] scores, int64[2,4] classes)
<int64[1] k = {4}, int64 three = {3}, int64[2] flat = {0, -1}, int64[1] last = {2}, int64[3] four = {1, 1, 4}> {
  p = Sigmoid (logits)
  f = Reshape (p, flat)
  scores, i = TopK (f, k)
  classes = Mod (i, three)
  row = Div (i, three)
  r = Unsqueeze (row, last)
  rs = Tile (r, four)
  boxes = GatherElements <axis = 1> (all, rs) }"""
)

NMS = (
    HEAD + """g (float[1,8,4] all, float[1,1,8] p) => (float[n,4] boxes, float[n] scores, int64[n,3] chosen)
<int64[1] most = {5}, float[1] iou = {0.5}, float[1] least = {0.0}, int64 two = {2}, int64[1] first = {0},
 int64[1] flat = {-1}> {
  chosen = NonMaxSuppression (all, p, most, iou, least)
  i = Gather <axis = 1> (chosen, two)
  one = Squeeze (all, first)
  boxes = Gather (one, i)
  q = Reshape (p, flat)
  scores = Gather (q, i) }"""
)


def model(text):
    return onnx.parser.parse_model(text)


def groups(text):
    return open_rows(from_proto(model(text)))


def test_outputs_of_one_topk_share_their_order():
    (group,) = groups(TOPK)
    assert set(group.outputs) == {"boxes", "scores", "classes"} and group.space.keys == "scores"
    assert {(rows.axis, rows.lanes) for rows in group.outputs.values()} == {(1, (0,))}


def test_what_suppression_chose_shares_its_order():
    (group,) = groups(NMS)
    assert {name: rows.axis for name, rows in group.outputs.items()} == {"boxes": 0, "scores": 0, "chosen": 0}
    assert not group.space.keys


@pytest.mark.parametrize(
    "body",
    [
        "y = Relu (x)",
        "y = NonZero (x)",  # row by row, says ONNX
        "y = Unique (x)",  # sorted, or in order of the first occurrence
        "v, i = TopK (x, k)\n y = ReduceSum <keepdims = 0> (v)",  # a sum over the rows has no order
        "v, i = TopK (x, k)\n y = CumSum (v, zero)",  # every row holds those before it
    ],
)
def test_no_open_order_no_leniency(body):
    text = HEAD + "g (float[8] x) => (float[n] y) <int64[1] k = {4}, int64 zero = {0}> { %s }" % body
    assert groups(text) == ()


def test_rows_chosen_from_open_rows_by_a_test_are_open():
    text = HEAD + """g (float[1,8,4] all, float[1,1,8] p) => (float[m,4] boxes)
    <int64[1] most = {5}, float half = {0.5}, int64 two = {2}, int64[1] first = {0}, int64[1] flat = {-1}> {
      chosen = NonMaxSuppression (all, p, most)
      i = Gather <axis = 1> (chosen, two)
      one = Squeeze (all, first)
      kept = Gather (one, i)
      q = Reshape (p, flat)
      s = Gather (q, i)
      good = Greater (s, half)
      places = NonZero (good)
      j = Squeeze (places, first)
      boxes = Gather (kept, j) }"""
    (group,) = groups(text)
    assert list(group.outputs) == ["boxes"] and group.space.why == "NonMaxSuppression leaves it open"


def test_the_first_of_what_suppression_chose_are_open():
    text = NMS.replace("least)\n", "least)\n  some = Slice (chosen, first, two1, first)\n")
    text = text.replace("(chosen, two)", "(some, two)")
    (some, chosen) = groups(text.replace("int64 two = {2},", "int64 two = {2}, int64[1] two1 = {2},"))
    assert list(chosen.outputs) == ["chosen"] and set(some.outputs) == {"boxes", "scores"}


def test_numbers_of_open_rows_are_nothing_to_compare_by():
    text = HEAD + """g (float[8,4] all, float[8] p) => (int64[n,3] chosen)
    <int64[1] k = {6}, int64[1] zero = {0}, int64[2] lead = {0, 1}, int64[1] most = {5}> {
      s, i = TopK (p, k)
      b = Gather (all, i)
      boxes = Unsqueeze (b, zero)
      scores = Unsqueeze (s, lead)
      chosen = NonMaxSuppression (boxes, scores, most) }"""
    assert groups(text) == ()


#: two levels of a pyramid: the best of each joined, then suppressed together unless there is nothing
LEVELS = (
    HEAD
    + """g (float[9,4] all, float[9] near, float[9] far) => (float[n,4] boxes)
<int64[1] k = {3}, int64[1] zero = {0}, int64[2] lead = {0, 1}, int64[1] most = {5}, bool some = {1}, int64 two = {2}> {
  s1, i1 = TopK (near, k)
  s2, i2 = TopK (far, k)
  i = Concat <axis = 0> (i1, %s)
  s = Concat <axis = 0> (s1, s2)
  b = Gather (all, i)
  kept = If (some) <then_branch = yes () => (int64[m] chosen) {
      largest = ReduceMax <keepdims = 0> (b)
      shifted = Add (b, largest)
      one = Unsqueeze (shifted, zero)
      scores = Unsqueeze (s, lead)
      all_of = NonMaxSuppression (one, scores, most)
      chosen = Gather <axis = 1> (all_of, two)
    }, else_branch = no () => (int64[0] none) { none = Constant <value = int64[0] {}> () }>
  boxes = Gather (%s, kept)
}"""
)


def test_levels_that_are_joined_keep_what_their_numbers_mean():
    (group,) = groups(LEVELS % ("i2", "b"))
    assert list(group.outputs) == ["boxes"] and group.space.why == "NonMaxSuppression leaves it open"
    assert groups(LEVELS % ("i2", "all")) == ()  # numbers of the joined rows, looked up in the whole table
    other = (LEVELS % ("i2", "b")).replace("(int64[0] none)", "(int64[2] none)")
    assert groups(other.replace("int64[0] {}", "int64[2] {0, 1}")) == ()


def test_joined_rows_themselves_do_not_change_places():
    text = LEVELS[: LEVELS.index("  kept = If")].replace("float[n,4] boxes", "float[6,4] b") + "}"
    assert groups(text % "i2") == ()


def records(seed=0, scores=(0.9, 0.5, 0.5, 0.1)):
    random = np.random.RandomState(seed)
    p = np.tile(np.float32(scores), (2, 1))
    return {"boxes": random.rand(2, 4, 4).astype("float32"), "scores": p, "classes": np.int64([[0, 1, 2, 1]] * 2)}


def permuted(outputs, order, lane=0):
    found = {name: array.copy() for name, array in outputs.items()}
    for array in found.values():
        array[lane] = array[lane][list(order)]
    return found


def test_tied_rows_may_change_places_in_every_output_together():
    want = records()
    result = compare(want, permuted(want, (0, 2, 1, 3)), open_rows=groups(TOPK))
    assert result.equal and result.row_order == "rows compared without their order: TopK leaves ties open"
    assert not compare(want, permuted(want, (0, 2, 1, 3))).equal
    assert compare(want, want, open_rows=groups(TOPK)).row_order == ""


@pytest.mark.parametrize(
    "change",
    [
        lambda got: got["boxes"].__setitem__((0, 1, 2), 9.0),  # another box
        lambda got: got["classes"].__setitem__((0, 2), 0),  # another class
        lambda got: got["boxes"].__setitem__((0, slice(1, 3)), got["boxes"][0, 2:0:-1].copy()),  # boxes alone
        lambda got: got["boxes"].__setitem__((1, 1), got["boxes"][1, 2]),  # one box twice
    ],
)
def test_a_row_that_is_really_different_is_found(change):
    want = records()
    got = permuted(want, (0, 2, 1, 3))
    change(got)
    assert not compare(want, got, open_rows=groups(TOPK)).equal


def test_rows_whose_scores_differ_keep_their_places():
    want = records()
    assert not compare(want, permuted(want, (1, 0, 2, 3)), open_rows=groups(TOPK)).equal
    hidden = {name: want[name] for name in ("boxes", "classes")}  # the scores are no output: asked for
    asked = dict(open_rows=groups(TOPK), inner=lambda name: want[name])
    assert compare(hidden, permuted(hidden, (0, 2, 1, 3)), open_rows=groups(TOPK)).equal is False
    group = groups(TOPK)[0]
    short = [type(group)(group.space, {name: group.outputs[name] for name in hidden}, group.keys)]
    assert compare(hidden, permuted(hidden, (0, 2, 1, 3)), **dict(asked, open_rows=short)).equal
    assert not compare(hidden, permuted(hidden, (1, 0, 2, 3)), **dict(asked, open_rows=short)).equal


def test_an_unsorted_topk_has_no_order_at_all():
    text = TOPK.replace("TopK (f, k)", "TopK <sorted = 0> (f, k)")
    want = records()
    result = compare(want, permuted(want, (3, 1, 0, 2), lane=1), open_rows=groups(text))
    assert result.equal and result.row_order.endswith("TopK with sorted=0 leaves it open")


def test_boxes_chosen_in_another_order_are_the_same_boxes():
    random = np.random.RandomState(1)
    want = {"boxes": random.rand(5, 4).astype("float32"), "scores": random.rand(5).astype("float32")}
    want["chosen"] = np.stack([np.zeros(5, int), np.zeros(5, int), np.arange(5)], axis=1)
    got = {name: array[::-1].copy() for name, array in want.items()}
    assert compare(want, got, open_rows=groups(NMS)).equal
    got["boxes"][0, 0] += 0.1
    result = compare(want, got, open_rows=groups(NMS))
    assert not result.equal and "1 of 20 elements differ" in result.reason
    assert not compare(want, {name: array[:4] for name, array in got.items()}, open_rows=groups(NMS)).equal


def pair(folder, original, result):
    paths = []
    for name, text in (("original", original), ("result", result)):
        paths.append(str(folder / (name + ".onnx")))
        onnx.save(model(text), paths[-1])
    return paths


#: the same selection, with the rows turned round behind it
TURNED = NMS.replace("{ chosen", "{chosen").replace(
    "chosen = NonMaxSuppression (all, p, most, iou, least)",
    """c = NonMaxSuppression (all, p, most, iou, least)
  chosen = Slice (c, from, to, first, step)""",
).replace("flat = {-1}>", "flat = {-1}, int64[1] from = {-1}, int64[1] to = {-100}, int64[1] step = {-1}>")


def test_the_proof_of_a_fix_knows_it(tmp_path):
    equal = prove(*pair(tmp_path, NMS, TURNED))
    assert equal.status == "equal" and "NonMaxSuppression leaves it open" in equal.row_order
    wrong = TURNED.replace("boxes = Gather (one, i)", "b = Gather (one, i)\n boxes = Add (b, b)")
    assert prove(*pair(tmp_path, NMS, wrong)).status == "different"


def test_verify_knows_it(tmp_path):
    original, result = pair(tmp_path, NMS, TURNED)
    view = from_proto(model(TURNED), result)
    runs = tuple((case.name, case.feeds(view)) for case in inputs.cases(view))[:1]
    evidence = backends.load("onnxruntime").run(Job(result, view, reference=original, runs=runs, time_limit=60))
    assert evidence.status == "passed" and evidence.details["row_order"] in evidence.message
    assert evidence.details["comparison"]["row_order"].startswith("rows compared without their order")
