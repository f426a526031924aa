"""Likely sizes for the dims that a model leaves open, as options of ``jetdoctor fix`` to be adapted."""

from __future__ import annotations

import re
import shlex
from typing import Dict, List, Tuple

from jetdoctor.graph import Dim, Model, Value
from jetdoctor.model.exporters import metadata

#: an image's side, and the length of a sequence, when nothing says otherwise
_SIDE, _LENGTH = 224, 128


def freeze_options(model: Model) -> str:
    """``--freeze images=1x3x640x640 ...`` for every input of known rank with open sizes; "" for none."""
    shapes = _shapes(model).items()
    return " ".join("--freeze " + shlex.quote("%s=%s" % (name, "x".join(map(str, s)))) for name, s in shapes)


def profile_options(model: Model) -> str:
    """The same sizes as an optimization profile: a line for Polygraphy, which builds with it."""
    words = ["polygraphy", "run", shlex.quote(model.path or "MODEL"), "--trt"]
    for option in ("min", "opt", "max"):
        words.append("--trt-%s-shapes" % option)
        words += [shlex.quote("%s:%s" % (name, list(shape))) for name, shape in _shapes(model).items()]
    return "Keep them open with a profile: " + " ".join(words)


def _shapes(model: Model) -> Dict[str, Tuple[int, ...]]:
    found: Dict[str, Tuple[int, ...]] = {}
    symbols: Dict[str, int] = {}
    for name in model.main.input_names:
        value = model.main.value(name)
        if name in model.main.initializers or value.shape is None or value.static_shape is not None:
            continue
        found[name] = _sized(model, value, symbols)
    return found


def _sized(model: Model, value: Value, symbols: Dict[str, int]) -> Tuple[int, ...]:
    sizes: List[int] = []
    for axis, dim in enumerate(value.shape or ()):
        if not isinstance(dim, int) or dim < 1:
            likely = _likely(model, value.shape or (), axis)
            dim = symbols.setdefault(dim, likely) if isinstance(dim, str) and dim else likely
        sizes.append(dim)
    return tuple(sizes)


def _likely(model: Model, shape: Tuple[Dim, ...], axis: int) -> int:
    if axis == 0:
        return 1
    if len(shape) != 4:
        return _LENGTH
    channels = 3 if shape[1] not in (1, 3, 4) and shape[3] in (1, 3, 4) else 1  # TensorFlow has them last
    if axis == channels:
        return 3
    sides = re.findall(r"\d+", metadata(model).get("imgsz", "")) or [str(_SIDE)]
    return int(sides[min(axis - 1, len(sides)) - 1] if channels == 1 else sides[min(axis, len(sides)) - 1])
