"""Small models that ask for endless work or all memory, or that make native code crash: bounds, exit code, sentence.

Each was found by fuzzing or made by hand for one kind of trouble; healthy neighbors stand beside them.
"""

from __future__ import annotations

import os
import subprocess
import sys

import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

numpy = pytest.importorskip("numpy")

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

#: Seconds of CPU and MiB of resident memory: budgets of ``check`` and ``fix`` (docs/limits.md).
CHECK, FIX = (10, 1024), (20, 2048)

pytestmark = [
    pytest.mark.once,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the limits are those of Linux"),
]


def text(body, opset=18, functions="", more=""):
    head = '<ir_version: 8, opset_import: ["": %d%s]>\n' % (opset, more)
    return onnx.parser.parse_model(head + body + functions)


def raw(nodes, inputs, output, opset=18, initializers=(), functions=()):
    declared = [helper.make_tensor_value_info(name, kind, shape) for name, kind, shape in inputs]
    out = [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)]
    graph = helper.make_graph(nodes, "g", declared, out, list(initializers))
    imports = [helper.make_opsetid("", opset), helper.make_opsetid("local", 1)]
    return helper.make_model(graph, ir_version=8, opset_imports=imports, functions=list(functions))


def laughs(depth, times):
    """Functions, each of which calls the next several times."""
    imports = [helper.make_opsetid("", 18), helper.make_opsetid("local", 1)]
    functions = []
    for index in range(depth):
        last = index + 1 == depth
        names = ["x"] + ["v%d" % turn for turn in range(times - 1)] + ["y"]
        nodes = [
            helper.make_node("Relu" if last else "f%d" % (index + 1), [a], [b], domain="" if last else "local")
            for a, b in zip(names, names[1:])
        ]
        functions.append(helper.make_function("local", "f%d" % index, ["x"], ["y"], nodes, imports))
    call = helper.make_node("f0", ["x"], ["y"], domain="local")
    return raw([call], [("x", 1, [4])], "y", functions=functions)


def add(length):
    nodes = [helper.make_node("Cast", ["n"], ["f"], to=1), helper.make_node("Add", ["x", "f"], ["y"])]
    return raw(nodes, [("x", TensorProto.FLOAT, [1]), ("n", TensorProto.INT64, [length])], "y")


def onehot(depth):
    initializers = [
        numpy_helper.from_array(numpy.array(depth), "d"),
        numpy_helper.from_array(numpy.array([0, 1], "float32"), "v"),
    ]
    nodes = [helper.make_node("OneHot", ["i", "d", "v"], ["h"]), helper.make_node("ReduceMax", ["h"], ["y"])]
    return raw(nodes, [("i", TensorProto.INT64, [1])], "y", initializers=initializers)


def loop(turns, hands_on="k"):
    tail = "k2 = Identity (k)" if hands_on == "k" else "z = Constant <value_int = 5> () k2 = Less (i, z)"
    return text(
        "g (float[1] x, bool c) => (float[1] y) <int64 m = {%d}> { t = Mish (x) y = Loop (m, c, t) <body = b "
        "(int64 i, bool k, float[1] v) => (bool k2, float[1] w) { w = Sigmoid (v) %s }> }" % (turns, tail)
    )


def casts(count):
    types = (TensorProto.FLOAT8E5M2FNUZ, TensorProto.FLOAT)
    names = ["x"] + ["a%d" % index for index in range(count)]
    nodes = [helper.make_node("Cast", [names[i]], [names[i + 1]], to=types[i % 2]) for i in range(count)]
    return raw(nodes, [("x", 1, [4])], names[-1], opset=19)


def custom(count):
    names = ["x"] + ["a%d" % index for index in range(count)]
    nodes = [helper.make_node("Op%d" % i, [names[i]], [names[i + 1]], domain="local") for i in range(count)]
    return raw(nodes, [("x", 1, [4])], names[-1])


def split_of_three():
    return raw([helper.make_node("Split", ["x"], ["a", "b", "y"], num_outputs=2)], [("x", 1, [6])], "y")


def slice_of_negative_size():
    nodes = [helper.make_node("Slice", ["x", "s", "e"], ["y"])]
    ends = [numpy_helper.from_array(numpy.array([end]), name) for name, end in (("s", 0), ("e", 9))]
    return raw(nodes, [("x", 1, [-5])], "y", initializers=ends)


