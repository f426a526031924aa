"""Who lowers an opset better: onnx.version_converter, or jetdoctor's adapters?

    python benchmarks/version_converter.py [--ops NAME,NAME] [--list OUT.jsonl]

Both lower every operator test of onnx (``onnx.backend.test.case.node``) by one step where its operator was redefined.
A result counts as right when onnx's checker takes it and ONNX Runtime computes with it what it computes with the model
before (optimizations off). Printed per step: tests that each gets right, wrong (invalid, or other numbers) and refuses,
and the operators that one gets right in every test and the other does not. Exits 1 where the converter alone is right.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Tuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

RIGHT, WRONG, REFUSED = "right", "wrong", "refused"
OLDEST = 9


class Answer(NamedTuple):
    """One test at one step: what the converter did, what the adapters did."""

    op_type: str
    test: str
    step: int
    converter: str
    adapters: str
    reasons: Tuple[str, str]


def tests(ops: List[str]) -> Iterator[Tuple[str, Any, Dict[str, Any]]]:
    """Name, model and inputs of the operator tests of onnx whose only node is an operator of the default domain."""
    from onnx.backend.test.case.node import collect_testcases

    for case in collect_testcases(None):
        graph = case.model.graph
        if len(graph.node) != 1 or graph.node[0].domain or (ops and graph.node[0].op_type not in ops):
            continue
        inputs = case.data_sets[0][0] if case.data_sets else []
        yield case.name, case.model, {v.name: array for v, array in zip(graph.input, inputs)}


def steps(model: Any) -> Iterator[Tuple[int, Any]]:
    """Opsets at which the operator was redefined, newest first, with the model at that opset."""
    from onnx import defs

    from jetdoctor.fix.opset import lower

    opset = next(o.version for o in model.opset_import if not o.domain)
    name = model.graph.node[0].op_type
    opset = min(opset, defs.onnx_opset_version())
    while opset > OLDEST:
        since = defs.get_schema(name, opset).since_version if defs.has(name, opset) else 0
        if since <= OLDEST or not defs.has(name, since - 1):
            return
        found = lower(model, since)
        if found.reached > since or len(found.proto.graph.node) != 1:
            return
        model, opset = found.proto, since - 1
        yield since, model


def outcome(lowering: Callable[[Any, int], Any], model: Any, to: int, feeds: Any, wanted: Any) -> Tuple[str, str]:
    """Right, wrong or refused, and why."""
    import onnx

    from jetdoctor.verify.compare import compare
    from jetdoctor.verify.onnxruntime import CannotRun, run

    try:
        lowered = lowering(model, to)
    except Exception as error:
        return REFUSED, str(error).split("\n")[0][:200]
    try:
        onnx.checker.check_model(lowered, full_check=True)
        compared = compare(wanted, run(lowered.SerializeToString(), feeds))
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError, CannotRun) as error:
        return WRONG, str(error).split("\n")[0][:200]
    return (RIGHT, "") if compared.equal else (WRONG, "other numbers")


def by_converter(model: Any, to: int) -> Any:
    from onnx import version_converter

    return version_converter.convert_version(model, to)


def by_adapters(model: Any, to: int) -> Any:
    from jetdoctor.fix.opset import lower

    found = lower(model, to)
    if found.reached > to:
        raise ValueError(str(found.blocked[0]))
    return found.proto


def answers(ops: List[str]) -> Iterator[Answer]:
    from jetdoctor.verify.onnxruntime import run

    for name, model, feeds in tests(ops):
        for step, at_step in steps(model):
            try:
                wanted = run(at_step.SerializeToString(), feeds)
            except Exception:  # element types or operators that ONNX Runtime has not: nothing to compare with
                continue
            first = outcome(by_converter, at_step, step - 1, feeds, wanted)
            second = outcome(by_adapters, at_step, step - 1, feeds, wanted)
            yield Answer(model.graph.node[0].op_type, name, step, first[0], second[0], (first[1], second[1]))


def table(found: List[Answer]) -> List[str]:
    """A line of Markdown per step."""
    lines = ["| step | tests | converter: right, wrong, refused | adapters: right, wrong, refused |"]
    lines.append("| --- | --- | --- | --- |")
    for step in sorted({one.step for one in found}, reverse=True):
        here = [one for one in found if one.step == step]
        counts = [Counter(one.converter for one in here), Counter(one.adapters for one in here)]
        cells = [", ".join(str(count[kind]) for kind in (RIGHT, WRONG, REFUSED)) for count in counts]
        lines.append("| %d→%d | %d | %s | %s |" % (step, step - 1, len(here), *cells))
    return lines


def alone(found: List[Answer], which: Callable[[Answer], str], other: Callable[[Answer], str]) -> List[str]:
    """Operators and steps that one gets right in every test and the other does not."""
    groups: Dict[Tuple[int, str], List[Answer]] = defaultdict(list)
    for one in found:
        groups[one.step, one.op_type].append(one)
    return [
        "%s %d" % (op_type, step) for (step, op_type), here in sorted(groups.items())
        if all(which(one) == RIGHT for one in here) and any(other(one) != RIGHT for one in here)
    ]  # fmt: skip


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--ops", default="", help="only these operators, separated by commas")
    options.add_argument("--list", default=os.devnull, metavar="OUT.jsonl", help="write every answer there")
    given = options.parse_args()
    found: List[Answer] = []
    with open(given.list, "w", encoding="utf-8") as lines:
        for one in answers([name for name in given.ops.split(",") if name]):
            found.append(one)
            lines.write(json.dumps(one._asdict()) + "\n")
    print("\n".join(table(found)))
    adapters_only = alone(found, lambda one: one.adapters, lambda one: one.converter)
    converter_only = alone(found, lambda one: one.converter, lambda one: one.adapters)
    print("right by the adapters alone: %d operators and steps" % len(adapters_only))
    print("right by the converter alone: %s" % (", ".join(converter_only) or "none"))
    return 1 if converter_only else 0


if __name__ == "__main__":
    sys.exit(main())
