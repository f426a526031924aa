"""Squeeze without axes becomes Squeeze of the axes that have size 1."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("squeeze_explicit_axes", "Make the squeezed axes explicit")


def rewrite(node, edit):
    if node.present(1) or node.has_attr("axes"):
        raise CannotRewrite("the axes are given already")
    x = node.input(0)
    sizes = edit.sizes(x, range(edit.rank(x)))
    axes = [axis for axis, size in enumerate(sizes) if size == 1]
    edit.replace(node, [edit.squeeze(x.name, axes) if axes else x.name])
