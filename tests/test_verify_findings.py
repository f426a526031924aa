"""Findings of a compiler's messages."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from onnx import parser

from jetdoctor.model import from_proto
from jetdoctor.verify.findings import from_compiler

TYPE = "ITensor::getDimensions: Error Code 4: API Usage Error (b: input has type Int32 but must have type FP8)"
DRIVER = (
    " [checkMacros.cpp::catchCudaError::250] Error Code 1: Cuda Runtime (In catchCudaError at /_src/checkMacros.cpp:250"
    " (cudaError 35: CUDA driver version is insufficient for CUDA runtime version))"
)


def refusal(backend, text, log=""):
    text_of = '<ir_version: 8, opset_import: ["": 17]> g (float x) => (float y) { y = Abs (x) }'
    view = from_proto(parser.parse_model(text_of))
    job = SimpleNamespace(view=view, target=None)
    (finding,) = from_compiler(backend, [{"text": text, "node": "b"}] if text else [], log, job)
    return finding


@pytest.mark.parametrize("wake", ["", DRIVER, DRIVER + " " + TYPE + DRIVER])
def test_a_compiler_without_a_gpu_misses_its_driver_beside_the_error(wake):
    finding = refusal("tensorrt-rtx", TYPE + wake)
    assert finding.rule == "JD401" and "cudaError" not in finding.message
    assert finding.message.count("input has type Int32") == 1


def test_in_a_log_as_well():
    log = "[E] [checkMacros.cpp] (cudaError 35: CUDA driver version is insufficient)\n[E] %s" % TYPE
    assert refusal("tensorrt-rtx", "", log).rule == "JD401"


def test_on_a_board_the_driver_is_the_cause():
    assert refusal("trtexec", DRIVER.strip()).rule == "JD102"
