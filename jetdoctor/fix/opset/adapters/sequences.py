"""Range in half precision (27); optionals that are none (18) and Identity of a sequence (14)."""

from __future__ import annotations

from typing import Optional

from jetdoctor.fix.opset.registry import step
from jetdoctor.fix.opset.site import Site
from jetdoctor.rule import CannotRewrite

_FLOAT, _FLOAT16, _BFLOAT16 = 1, 10, 16
#: Element types of sequences that SequenceInsert takes and a constant can have.
_CONSTANT = (1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13)


@step("Range", 27)
def range_in_float(site: Site) -> Optional[str]:
    """stash_type only concerns half precision, which opset 26 has no Range for."""
    element = site.element(site.input(0))
    if element not in (_FLOAT16, _BFLOAT16):
        site.remove("stash_type")
        return None
    wide = [site.add("Cast", [name], to=_FLOAT) for name in site.node.input]
    return site.add("Cast", [site.add("Range", wide)], to=element)


@step("OptionalHasElement", 18)
def always_an_element(site: Site) -> Optional[str]:
    """Since 18 the input may be left out: then there is no element. One that is no optional is an element."""
    import numpy as np

    if site.input(0) and _is_optional(site):
        return None
    return site.add("Identity", [site.constant(np.full((), bool(site.input(0))))])


@step("OptionalGetElement", 18)
def the_element_itself(site: Site) -> Optional[str]:
    return None if _is_optional(site) else site.add("Identity", [site.input(0)])


def _is_optional(site: Site) -> bool:
    known = site.scope.type(site.input(0))
    return known is None or bool(known.HasField("optional_type"))


@step("Identity", 14)
def sequence_with_one_more_and_without(site: Site) -> Optional[str]:
    """Identity does not accept a sequence yet: a tensor is inserted at its end and erased again."""
    known = site.scope.type(site.input(0))
    if known is None or not known.HasField("sequence_type"):
        return None
    inside = known.sequence_type.elem_type
    element = inside.tensor_type.elem_type if inside.HasField("tensor_type") else 0
    if element not in _CONSTANT:
        raise CannotRewrite("Identity of a sequence of this type; opset %d accepts tensors" % site.opset)
    longer = site.add("SequenceInsert", [site.input(0), site.tensor(0, element)])
    return site.add("SequenceErase", [longer])
