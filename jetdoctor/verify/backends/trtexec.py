"""trtexec, on this machine or over SSH: build, run on our inputs, bring the outputs back, compare."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

from jetdoctor.child.command import Ended
from jetdoctor.child.workplace import folder
from jetdoctor.types import Evidence, JetdoctorError, Version, parse_version
from jetdoctor.verify import arrays, calibration, engine_files, findings, judge, latency, trtexec_flags
from jetdoctor.verify.compare import Comparison
from jetdoctor.verify.divergence import sentence, upstream_search
from jetdoctor.verify.host import Local
from jetdoctor.verify.job import Job, workspace_for
from jetdoctor.verify.remote import Remote
from jetdoctor.verify.tolerance import BY_PRECISION
from jetdoctor.wording import sets_of_inputs

NAME = "trtexec"


def missing(job: Job) -> str:
    """Why it cannot run here, "" when it can; a remote host is asked when the run starts."""
    if job.ssh or Local("").find(job.trtexec):
        return ""
    if job.trtexec:
        return "%s does not exist or cannot be executed" % job.trtexec
    return "no trtexec in PATH or /usr/src/tensorrt/bin (--trtexec PATH, or --ssh USER@HOST)"


def run(job: Job) -> Evidence:
    """Build and compare; level ``built`` when the engine exists, ``verified`` when outputs were compared."""
    with folder() as place:
        host = Remote(job.ssh) if job.ssh else Local(os.path.join(place, "engine"))
        if isinstance(host, Local):
            os.makedirs(host.folder)
        with host:
            return Session(job, host, place).evidence()


class Session:
    """One model on one host."""

    def __init__(self, job: Job, host: Any, place: str) -> None:
        self.job, self.host, self.place = job, host, place
        self.details: Dict[str, Any] = {"host": job.ssh or "this machine"}
        self.seconds = 0.0
        self.program = host.find(job.trtexec)
        if not self.program:
            text = "%s: no trtexec in PATH or /usr/src/tensorrt/bin (sudo apt install tensorrt, or --trtexec PATH)"
            raise JetdoctorError(text % self.details["host"])

    def evidence(self) -> Evidence:
        """Everything in order: version, build, runs, comparison, latency."""
        version = self._version()
        self.details["tensorrt"] = ".".join(map(str, version))
        ended = self._build(version, self.job.model, "model.engine")
        self.details["log"] = ended.log
        if ended.status != "ended":
            return self._not_built(ended)
        self._keep_engine()
        return self._compare(version)

    def _call(self, arguments: Sequence[str]) -> Ended:
        ended = self.host.run([self.program] + list(arguments), self.job.time_limit, self.job.memory_limit)
        self.seconds += ended.seconds
        return ended

    def _version(self) -> Version:
        ended = self._call(["--help"])
        found = trtexec_flags.version_of(ended.log)
        target = self.job.target.tensorrt if self.job.target else None
        if ended.status in ("crashed", "timed-out", "out-of-memory"):
            raise JetdoctorError("trtexec --help %s, which says nothing about the model" % ended.reason)
        if not found and not target:
            raise JetdoctorError("trtexec does not report its TensorRT release: name the --target")
        if found and target and parse_version(found)[:2] != parse_version(target)[:2]:
            self.details["remark"] = "this is TensorRT %s, but the target has %s" % (found, target)
        return parse_version(found or str(target))

    def _build(self, version: Version, model: str, engine: str) -> Ended:
        for name in external_files(model):
            self.host.put(os.path.join(os.path.dirname(os.path.abspath(model)), name), name)
        job, extra = self.job, {}
        if job.timing_cache and os.path.exists(job.timing_cache):
            extra["timing_cache"] = self.host.put(job.timing_cache, "timing.cache")
        if calibration.is_data(job.calibration):
            raise JetdoctorError("trtexec accepts a calibration cache, not data: build with --backend tensorrt first")
        if job.calibration and job.precision == "int8":
            extra["calibration_cache"] = self.host.put(job.calibration, "calibration.cache")
        arguments = trtexec_flags.build(
            version,
            self.host.put(model, "model.onnx" if model == job.model else os.path.basename(model)),
            os.path.join(self.host.folder, engine),
            job.precision,
            job.workspace or workspace_for(job.target),
            job.profiles,
            keep_fp32=job.keep_fp32,
            **extra,
        )
        self.details["command"] = "trtexec " + " ".join(arguments)
        return self._call(arguments)

    def _not_built(self, ended: Ended) -> Evidence:
        if ended.status in ("crashed", "timed-out", "out-of-memory"):
            found = findings.from_child(NAME, ended, self.job)
            message = "trtexec %s while building" % ended.reason
            return Evidence(NAME, "not-run", ended.status, message, self.seconds, self.details, found)
        self._check_disk(ended)
        found = findings.from_compiler(NAME, [], ended.log, self.job)
        message = "TensorRT %s refuses the model" % self.details["tensorrt"]
        return Evidence(NAME, "built", "refused", message, self.seconds, self.details, found)

    def _check_disk(self, ended: Ended) -> None:
        """A full disk says nothing about the model. Second text: trtexec's saveEngine, which hides the reason."""
        if any(text in ended.log for text in ("No space left on device", "Saving engine to file failed")):
            raise JetdoctorError(self.host.no_space())

    def _keep_engine(self) -> None:
        if not self.job.save_engine:
            return
        from jetdoctor.verify import engine_file

        fresh = os.path.join(self.place, "fresh.engine")
        if self.host.get("model.engine", fresh):
            engine_file.keep(fresh, self.job.save_engine, self.job, self.details["tensorrt"])
            self.details["engine"] = self.job.save_engine

    def _compare(self, version: Version) -> Evidence:
        job = self.job
        inputs = judge.save_inputs(job, self.place)
        expected = judge.reference(job, job.original, "expected", inputs, self.place)
        if expected.refusal:
            text = "built; not compared, since ONNX Runtime cannot compute a reference: %s" % expected.refusal
            return Evidence(NAME, "built", "passed", text, self.seconds, self.details)
        compared: List[Tuple[str, Comparison]] = []
        rows = judge.open_rows_of(job)
        held = replace(job, tolerance=job.tolerance or BY_PRECISION[job.precision])
        for index, (name, feeds) in enumerate(job.runs):
            path = expected.files[index]
            if path is None:
                continue
            want = arrays.load(path)
            got, ended = self._infer(version, "model.engine", feeds, want, index == 0)
            if got is None:
                return self._died_running(ended, name)
            how = {"ordered": False, "same_dtype": False}
            compared.append((name, judge.compare_run(held, name, want, got, rows, self.place, **how)))
        self.details.update(judge.summary(compared))
        return self._verdict(compared, version)

    def _infer(
        self, version: Version, engine: str, feeds: Mapping[str, Any], want: Mapping[str, Any], timed: bool
    ) -> Tuple[Optional[Dict[str, Any]], Ended]:
        files = {}
        for index, (name, array) in enumerate(feeds.items()):
            path = os.path.join(self.place, "binding%d.bin" % index)
            engine_files.write_input(path, array, version)
            files[name] = self.host.put(path, "binding%d.bin" % index)
            os.remove(path)
        dynamic = self.job.profiles[0] if self.job.profiles else {}
        shapes = {name: tuple(array.shape) for name, array in feeds.items() if name in dynamic}
        where = [os.path.join(self.host.folder, name) for name in (engine, "output.json", "times.json")]
        timing = latency.TIMING if timed else (1, 0, 0)
        arguments = trtexec_flags.infer(where[0], files, shapes, where[1], where[2] if timed else None, timing)
        ended = self._call(arguments)
        mine = os.path.join(self.place, "output.json")
        if ended.status != "ended" or not self.host.get("output.json", mine):
            return None, ended
        if timed and self.host.get("times.json", os.path.join(self.place, "times.json")):
            self._time(os.path.join(self.place, "times.json"))
        return engine_files.read_outputs(mine, want), ended

    def _time(self, path: str) -> None:
        figures = latency.measure(engine_files.read_times(path), self.job.extra.get("device"))
        self.details["latency"] = figures.to_json()

    def _died_running(self, ended: Ended, name: str) -> Evidence:
        self.details["log"] = ended.log
        self._check_disk(ended)
        found = findings.from_compiler(NAME, [], ended.log, self.job)
        status = ended.status if ended.status in ("crashed", "timed-out", "out-of-memory") else "refused"
        message = "the engine was built but does not run (inputs: %s): %s" % (name, ended.reason)
        return Evidence(NAME, "built", status, message, self.seconds, self.details, found)

    def _verdict(self, compared: Sequence[Tuple[str, Comparison]], version: Version) -> Evidence:
        wrong = self.details["different_runs"]
        head = "TensorRT %s (%s)" % (self.details["tensorrt"], self.job.precision)
        if not wrong:
            text = "%s agrees with ONNX Runtime on %s" % (head, sets_of_inputs(len(compared)))
            text += judge.row_order(self.details)
            gate, said = latency.gate(self.details, self.job.max_latency_ms)
            status = "passed" if gate else "different"
            return Evidence(NAME, "verified", status, text + said, self.seconds, self.details)
        if self.job.bisect:
            self.details["divergence"] = upstream_search(self.job, wrong[0], self.place, self._probe(version))
        text = "%s differs from ONNX Runtime: %s (inputs: %s)"
        text = text % (head, self.details["comparison"]["reason"], wrong[0])
        text += sentence(self.details.get("divergence", {})) + judge.row_order(self.details)
        return Evidence(NAME, "verified", "different", text, self.seconds, self.details)

    def _probe(self, version: Version) -> Any:
        """For the search of the first difference: outputs of a marked model, {} when it does not build."""

        def outputs(model: str, feeds: Mapping[str, Any], want: Mapping[str, Any]) -> Mapping[str, Any]:
            if self._build(version, model, "marked.engine").status != "ended":
                return {}
            return self._infer(version, "marked.engine", feeds, want, False)[0] or {}

        return outputs


def external_files(model: str) -> List[str]:
    """Relative names of a model's external data files."""
    import onnx

    proto = onnx.load(model, load_external_data=False)
    return sorted(
        {entry.value for t in proto.graph.initializer for entry in t.external_data if entry.key == "location"}
    )
