"""What would make a diagnosis surer: more of the log, the release, the model, the board."""

from __future__ import annotations

from typing import List, Optional, Tuple

from jetdoctor.triage.diagnosis import Diagnosis

#: A log of so few lines is an excerpt.
FEW_LINES = 12
#: Categories that a look at the board answers.
_OF_THE_BOARD = frozenset(
    "cuda-driver cuda-init container-host-mismatch disk-full glibc gpu-arch illegal-instruction jetpack-install"
    " lib-not-found library-mix"
    " numpy-abi numpy-bool ort-provider ort-wheel out-of-memory permission python-bindings python-version"
    " torch-wheel toolchain unknown-device".split()
)
_STAGES_OF_A_MODEL = ("parse", "build", "calibrate")
#: Programs whose failures no model explains.
_NOT_OF_A_MODEL = frozenset("pytest docker apt pip cmake ssh ldd kernel tegrastats".split())


def asks(
    best: Optional[Diagnosis], lines: int, target: str, model: str, tool: Optional[str] = None, unexplained: int = 0
) -> Tuple[str, ...]:
    """Requests, most useful first; none for a diagnosis that is sure.

    ``lines`` is the length of the log, ``target`` and ``model`` are as the command line spells them, ``tool`` is what
    wrote it, ``unexplained`` the line number of an error that may be the cause and that no entry knows (0: none).
    """
    if not lines:
        return ("the log is empty: trtexec writes to stdout and stderr, trtexec ... 2>&1 | tee build.log",)
    if best is None and tool in _NOT_OF_A_MODEL:
        return ("give the whole output of the program, from its first line",)
    if best is None:
        return (_MORE, "give the model: jetdoctor check %s -t %s" % (model, target))
    if best.confidence == "high":
        return ()
    wanted: List[str] = []
    of_the_board = best.category in _OF_THE_BOARD
    if unexplained:
        wanted.append("read line %d first: an error that jetdoctor does not know, perhaps the cause" % unexplained)
    if lines <= FEW_LINES:
        before = "paste the lines before line %d" % max(best.line_number, 1)
        wanted.append(before if of_the_board else "%s: %s" % (before, _MORE))
    if not best.tensorrt and not of_the_board:
        wanted.append("name the release, since some faults belong to one release only: -t jetpack-X")
    if of_the_board:
        wanted.append("run jetdoctor device on the board, or give its snapshot: --device FILE")
    elif best.stage in _STAGES_OF_A_MODEL:
        wanted.append("give the model to confirm or refute it: --model %s" % model)
    return tuple(wanted)


_MORE = "run it again with trtexec --verbose 2>&1 | tee build.log and give the whole build.log"
