"""ScatterND with an explicit ``reduction="none"``, which TensorRT 10.0 to 10.8 refuses."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("scatternd_drop_none", "Remove the default reduction attribute")


def rewrite(node, edit):
    if node.attr("reduction") != "none":
        raise CannotRewrite("the reduction is not none")
    edit.remove_attribute(node, "reduction")
