"""If before 8.4 whose constant condition is true: the else branch is built."""

from __future__ import annotations

from jetdoctor.rule import Reading

READING = Reading("if_else_branch", "The else branch", unproven="what lies behind the condition in memory decides")


def read(node, edit):
    (branch,) = [graph for graph in node.subgraphs if graph.attribute == "else_branch"]
    edit.replace(node, edit.inline(branch, {}))
