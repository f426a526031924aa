"""If before 8.4 whose constant condition is true: the else branch is built."""

from __future__ import annotations

from jetdoctor.rule import Reading

READING = Reading("if_else_branch", "The else branch", unproven="the bytes after the condition in memory decide")


def read(node, edit):
    (branch,) = [graph for graph in node.subgraphs if graph.attribute == "else_branch"]
    edit.replace(node, edit.inline(branch, {}))
