"""If, whose branches had to give the same shapes before 11."""

from __future__ import annotations

from jetdoctor.fix.opset.registry import step
from jetdoctor.fix.opset.site import Site
from jetdoctor.fix.opset.view import SeenValue
from jetdoctor.rule import CannotRewrite


@step("If", 11)
def branches_of_one_shape(site: Site) -> None:
    branches = site.scope.children.get(id(site.node), [])
    if len(branches) != 2:
        return
    ours, theirs = branches
    for left, right in zip(ours.proto.output, theirs.proto.output):
        dims, others = SeenValue(ours, left.name).shape, SeenValue(theirs, right.name).shape
        if dims is None or others is None:
            continue
        fixed = [pair for pair in zip(dims, others) if all(isinstance(size, int) for size in pair)]
        if len(dims) != len(others) or any(a != b for a, b in fixed):
            raise CannotRewrite("branches of different shapes; opset %d requires equal ones" % site.opset)
