"""From two sets of outputs to what a difference means: nothing, other digits, another answer."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, Dict, List, Mapping, Optional, Tuple

from jetdoctor.emulate.picture import picture
from jetdoctor.types import IMPACTS, Impact
from jetdoctor.verify.compare import compare
from jetdoctor.verify.inputs import is_extreme
from jetdoctor.verify.tensors import OutputComparison

#: an output that moves by more than this share of its largest magnitude is another answer, with or without classes
ANOTHER_ANSWER = 0.01

Run = Tuple[str, Mapping[str, Any], Mapping[str, Any]]


def judge(runs: List[Run]) -> Tuple[Impact, List[Dict[str, Any]]]:
    """The impact over all runs (name, original's outputs, outputs as read), and a row of figures for each output.

    Extreme inputs count only where the usual ones show nothing: their figures say little about the use of a model.
    """
    usual = [run for run in runs if not is_extreme(run[0])]
    impact, rows = _judged(usual) if usual else _judged(runs)
    if usual and impact.kind == "harmless" and len(usual) < len(runs):
        impact, rows = _judged(runs)
        if impact.kind != "harmless":
            impact = replace(impact, only=impact.reason[len("with ") :].split(" inputs")[0])
    return replace(impact, runs=len(runs)), rows


def _judged(runs: List[Run]) -> Tuple[Impact, List[Dict[str, Any]]]:
    worst: Dict[str, Dict[str, Any]] = {}
    reason, kind = "", "harmless"
    for name, original, read in runs:
        comparison = compare(original, read)
        for output in comparison.outputs:
            row = worst.setdefault(output.name, _row(output))
            _worsen(row, output, name, original.get(output.name), read.get(output.name))
        if not comparison.equal and not reason:
            reason = "with %s inputs, output %s" % (name, comparison.reason)
    rows = list(worst.values())
    for row in rows:
        kind = max(kind, row["kind"], key=IMPACTS.index)
    changed = [row["top1_changed"] for row in rows if row["top1_changed"] is not None]
    return (
        Impact(
            kind,
            len(runs),
            max((row["max_abs"] for row in rows), default=0.0),
            max((row["max_rel"] for row in rows), default=0.0),
            max(changed) if changed else None,
            sum(row["strange"] for row in rows),
            reason=reason,
        ),
        rows,
    )


def _row(output: OutputComparison) -> Dict[str, Any]:
    return {
        "name": output.name, "kind": "harmless", "max_abs": 0.0, "max_rel": 0.0, "top1_changed": None,
        "boxes_moved": None, "strange": 0, "shape": "", "histogram": {}, "picture": None,
    }  # fmt: skip


def _worsen(row: Dict[str, Any], output: OutputComparison, run: str, left: Any, right: Any) -> None:
    """Take one comparison into the worst figures of its output."""
    for decade, count in output.histogram.items():
        row["histogram"][decade] = row["histogram"].get(decade, 0) + count
    if output.status == "equal":
        return
    rel = output.max_rel if math.isfinite(output.max_rel) else 1.0
    if row["picture"] is None or rel > row["max_rel"]:
        row["picture"] = picture(run, left, right)
    row["max_abs"], row["max_rel"] = max(row["max_abs"], output.max_abs), max(row["max_rel"], rel)
    if not output.dtype or "shape" in output.reason:
        row["shape"], row["kind"] = output.reason, "answer"
        return
    row["strange"] += _strange(left, right)
    for key, value in (("top1_changed", top1_changed(left, right)), ("boxes_moved", boxes_moved(left, right))):
        if value is not None:
            row[key] = max(row[key] or 0.0, value)
    answer = row["top1_changed"] or row["boxes_moved"] or row["strange"] or rel > ANOTHER_ANSWER
    row["kind"] = "answer" if answer else max(row["kind"], "digits", key=IMPACTS.index)


def _strange(left: Any, right: Any) -> int:
    import numpy

    sides = [
        numpy.isfinite(side)
        for side in (left, right)
        if getattr(side, "dtype", None) is not None and side.dtype.kind == "f"
    ]
    return int((sides[0] != sides[1]).sum()) if len(sides) == 2 else 0


def top1_changed(left: Any, right: Any) -> Optional[float]:
    """Share of rows whose largest entry moves, along the axis of classes; None where an output has no such axis.

    Classes are the last axis of two or three, and axis 1 of four or five (a class for each place: a segmenter).
    """
    import numpy

    if getattr(left, "dtype", None) is None or left.dtype.kind != "f" or left.ndim < 2 or left.ndim > 5:
        return None
    axis = 1 if left.ndim > 3 else left.ndim - 1
    if left.shape[axis] < 3 or not left.size or _is_boxes(left):
        return None
    best = [numpy.nan_to_num(side).argmax(axis=axis) for side in (left, right)]
    return float((best[0] != best[1]).mean())


def boxes_moved(left: Any, right: Any) -> Optional[float]:
    """Share of boxes (rows of four numbers) with a side that moves by more than a hundredth of the largest number."""
    import numpy

    if getattr(left, "dtype", None) is None or left.dtype.kind != "f" or not _is_boxes(left):
        return None
    limit = ANOTHER_ANSWER * float(numpy.nan_to_num(numpy.abs(left)).max(initial=0.0))
    return float((~(numpy.abs(left - right) <= limit)).any(axis=-1).mean())


def _is_boxes(array: Any) -> bool:
    return array.ndim >= 2 and array.shape[-1] == 4 and array.size > 4
