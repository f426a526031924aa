"""Every condition on a node that has it, on one that has not, and on one that does not tell."""

from __future__ import annotations

import pytest

from jetdoctor.facts.grammar import classes, condition
from jetdoctor.facts.seen import Seen
from jetdoctor.model import from_proto
from tests.cases import parse

#: Several nodes in one model, by the name of their first output. N is an open size, t a tensor, w an initializer.
MODEL = """<ir_version: 8, opset_import: ["" : 13]>
g (float[2, 4, 5, 6] t, float[N, 4] o, float u, int64[2] k, bool b, float[1, 3] row, float[1, 3, 1] deep,
   float[1, 2, 5] line, float h)
  => (float[2, 4, 5, 6] out, float s1, float s2)
<float[2, 2] w = {1, 2, 3, 4}, float one = {1}, float zero = {0}, int64[2] ax = {0, 1}, int64[2] neg = {0, -1},
 int64[0] none = {}, int64[2] uneven = {1, 3}, int64[4] same = {2, 3, 4, 5}, int64[2] zeros = {0, 4},
 int64[8] pads = {0, 0, 0, 0, 0, 0, 0, 1}, int64[8] crop = {0, 0, -1, 0, 0, 0, 0, 0},
 int64[8] nopads = {0, 0, 0, 0, 0, 0, 0, 0},
 float[4] shrink = {1, 1, 0.5, 0.5}, float[4] grow = {1, 1, 2, 2}, float[4] channels = {1, 2, 1, 1},
 float[4] scale4 = {1, 1, 1, 1}, float[3] scale3 = {1, 1, 1}, uint8 uz = {0},
 float[3] bias3 = {1, 2, 3}, float[2] bias2 = {1, 2},
 float[1, 2, 1] k1 = {1, 1}, float[1, 2, 2] k2 = {1, 1, 1, 1}>
{
  relu = Relu (t)
  half = Cast <to = 10> (t)
  clip = Clip (t, zero, one)
  clipmax = Clip (t, , one)
  crossed = Clip (t, one, zero)
  clipt = Clip (t, u, one)
  sum = ReduceSum (t, ax)
  sumk = ReduceSum (t, k)
  sumall = ReduceSum (t)
  sumnone = ReduceSum (t, none)
  mean = ReduceMean <axes = [2, 3]> (t)
  meanrow = ReduceMean <axes = [1]> (row)
  meanneg = ReduceMean <axes = [-1]> (row)
  meandrop = ReduceMean <axes = [-1], keepdims = 0> (row)
  softdef = Softmax (deep)
  softflat = Softmax (row)
  conv1 = Conv (line, k1)
  conv2 = Conv (line, k2)
  soft = Softmax <axis = 1> (t)
  softlast = Softmax <axis = -1> (t)
  softone = Softmax <axis = 0> (row)
  pad = Pad (t, pads, one)
  padcrop = Pad (t, crop, zero)
  padnone = Pad (t, nopads)
  pool = AveragePool <kernel_shape = [2, 2], pads = [0, 0, 1, 1]> (t)
  pool2 = AveragePool <kernel_shape = [2, 2], pads = [0, 0, 2, 1]> (t)
  ceil = MaxPool <kernel_shape = [2, 2], strides = [2, 2], ceil_mode = 1, pads = [0, 0, 0, 0]> (t)
  ceilpad = AveragePool <kernel_shape = [2, 2], strides = [3, 3], ceil_mode = 1, pads = [1, 1, 1, 1]> (t)
  even = MaxPool <kernel_shape = [2, 2], strides = [3, 3], ceil_mode = 1, pads = [0, 0, 0, 2]> (t)
  uneven2 = MaxPool <kernel_shape = [2, 2], strides = [3, 3], ceil_mode = 1, pads = [0, 0, 1, 2]> (t)
  short = MaxPool <kernel_shape = [2, 2], strides = [2], ceil_mode = 1> (t)
  still = MaxPool <kernel_shape = [2, 2], strides = [0, 0], ceil_mode = 1> (t)
  dil = MaxPool <kernel_shape = [2, 2], dilations = [2, 2]> (t)
  s1, s2 = Split <axis = 0> (u)
  p1, p2 = Split <axis = 1> (t)
  q1, q2, q3 = Split <axis = 1> (t)
  r1, r2 = Split <axis = 1> (t, uneven)
  c1, c2, c3, c4, c5, c6 = Split <axis = 1> (t)
  slice = Slice (t, ax, same)
  slice4 = Slice (t, same, same)
  shape = Shape (t)
  part = Shape <start = 1> (t)
  shrunk = Resize (t, , shrink)
  grown = Resize <mode = "linear"> (t, , grow)
  chan = Resize (t, , channels)
  q = QuantizeLinear (t, one)
  qz = QuantizeLinear <axis = 1> (t, scale4, uz)
  q3s = QuantizeLinear <axis = 1> (t, scale3)
  gather = Gather (t, neg)
  gatherk = Gather (t, k)
  reshape = Reshape (t, zeros)
  reshapek = Reshape (t, k)
  gemm3 = Gemm (row, w, bias3)
  gemm2 = Gemm (w, w, bias2)
  scatter = ScatterElements (t, k, u)
  const = Constant <value_int = 0> ()
  const5 = Constant <value_int = 5> ()
  flat = Flatten <axis = 0> (t)
  flatrow = Flatten <axis = 0> (row)
  drop, mask = Dropout (t)
  dropone = Dropout (t)
  lp = LpNormalization <p = 1> (t)
  abs = Abs (t)
  lpool = GlobalLpPool <p = 3> (abs)
  squeeze = Squeeze (o)
  loose = Shape (squeeze)
  loosepart = Shape <start = 1> (squeeze)
  out = Identity (t)
}"""

