"""An If whose condition is known becomes the branch that is taken (onnx If-1).

Parsers read both branches unless the condition is an initializer or a Constant, and before TensorRT 8.4 they read four
bytes of such a condition, which has one.
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite, holder


def site(node):
    """The outermost If with a known condition around the node, or the one that hands it a value."""
    return holder(node, _known)


def _known(node):
    return node.op_type == "If" and len(node.subgraphs) == 2 and node.input(0).is_constant_expression()


REWRITE = Rewrite("fold_if", "Keep the branch that the condition selects", fits=lambda node: site(node) is not None)


def rewrite(node, edit):
    condition = edit.array(node.input(0)) if _known(node) else None
    if condition is None or condition.size != 1:
        raise CannotRewrite("the condition is not known")
    taken = "then_branch" if condition.reshape(-1)[0] else "else_branch"
    (branch,) = [graph for graph in node.subgraphs if graph.attribute == taken]
    edit.replace(node, edit.inline(branch, {}))
