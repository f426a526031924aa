"""Types and shapes of every value, by onnx's own inference, whose failures are not the model's."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Set, Tuple


def infer(data: bytes) -> Tuple[Any, Optional[str]]:
    """ModelProto with inferred value_info, and None; or None and the reason why inference failed.

    ``data`` is a serialized ModelProto without large weights. Nodes that inference cannot handle
    keep unknown outputs (``strict_mode`` is off); symbolic dims stay.
    """
    import onnx

    if _calls_itself(onnx.ModelProto.FromString(data)):
        return None, "a local function calls itself"
    try:
        return onnx.shape_inference.infer_shapes(data, data_prop=True), None
    except Exception as error:  # the C++ side raises InferenceError, RuntimeError, ValueError ...
        return None, str(error).strip().split("\n")[0] or type(error).__name__


def _calls_itself(proto: Any) -> bool:
    """Whether local functions form a circle, on which onnx's inference never ends."""
    bodies = {(f.domain, f.name): f for f in proto.functions}
    calls: Dict[Tuple[str, str], List[Tuple[str, str]]] = {
        key: [(n.domain, n.op_type) for n in body.node if (n.domain, n.op_type) in bodies]
        for key, body in bodies.items()
    }
    done: Set[Tuple[str, str]] = set()
    while len(done) < len(calls):  # peel off functions whose callees are all done
        ready = [key for key in calls if key not in done and all(callee in done for callee in calls[key])]
        if not ready:
            return True
        done.update(ready)
    return False
