"""GlobalLpPool that raises the elements themselves to the power."""

from __future__ import annotations

from jetdoctor.rule import Reading

READING = Reading("globallppool_of_signs", "Powers of the elements")


def read(node, edit):
    x, power = node.input(0), node.attr("p", 2)
    dtype = edit.dtype(x)
    raised = edit.add("Pow", [x.name, edit.scalar(power, dtype)])
    total = edit.reduce("ReduceSum", raised, range(2, edit.rank(x)))
    edit.replace(node, [edit.add("Pow", [total, edit.scalar(1.0 / power, dtype)])])
