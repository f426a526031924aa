"""Which values are sizes that TensorRT computes on the host, and where single elements are known."""

from __future__ import annotations

import numpy as np
import onnx
import pytest

from jetdoctor.constants.order import places
from jetdoctor.constants.partly_known import PartlyKnown
from jetdoctor.constants.shape_tensors import ShapeTensors
from jetdoctor.model import from_proto

HEAD = '<ir_version: 8, opset_import: ["" : 16]> g (float[N,3,224] x, int64[2] given, bool flag) => (float[A,B,C] y) {'


def model_of(body):
    return from_proto(onnx.parser.parse_model(HEAD + body + "}"))


def constant(name, *numbers):
    return "%s = Constant <value = int64[%d] {%s}> () " % (name, len(numbers), ", ".join(map(str, numbers)))


SHAPE = constant("one", 1) + constant("two", 2) + "s = Shape (x) "


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("v = Identity (s)", ["N", 3, 224]),
        ("v = Gather (s, one)", [3]),
        (constant("zero", 0) + "n = Gather (s, zero) d = Mul (n, two) v = Concat <axis = 0> (d, two)", [None, 2]),
        (constant("zero", 0) + "t = Slice (s, zero, two) v = Add (t, one)", [None, 4]),
        ("e = Equal (s, s) v = Where (e, s, s)", [None, 3, 224]),
        (constant("m", -1, 7, 7) + constant("low", -5) + "e = Less (m, low) v = Where (e, s, m)", [-1, 7, 7]),
        ("v = ReduceProd <keepdims = 1> (s)", [None]),
        (constant("zero", 0) + "n = Gather (s, zero) v = Expand (n, two)", ["N", "N"]),
        ("r = Shape (s) v = Identity (r)", [3]),
        (constant("k", 2) + "z = ConstantOfShape <value = int64[1] {9}> (k) v = Sub (z, one)", [8, 8]),
    ],
)
def test_partly_known(body, wanted):
    model = model_of(SHAPE + body)
    assert list(PartlyKnown().of(model.main.value("v")).flat) == wanted


@pytest.mark.parametrize("body", ["v = Identity (given)", "v = NonZero (x)", "v = Cast <to = 7> (x)"])
def test_nothing_known(body):
    model = model_of(body)
    assert PartlyKnown().of(model.main.value("v")) is None


def sizes(body):
    """name -> (reader, whether it folds) of what is a size."""
    model = model_of(body)
    return {value.name: (use.reader.op_type, use.constant) for value, use in ShapeTensors.of(model).uses.values()}


def test_the_way_back_ends_at_shape():
    found = sizes(SHAPE + "c = Relu (x) t = Shape (c) d = Mul (t, two) y = Expand (x, d)")
    assert found == {"d": ("Expand", False), "t": ("Expand", False)}


def test_what_folds_is_told_apart():
    body = "a = Gather (s, one) u = Add (a, two) d = Concat <axis = 0> (one, u, given) y = Reshape (x, d)"
    found = sizes(SHAPE + body)
    assert found["d"] == found["given"] == ("Reshape", False)
    assert found["u"] == found["a"] == ("Reshape", True)


def test_initializers_and_data_are_no_sizes():
    assert sizes(constant("k", 3, 1, 224) + "z = Transpose <perm = [1, 0, 2]> (x) y = Reshape (z, k)") == {}


def test_through_the_branches_of_an_if():
    body = (
        SHAPE + "d = If (flag) <then_branch = a () => (int64[3] p) { p = Neg (s) }, "
        "else_branch = b () => (int64[3] q) { q = Identity (s) }> y = Expand (x, d)"
    )
    assert set(sizes(body)) == {"d", "p", "q", "s", "flag"}


def test_an_input_is_a_size():
    model = model_of("d = Concat <axis = 0> (given, given) y = Reshape (x, d)")
    assert [value.name for value, _ in ShapeTensors.of(model).where(lambda value: value.is_graph_input)] == ["given"]


def test_the_order_behind_moves():
    body = (
        constant("table", -1, 2) + constant("flat", -1) + constant("far", -99) + constant("zero", 0)
        + "v = Shape (x) p = Reshape (v, table) b = Slice (p, flat, far, zero, flat) t = Transpose <perm = [1, 0]> (b)"
        " r = Reshape (t, flat)"
    )  # fmt: skip
    steps = [node for node in model_of(body).main.nodes if node.op_type in ("Reshape", "Slice", "Transpose")]
    turned = np.arange(6).reshape(-1, 2)[::-1].T.reshape(-1)
    assert list(places(steps, 6).flat) == turned.tolist()
    assert places(steps[:1], 5) is None


def test_one_more_node_costs_the_same():
    """The walk visits each value once, however many readers there are."""
    body = SHAPE + "d0 = Identity (s) " + "".join("d%d = Add (d%d, one) " % (i + 1, i) for i in range(40))
    body += "".join("r%d = Reshape (x, d%d) " % (i, i) for i in range(40)) + "y = Reshape (x, d40)"
    assert len(ShapeTensors.of(model_of(body)).uses) == 42


def test_scales_of_no_elements_are_no_sizes():
    """Resize by sizes has an empty input in the place of the scales."""
    model = onnx.parser.parse_model(
        '<ir_version: 8, opset_import: ["" : 13]> g (float[1,1,h,w] x, float[0] none, int64[4] sizes) '
        "=> (float[1,1,a,b] y)"
        "{ y = Resize (x, none, none, sizes) }"
    )
    found = ShapeTensors.of(from_proto(model)).where(lambda value: value.is_graph_input)
    assert [value.name for value, _ in found] == ["sizes"]
