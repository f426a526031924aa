"""LSTM, GRU, RNN: layout=1 (batch first, 14) by transposing around the node."""

from __future__ import annotations

from typing import List, Optional

from jetdoctor.fix.opset.registry import step
from jetdoctor.fix.opset.site import Site

_INITIAL_STATES = (5, 6)  # initial_h, and LSTM's initial_c


@step("LSTM GRU RNN", 14)
def sequence_first(site: Site) -> Optional[List[str]]:
    if not site.attr("layout", 0):
        return None
    names = list(site.node.input)
    for index in (0,) + _INITIAL_STATES:
        if site.input(index):
            names[index] = site.add("Transpose", [names[index]], perm=[1, 0, 2])
    given = site.copied(names, layout=None)
    site.note("batch moved behind the sequence")
    found = []
    for index, name in enumerate([given] if isinstance(given, str) else given):
        # Y is [sequence, direction, batch, hidden], the states are [direction, batch, hidden].
        perm = [2, 0, 1, 3] if index == 0 else [1, 0, 2]
        found.append(site.add("Transpose", [name], perm=perm) if name else "")
    return found
