"""LSTM, GRU, RNN: layout=1 (batch first, 14) by transposing around the node."""

from __future__ import annotations

from typing import List, Optional

from jetdoctor.fix.opset.registry import step
from jetdoctor.fix.opset.site import Site
from jetdoctor.recipes.recurrent import time_first


@step("LSTM GRU RNN", 14)
def sequence_first(site: Site) -> Optional[List[str]]:
    if not site.attr("layout", 0):
        return None
    site.note("batch axis moved after the sequence axis")
    return time_first(site.view, site)
