"""Triage: the right category for real lines, whatever surrounds them, in logs of any size."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from jetdoctor.target import resolve
from jetdoctor.triage import read, triage
from jetdoctor.triage.context import unpack
from jetdoctor.triage.lines import select

ROOT = Path(__file__).resolve().parent.parent
LOGS = ROOT / "fixtures" / "logs"
CASES = [json.loads(line) for line in (LOGS / "cases.jsonl").read_text(encoding="utf-8").splitlines()]
HEALTHY = [json.loads(line) for line in (LOGS / "healthy.jsonl").read_text(encoding="utf-8").splitlines()]
SEED = (LOGS / "trtexec_seed_8.4.1.log").read_text(encoding="utf-8")

def first(text, **options):
    found = triage(text, **options)
    return found[0].category if found else None


@pytest.mark.parametrize("case", CASES, ids=["%d-%s" % (i, c["category"]) for i, c in enumerate(CASES)])
def test_case(case):
    assert first("\n".join(case["lines"])) == case["category"]


def test_what_a_healthy_build_prints_changes_no_diagnosis():
    healthy = (LOGS / "healthy.log").read_text(encoding="utf-8")
    assert triage(healthy) == ()
    healthy = healthy.replace(" [TensorRT v100300]", "").replace("TensorRT version: 10.3.0", "")
    for case in CASES:
        assert first(healthy + "\n".join(case["lines"])) == case["category"], case


@pytest.mark.parametrize("log", HEALTHY, ids=[row["log"] for row in HEALTHY])
def test_work_that_went_well_is_diagnosed_with_low_confidence_at_most(log):
    reading = read("\n".join(log["lines"]))
    assert {found.confidence for found in (*reading.diagnoses, *reading.remarks)} <= {"low"}
    assert reading.outcome in ("succeeded", None)


def test_seed_log_names_the_reduction_and_the_place():
    best = triage(SEED)[0]
    assert (best.category, best.rule, best.confidence) == ("reduce-axes-input", "JD204", "high")
    assert (best.tensorrt, best.node_name) == ("8.4.1", "node_view")
    assert "[1,1,1,1] to [1,1280]" in best.line
    assert SEED.splitlines()[best.line_number - 1].endswith(best.line[-40:])


def test_release_tells_the_reduction_from_other_reshapes():
    line = "IShuffleLayer node_view: reshape changes volume. Reshaping [1,1,1,1] to [1,1280]."
    assert first(line) == "reduce-axes-input"
    assert first(line, target=resolve("jetpack-5.0.2")[0]) == "reduce-axes-input"
    assert first(line, target=resolve("jetpack-6.2")[0]) == "reshape-volume"
    assert first("TensorRT version: 10.3.0\n" + line) == "reshape-volume"


def test_plugin_that_was_found_is_no_diagnosis():
    text = (LOGS / "plugin_found_after_all.log").read_text(encoding="utf-8")
    assert "gridsample" not in [d.category for d in triage(text)]
    assert first(text) == "no-implementation"


def test_operator_of_the_node_decides_a_general_message():
    message = '[8] Assertion failed: inputs.at(1).is_weights() && "must be an initializer"'
    assert first(message) == "initializer-required"
    assert first('While parsing node number 4 [TopK -> "k"]:\n' + message) == "topk"
    far = 'While parsing node number 4 [Resize -> "r"]:\n' + "x\n" * 100
    assert first(far + message) == "initializer-required"


def test_missing_importer_is_told_apart_by_the_operators_name():
    line = "[I] No importer registered for op: %s. Attempting to import as plugin."
    wanted = {"NonZero": "unsupported-op", "YoloLayer_TRT": "plugin-not-found", "Einsum": "einsum"}
    wanted.update(aten_view="local-functions", GridSample="gridsample")
    assert {op: first(line % op) for op in wanted} == wanted


def test_notices_are_told_only_when_there_is_nothing_else():
    notice = "[W] [TRT] Your ONNX model has been generated with INT64 weights. Attempting to cast down."
    assert [d.confidence for d in triage(notice)] == ["low"]
    found = triage(notice + "\n[E] Error Code 1: Cuda Runtime (out of memory)")
    assert [d.category for d in found] == ["out-of-memory"]


def test_python_traceback_colors_and_wrapped_lines():
    assert first((LOGS / "python_numpy.log").read_text(encoding="utf-8")) == "numpy-bool"
    wrapped = (LOGS / "colored_and_wrapped.log").read_text(encoding="utf-8")
    assert first(wrapped) == "dynamic-shape-profile"
    assert "\x1b" not in triage(wrapped)[0].line


def test_quotes_case_and_timestamps_do_not_matter():
    for quote in ("'%s'", "`%s`", '"%s"', "“%s”", "%s"):
        assert first("ModuleNotFoundError: No module named " + quote % "tensorrt") == "python-bindings"
    assert first("12:01:07 NO MODULE NAMED TENSORRT") == "python-bindings"


def test_nothing_recognized():
    assert triage("") == ()
    assert triage("The quick brown fox jumps over the lazy dog.\n" * 1000) == ()


def test_empty_log_says_so(tmp_path):
    (tmp_path / "build.log").write_text("")
    done = run(str(tmp_path / "build.log"))
    assert done.returncode == 1 and b"the log is empty" in done.stdout


def test_a_captured_board_refutes(tmp_path):
    (board,) = (path for path in (ROOT / "fixtures" / "devices").iterdir() if path.name.startswith("agx-xavier"))
    line = "RuntimeError: CUDA error: no kernel image is available for execution on the device"
    alone, there = (json.loads(run(line, "--format", "json", *more).stdout) for more in ((), ("--device", str(board))))
    assert alone["diagnoses"][0]["confidence"] == "medium" and there["diagnoses"][0]["confidence"] == "low"


def test_binary_junk_around_the_line():
    junk = random.Random(0).getrandbits(8 * 200_000).to_bytes(200_000, "little").decode("latin-1")
    assert first(junk + "\n[E] CUDA initialization failure with error: 222\n" + junk) == "cuda-init"
    assert first("\0" * 100_000 + "\nIllegal instruction (core dumped)") == "illegal-instruction"


def test_log_in_pieces_gives_the_same_as_the_whole():
    for size in (1, 7, 100, 10_000):
        pieces = [SEED[i : i + size] for i in range(0, len(SEED), size)]
        assert triage(pieces) == triage(SEED)


def test_long_log_is_read_to_its_end_in_one_pass():
    rng = random.Random(1)
    form = "[V] [TRT] Tactic: 0x%016x Time: %f\n"
    verbose = [form % (rng.getrandbits(64), rng.random()) for _ in range(20_000)]

    def chunks():
        for _ in range(10):
            yield "".join(verbose)
        yield SEED
        yield "".join(verbose)

    found = triage(chunks())
    assert found[0].category == "reduce-axes-input"
    assert found[0].line_number == triage(SEED)[0].line_number + 200_000
    assert len(list(select(chunks()))) < 200


def test_line_without_end_is_cut():
    best = triage(["x" * 1_000_000] * 5 + ["\nCuda Error in execute: 77"])[0]
    assert (best.category, best.line_number) == ("illegal-memory-access", 2)


def test_versions_of_trtexec():
    assert [unpack(n) for n in (7103, 8401, 8503)] == ["7.1.3", "8.4.1", "8.5.3"]
    assert [unpack(n) for n in (100300, 101303)] == ["10.3.0", "10.13.3"]


def run(*arguments, **options):
    environment = dict(os.environ, NO_COLOR="1", COLUMNS="80")
    command = [sys.executable, "-m", "jetdoctor", "triage"] + list(arguments)
    return subprocess.run(command, cwd=str(ROOT), env=environment, capture_output=True, **options)


def test_command_exit_codes_and_json(tmp_path):
    done = run(str(LOGS / "trtexec_seed_8.4.1.log"), "--format", "json")
    document = json.loads(done.stdout)
    assert done.returncode == 0 and document["schema_version"] == "1"
    best = document["diagnoses"][0]
    assert set(best) >= {"category", "rule", "cause", "fix", "confidence", "line", "evidence"}
    assert best["category"] == "reduce-axes-input"
    nothing = run("-", "--format", "json", input=b"hello\xff\n")
    assert nothing.returncode == 1 and json.loads(nothing.stdout)["diagnoses"] == []
    utf16 = run("-", input="[E] CUDA initialization failure with error: 35\n".encode("utf-16"))
    assert utf16.returncode == 0 and b"1. cuda-init" in utf16.stdout


@pytest.mark.parametrize("arguments", [["nosuch.log"], ["docs"], ["x y", "-t", "jetpack-9"], ["--nosuch"]])
def test_command_bad_usage_is_one_line(arguments):
    done = run(*arguments, stdin=subprocess.DEVNULL)
    assert done.returncode == 2
    assert len(done.stderr.decode().splitlines()) == 1 and done.stdout == b""


def test_command_fits_80_columns():
    done = run("IShuffleLayer node_view: reshape changes volume. Reshaping [1,1,1,1] to [1,1280].")
    lines = done.stdout.decode().splitlines()
    assert "reduce-axes-input" in done.stdout.decode() and max(map(len, lines)) <= 80
