"""``device`` for programs: what a board is, and what is wrong with it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Dict, List, Optional, Sequence, Tuple, Union

from jetdoctor.records import dataclass
from jetdoctor.types import Device, Finding, JetdoctorError

if TYPE_CHECKING:
    from jetdoctor.device import Board


@dataclass(frozen=True)
class Inspection:
    """A board and the findings about it."""

    device: Device
    findings: Tuple[Finding, ...] = ()

    @property
    def healthy(self) -> bool:
        return not any(finding.severity == "error" for finding in self.findings)

    def to_json(self) -> Dict[str, Any]:
        from jetdoctor.device import to_json

        return to_json(self.device, self.findings)


def device(ssh: Optional[str] = None, snapshot: Optional[str] = None, root: Optional[str] = None) -> Inspection:
    """This machine, or the board of ``ssh`` (USER@HOST), of a ``snapshot`` file or of a captured folder ``root``.

    Raises JetdoctorError when the board cannot be reached.

    >>> import jetdoctor
    >>> board = jetdoctor.device(root="fixtures/devices/agx-xavier-jp5.1.1-r35.3.1")
    >>> board.device.get("jetpack"), board.device.get("tensorrt")
    ('5.1.1', '8.5.2.2')
    """
    (found,) = devices([ssh] if ssh else (), [snapshot] if snapshot else (), [root] if root else ())
    if isinstance(found, JetdoctorError):
        raise found
    return found


def fleet(*paths: str) -> Tuple[Board, ...]:
    """The boards of folders of snapshots and captured boards, each with its target and the findings about it.

    The target of a board is what ``check`` takes; one that cannot be read, or says neither its JetPack nor its
    TensorRT, has an ``error`` instead.

    >>> import jetdoctor
    >>> [board.target.tensorrt for board in jetdoctor.fleet("fixtures/devices")]
    ['8.5.2', '10.16.2', '8.2.1', '10.3.0']
    """
    from jetdoctor.device import fleet as read

    return tuple(judged(board) for board in read(paths))


def judged(board: Board) -> Board:
    """The board with the findings about it."""
    from jetdoctor.check import check_device

    return board if board.device is None else replace(board, findings=check_device(board.device))


def devices(
    ssh: Sequence[str] = (), snapshots: Sequence[str] = (), roots: Sequence[str] = ()
) -> Tuple[Union[Inspection, JetdoctorError], ...]:
    """Many boards, those over SSH at the same time; an error stands in the place of one that does not answer.

    Without any named this machine.
    """
    import jetdoctor.device as room
    from jetdoctor.check import check_device

    found: List[Union[Device, JetdoctorError]] = list(room.over_ssh(*ssh)) if ssh else []
    found += [room.from_snapshot(path) for path in snapshots] + [room.from_root(folder) for folder in roots]
    found = found or [room.inspect_local()]
    return tuple(Inspection(one, check_device(one)) if isinstance(one, Device) else one for one in found)
