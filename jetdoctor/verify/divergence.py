"""First divergence: on a mismatch, which tensor is the first to differ, and which node computes it.

Some inner tensors are made outputs on both sides, evenly spread over the graph; the search goes on
between the last that agrees and the first that differs. With 32 probes a round, a graph of 1,000
nodes takes two rounds, one of 30,000 three.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Set

from jetdoctor.types import JetdoctorError
from jetdoctor.verify import arrays, marking
from jetdoctor.verify.compare import compare
from jetdoctor.verify.job import Job
from jetdoctor.verify.tolerance import BY_PRECISION, Tolerance

PROBES = 32

#: name -> why it differs ("" when it agrees); names that cannot be compared are left out.
Probe = Callable[[Sequence[str]], Mapping[str, str]]


def first(order: Sequence[str], probe: Probe, probes: int = PROBES) -> Optional[str]:
    """First tensor of ``order`` found to differ, None when all that was asked agrees.

    Takes for granted that what follows a difference differs too; ``upstream`` corrects where
    parallel branches break that.
    """
    low, high, found = 0, len(order), None
    while low < high:
        step = max(1, (high - low) // probes)
        asked = list(range(low + step - 1, high, step)) or [high - 1]
        answers = probe([order[index] for index in asked])
        wrong = next((index for index in asked if answers.get(order[index])), None)
        if wrong is None:
            if asked[-1] == high - 1 or found is not None:
                return found
            low = asked[-1] + 1
            continue
        found = order[wrong]
        right = [index for index in asked if index < wrong and order[index] in answers]
        low, high = (right[-1] + 1 if right else low), wrong
        if step == 1:
            return found
    return found


def upstream(tensor: str, sources: Mapping[str, Sequence[str]], probe: Probe) -> str:
    """Follow differing inputs of ``tensor``'s node until all of a node's inputs agree."""
    seen: Set[str] = set()
    while tensor not in seen:
        seen.add(tensor)
        inputs = [name for name in sources.get(tensor, ()) if name not in seen]
        answers = probe(inputs) if inputs else {}
        tensor = next((name for name in inputs if answers.get(name)), tensor)
    return tensor


def between_models(job: Job, run: str, place: str) -> Dict[str, Any]:
    """Where candidate and original part for the inputs named ``run``; {"error": ...} when that fails."""
    try:
        return _between_models(job, run, place)
    except JetdoctorError as error:
        return {"error": "the first diverging layer was not found: %s" % error}


def _between_models(job: Job, run: str, place: str) -> Dict[str, Any]:
    feeds = dict(job.runs)[run]
    original, candidate = marking.load_whole(job.original), marking.load_whole(job.model)
    shared = set(marking.tensors(original))
    order = [name for name in marking.tensors(candidate) if name in shared]
    reasons: Dict[str, str] = {}

    def probe(names: Sequence[str]) -> Mapping[str, str]:
        left = outputs_of(original, names, feeds, place, job)
        right = outputs_of(candidate, names, feeds, place, job)
        found = {
            name: compare({name: left[name]}, {name: right[name]}, job.tolerance).reason for name in names
        }
        reasons.update(found)
        return found

    tensor = first(order, probe)
    if tensor is None:
        return {"error": "no tensor that both models name differs (%d compared)" % len(order)}
    tensor = upstream(tensor, _sources(candidate, shared), probe)
    return describe(candidate, tensor, reasons.get(tensor, ""))


def upstream_search(
    job: Job, run: str, place: str, outputs: Callable[..., Mapping[str, Any]]
) -> Dict[str, Any]:
    """Where an engine and ONNX Runtime part: rebuilds the model with marked tensors, few at a time.

    ``outputs(model, feeds, want)`` builds and runs a marked model. More outputs keep layers from being
    fused, so that the difference may vanish: that is said, too.
    """
    try:
        return _search_engine(job, dict(job.runs)[run], place, outputs)
    except JetdoctorError as error:
        return {"error": "the first diverging layer was not found: %s" % error}


def _search_engine(
    job: Job, feeds: Mapping[str, Any], place: str, outputs: Callable[..., Mapping[str, Any]]
) -> Dict[str, Any]:
    proto = marking.load_whole(job.model)
    tolerance = job.tolerance or BY_PRECISION[job.precision]
    reasons: Dict[str, str] = {}

    def probe(names: Sequence[str]) -> Mapping[str, str]:
        want = outputs_of(proto, names, feeds, place, job)
        got = outputs(marking.save(marking.mark(proto, names), place, "engine-marked.onnx"), feeds, want)
        found = {n: _engine_reason(n, want, got, tolerance) for n in names if n in got}
        reasons.update(found)
        return found

    order = marking.tensors(proto)
    tensor = first(order, probe, probes=8)
    if tensor is None:
        return {"error": "with inner tensors marked as outputs nothing differs: a layer fusion causes it"}
    tensor = upstream(tensor, _sources(proto, set(order)), probe)
    return describe(proto, tensor, reasons.get(tensor, ""))


def _engine_reason(
    name: str, want: Mapping[str, Any], got: Mapping[str, Any], tolerance: Optional[Tolerance]
) -> str:
    result = compare({name: want[name]}, {name: got[name]}, tolerance, ordered=False, same_dtype=False)
    return result.reason


def _sources(proto: Any, shared: Set[str]) -> Dict[str, List[str]]:
    """Tensor -> the nearest tensors above it that both models have."""
    producers = {name: node for node in proto.graph.node for name in node.output}
    found: Dict[str, List[str]] = {}
    for name, node in producers.items():
        waiting, near, seen = list(node.input), [], set()
        while waiting:
            one = waiting.pop()
            if one in seen or one not in producers:
                continue
            seen.add(one)
            if one in shared:
                near.append(one)
            else:
                waiting.extend(producers[one].input)
        found[name] = near
    return found


def describe(proto: Any, tensor: str, reason: str) -> Dict[str, Any]:
    """The node that computes ``tensor``, as a report wants it."""
    for index, node in enumerate(proto.graph.node):
        if tensor in node.output:
            return {
                "tensor": tensor,
                "node_name": node.name,
                "node_index": index,
                "op_type": node.op_type,
                "reason": reason,
            }
    return {"tensor": tensor, "reason": reason}


def outputs_of(
    proto: Any, names: Sequence[str], feeds: Mapping[str, Any], place: str, job: Job
) -> Dict[str, Any]:
    """Values of inner tensors in ONNX Runtime, computed in a child."""
    from jetdoctor.child.workplace import run_task

    path = marking.save(marking.mark(proto, names), place, "marked.onnx")
    arrays.save(place + "/marked.npz", feeds)
    question = {"model": path, "inputs": [place + "/marked.npz"], "name": "marked-out"}
    task = "jetdoctor.verify.ort_run:compute"
    ended, answer = run_task(task, question, place, job.time_limit, job.memory_limit)
    if not answer.get("files") or answer["files"][0] is None:
        raise JetdoctorError(ended.reason or next(iter(answer.get("refusals", {}).values()), "no answer"))
    return arrays.load(answer["files"][0])


def sentence(found: Mapping[str, Any]) -> str:
    """``"; first at Conv /features/0 (tensor x)"``, "" when no search was made."""
    if not found:
        return ""
    if "error" in found:
        return "; " + str(found["error"])
    node = "%s %s" % (found.get("op_type", ""), found.get("node_name", ""))
    return "; the first to differ is %s (tensor %s)" % (node.strip() or "a node", found["tensor"])
