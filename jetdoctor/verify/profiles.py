"""Optimization profiles: what --shapes says, completed and checked against the model."""

from __future__ import annotations

import re
import shlex
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

from jetdoctor.types import Profile, Span, UsageError
from jetdoctor.verify.dims import data_inputs
from jetdoctor.wording import spelled_shape

Shape = Tuple[int, ...]


def parse(
    shapes: Sequence[str],
    minimum: Optional[str] = None,
    optimum: Optional[str] = None,
    maximum: Optional[str] = None,
) -> List[Profile]:
    """Profiles of ``--shapes NAME=min:opt:max`` (or ``NAME=1x3x224x224``) and of trtexec's three options.

    An input that is named again starts another profile. Raises ``UsageError``.
    """
    profiles: List[Profile] = []
    for text in [part for item in shapes for part in item.split(",") if part.strip()]:
        name, equals, spans = text.strip().rpartition("=")
        if not equals or not name:
            raise UsageError("--shapes %s: write NAME=1x3x224x224 or NAME=min:opt:max" % text)
        parts = [_shape(part, text) for part in spans.split(":")]
        if len(parts) not in (1, 3):
            raise UsageError("--shapes %s: give one shape, or three as min:opt:max" % text)
        if not profiles or name in profiles[-1]:
            profiles.append({})
        profiles[-1][name] = Span(*(parts * 3 if len(parts) == 1 else parts))
    if minimum or optimum or maximum:
        profiles.append(_of_trtexec(minimum, optimum, maximum))
    return profiles


def _of_trtexec(*options: Optional[str]) -> Profile:
    """``--minShapes=a:1x3,b:2 --optShapes=... --maxShapes=...``; a missing one equals another."""
    given = [_named_shapes(option) if option else None for option in options]
    minimum, optimum, maximum = given
    whole = optimum or maximum or minimum or {}
    found: Profile = {}
    for name, shape in whole.items():
        try:
            found[name] = Span(*((side or whole)[name] if side is not None else shape for side in given))
        except KeyError:
            text = "--minShapes, --optShapes and --maxShapes must name the same inputs; %r is not in all"
            raise UsageError(text % name) from None
    return found


def _named_shapes(text: str) -> Dict[str, Shape]:
    found = {}
    for item in text.split(","):
        name, colon, shape = item.strip().rpartition(":")
        if not colon:
            raise UsageError("%s: write NAME:1x3x224x224, as trtexec does" % item)
        found[name] = _shape(shape, item)
    return found


def _shape(text: str, where: str) -> Shape:
    if text.strip() in ("", "scalar"):
        return ()
    if not re.match(r"^\d+(x\d+)*$", text.strip()):
        raise UsageError("%s: %r is not a shape such as 1x3x224x224" % (where, text))
    return tuple(int(size) for size in text.strip().split("x"))


def complete(model: Any, profiles: Sequence[Profile]) -> List[Profile]:
    """Profiles with every dynamic input in them, checked; [] when the model has none.

    Without any, the likely one. Raises ``UsageError`` with the option to give when a dynamic input has no shape.
    """
    inputs = {value.name: value for value in data_inputs(model) if value.kind == "tensor"}
    for profile in profiles:
        for name, span in profile.items():
            if name not in inputs:
                known = ", ".join(inputs) or "none"
                raise UsageError("--shapes %s: the model has no such input; it has %s" % (name, known))
            _check(name, inputs[name].shape, span)
    dynamic = [name for name, value in inputs.items() if value.static_shape is None]
    if not dynamic:
        return []
    profiles = profiles or [model.profile]
    for profile in profiles:
        missing = [name for name in dynamic if name not in profile]
        if missing:
            usual = model.profile
            example = options({name: usual[name] for name in missing if name in usual})
            text = "a dynamic input needs a shape (%s), for example %s"
            shown = " ".join(map(shlex.quote, example)) or "--shapes %s=1x3x224x224" % missing[0]
            raise UsageError(text % (", ".join(missing), shown))
    return [{name: profile[name] for name in dynamic} for profile in profiles]


def _check(name: str, declared: Any, span: Span) -> None:
    for shape in span:
        if declared is not None and len(shape) != len(declared):
            text = "--shapes %s: rank %d, but the model's is %d"
            raise UsageError(text % (name, len(shape), len(declared)))
        for axis, dim in enumerate(declared or ()):
            if isinstance(dim, int) and shape[axis] != dim:
                text = "--shapes %s: axis %d is fixed at %d in the model, not %d"
                raise UsageError(text % (name, axis, dim, shape[axis]))
    if any(not low <= usual <= high for low, usual, high in zip(*span)):
        raise UsageError("--shapes %s: min <= opt <= max does not hold" % name)


def options(profile: Profile) -> List[str]:
    """``["--shapes", "images=1x3x320x320:1x3x640x640:4x3x960x960", ...]``: words of our command line, not quoted."""
    words = []
    for name, span in profile.items():
        shapes = [span.opt] if span.min == span.opt == span.max else list(span)
        words += ["--shapes", "%s=%s" % (name, ":".join(map(spelled_shape, shapes)))]
    return words


def sizes(profiles: Sequence[Profile]) -> List[Mapping[str, Shape]]:
    """Every different set of shapes that the profiles span: opt first, then min and max."""
    found: List[Mapping[str, Shape]] = []
    for profile in profiles:
        for pick in ("opt", "min", "max"):
            shapes = {name: getattr(span, pick) for name, span in profile.items()}
            if shapes not in found:
                found.append(shapes)
    return found


def to_json(profiles: Sequence[Profile]) -> List[Dict[str, List[List[int]]]]:
    """For a job or a sidecar: name -> [min, opt, max]."""
    return [{name: [list(shape) for shape in span] for name, span in p.items()} for p in profiles]