def constant_of(field):
    node = helper.make_node("Constant", [], ["y"])
    node.attribute.append(helper.make_attribute("value", field))
    return raw([node], [("x", 1, [1])], "y")


def constant_without_output():
    node = helper.make_node("Constant", [], [], value=numpy_helper.from_array(numpy.ones(1, "float32")))
    return raw([node, helper.make_node("Relu", ["x"], ["y"])], [("x", 1, [1])], "y")


def opset(number):
    return raw([helper.make_node("Relu", ["x"], ["y"])], [("x", 1, [1])], "y", opset=number)


def recursive():
    imports = [helper.make_opsetid("", 18), helper.make_opsetid("local", 1)]
    body = [helper.make_node("f", ["x"], ["y"], domain="local")]
    function = helper.make_function("local", "f", ["x"], ["y"], body, imports)
    return raw([helper.make_node("f", ["x"], ["y"], domain="local")], [("x", 1, [4])], "y", functions=[function])


def huge_dims():
    return raw([helper.make_node("Mish", ["x"], ["y"])], [("x", 1, [1 << 62] * 6)], "y")


def vector(length):
    """A vector of floats that onnx follows element by element once two of them are added."""
    flat = helper.make_node("Reshape", ["x", "s"], ["f"])
    shape = numpy_helper.from_array(numpy.array([-1]), "s")
    nodes = [flat, helper.make_node("Mul", ["f", "f"], ["y"])]
    return raw(nodes, [("x", 1, [length, length])], "y", initializers=[shape])


def scatter(indices, **attributes):
    node = helper.make_node("ScatterElements", ["x", "i", "x"], ["y"], **attributes)
    return raw([node], [("x", 1, [2, 2])], "y", initializers=[numpy_helper.from_array(indices, "i")])


def no_room():
    """Four bits each and more of them than there are bytes for: onnx would make room for all."""
    tensor = helper.make_tensor("i", TensorProto.INT4, [2], [1, 2])
    tensor.dims[:] = [1 << 40]
    node = helper.make_node("Gather", ["x", "i"], ["y"])
    return raw([node], [("x", 1, [4])], "y", opset=21, initializers=[tensor])


def gather_of_negative_sizes():
    tensor = TensorProto(name="i", data_type=TensorProto.INT64, dims=[0, -(1 << 31)], raw_data=b"")
    return raw([helper.make_node("GatherND", ["x", "i"], ["y"])], [("x", 1, [1])], "y", initializers=[tensor])


def range_without_delta():
    """Range of two inputs, and a Transpose of nothing, as shape arithmetic."""
    nodes = [
        helper.make_node("Range", ["a", "b", ""], ["r"]), helper.make_node("Transpose", [""], ["t"]),
        helper.make_node("Concat", ["r", "t"], ["s"], axis=0), helper.make_node("Reshape", ["x", "s"], ["y"]),
    ]  # fmt: skip
    ends = [numpy_helper.from_array(numpy.array(end), name) for name, end in (("a", 0), ("b", 9))]
    return raw(nodes, [("x", 1, [4])], "y", initializers=ends)


def sizes_made_of(operator, *shapes):
    """An operator that makes 2^24 elements of a few thousand, as arithmetic on the way to a hundred sizes."""
    nodes = [helper.make_node("Range", ["zero", "end", "one"], ["r"])]
    nodes += [helper.make_node("Reshape", ["r", name], [name + "d"]) for name in ("a", "b")]
    initializers = [numpy_helper.from_array(numpy.array(v), n) for n, v in (("zero", 0), ("end", 4096), ("one", 1))]
    initializers += [numpy_helper.from_array(numpy.array(shape), name) for name, shape in zip("abf", (*shapes, [1]))]
    for turn in range(100):
        names = ["%s%d" % (kind, turn) for kind in "opq"] + ["x%d" % (turn + 1)]
        nodes += [
            helper.make_node(operator, ["ad", "bd"], names[:1]),
            helper.make_node("ReduceMin", names[:1], names[1:2], keepdims=0),
            helper.make_node("Reshape", [names[1], "f"], names[2:3]),
            helper.make_node("Expand", ["x%d" % turn, names[2]], names[3:]),
        ]
    return raw(nodes, [("x0", 1, [1])], "x100", initializers=initializers)


