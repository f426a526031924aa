"""A fleet on disk: a folder of snapshots and captured boards, each board under the name of its file."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import Iterator, List, Optional, Sequence, Tuple

from jetdoctor.device.as_target import as_target
from jetdoctor.device.snapshot import from_snapshot
from jetdoctor.types import Device, Finding, JetdoctorError, Target, UsageError

#: Files that may be snapshots; others in the folder are somebody's notes.
SUFFIXES = (".json", ".txt")


@dataclass(frozen=True)
class Board:
    """One board of a fleet: what it is and stands for, or the ``error`` why that is not known."""

    name: str
    device: Optional[Device] = None
    target: Optional[Target] = None
    findings: Tuple[Finding, ...] = ()
    error: str = ""


def fleet(paths: Sequence[str]) -> Tuple[Board, ...]:
    """The boards of folders and files, in the order of their names; one that cannot be read has an ``error``.

    Raises UsageError for a path that is not there and for a folder without a board.
    """
    found: List[Tuple[str, str]] = []
    for path in paths:
        boards = _boards_of(path)
        if not boards:
            raise UsageError("no boards in %s: expected files of `jetdoctor device --save` or captured boards" % path)
        found += boards
    return tuple(_read(name, path) for name, path in found)


def board_of(name: str, device: Device) -> Board:
    """A board under a name. One whose TensorRT and JetPack are unknown is no target: its ``error`` says so."""
    target = as_target(device)
    named = replace(device, origin=name)
    if target.tensorrt is None and target.jetpack is None:
        return Board(name, named, error="neither JetPack nor TensorRT found there")
    return Board(name, named, target)


def _read(name: str, path: str) -> Board:
    try:
        return board_of(name, from_snapshot(path))
    except JetdoctorError as error:
        return Board(name, error=str(error))


def _boards_of(path: str) -> List[Tuple[str, str]]:
    """(name, path) of what is a board or may be one."""
    if not os.path.exists(path):
        raise UsageError("the fleet %s does not exist" % path)
    if os.path.isfile(path) or _is_capture(path):
        return [(_name(os.path.basename(os.path.abspath(path))), path)]
    return [(_name(os.path.relpath(found, path)), found) for found in _below(path)]


def _below(folder: str) -> Iterator[str]:
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        raise UsageError("cannot read the folder %s: %s" % (folder, (error.strerror or str(error)).lower())) from None
    for name in names:
        path = os.path.join(folder, name)
        if os.path.isdir(path):
            if _is_capture(path):
                yield path
            elif not name.startswith(".") and not os.path.islink(path):
                yield from _below(path)
        elif name.endswith(SUFFIXES) and not name.startswith("."):
            yield path


def _is_capture(folder: str) -> bool:
    return any(os.path.isdir(os.path.join(folder, name)) for name in ("root", "cmd"))


def _name(relative: str) -> str:
    stem, suffix = os.path.splitext(relative)
    return stem if suffix in SUFFIXES else relative
