"""Resize that keeps the aspect ratio, with the final sizes worked out (onnx Resize-18)."""

from __future__ import annotations

from jetdoctor.rules.rewrites._resize import resized_axes, write_out

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("resize_resolve_sizes", "Work the final sizes out")


def rewrite(node, edit):
    if node.attr("keep_aspect_ratio_policy", "stretch") == "stretch":
        raise CannotRewrite("the sizes are final already")
    rank = edit.rank(node.input(0))
    sizes = list(edit.sizes(node.input(0), range(rank)))
    exact = True
    for axis, size, out, scale in resized_axes(node, edit):
        sizes[axis] = out
        exact = exact and out == size * scale
    if not exact:  # the ratio is not out / size, so that stretching would interpolate elsewhere
        write_out(node, edit)
        return
    edit.remove_attribute(node, "keep_aspect_ratio_policy")
    edit.remove_attribute(node, "axes")
    edit.set_input(node, 3, edit.ints(sizes))
