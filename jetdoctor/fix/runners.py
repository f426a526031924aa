"""Runs a model file for the proof: ONNX Runtime, or ONNX's reference evaluator where it cannot."""

from __future__ import annotations

import contextlib
import signal
from typing import Any, Dict, Iterator, Mapping, Tuple

from jetdoctor.fix import like_grids
from jetdoctor.fix.candidate import Candidate
from jetdoctor.types import JetdoctorError
from jetdoctor.verify.onnxruntime import CannotRun, run_session, session

#: why two models were compared elsewhere; an old operator may be another one there
_ELSEWHERE = "run in ONNX's reference evaluator, since the original cannot be run in ONNX Runtime (%s)"

#: highest IR version that every supported ONNX Runtime reads (1.19, the last for Python 3.8)
OLD_IR = 10


class Runner:
    """An open model; ``kind`` is "onnxruntime" or "reference", ``note`` what is unusual about how it runs, and why."""

    #: Seconds after which SIGALRM ends this process, 0 for none: nothing else gets into a kernel that computes. For
    #: children, whose end is an answer.
    seconds = 0

    def __init__(self, kind: str, opened: Any, note: str = "") -> None:
        self.kind, self._opened, self.note = kind, opened, note

    def run(self, feeds: Mapping[str, Any]) -> Dict[str, Any]:
        """Outputs by name in the model's order. Raises ``JetdoctorError`` when the model refuses."""
        with self._in_time():
            return self._run(feeds)

    @contextlib.contextmanager
    def _in_time(self) -> Iterator[None]:
        limited = self.seconds and hasattr(signal, "alarm")
        if limited:
            signal.alarm(self.seconds)
        try:
            yield
        finally:
            if limited:
                signal.alarm(0)

    def _run(self, feeds: Mapping[str, Any]) -> Dict[str, Any]:
        if self.kind == "onnxruntime":
            known = {value.name for value in self._opened.get_inputs()}
            return run_session(self._opened, {k: v for k, v in feeds.items() if k in known})
        try:
            return dict(zip(self._opened.output_names, self._opened.run(None, dict(feeds))))
        except Exception as error:  # numpy and the evaluator raise what they like
            raise JetdoctorError("the reference evaluator refuses: %s" % str(error).split("\n")[0]) from error


def open_runner(path: str, kind: str = "", optimize: bool = False) -> Runner:
    """Open a model file, in ONNX Runtime unless it cannot load it, or with the ``kind`` asked for."""
    note = ""
    if kind != "reference":
        try:
            return Runner("onnxruntime", *_session(path, optimize))
        except CannotRun as error:
            if kind:
                raise
            note = _ELSEWHERE % error
    from onnx.reference import ReferenceEvaluator

    try:
        return Runner("reference", ReferenceEvaluator(path), note)
    except Exception as error:
        reason = "neither ONNX Runtime nor the reference evaluator loads it: %s" % str(error).split("\n")[0]
        raise JetdoctorError(reason) from error


def _session(path: str, optimize: bool) -> Tuple[Any, str]:
    """A session, and what was changed for it that the proof has to say."""
    try:
        return session(path, optimize), ""
    except CannotRun as error:
        said = str(error)
        if "IR version" not in said and "GridSample" not in said:
            raise
        changed = _in_older_ir(path) if "IR version" in said else _with_like_grids(path)
        if changed is None:
            raise
    with Candidate(changed, path, check=False) as copy:
        return session(copy.path, optimize), "" if "IR version" in said else like_grids.NOTE


def _in_older_ir(path: str) -> Any:
    """The model with an IR version which every supported ONNX Runtime reads."""
    import onnx

    proto = onnx.load(path, load_external_data=False)
    proto.ir_version = OLD_IR
    return proto


def _with_like_grids(path: str) -> Any:
    """The model with grids of one type with their images, None when they are."""
    import onnx

    proto = onnx.load(path, load_external_data=False)
    return proto if like_grids.round_grids(proto, path) else None
