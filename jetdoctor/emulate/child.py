"""In the child: run a model on saved inputs, in ONNX Runtime or, without a kernel there, in ONNX's own evaluator."""

from __future__ import annotations

import os
from typing import Any, Dict, List, Mapping

from jetdoctor.fix.runners import open_runner
from jetdoctor.types import JetdoctorError
from jetdoctor.verify import arrays


def compute(job: Mapping[str, Any], folder: str) -> Dict[str, Any]:
    """``job``: model (path), inputs (files), name (prefix of the outputs' files), kind (of runner, "" for any).

    Returns ``kind``, the runner that was used; ``files``, one per set of inputs, None where it refused; ``refusal``,
    the first reason.
    """
    runner = open_runner(job["model"], job["kind"])
    files, refusal = _files(runner, job, folder)
    if not any(files) and not job["kind"] and runner.kind != "reference":  # it loads, and has no kernel for this form
        try:
            again = open_runner(job["model"], "reference")
            others, _ = _files(again, job, folder)
        except JetdoctorError:
            others = []
        if any(others):
            return {"kind": again.kind, "files": others, "refusal": refusal}
    return {"kind": runner.kind, "files": files, "refusal": refusal}


def _files(runner: Any, job: Mapping[str, Any], folder: str) -> Any:
    files: List[Any] = []
    refusal = ""
    for index, path in enumerate(job["inputs"]):
        try:
            outputs = runner.run(arrays.load(path))
        except JetdoctorError as error:
            files.append(None)
            refusal = refusal or str(error)
            continue
        files.append(os.path.join(folder, "%s%d.npz" % (job["name"], index)))
        arrays.save(files[-1], outputs)
    return files, refusal
