"""In the child: run a model in ONNX Runtime on saved inputs."""

from __future__ import annotations

import os
from typing import Any, Dict, List, Mapping

from jetdoctor.verify import arrays
from jetdoctor.verify.onnxruntime import CannotRun, run_session, session


def compute(job: Mapping[str, Any], folder: str) -> Dict[str, Any]:
    """``job``: model (path), inputs (files), name (prefix of the outputs' files), providers.

    Returns ``files``: one per set of inputs, None where ONNX Runtime refused; ``refusals`` says why.
    """
    opened = session(job["model"], providers=job.get("providers") or None)
    known = {value.name for value in opened.get_inputs()}
    files: List[Any] = []
    refusals: Dict[str, str] = {}
    for index, path in enumerate(job["inputs"]):
        feeds = {name: value for name, value in arrays.load(path).items() if name in known}
        try:
            outputs = run_session(opened, feeds)
        except CannotRun as error:
            files.append(None)
            refusals[str(index)] = str(error)
            continue
        files.append(os.path.join(folder, "%s%d.npz" % (job["name"], index)))
        arrays.save(files[-1], outputs)
    return {"files": files, "refusals": refusals}
