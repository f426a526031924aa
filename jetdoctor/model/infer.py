"""Types and shapes of every value, by onnx's own inference, whose failures are not the model's.

onnx's inference is C++ that crashes on some unusual models (onnx 1.17 on Einsum or GRU of a scalar input,
1.23 still on a required input left empty). Those go to a forked child; ordinary models need not pay for it.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
import warnings
from typing import Any, Dict, List, Optional, Set, Tuple

from jetdoctor.graph import tensor_has_data

_OK, _FAILED = b"+", b"-"


def infer(proto: Any, data: bytes) -> Tuple[Any, Optional[str]]:
    """ModelProto with inferred value_info, and None; or None and the reason why inference failed.

    ``data`` is ``proto`` serialized without large weights. Nodes that inference cannot handle keep
    unknown outputs (``strict_mode`` is off); symbolic dims stay.
    """
    import onnx

    if _calls_itself(proto.functions):
        return None, "a local function calls itself"
    # Linux only: elsewhere fork is absent or unsafe, and a crash is what onnx itself would do.
    apart = sys.platform == "linux" and may_crash(proto)
    answer = _in_child(data) if apart else _infer(data)
    if answer[:1] == _OK:
        return onnx.ModelProto.FromString(answer[1:]), None
    return None, answer[1:].decode("utf-8", "replace")


#: Operators of everyday exports, whose inference withstood fuzzing. Of the others EyeLike, Einsum, MaxUnpool, GRU,
#: LSTM, RNN, OneHot, Scan, TreeEnsemble and RegexFullMatch crashed on missing or odd inputs (onnx 1.17 or 1.23).
_ORDINARY = frozenset(
    (
        "Abs Add And ArgMax ArgMin AveragePool BatchNormalization Cast CastLike Ceil Clip Concat Constant"
        " ConstantOfShape Conv ConvTranspose Cos CumSum DepthToSpace DequantizeLinear Div Dropout Elu Equal Erf Exp"
        " Expand Flatten Floor Gather GatherElements GatherND Gelu Gemm GlobalAveragePool GlobalMaxPool Greater"
        " GreaterOrEqual GridSample GroupNormalization HardSigmoid HardSwish Identity InstanceNormalization"
        " LayerNormalization LeakyRelu Less LessOrEqual Log LogSoftmax MatMul Max MaxPool Mean Min Mish Mod Mul Neg"
        " NonMaxSuppression NonZero Not Or PRelu Pad Pow QuantizeLinear Range Reciprocal ReduceL1 ReduceL2"
        " ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare Relu"
        " Reshape Resize RoiAlign Round ScatterElements ScatterND Selu Shape Sigmoid Sign Sin Size Slice Softmax"
        " Softplus SpaceToDepth Split Sqrt Squeeze Sub Sum Tanh Tile TopK Transpose Trilu Unsqueeze Upsample Where Xor"
    ).split()
)


def may_crash(proto: Any) -> bool:
    """Whether a model is of the kinds that were seen to crash onnx's inference when fuzzing it.

    Unusual operators, inputs of rank 0 or unknown rank, nodes whose first input is empty, scalars
    without a value, and initializers that IR version 3 wants among the inputs.
    """
    main = proto.graph
    inputs = {value.name for value in main.input}
    return (
        any(not value.type.tensor_type.shape.dim for value in main.input)
        or any(not is_ordinary(node) for node in main.node)
        or any(node.op_type not in _ORDINARY for function in proto.functions for node in function.node)
        or any(not tensor.dims and not tensor_has_data(tensor) for tensor in main.initializer)
        or (proto.ir_version < 4 and any(tensor.name not in inputs for tensor in main.initializer))
    )


def is_ordinary(node: Any) -> bool:
    """Whether onnx's inference of this node alone withstood fuzzing."""
    return node.op_type in _ORDINARY and not (node.input and not node.input[0])


def _infer(data: bytes) -> bytes:
    import onnx

    try:
        return _OK + onnx.shape_inference.infer_shapes(data, data_prop=True).SerializeToString()
    except Exception as error:  # the C++ side raises InferenceError, RuntimeError, ValueError ...
        lines = str(error).strip().split("\n")
        return _FAILED + (lines[0] or type(error).__name__).encode("utf-8", "replace")


def _in_child(data: bytes) -> bytes:
    reader, writer = os.pipe()
    with warnings.catch_warnings():
        # Python 3.12 warns when a process with threads (numpy's BLAS) forks; the child uses none of them.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        _answer_and_exit(data, reader, writer)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        answer = pipe.read()
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        name = signal.Signals(os.WTERMSIG(status)).name
        return _FAILED + b"onnx's shape inference crashed (%s)" % name.encode("ascii")
    return answer or _FAILED + b"onnx's shape inference gave no answer"


def _answer_and_exit(data: bytes, reader: int, writer: int) -> None:
    faulthandler.disable()  # a crash here is an answer, not something to print
    try:
        os.close(reader)
        with os.fdopen(writer, "wb") as pipe:
            pipe.write(_infer(data))
    finally:
        os._exit(0)  # never the parent's exit handlers, buffers or test runner


def _calls_itself(functions: Any) -> bool:
    """Whether local functions form a circle, on which onnx's inference never ends."""
    bodies = {(f.domain, f.name): f for f in functions}
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