#: Branches and bodies: what the outputs of the two branches are called, how many they are, which rank they have.
BODIES = """<ir_version: 8, opset_import: ["" : 13]>
g (bool b, float[2] v, float[2, 2] m, int64 n) => (float[2] alike)
<bool yes = {1}, float limit = {3}>
{
  alike = If (b) <then_branch = t1 () => (float[2] a) { a = Abs (v) },
             else_branch = e1 () => (float[2] c) { c = Neg (v) }>
  named = If (b) <then_branch = t2 () => (float[2] d) { d = Abs (v) },
             else_branch = e2 () => (float[2] d) { d = Neg (v) }>
  ranks = If (b) <then_branch = t3 () => (float[2] f) { f = Abs (v) },
             else_branch = e3 () => (float[2, 2] h) { h = Neg (m) }>
  two, more = If (b) <then_branch = t4 () => (float[2] i, float[2] j) { i = Abs (v) j = Neg (v) },
                      else_branch = e4 () => (float[2] k) { k = Neg (v) }>
  known = If (yes) <then_branch = t5 () => (float[2] p) { p = Abs (v) },
             else_branch = e5 () => (float[2, 2] q) { q = Neg (m) }>
  through = Loop (n, b, v) <body = l1 (int64 i1, bool c1, float[2] v1) => (bool o1, float[2] w1)
                            { o1 = Identity (c1) w1 = Abs (v1) }>
  fixed = Loop (n, b, v) <body = l2 (int64 i2, bool c2, float[2] v2) => (bool o2, float[2] w2)
                          { o2 = Identity (yes) w2 = Abs (v2) }>
  stops = Loop (n, b, v) <body = l3 (int64 i3, bool c3, float[2] v3) => (bool o3, float[2] w3)
                          { s3 = ReduceSum <keepdims = 0> (v3) o3 = Less (s3, limit) w3 = Abs (v3) }>
}"""

#: Indices of a Scatter that name a place twice, alone or once negative ones are counted from the end.
SCATTERS = """<ir_version: 8, opset_import: ["" : 13]>
g (float[1, 3] row, float[N, 3] loose, float[1, 3] u, float[2] two, float[4, 4] square, int64[2, 2] k)
  => (float[1, 3] nd)
<int64[2, 2] same = {0, 2, 0, 2}, int64[2, 2] wrapped = {0, 2, 0, -1}, int64[2, 2] apart = {0, 1, 0, 2},
 int64[2, 1] first = {1, -3}, int64[1, 2] ends = {2, -1}, int64[1, 2] unlike = {2, 1}>
{
  nd = ScatterND (row, same, two)
  ndwrap = ScatterND (row, wrapped, two)
  ndapart = ScatterND (row, apart, two)
  ndfirst = ScatterND (square, first, u)
  ndopen = ScatterND (loose, wrapped, two)
  ndk = ScatterND (square, k, two)
  el = ScatterElements <axis = 1> (row, ends, u)
  elback = ScatterElements <axis = -1> (row, ends, u)
  elrows = ScatterElements <axis = 0> (row, ends, u)
  elapart = ScatterElements <axis = 1> (row, unlike, u)
  elfar = ScatterElements <axis = 2> (row, ends, u)
}"""

