"""If, whose branches had to give the same shapes before 11."""

from __future__ import annotations

from jetdoctor.fix.opset import fold
from jetdoctor.fix.opset.registry import step
from jetdoctor.fix.opset.site import Site
from jetdoctor.rule import CannotRewrite


@step("If", 11)
def branches_of_one_shape(site: Site) -> None:
    branches = site.scope.children.get(id(site.node), [])
    if len(branches) != 2:
        return
    ours, theirs = branches
    for left, right in zip(ours.proto.output, theirs.proto.output):
        dims, others = fold.dims_of(ours.type(left.name)), fold.dims_of(theirs.type(right.name))
        if dims is None or others is None:
            continue
        if len(dims) != len(others) or any(a != b for a, b in zip(dims, others) if None not in (a, b)):
            raise CannotRewrite("branches of different shapes; opset %d wants them equal" % site.opset)
