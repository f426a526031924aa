"""``fix --simplify --fold-with polygraphy``: constants folded by Polygraphy, in a child with limits.

Polygraphy runs constant subgraphs in ONNX Runtime, which may take all memory, and its graph goes through
onnx-graphsurgeon, which forgets what is not a graph: only the graph comes back.
"""

from __future__ import annotations

import os
from typing import Any, Dict, Mapping, Tuple

from jetdoctor.child import workplace
from jetdoctor.child.limits import memory_limit
from jetdoctor.fix.external import external_files
from jetdoctor.types import JetdoctorError

#: seconds that folding may take
TIME_LIMIT = 600.0
#: bytes that folding may take beside ten times the model: onnx, ONNX Runtime, and a copy per pass
SPARE_MEMORY = 2 << 30


def fold(proto: Any) -> Tuple[Any, str]:
    """A ModelProto with Polygraphy's folded graph, or None and why there is none."""
    if external_files(proto):
        return None, "the weights are in other files, which Polygraphy would take into the model"
    if proto.functions:
        return None, "the model has local functions, which onnx-graphsurgeon does not keep"
    if proto.ByteSize() >= 1 << 31:
        return None, "the model has more than 2 GiB"
    try:
        return _folded(proto)
    except (OSError, JetdoctorError) as error:
        return None, "Polygraphy does not run: %s" % error


def _folded(proto: Any) -> Tuple[Any, str]:
    import onnx

    with workplace.folder() as place:
        job = {"source": os.path.join(place, "model.onnx"), "result": os.path.join(place, "folded.onnx")}
        onnx.save(proto, job["source"])
        task, most = "jetdoctor.fix.polygraphy_folding:fold_file", memory_limit(SPARE_MEMORY + 10 * proto.ByteSize())
        ended, said = workplace.run_task(task, job, place, TIME_LIMIT, most)
        if not said:
            return None, "Polygraphy's folding %s" % ended.reason
        if said["trouble"]:
            return None, "Polygraphy: %s" % said["trouble"]
        twin = type(proto)()
        twin.CopyFrom(proto)
        twin.graph.CopyFrom(onnx.load(job["result"]).graph)
        return twin, ""


def fold_file(job: Mapping[str, Any], folder: str) -> Dict[str, Any]:
    """In the child: fold ``source`` into ``result`` (paths); ``trouble`` says what went wrong, "" for nothing."""
    import onnx

    try:
        from polygraphy.backend.onnx import FoldConstants
    except ImportError as error:
        return {"trouble": str(error)}
    try:
        folding = FoldConstants(onnx.load(job["source"]), partitioning="recursive", error_ok=False)
        onnx.save(folding(), job["result"])
    except Exception as error:  # whatever its evaluation raises
        return {"trouble": " ".join(str(error).split())[:200]}
    return {"trouble": ""}
