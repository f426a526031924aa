"""RNN, GRU and LSTM whose alphas and betas are taken by position."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Reading

READING = Reading(
    "recurrent_constants_by_position", "Constants by position", unproven="recorded are softplus cells alone"
)


def read(node, edit):
    defaults = {
        "LeakyRelu": (0.01, None), "ThresholdedRelu": (1.0, None), "Elu": (1.0, None), "ScaledTanh": (1.0, 1.0),
        "HardSigmoid": (0.2, 0.5),
    }  # fmt: skip
    names = node.attr("activations") or ()
    if "Softplus" in names:
        raise CannotRewrite("ONNX has no softplus with a scale for a recurrent cell")
    for column, key in enumerate(("activation_alpha", "activation_beta")):
        given = list(node.attr(key) or ())
        taken = [
            given[index] if index < len(given) else defaults[name][column]
            for index, name in enumerate(names)
            if name in defaults and defaults[name][column] is not None
        ]
        edit.remove_attribute(node, key)
        if taken:
            edit.set_attribute(node, key, taken)