def product_of_products():
    """Bounds of an integer that double their digits with every node."""
    nodes = [helper.make_node("ArgMax", ["x"], ["a"]), helper.make_node("Clip", ["a", "low", "high"], ["m0"])]
    nodes += [helper.make_node("Mul", ["m%d" % turn] * 2, ["m%d" % (turn + 1)]) for turn in range(40)]
    nodes += [helper.make_node("Min", ["m40", "wide"], ["n"]), helper.make_node("Cast", ["n"], ["y"], to=1)]
    ends = [numpy_helper.from_array(numpy.array(v), n) for n, v in (("low", 3), ("high", 7), ("wide", 1 << 40))]
    return raw(nodes, [("x", 1, [9, 9])], "y", initializers=ends)


def many_dims(count):
    shape = numpy_helper.from_array(numpy.ones(count, "int64"), "s")
    nodes = [helper.make_node("Reshape", ["x", "s"], ["y%d" % turn]) for turn in range(60)]
    return raw([*nodes, helper.make_node("Sum", ["y0", "y1"], ["y"])], [("x", 1, [1])], "y", initializers=[shape])


def slice_of_a_computed_negative_size():
    bounds = [numpy_helper.from_array(numpy.array([v]), n) for n, v in (("s", 0), ("e", 17), ("c", -(1 << 63)))]
    nodes = [helper.make_node("Expand", ["x", "c"], ["n"]), helper.make_node("Slice", ["n", "s", "e"], ["y"])]
    return raw(nodes, [("x", 1, [1])], "y", initializers=bounds)


def nested(depth):
    """Ifs in both branches of Ifs."""
    body = "y = Relu (x)"
    for _ in range(depth):
        body = "y = If (c) <then_branch = t () => (y) { %s }, else_branch = e () => (y) { %s }>" % (body, body)
    return text("g (float[2] x, bool c) => (float[2] y) { %s }" % body)


#: what it is: model, exit code, words of the output
CHECKED = {
    "10^10 calls of functions": (laughs(10, 10), 1, "expand to"),
    "2^30 calls of functions": (laughs(30, 2), 1, "expand to"),
    "a chain of 2,000 functions": (laughs(2000, 1), 1, "JD801"),
    "a function that calls itself": (recursive(), 1, "calls itself"),
    "2^40 integers to follow": (add(1 << 40), None, ""),
    "1,500 custom operators": (custom(1500), 1, "JD803"),
    "a Split that makes onnx abort": (split_of_three(), None, ""),
    "a Slice that makes onnx abort": (slice_of_negative_size(), None, ""),
    "a vector that is made of a table": (vector(65000), None, ""),
    "an axis that there is not": (scatter(numpy.array([[0, 1]]), axis=64), None, ""),
    "an axis beyond 32 bits": (scatter(numpy.array([[0, 1]]), axis=-(1 << 63)), None, ""),
    "an axis that is a tensor": (scatter(numpy.array([[0, 1]]), axis=numpy_helper.from_array(numpy.ones(1))), None, ""),
    "indices of no number": (scatter(numpy.array([[float("nan"), 1]])), None, ""),
    "a tensor of more elements than bytes": (no_room(), None, ""),
    "indices of negative sizes": (gather_of_negative_sizes(), None, ""),
    "shape arithmetic of inputs left out": (range_without_delta(), None, ""),
    "a sum of 2^24 elements": (sizes_made_of("Add", [4096, 1], [1, 4096]), None, ""),
    "a table of 2^24 elements": (sizes_made_of("Gather", [1, 4096], [4096]), None, ""),
    "bounds of 2^40 digits": (product_of_products(), None, ""),
    "a tensor of 2,000 dims": (many_dims(2000), 1, "has 2,000 dims"),
    "a Slice of a size that comes out negative": (slice_of_a_computed_negative_size(), None, ""),
    "a pool without a window": (
        text(
            "g (float[1,2,4,4] x) => (float[1,2,2,2] y)"
            " { y = AveragePool <dilations = [2, 2], kernel_shape = 2.0> (x) }",
            opset=19,
        ),
        1,
        "JD303",
    ),
    "arithmetic of nothing": (
        raw(
            [
                helper.make_node("Cast", [""], ["f"], to=7),
                helper.make_node("Min", ["f", "w"], ["m"]),
                helper.make_node("Expand", ["x", "m"], ["y"]),
            ],
            [("x", 1, [4])],
            "y",
            initializers=[numpy_helper.from_array(numpy.array([1 << 40]), "w")],
        ),
        None,
        "",
    ),
    "a Clip between complex numbers": (
        text(
            "g (float[4] x) => (float[4] y) { low = Constant <value = complex64[1] {1, 2}> ()"
            " high = Constant <value = complex64[1] {1, 2}> () y = Clip (x, low, high) }"
        ),
        None,
        "",
    ),
    "a Size beyond 64 bits": (
        text(
            "g (float[9223372036854775807, 4] x, float[4] z) => (float[4] y) { s = Size (x) f = Cast <to = 1> (s)"
            " q = QuantizeLinear (z, f) y = DequantizeLinear (q, f) }"
        ),
        None,
        "",
    ),
    "a Slice that steps nowhere": (
        text("g (float[n, 4] x) => (float[m, 4] y) <int64[1] b = {0}, int64[1] e = {9}> { y = Slice (x, b, e, b, b) }"),
        None,
        "",
    ),
    "a DepthToSpace of blocks of nothing": (
        text("g (float[n, 3, h, w] x) => (float[a, b, c, d] y) { y = DepthToSpace <blocksize = 0> (x) }"),
        None,
        "",
    ),
    "a node that reads its own output": (text("g (float[4] x) => (uint8[4] y) { y = Relu (y) }"), 1, "JD908"),
    "two nodes that read each other": (
        raw(
            [helper.make_node("Relu", ["b"], ["a"]), helper.make_node("Reshape", ["a", "s"], ["b"])],
            [("x", 1, [4])],
            "b",
            initializers=[numpy_helper.from_array(numpy.array([4]), "s")],
        ),
        1,
        "JD908",
    ),
    "an opset below 0": (opset(-(1 << 63)), None, ""),
    "4,000 branches, twelve deep": (nested(11), None, ""),
    "a Constant of integers": (constant_of([1, 2]), None, ""),
    "a Constant of a string": (constant_of("text"), None, ""),
    "a Constant without output": (constant_without_output(), None, ""),
    "an opset beyond 32 bits": (opset(1 << 40), 1, "no ONNX has an opset"),
    "an opset of another century": (opset(200), 1, "UNKNOWN"),
    "sizes beyond any machine": (huge_dims(), 1, ""),
}

