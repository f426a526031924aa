"""Precision rehearsal on the CPU: what FP16, BF16 or INT8 would do to a model, before any GPU.

Every float tensor is rounded as the precision would (FP16, BF16), or the inputs of Conv, MatMul and Gemm
are quantized with ranges of calibration data (INT8), while sums stay in FP32. A real engine fuses layers
and rounds less often, or sums in FP16 and rounds more: the rehearsal is a warning, not a measurement.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Dict, FrozenSet, List, Mapping, Optional, Sequence, Tuple

from jetdoctor.types import UsageError
from jetdoctor.verify import activation_ranges, marking
from jetdoctor.verify.compare import Comparison, compare
from jetdoctor.verify.onnxruntime import CannotRun, run_session, session
from jetdoctor.verify.tolerance import BY_PRECISION
from jetdoctor.verify.twin import Twin

#: Largest finite number of the type (IEEE 754 half; bfloat16 has the range of FP32).
LARGEST = {"fp16": 65504.0, "bf16": 3.39e38, "int8": math.inf}
_ROUNDS = 4


@dataclass(frozen=True)
class Layer:
    """One tensor: its node, largest magnitudes in FP32 and in the twin, largest difference."""

    index: int
    node_name: str
    op_type: str
    tensor: str
    high: float
    low: float
    error: float

    @property
    def relative(self) -> float:
        """Difference over the largest magnitude; infinite when the twin is not finite."""
        if not math.isfinite(self.low) or not math.isfinite(self.error):
            return math.inf if math.isfinite(self.high) else 0.0
        return self.error / self.high if self.high else float(bool(self.error))

    def to_json(self) -> Dict[str, Any]:
        about = {"node_name": self.node_name, "op_type": self.op_type, "tensor": self.tensor}
        numbers = {"largest": self.high, "largest_low": self.low, "error": self.relative}
        # JSON has neither Infinity nor NaN.
        return dict(about, **{k: v if math.isfinite(v) else str(v) for k, v in numbers.items()})


def rehearse(job: Mapping[str, Any], folder: str) -> Dict[str, Any]:
    """In the child. ``job``: model, precision, inputs (files), calibration (files, for INT8),
    calibrator ("entropy" or "minmax").

    Returns status ("safe", "mixed", "unsafe", or "refused" when ONNX Runtime takes none of the inputs), keep (nodes for
    FP32), layers (worst first), overflow, underflow, reason, rehearsed (tensors rounded) and total (their nodes).
    """
    from jetdoctor.model import load
    from jetdoctor.verify import arrays

    view, precision = load(job["model"]), job["precision"]
    proto = marking.load_whole(job["model"])
    feeds = [arrays.load(path) for path in job["inputs"]]
    limits = None
    if precision == "int8":
        calibration = arrays.Loaded(job.get("calibration") or ())
        if not len(calibration):
            raise UsageError("the INT8 rehearsal needs calibration data: --calib FILE.npz (500 real inputs)")
        limits = activation_ranges.limits(proto, view, calibration, job.get("calibrator") or "entropy", folder)
    return _Rehearsal(proto, view, precision, feeds, limits, folder).result()


class _Rehearsal:
    def __init__(
        self,
        proto: Any,
        view: Any,
        precision: str,
        feeds: Sequence[Mapping[str, Any]],
        limits: Optional[Mapping[str, float]],
        folder: str,
    ) -> None:
        self.proto, self.view, self.precision, self.folder = proto, view, precision, folder
        self.feeds, self.limits = feeds, limits
        self.producers = {name: i for i, node in enumerate(proto.graph.node) for name in node.output if name}
        self.refused = ""

    def result(self) -> Dict[str, Any]:
        layers, comparison = self._run(frozenset())
        if self.refused:
            return {"precision": self.precision, "status": "refused", "reason": self.refused}
        overflow = [layer for layer in layers if self._overflows(layer)]
        keep = self._around(overflow)
        first, status = comparison, "safe" if comparison.equal and not overflow else "unsafe"
        rounds = 0
        while status == "unsafe" and rounds < _ROUNDS:
            if rounds or not keep:
                keep = keep | self._worst(layers, keep, 4 << (2 * rounds))
            _, comparison = self._run(keep, probing=False)
            status = "mixed" if comparison.equal else "unsafe"
            rounds += 1
        worst = sorted(layers, key=lambda layer: -layer.relative)[:20]
        return {
            "precision": self.precision,
            "status": status,
            "keep": [self._named(index) for index in sorted(keep)] if status == "mixed" else [],
            "unnamed": sum(not self.proto.graph.node[i].name for i in keep) if status == "mixed" else 0,
            "overflow": [layer.to_json() for layer in overflow],
            "underflow": [layer.to_json() for layer in layers if layer.high > 0 and layer.low == 0],
            "layers": [layer.to_json() for layer in worst],
            "reason": first.reason,
            "rehearsed": len(layers),
            "total": len({layer.index for layer in layers}),
            "scale": min((o.max_abs / o.max_rel for o in first.outputs if o.max_abs and o.max_rel), default=None),
        }

    def _named(self, index: int) -> Dict[str, Any]:
        node = self.proto.graph.node[index]
        return {"node_name": node.name, "op_type": node.op_type, "node_index": index}

    def _overflows(self, layer: Layer) -> bool:
        over = layer.high > LARGEST[self.precision]
        return math.isfinite(layer.high) and (over or not math.isfinite(layer.low))

    def _run(self, keep: FrozenSet[int], probing: bool = True) -> Tuple[List[Layer], Comparison]:
        twin = Twin(self.proto, self.view, self.precision, keep, self.limits, probing)
        pairs = twin.pairs()
        if not twin.probes and not pairs:  # no FP32 tensor at all: an FP16 model, or integers only
            return [], Comparison("equal")
        opened = session(marking.save(twin.finish(), self.folder, "twin.onnx"))
        worst: Dict[str, List[float]] = {}
        result: Optional[Comparison] = None
        taken, refusal = 0, ""
        for feeds in self.feeds:
            try:
                outputs = run_session(opened, feeds)
            except CannotRun as error:  # inputs that the model was not made for say nothing about a precision
                refusal = refusal or str(error)
                continue
            taken += 1
            for tensor, names in twin.probes.items():
                numbers = [_nan_to_inf(float(outputs[name])) for name in names]
                worst[tensor] = [max(pair) for pair in zip(worst.get(tensor, numbers), numbers)]
            one = compare(
                {name: outputs[name] for name in pairs},
                {name: outputs[low] for name, low in pairs.items()},
                BY_PRECISION[self.precision],
            )
            result = one if result is None or not one.equal else result
            if not probing and not one.equal:  # one set of inputs is enough to say no
                break
        self.refused = "" if taken else refusal
        nodes = self.proto.graph.node
        layers = [
            Layer(self.producers[t], nodes[self.producers[t]].name, nodes[self.producers[t]].op_type, t, *three)
            for t, three in worst.items()
        ]
        return layers, result or Comparison("equal")

    def _around(self, overflow: Sequence[Layer]) -> FrozenSet[int]:
        """Producers of tensors too large for the type, and everything that reads those tensors."""
        large = {layer.tensor for layer in overflow if layer.high > LARGEST[self.precision]}
        readers = {i for i, n in enumerate(self.proto.graph.node) if large.intersection(n.input)}
        return frozenset(readers | {self.producers[name] for name in large})

    def _worst(self, layers: Sequence[Layer], keep: FrozenSet[int], count: int) -> FrozenSet[int]:
        """Nodes whose output is off by most more than their inputs are: where error is made, not passed on."""
        errors = {layer.tensor: layer.relative for layer in layers}

        def made(layer: Layer) -> float:
            inputs = self.proto.graph.node[layer.index].input
            before = max((errors.get(name, 0.0) for name in inputs), default=0.0)
            return layer.relative - before if math.isfinite(layer.relative) else layer.relative

        ranked = sorted((layer for layer in layers if layer.index not in keep), key=made, reverse=True)
        return frozenset(layer.index for layer in ranked[:count])


def _nan_to_inf(value: float) -> float:
    return math.inf if math.isnan(value) else value
