"""Normalizations: written out where they do not exist, and BatchNormalization's outputs and types."""

from __future__ import annotations

from typing import List, Optional

from jetdoctor.fix.opset.registry import Replacement, step
from jetdoctor.fix.opset.site import Site
from jetdoctor.rule import CannotRewrite

_FLOAT, _FLOAT16, _DOUBLE = 1, 10, 11


@step("LayerNormalization", 17)
def layer_normalization(site: Site) -> List[str]:
    """(x - mean) / sqrt(variance + epsilon) over the last axes, then scale and bias."""
    data, element = site.input(0), site.needed_element(site.input(0))
    axes = _last_axes(site, site.attr("axis", -1))
    stash = site.attr("stash_type", _FLOAT) if element != _DOUBLE else _DOUBLE
    wide = data if element == stash else site.add("Cast", [data], to=stash)
    mean = _mean(site, wide, axes)
    centred = site.add("Sub", [wide, mean])
    variance = _mean(site, site.add("Mul", [centred, centred]), axes)
    deviation = _deviation(site, variance, stash)
    normal = site.add("Div", [centred, deviation])
    normal = normal if element == stash else site.add("Cast", [normal], to=element)
    found = site.add("Mul", [normal, site.input(1)])
    if site.input(2):
        found = site.add("Add", [found, site.input(2)])
    if not site.output(2):
        return [found, mean]
    return [found, mean, site.add("Reciprocal", [deviation])]


@step("RMSNormalization", 23)
def rms_normalization(site: Site) -> str:
    data, element = site.input(0), site.needed_element(site.input(0))
    stash = site.attr("stash_type", _FLOAT) if element != _DOUBLE else _DOUBLE
    wide = data if element == stash else site.add("Cast", [data], to=stash)
    square = _mean(site, site.add("Mul", [wide, wide]), _last_axes(site, site.attr("axis", -1)))
    normal = site.add("Div", [wide, _deviation(site, square, stash)])
    normal = normal if element == stash else site.add("Cast", [normal], to=element)
    return site.add("Mul", [normal, site.input(1)])


def _last_axes(site: Site, axis: int) -> List[int]:
    if axis == -1:
        return [-1]
    rank = site.rank(site.input(0))
    return list(range(axis % rank, rank))


def _mean(site: Site, data: str, axes: List[int]) -> str:
    if site.opset >= 18:
        return site.add("ReduceMean", [data, site.ints(axes)], keepdims=1)
    return site.add("ReduceMean", [data], axes=axes, keepdims=1)


def _deviation(site: Site, variance: str, element: int) -> str:
    epsilon = site.tensor(site.attr("epsilon", 1e-5), element)
    return site.add("Sqrt", [site.add("Add", [variance, epsilon])])


@step("GroupNormalization", 21, 18)
def group_normalization(site: Site) -> str:
    """InstanceNormalization over [N, groups, everything]; scale and bias per channel since 21."""
    data, element = site.input(0), site.needed_element(site.input(0))
    groups, per_group = site.attr("num_groups"), site.opset < 20
    stash = site.attr("stash_type", _FLOAT)
    wide = site.add("Cast", [data], to=stash) if element == _FLOAT16 != stash else data
    scale, bias = _group_parameters(site, groups, per_group, wide != data, stash if wide != data else element)
    flat = site.add("Reshape", [wide, site.ints([0, groups, -1])])
    normal = site.add("InstanceNormalization", [flat, scale, bias], epsilon=site.attr("epsilon", 1e-5))
    found = site.add("Reshape", [normal, site.add("Shape", [data])])
    if wide != data:
        found = site.add("Cast", [found], to=element)
    if per_group:
        return found
    trailing = [-1] + [1] * (site.rank(data) - 2)
    found = site.add("Mul", [found, site.add("Reshape", [site.input(1), site.ints(trailing)])])
    return site.add("Add", [found, site.add("Reshape", [site.input(2), site.ints(trailing)])])


def _group_parameters(site: Site, groups: int, per_group: bool, cast: bool, element: int) -> List[str]:
    if not per_group:
        return [site.tensor([1.0] * groups, element), site.tensor([0.0] * groups, element)]
    given = [site.input(1), site.input(2)]
    return [site.add("Cast", [name], to=element) for name in given] if cast else given


@step("BatchNormalization", 15)
def one_type_for_all(site: Site) -> Optional[str]:
    """Since 15 scale and statistics may have their own types; before, all have the input's."""
    elements = {site.element(name) for name in site.node.input}
    if len(elements) == 1 or site.attr("training_mode", 0):
        return None
    widest = max(elements, key=lambda number: {_DOUBLE: 2, _FLOAT: 1}.get(number, 0))
    cast = [site.add("Cast", [name], to=widest) for name in site.node.input]
    return site.add("Cast", [site.copied(cast)], to=site.needed_element(site.input(0)))


@step("BatchNormalization", 14)
def training_written_out(site: Site) -> Replacement:
    """Training mode: statistics of this batch, and the running ones moved by ``momentum``."""
    if not site.attr("training_mode", 0):
        return None
    data, rank = site.input(0), site.rank(site.input(0))
    if len({site.element(name) for name in site.node.input}) > 1:
        raise CannotRewrite("training mode with mixed types")
    axes, element = [0] + list(range(2, rank)), site.needed_element(data)
    shape = site.ints([-1] + [1] * (rank - 2))
    mean = site.add("ReduceMean", [data], axes=axes, keepdims=1)
    centred = site.add("Sub", [data, mean])
    variance = site.add("ReduceMean", [site.add("Mul", [centred, centred])], axes=axes, keepdims=1)
    normal = site.add("Div", [centred, _deviation(site, variance, element)])
    scaled = site.add("Mul", [normal, site.add("Reshape", [site.input(1), shape])])
    found = [site.add("Add", [scaled, site.add("Reshape", [site.input(2), shape])])]
    for index, batch in ((3, mean), (4, variance)):
        if len(site.node.output) > index - 2:
            found.append(_running(site, site.input(index), batch, element))
    return found


def _running(site: Site, before: str, batch: str, element: int) -> str:
    momentum = site.attr("momentum", 0.9)
    kept = site.add("Mul", [before, site.tensor(momentum, element)])
    flat = site.add("Reshape", [batch, site.ints([-1])])
    return site.add("Add", [kept, site.add("Mul", [flat, site.tensor(1.0 - momentum, element)])])
