"""Readings: each is carried out at a form that the rules find, and gives what the parser's source says."""

from __future__ import annotations

import pytest

from jetdoctor.catalog import catalog
from jetdoctor.check import check
from jetdoctor.emulate.build import build
from jetdoctor.model import from_proto
from tests.cases import every_case, parse
from tests.test_emulate import as_read

pytestmark = pytest.mark.once

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

POOL = "g (float[1,1,2] x) => (float[1,1,w] y) { y = %s <kernel_shape = [2], strides = [3], pads = [1,1], ceil_mode = 1"
WHILE = (
    "g (float[1] x) => (float[1] y) <int64 n = {4}, float limit = {3}> { y = Loop (n, , x)"
    " <body = turn (int64 i, bool go, float[1] a) => (bool next, float[1] b)"
    " { b = Add (a, a) s = ReduceSum <keepdims = 0> (b) next = Less (s, limit) }> }"
)
COUNTER = (
    "g (float[3,2] x) => (float[3,2] y) <int64 n = {3}, bool go = {1}> { y = Loop (n, go)"
    " <body = turn (int64 i, bool c) => (bool d, float[2] s) { d = Identity (c) s = Gather (x, i) }> }"
)
STACKED = (
    "g (float[1] x) => (float[n,1] y) <float limit = {9}> { last, y = Loop (, , x)"
    " <body = turn (int64 i, bool c, float[1] a) => (bool d, float[1] b, float[1] s)"
    " { b = Add (a, a) s = Identity (b) t = ReduceSum <keepdims = 0> (b) d = Less (t, limit) }> }"
)
BRANCHES = (
    "g (float[2] x, bool c) => (float[2] y, float[2] z) { y, z = If (c) <"
    " then_branch = yes () => (float[2] a, float[2] b) { b = Abs (x) a = Neg (x) },"
    " else_branch = no () => (float[2] d, float[2] e) { e = Abs (x) d = Neg (x) }> }"
)


@pytest.mark.parametrize(
    "text, target, opset, expected",
    [
        # one window, over the padding and the 1; the parser adds one that begins behind the 2 and has no element
        (POOL % "AveragePool" + "> (x) }", "jetpack-6.2", 10, [[[[1.0, 0.0]]]]),
        (POOL % "AveragePool" + ", count_include_pad = 1> (x) }", "jetpack-6.2", 17, [[[[0.5, 0.0]]]]),
        (WHILE, "jetpack-4.5", 11, [[16.0]]),
        (COUNTER, "jetpack-5.0.2", 13, [[[[1.0, 2.0]], [[3.0, 4.0]], [[5.0, 6.0]]]]),
        (
            "g (float[2] x) => (float[2] y) <bool yes = {1}> { y = If (yes) <"
            " then_branch = one () => (float[2] a) { a = Abs (x) },"
            " else_branch = two () => (float[2] b) { b = Neg (x) }> }",
            "jetpack-4.6.1", 13, [[-1.0, -2.0]],
        ),
        (
            "g (int64[2] x) => (int64[4] y) <int64[2] p = {1,1}, int64 seven = {7}> { y = Pad (x, p, seven) }",
            "jetpack-4.6.1", 13, [[0, 1, 2, 0]],
        ),
        (
            "g (float[1] x) => (float[1] y) <int64 low = {-9223372036854775807}> { f = Cast <to = 1> (low)"
            " z = Neg (f) y = Max (x, z) }",
            "jetpack-5.1.2", 13, [[2147483648.0]],
        ),
        (
            "g (float[2] x) => (float[2] y) <int8[2] q = {1,2}, float s = {1}, int8 z = {3}>"
            " { w = DequantizeLinear (q, s, z) y = Add (x, w) }",
            "jetpack-4.5", 13, [[2.0, 4.0]],
        ),
    ],
)  # fmt: skip
def test_what_the_parser_builds(text, target, opset, expected):
    assert as_read(text, target, opset) == expected


def test_every_reading_is_carried_out_somewhere():
    """At the cases of the rules; what cannot be said as a model at all says so instead."""
    if onnx.defs.onnx_opset_version() < 25:
        pytest.skip("this onnx cannot read every case")
    turned, refused = set(), set()
    for case in every_case():
        if "onnx" in case.blocks and "wrong-output" in case.blocks["findings"]:
            try:
                proto = parse(case.blocks["onnx"])
            except pytest.skip.Exception:
                continue
            _build(proto, case.targets[0], turned, refused)
    assert set(catalog().readings) - turned == {"undefined_bytes"}
    assert "undefined_bytes" in refused


def _build(proto, target, turned, refused):
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = folder + "/model.onnx"
        onnx.save(proto, path)
        (result,) = check(from_proto(onnx.load(path, load_external_data=False), path), [target])
        for finding in result.findings:
            if finding.reading and finding.outcome == "wrong-output":
                (refused if build(path, target, [finding]).left else turned).add(finding.reading)
