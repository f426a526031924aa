"""A machine becomes a ``Device``: here, over SSH, from a snapshot or from a captured tree, read only.

``probe.py`` reads, ``derive`` says what the readings mean (which JetPack, which module), the rules judge.
"""

from __future__ import annotations

from jetdoctor.device.advice import Advice, advice
from jetdoctor.device.as_target import as_target
from jetdoctor.device.boards import Board, board_of, fleet
from jetdoctor.device.document import to_json
from jetdoctor.device.side_by_side import common_target, compare
from jetdoctor.device.snapshot import from_snapshot, snapshot_text
from jetdoctor.device.sources import from_root, inspect_local
from jetdoctor.device.ssh import over_ssh

__all__ = [
    "Advice",
    "Board",
    "advice",
    "as_target",
    "board_of",
    "common_target",
    "compare",
    "fleet",
    "from_root",
    "from_snapshot",
    "inspect_local",
    "over_ssh",
    "snapshot_text",
    "to_json",
]
