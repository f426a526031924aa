"""What a parser makes of the activation functions of RNN, GRU and LSTM.

It knows ten of ONNX's eleven, by their exact names, and takes alphas and betas by position, where ONNX hands them
out to the functions that have one (onnx-tensorrt getActivationDefaultAlpha and activationStringToEnum, every release).
"""

from __future__ import annotations

from typing import Any, Dict, List, Sequence, Tuple

from jetdoctor.facts.condition import ARE, HAS, HAVE, IS, Answer, Condition, Words
from jetdoctor.facts.schema import FLAG
from jetdoctor.facts.seen import Seen
from jetdoctor.graph import Node

#: ONNX: function -> default alpha and beta, None where it has no such constant
_ONNX: Dict[str, Tuple[Any, Any]] = {
    "Relu": (None, None),
    "Tanh": (None, None),
    "Sigmoid": (None, None),
    "Softsign": (None, None),
    "Softplus": (None, None),
    "LeakyRelu": (0.01, None),
    "ThresholdedRelu": (1.0, None),
    "Elu": (1.0, None),
    "ScaledTanh": (1.0, 1.0),
    "HardSigmoid": (0.2, 0.5),
}

#: TensorRT's layer applies both to a softplus: alpha * log(exp(beta * x) + 1)
_SOFTPLUS_MEANT = (1.0, 1.0)
_SOFTPLUS_DEFAULT = (0.0, 0.0)


class ActivationUnknown(Condition):
    """An activation's name is none that the parser has, letter by letter."""

    takes = {"activation_unknown": FLAG}

    def holds(self, seen: Seen) -> Answer:
        return any(name not in _ONNX for name in seen.node.attr("activations") or ())

    def words(self) -> Words:
        return "an activation", IS, "unknown to the parser, whose comparison is case-sensitive"


class ActivationConstantsMisread(Condition):
    """An activation is computed with other constants than ONNX's."""

    takes = {"activation_constants_misread": FLAG}

    def holds(self, seen: Seen) -> Answer:
        names = seen.node.attr("activations") or ()
        if any(name not in _ONNX for name in names):
            return False
        return _meant(seen.node, names) != _taken(seen.node, names)

    def words(self) -> Words:
        return "an activation", HAS, "different constants in TensorRT and ONNX"


class ActivationConstantsDiffer(Condition):
    """A bidirectional node has other constants in its two directions, as the parser counts them."""

    takes = {"activation_constants_of_directions_differ": FLAG}

    def holds(self, seen: Seen) -> Answer:
        node = seen.node
        names = node.attr("activations") or ()
        if node.attr("direction", "forward") != "bidirectional" or len(names) % 2:
            return False
        half = len(names) // 2
        if names[:half] != names[half:] or any(name not in _ONNX for name in names):
            return False  # refused for that already
        return any(list(column[:half]) != list(column[half:]) for column in zip(*_by_position(node, names)))

    def words(self) -> Words:
        return "the two directions", HAVE, "activations with different constants"


class SameActivations(Condition):
    """Both directions have the same activations."""

    takes = {"same_activations": FLAG}

    def holds(self, seen: Seen) -> Answer:
        names = seen.node.attr("activations")
        if not names or len(names) % 2:
            return True
        half = len(names) // 2
        return [n.lower() for n in names[:half]] == [n.lower() for n in names[half:]]

    def words(self) -> Words:
        return "the activations of both directions", ARE, "the same"

    def broken(self, node: Node, when: Sequence[Condition]) -> str:
        return "both directions must have the same activations"


def _by_position(node: Node, names: Sequence[str]) -> List[Tuple[float, float]]:
    """(alpha, beta) of every function as the parser sets them on the layer."""
    alphas, betas = (list(node.attr(key) or ()) for key in ("activation_alpha", "activation_beta"))
    rows = []
    for index, name in enumerate(names):
        alpha, beta = _SOFTPLUS_DEFAULT if name == "Softplus" else _ONNX[name]
        rows.append(
            (
                alphas[index] if index < len(alphas) else alpha or 0.0,
                betas[index] if index < len(betas) else beta or 0.0,
            )
        )
    return rows


def _taken(node: Node, names: Sequence[str]) -> List[Tuple[Any, Any]]:
    """The constants that count, as the parser takes them."""
    rows = []
    for name, (alpha, beta) in zip(names, _by_position(node, names)):
        has_alpha, has_beta = (True, True) if name == "Softplus" else (c is not None for c in _ONNX[name])
        rows.append((alpha if has_alpha else None, beta if has_beta else None))
    return rows


def _meant(node: Node, names: Sequence[str]) -> List[Tuple[Any, Any]]:
    """The constants that count, as ONNX and ONNX Runtime hand them out."""
    given = [iter(node.attr(key) or ()) for key in ("activation_alpha", "activation_beta")]
    rows = []
    for name in names:
        if name == "Softplus":
            rows.append(_SOFTPLUS_MEANT)
            continue
        rows.append(tuple(None if c is None else next(given[i], c) for i, c in enumerate(_ONNX[name])))  # type: ignore[arg-type]
    return rows
