"""Normalizations: decomposed where they do not exist, and BatchNormalization's outputs and types."""

from __future__ import annotations

from typing import Optional

from jetdoctor.fix.opset.registry import Replacement, step
from jetdoctor.fix.opset.site import Site
from jetdoctor.recipes.normalization import batch_normalization_in_training

_FLOAT, _FLOAT16, _DOUBLE = 1, 10, 11


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
def training_decomposed(site: Site) -> Replacement:
    return batch_normalization_in_training(site.view, site) if site.attr("training_mode", 0) else None