#: A decomposed softmax: the maximum, which is subtracted and read by nothing else, or not.
SOFTMAX = """<ir_version: 8, opset_import: ["" : 13]>
g (float[2, 4] x) => (float[2, 4] whole, float[2, 4] logs, float[2, 4] summed, float[2, 4] kept)
<int64[1] ax = {1}>
{
  max = ReduceMax <axes = [1]> (x) a = Sub (x, max) b = Exp (a) c = ReduceSum (b, ax) whole = Div (b, c)
  maxlog = ReduceMax <axes = [1]> (x) d = Sub (x, maxlog) e = Exp (d)
  f = ReduceSum (e, ax) h = Log (f) logs = Sub (d, h)
  maxsum = ReduceMax <axes = [1]> (x) i = Sub (x, maxsum) j = Exp (i) summed = Add (j, i)
  maxkept = ReduceMax <axes = [1]> (x) k = Sub (x, maxkept) l = Exp (k) m = ReduceSum (l, ax) n = Div (l, m)
  kept = Add (n, maxkept)
  maxflat = ReduceMax <axes = [1], keepdims = 0> (x)
  o = Sub (x, maxflat) p = Exp (o) s = ReduceSum (p, ax) r = Div (p, s)
}"""

#: Branches of different shapes, and what a Loop carries.
SHAPES = """<ir_version: 8, opset_import: ["" : 13]>
g (bool b, float[2] v, float[3] long, float[2, 2] m, float[N] open, int64 n) => (float[2] size)
<bool yes = {1}>
{
  size = If (b) <then_branch = t1 () => (float[2] a1) { a1 = Abs (v) },
                 else_branch = e1 () => (float[3] b1) { b1 = Neg (long) }>
  rank = If (b) <then_branch = t2 () => (float[2] a2) { a2 = Abs (v) },
                 else_branch = e2 () => (float[2, 2] b2) { b2 = Neg (m) }>
  sure = If (b) <then_branch = t3 () => (float[2] a3) { a3 = Abs (v) },
                  else_branch = e3 () => (float[2] b3) { b3 = Neg (v) }>
  maybe = If (b) <then_branch = t4 () => (float[2] a4) { a4 = Abs (v) },
                  else_branch = e4 () => (float[N] b4) { b4 = Neg (open) }>
  always = If (yes) <then_branch = t5 () => (float[2] a5) { a5 = Abs (v) },
                     else_branch = e5 () => (float[3] b5) { b5 = Neg (long) }>
  still = Loop (n, b, v) <body = l1 (int64 i1, bool c1, float[2] v1) => (bool o1, float[2] w1)
                          { o1 = Identity (c1) w1 = Abs (v1) }>
  typed = Loop (n, b, v) <body = l2 (int64 i2, bool c2, float[2] v2) => (bool o2, int32[2] w2)
                          { o2 = Identity (c2) w2 = Cast <to = 6> (v2) }>
  grows = Loop (n, b, v) <body = l3 (int64 i3, bool c3, float[2] v3) => (bool o3, float[3] w3)
                          { o3 = Identity (c3) w3 = Neg (long) }>
}"""

#: The scales of a Resize before opset 11, and with the axes that they belong to (opset 18).
RESIZES = {
    10: "old = Resize (t, shrink) oldchan = Resize (t, channels)",
    11: "eleven = Resize (t, roi, shrink) elevenchan = Resize (t, roi, channels)",
    18: "axes = Resize <axes = [2, 3]> (t, , pair) axeschan = Resize <axes = [1, 2]> (t, , pair)",
}
RESIZE = """<ir_version: 8, opset_import: ["" : %d]>
g (float[2, 4, 5, 6] t) => (float[2, 4, 10, 12] last)
<float[4] shrink = {1, 1, 2, 2}, float[4] channels = {1, 2, 1, 1}, float[2] pair = {2, 2},
 float[8] roi = {0, 0, 0, 0, 1, 1, 1, 1}>
{ %s last = Identity (t) }"""

SEEN = {}


def seen(name):
    if not SEEN:
        texts = [MODEL, BODIES, SCATTERS, SOFTMAX, SHAPES] + [RESIZE % each for each in RESIZES.items()]
        for text in texts:
            SEEN.update((node.outputs[0], Seen(node)) for node in from_proto(parse(text)).main.nodes)
    return SEEN[name]


