"""RNN, GRU and LSTM whose alphas and betas are taken by position; those of a softplus are 0, and so is its result."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Reading

READING = Reading("recurrent_constants_by_position", "Constants by position")

#: (alpha, beta) where none is given; None where the activation has no such constant
_DEFAULTS = {
    "LeakyRelu": (0.01, None), "ThresholdedRelu": (1.0, None), "Elu": (1.0, None), "ScaledTanh": (1.0, 1.0),
    "HardSigmoid": (0.2, 0.5), "Softplus": (0.0, 0.0),
}  # fmt: skip


def read(node, edit):
    names = list(node.attr("activations") or ())
    constants = [_taken(node, key, names, column) for column, key in enumerate(("activation_alpha", "activation_beta"))]
    if any(alpha for name, alpha in zip(names, constants[0]) if name == "Softplus"):
        raise CannotRewrite("ONNX has no softplus with a scale for a recurrent cell")
    for key, values in zip(("activation_alpha", "activation_beta"), constants):
        edit.remove_attribute(node, key)
        if any(value is not None for value in values):
            edit.set_attribute(node, key, [value for value in values if value is not None])
    if "Softplus" in names:  # 0 * x + 0
        edit.set_attribute(node, "activations", ["Affine" if name == "Softplus" else name for name in names])


def _taken(node, key, names, column):
    given = list(node.attr(key) or ())
    return [
        None if name not in _DEFAULTS or _DEFAULTS[name][column] is None
        else given[index] if index < len(given) else _DEFAULTS[name][column]
        for index, name in enumerate(names)
    ]  # fmt: skip