FIXED = {
    "a Loop of 2^60 turns": (loop(1 << 60), 1, "runs 1,152,921,504,606,846,976 iterations"),
    "a short Loop": (loop(3), 0, "proof: equal"),
    "a Loop that its condition ends": (loop(1 << 60, "i"), 0, "proof: equal"),
    "OneHot of 2^40 classes": (onehot(1 << 40), None, ""),
    "2,000 Casts to a type that no parser has": (casts(2000), 1, ""),
    "a function that calls itself": (recursive(), 1, "shape inference fails"),
    "2^30 calls of functions": (laughs(30, 2), 1, "shape inference fails"),
    "sizes beyond any machine": (huge_dims(), None, ""),
}


def run(command, model, tmp_path):
    """(exit code, output, errors, CPU seconds, peak MiB) of the command in a process of its own."""
    path = tmp_path / "model.onnx"
    path.write_bytes(model.SerializeToString())
    line = [sys.executable, "-m", "jetdoctor", command, str(path), "--target", "jetpack-5.0.2"]
    with open(str(tmp_path / "out"), "wb") as out, open(str(tmp_path / "err"), "wb") as err:
        process = subprocess.Popen(line, cwd=ROOT, stdout=out, stderr=err)
        status, usage = os.wait4(process.pid, 0)[1:]
    process.returncode = os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status)
    said = ((tmp_path / "out").read_text(), (tmp_path / "err").read_text())
    return process.returncode, *said, usage.ru_utime + usage.ru_stime, usage.ru_maxrss >> 10


def judge(command, budget, entry, tmp_path):
    model, wanted, words = entry
    code, out, errors, seconds, memory = run(command, model, tmp_path)
    assert "Traceback" not in errors and "internal error" not in errors
    assert code in ((0, 1) if wanted is None else (wanted,)), out + errors
    assert words in " ".join(out.split())
    assert (seconds, memory) < (budget[0], budget[1]) and seconds < budget[0] and memory < budget[1]


@pytest.mark.parametrize("what", CHECKED)
def test_check_is_bounded(what, tmp_path):
    judge("check", CHECK, CHECKED[what], tmp_path)


@pytest.mark.parametrize("what", FIXED)
def test_fix_is_bounded(what, tmp_path):
    pytest.importorskip("onnxruntime")
    judge("fix", FIX, FIXED[what], tmp_path)
