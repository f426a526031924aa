"""Runs a model file for the proof: ONNX Runtime, or ONNX's reference evaluator where it cannot."""

from __future__ import annotations

import contextlib
import signal
from typing import Any, Dict, Iterator, Mapping

from jetdoctor.fix.candidate import Candidate
from jetdoctor.types import JetdoctorError
from jetdoctor.verify.onnxruntime import CannotRun, run_session, session

#: highest IR version that every supported ONNX Runtime reads (1.19, the last for Python 3.8)
OLD_IR = 10


class Runner:
    """An open model; ``kind`` is "onnxruntime" or "reference", ``why`` what ONNX Runtime said that cannot load it."""

    #: Seconds after which SIGALRM ends this process, 0 for none: nothing else gets into a kernel that computes. For
    #: children, whose end is an answer.
    seconds = 0

    def __init__(self, kind: str, opened: Any, why: str = "") -> None:
        self.kind, self._opened, self.why = kind, opened, why

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
    why = ""
    if kind != "reference":
        try:
            return Runner("onnxruntime", _session(path, optimize))
        except CannotRun as error:
            if kind:
                raise
            why = str(error)
    from onnx.reference import ReferenceEvaluator

    try:
        return Runner("reference", ReferenceEvaluator(path), why)
    except Exception as error:
        reason = "neither ONNX Runtime nor the reference evaluator loads it: %s" % str(error).split("\n")[0]
        raise JetdoctorError(reason) from error


def _session(path: str, optimize: bool) -> Any:
    try:
        return session(path, optimize)
    except CannotRun as error:
        if "IR version" not in str(error):
            raise
    return _older_ir(path, optimize)


def _older_ir(path: str, optimize: bool) -> Any:
    """A session on a copy of the model that says an IR version which this ONNX Runtime reads."""
    import onnx

    proto = onnx.load(path, load_external_data=False)
    proto.ir_version = OLD_IR
    with Candidate(proto, path, check=False) as copy:
        return session(copy.path, optimize)
