"""Conditions of forms whose values come out other than ONNX's: paddings, activations, signs."""

from __future__ import annotations

import pytest

from jetdoctor.check import check
from jetdoctor.model import from_proto
from jetdoctor.target import resolve


def found(text, target="jetpack-6.2"):
    import onnx

    proto = onnx.parser.parse_model('<ir_version: 8, opset_import: ["" : 14]>\n' + text)
    (result,) = check(from_proto(proto), resolve(target))
    return sorted((f.rule, f.outcome) for f in result.findings if f.severity == "error")


def deconvolution(size, attributes, kernel=2):
    weights = ", ".join("1" for _ in range(kernel))
    return found(
        "g (float[1,1,%s] x) => (float y) <float[1,1,%d] w = {%s}> { y = ConvTranspose <%s> (x, w) }"
        % (size, kernel, weights, attributes)
    )


@pytest.mark.parametrize(
    "size, attributes, kernel, expected",
    [
        ("4", "output_shape = [7], strides = [2]", 2, "wrong-output"),
        ("4", "output_shape = [9], strides = [2]", 2, None),  # one more at the end: output padding
        ("4", "output_shape = [10], strides = [2]", 2, "rejected"),
        ("4", "output_shape = [6], strides = [2]", 2, None),
        ("4", "output_shape = [1, 1, 7], strides = [2]", 2, "wrong-output"),  # all axes may be given
        ("n", "output_shape = [7], strides = [2]", 2, None),  # not known
        ("4", 'output_shape = [7], strides = [2], auto_pad = "VALID"', 2, "wrong-output"),
        ("4", 'output_shape = [8], strides = [2], auto_pad = "VALID"', 2, None),
        ("4", 'output_padding = [1], strides = [2], auto_pad = "SAME_LOWER"', 2, "wrong-output"),
        ("4", 'output_padding = [1], strides = [2], auto_pad = "SAME_LOWER"', 3, None),  # the same beginning
        ("4", 'output_padding = [1], strides = [2], auto_pad = "SAME_UPPER"', 2, None),
        ("4", 'output_padding = [0], strides = [2], auto_pad = "SAME_LOWER"', 2, None),
        ("4", 'output_shape = [7], strides = [2], auto_pad = "SAME_UPPER"', 2, "wrong-output"),
    ],
)
def test_paddings_of_a_transposed_convolution(size, attributes, kernel, expected):
    assert deconvolution(size, attributes, kernel) == ([("JD351", expected)] if expected else [])


@pytest.mark.parametrize(
    "source, silent",
    [
        ("Relu (x)", True),
        ("Mul (x, x)", True),
        ("Clip (x, zero)", True),
        ("Clip (x, low)", False),
        ("Tanh (x)", False),
        ("Mul (x, low)", False),
    ],
)
def test_data_that_is_never_negative_has_no_signs_to_lose(source, silent):
    text = (
        "g (float[1,2,3,3] x) => (float[1,2,1,1] y) <float zero = {0}, float low = {-1}>"
        " { a = %s\n b = Identity (a)\n y = GlobalLpPool <p = 3> (b) }"
    )
    assert found(text % source) == ([] if silent else [("JD350", "wrong-output")])


@pytest.mark.parametrize(
    "attributes, expected",
    [
        ('activations = ["HardSigmoid", "Elu"], activation_alpha = [0.3, 0.4], activation_beta = [0.5]', []),
        ('activations = ["HardSigmoid", "Elu"]', []),
        ('activations = ["Sigmoid", "Elu"], activation_alpha = [0.3]', [("JD352", "wrong-output")]),
        ('activations = ["Sigmoid", "Elu"], activation_alpha = [1.0]', []),  # the default anyway
        ('activations = ["Softplus", "Tanh"], activation_alpha = [1.0], activation_beta = [1.0]', []),
        ('activations = ["Softplus", "Tanh"]', [("JD352", "wrong-output")]),
        ('activations = ["sigmoid", "Tanh"]', [("JD303", "rejected")]),
    ],
)
def test_constants_of_activations(attributes, expected):
    text = "g (float[2,1,1] x) => (float[2,1,1,1] y) <float[1,3,1] w = {1,2,3}, float[1,3,1] r = {1,0,1}>"
    assert found(text + " { y = GRU <%s, hidden_size = 1> (x, w, r) }" % attributes) == expected