#: condition -> nodes at which it holds, does not, and cannot be told
TABLE = [
    ({"opset_min": 13}, "relu", "", ""),
    ({"opset_min": 14}, "", "relu", ""),
    ({"opset_max": 13}, "relu", "", ""),
    ({"opset_max": 12}, "", "relu", ""),
    ({"opset": 13}, "relu", "", ""),
    ({"opset": 12}, "", "relu", ""),
    ({"input_present": 1}, "clip sum", "clipmax relu", ""),
    ({"input": 1}, "clip", "clipmax relu", ""),
    ({"input_absent": 1}, "clipmax relu", "clip", ""),
    ({"input_placeholder": 1}, "clipmax", "clip relu", ""),
    ({"input_absent_or_empty": 1}, "relu clipmax sumnone", "sum", ""),
    ({"input_empty_initializer": 1}, "sumnone", "sum sumk relu", ""),
    ({"input_initializer": 1}, "sum", "sumk relu", ""),
    ({"input_not_initializer": 1}, "sumk", "sum relu clipmax", ""),
    ({"all_initializers": [1, 2]}, "clip", "clipt clipmax", ""),
    ({"any_not_initializer": [1, 2]}, "clipt clipmax", "clip relu", ""),
    ({"input": 1, "kind": "initializer"}, "clip relu clipmax", "clipt", ""),
    ({"input": 1, "kind": "initializer", "placeholder_is_tensor": True}, "clip relu", "clipt clipmax", ""),
    ({"input": 1, "kind": "initializer", "value": 0}, "clip", "crossed clipt", ""),
    ({"input": 1, "kind": "constant-foldable"}, "clip", "clipt", ""),
    ({"nb_inputs": 3}, "clip clipmax", "relu sum", ""),
    ({"outputs_gt": 1}, "drop p1", "dropone", ""),
    ({"output": 1}, "drop", "dropone", ""),
    ({"output": 1, "nonempty": True}, "drop", "dropone", ""),
    ({"attr_eq": {"p": 1}}, "lp", "lpool relu", ""),
    ({"attr_eq": {"to": "FLOAT16"}}, "half", "", ""),
    ({"attr_in": {"mode": ["nearest"]}}, "shrunk", "grown", ""),
    ({"attr_not_in": {"mode": ["nearest"]}}, "grown", "shrunk", ""),
    ({"attr_present": "mode"}, "grown", "shrunk", ""),
    ({"attr_present": "kernel_shape", "unless_kernel_tail": [1]}, "conv1 pool", "conv2", ""),
    ({"attr": "mode"}, "grown", "shrunk", ""),
    ({"attr_present_any": ["mode", "p"]}, "grown lp", "shrunk", ""),
    ({"attr_absent": "mode"}, "shrunk", "grown", ""),
    ({"attr_absent_or_eq": {"axis": 0}}, "flat relu", "soft", ""),
    ({"attr_not_all_ones": "dilations"}, "dil", "ceil", ""),
    ({"attr_gt": {"p": 1}}, "lpool", "lp relu", ""),
    ({"attr_odd": {"p": 2}}, "lp lpool", "relu", ""),
    ({"attr": "mode", "values": ["nearest"]}, "shrunk relu", "grown", ""),
    ({"attr": "dilations", "all_equal": 1}, "relu", "dil", ""),
    ({"attr": "kernel_shape", "length": [2]}, "pool relu", "", ""),
    ({"attr": "kernel_shape", "length": [1, 3]}, "", "pool", ""),
    ({"attr": "mode", "regex": "^l"}, "grown", "shrunk", ""),
    ({"input_dtype": {"0": ["FLOAT"]}}, "relu", "const", ""),
    ({"input_dtype": {"0": ["FLOAT16"]}}, "", "relu", ""),
    ({"initializer_dtype": {"1": ["FLOAT"]}}, "clip", "clipt sum", ""),
    ({"input": 0, "dtype": ["FLOAT"]}, "relu", "", "const"),
    ({"input": 1, "dtype": ["FLOAT"], "tensor_only": True}, "clipt", "", "clip"),
    ({"input_rank": {"0": [4], "1": [1]}}, "sum", "clip", "relu"),
    ({"input": 0, "rank": [3, 4]}, "relu", "meanrow", ""),
    ({"input": 0, "rank": [4], "last_dim": 6}, "relu", "", ""),
    ({"input": 0, "rank": [4], "last_dim": 5}, "", "relu", ""),
    ({"input": 0, "rank": [2], "static_shape": True}, "meanrow", "squeeze", ""),
    ({"input": 0, "rank_min": 4}, "relu", "meanrow", ""),
    ({"input": 0, "rank_max": 2}, "meanrow", "relu", ""),
    ({"input": 0, "static_shape": True}, "relu", "squeeze", ""),
    ({"dynamic_input": 0}, "squeeze", "relu", ""),
    ({"inputs_rank_equal": [0, 1]}, "gemm2", "sum", ""),
    ({"inputs_rank_equal": "all"}, "relu", "gemm2", ""),
    ({"leading_dim_not_one": 0}, "flat squeeze", "flatrow", ""),
    ({"bias_per_column": True}, "gemm2", "gemm3", "relu"),
    ({"more_channels_than": 3}, "relu", "", ""),
    ({"more_channels_than": 4}, "", "relu", ""),
    ({"has_elements": 0}, "relu squeeze", "", ""),
    ({"nonzero_initializer": 2}, "pad", "padcrop padnone", "scatter"),
    ({"input": 2, "all_equal": 0}, "padcrop padnone", "pad", "scatter"),
    ({"input": 1, "all_min": 0}, "pad", "padcrop", "sumk"),
    ({"input": 1, "all_positive": True}, "q", "clip", "clipt"),
    ({"negative_indices": True}, "gather", "sum", "gatherk"),
    ({"zero_in_shape": True}, "reshape reshapek", "", ""),
    ({"constant_not_zero": True}, "const5", "const", ""),
    ({"bounds_crossed": True}, "crossed", "clip clipt clipmax", ""),
    ({"axes_partial": True}, "sum sumk mean meandrop", "sumall sumnone meanrow meanneg", ""),
    ({"softmax_flattened": True}, "soft softdef", "softlast softflat", ""),
    ({"negative_pads": True}, "padcrop", "pad padnone", "sumk"),
    ({"pads_not_zero": True}, "pad padcrop", "padnone", "sumk"),
    ({"asymmetric_pads": True}, "pool2", "pool", ""),
    ({"ceil_window_in_padding": True}, "", "ceil", "relu short still"),
    ({"ceil_changes_size": True}, "ceil uneven2 short still", "even", ""),
    ({"not_divisible": True}, "q1", "p1", "s1"),
    ({"not_divisible": False}, "p1", "q1", "s1"),
    ({"split_uneven": True}, "r1 relu", "", ""),
    ({"split_last_chunk": True}, "p1 q1", "c1", "s1"),
    ({"shape_slice": True}, "part", "shape", ""),
    ({"starts_per_axis": True}, "slice4 relu", "slice", ""),
    ({"downsampling": True}, "shrunk", "grown", ""),
    ({"scales_on_last": 2}, "grown shrunk", "chan", ""),
    ({"scales_on_last": 3}, "chan", "", ""),
    ({"quant_dtype": ["UINT8"]}, "q qz", "", ""),
    ({"quant_dtype": ["INT8"]}, "", "q qz", ""),
    ({"scale_count_gt": 1}, "qz", "q", ""),
    ({"scale_fits_axis": True}, "q qz", "q3s", ""),
    ({"last_dim_even": True}, "q", "meanrow", ""),
    ({"numel_even": True}, "q", "meanrow", "squeeze"),
    ({"equal_branch_ranks": True}, "alike named", "ranks", "known relu"),
    ({"equal_branch_outputs": True}, "alike ranks", "two", "relu"),
    ({"distinct_branch_outputs": True}, "alike ranks", "named", "relu"),
    ({"stops_by_condition": True}, "stops", "through fixed", "relu"),
    ({"may_be_negative": 0}, "relu", "lpool", ""),
    ({"repeated_indices": True}, "nd ndwrap el elback ndfirst", "ndapart ndopen elrows elapart", "ndk elfar"),
    ({"softmax_maximum": True}, "max maxlog", "maxsum maxkept maxflat", ""),
    ({"softmax_maximum": False}, "maxsum maxkept maxflat", "max maxlog", ""),
    ({"branch_shapes_differ": "size"}, "size", "rank sure maybe always", ""),
    ({"branch_shapes_differ": "rank"}, "rank", "size sure maybe always relu", ""),
    ({"carried_type_changes": True}, "typed", "still grows", ""),
    ({"carried_shape_changes": True}, "grows", "still typed", ""),
    ({"scales_on_last": 2}, "old eleven axes", "oldchan elevenchan axeschan", ""),
    ({"shape_slice": True}, "loosepart", "loose", ""),
]

CASES = [
    (spec, name, wanted)
    for spec, holds, fails, unknown in TABLE
    for names, wanted in ((holds, True), (fails, False), (unknown, None))
    for name in names.split()
]


@pytest.mark.parametrize("spec, name, wanted", CASES, ids=lambda v: str(v)[:60])
def test_condition_at_a_node(spec, name, wanted):
    assert condition(spec).holds(seen(name)) is wanted


def test_most_conditions_are_in_the_table():
    """The others, on bodies, recurrent layers, shape tensors or whole models, fire in the case files of their rules."""
    assert len({type(condition(spec)) for spec, *_ in TABLE}) > 0.6 * len(classes())
