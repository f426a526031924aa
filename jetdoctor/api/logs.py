"""``triage`` for programs: a build log becomes a diagnosis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Iterable, Optional, Sequence, Union

from jetdoctor.api import where
from jetdoctor.types import Device, Finding, Target, UsageError

if TYPE_CHECKING:
    from jetdoctor.triage import Reading


def triage(
    log: Union[str, Iterable[str]],
    target: Union[None, str, Target] = None,
    model: Optional[str] = None,
    device: Optional[Device] = None,
) -> Reading:
    """What went wrong, why and what to do, best first. ``log`` is its text, whole or in pieces (not a path).

    ``model`` (a path) and ``device`` confirm or refute what is found.

    >>> import jetdoctor
    >>> jetdoctor.triage("[TRT] [E] no CUDA-capable device is detected").diagnoses[0].category
    'cuda-driver'
    """
    from jetdoctor.check import check_device
    from jetdoctor.triage import read, weighed

    release = _release(target, device)
    found = read(log, release)
    if not model and device is None:
        return found
    findings = _of_model(model, _target_of(found, release)) if model else None
    board = where.of_device(device) if device else None
    tensorrt = (board.tensorrt or "") if board else ""
    return weighed(found, findings, check_device(device) if device else None, tensorrt)


def _release(target: Union[None, str, Target], device: Optional[Device]) -> Optional[Target]:
    """The target that was named, else the board's."""
    if target is None:
        return where.of_device(device) if device else None
    targets = where.asked(target)
    if len(targets) > 1:
        raise UsageError("triage reads a log of one build: name one target, not %d" % len(targets))
    return targets[0]


def _target_of(found: Reading, target: Optional[Target]) -> Target:
    """The release that the log is of, which counts, or else the one that was named."""
    if found.tensorrt:
        return where.named(["tensorrt-" + found.tensorrt])[0]
    if target is None:
        raise UsageError("--model needs the release, which this log does not name: add --target jetpack-X")
    return target


def _of_model(path: str, target: Target) -> Sequence[Finding]:
    from jetdoctor.check import check
    from jetdoctor.model import UnreadableModel, load

    try:
        loaded = load(path)
    except UnreadableModel as error:
        raise UsageError(str(error)) from None
    return [finding for result in check(loaded, (target,)) for finding in result.findings]
