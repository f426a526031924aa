"""Clip (limits as attributes below 11, floats only below 12) and Dropout (ratio as attribute below 12)."""

from __future__ import annotations

from typing import Any, Dict, Optional

from jetdoctor.fix.opset.adapters.arithmetic import comparable
from jetdoctor.fix.opset.registry import Replacement, step
from jetdoctor.fix.opset.site import Site
from jetdoctor.recipes.arithmetic import clip_by_extremes
from jetdoctor.rule import CannotRewrite

_FLOATS, _DOUBLE = (0, 1, 10, 11, 16), 11


@step("Clip", 12)
def integers_by_comparison(site: Site) -> Optional[str]:
    """Below 12 Clip takes floats only; integers go through Where, which is exact."""
    element = site.element(site.input(0))
    if element == _DOUBLE:  # no runtime has an older Clip of it
        return clip_by_extremes(site.view, site)
    if element in _FLOATS:
        return None
    wide = comparable(site, element)
    found, low, high = (
        name if not name or element == wide else site.add("Cast", [name], to=wide)
        for name in (site.input(0), site.input(1), site.input(2))
    )
    if low:
        found = site.add("Where", [site.add("Less", [found, low]), low, found])
    if high:
        found = site.add("Where", [site.add("Greater", [found, high]), high, found])
    return found if element == wide else str(site.add("Cast", [found], to=element))


@step("Clip", 11)
def limits_to_attributes(site: Site) -> Optional[str]:
    limits = {"min": site.input(1), "max": site.input(2)}
    values = {key: site.scope.constant(name) for key, name in limits.items() if name}
    crossed = None not in values.values() and len(values) == 2 and bool(values["min"] > values["max"])
    if crossed or any(value is None for value in values.values()):
        return clip_by_extremes(site.view, site)
    site.inputs(site.input(0))
    for key, value in values.items():
        site.set(key, float(value.reshape(-1)[0]))
        site.note("%s from input to attribute" % key)
    return None


@step("Dropout", 12)
def inference_dropout(site: Site) -> Replacement:
    """Outside training Dropout passes its input on and the mask is all true, whatever the ratio."""
    from onnx import TensorProto, helper

    training = site.known(2)
    ratio = site.known(1)
    if site.input(2) and training is None:
        raise CannotRewrite("training_mode is computed at run time")
    if training is not None and bool(training) and (ratio is None or float(ratio) != 0):
        raise CannotRewrite("training mode; opset %d has no input for it" % site.opset)
    site.inputs(site.input(0))
    site.remove("seed")
    if ratio is not None:
        site.set("ratio", float(ratio))
    site.note("training_mode=false removed")
    if not site.output(1):
        return None
    # ONNX Runtime fills the mask of older versions with false, so it is made here.
    true = helper.make_tensor("", TensorProto.BOOL, [1], [True])
    mask = site.add("ConstantOfShape", [site.add("Shape", [site.input(0)])], value=true)
    ratios: Dict[str, Any] = {} if ratio is None else {"ratio": float(ratio)}
    return [site.add("Dropout", [site.input(0)], **ratios), mask]


@step("Dropout", 10)
def mask_of_the_data_type(site: Site) -> Replacement:
    """The mask had the data's type before 10."""
    if not site.output(1):
        return None
    data, mask = site.copied(list(site.node.input))
    site.scope.types[mask] = site.scope.type(site.input(0))
    return [data, site.add("Cast", [mask], to=9)]
