"""The signatures: where they stand, what they are made of, and that they recognize what people reported."""

from __future__ import annotations

import json
import random
import re
import time
from pathlib import Path

import pytest

from jetdoctor.facts import knowledge
from jetdoctor.triage import known, triage
from jetdoctor.triage.lines import clean
from jetdoctor.triage.prefixes import split
from jetdoctor.triage.signatures import book, entries, folder

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parent.parent
REPORTS = [
    json.loads(line)
    for line in (ROOT / "fixtures" / "logs" / "reports.jsonl").read_text(encoding="utf-8").splitlines()
]

#: Every name that ``category`` may have. It is a contract: other programs read it.
CATEGORIES = """
accuracy-mismatch api-removed board-service broadcast-rank builder-bug camera configuration container-host-mismatch
cuda-driver cuda-init disk-full dla dtype dynamic-shape-profile einsum engine-device-mismatch engine-file-corrupt
engine-file-missing engine-version-mismatch external-data-2gb fp16-accuracy glibc gpu-arch gridsample if-loop
illegal-instruction illegal-memory-access initializer-required int8-calibration internal-error jetpack-install
lib-not-found library-mix local-functions no-implementation numpy-abi numpy-bool opencv-dnn opset-too-new ort-provider
ort-wheel out-of-memory package-index permission plugin-failed plugin-not-found protobuf python-bindings
python-version qdq reduce-axes-input reshape-volume resize scatternd shape-tensor silent-parse-failure
simplifier-broke-model ssh toolchain topk torch-wheel trt-too-old unknown-device unsupported-op version-converter
weights-mismatch
""".split()
KEYS = {
    "category", "rule", "stage", "means", "cause", "fix", "upgrade", "lines", "without", "by_operator", "capture",
    "at_info", "when_stage",
    "when_tool", "since", "before", "rank", "confidence", "sources",
}  # fmt: skip


@pytest.mark.parametrize("report", REPORTS, ids=[r["url"][len("https://github.com/") :] for r in REPORTS])
def test_report(report):
    found = triage("\n".join(report["lines"]))
    if report["category"] == ["none"]:
        assert not found
        return
    best = found[0]
    assert best.category in report["category"]
    said = (best.cause + " " + best.fix).lower()
    assert not report["say"] or any(word in said for word in report["say"]), said


def test_confidence_is_earned():
    for wanted, share in (("high", 0.97), ("medium", 0.8)):
        judged = [(found, r) for r in REPORTS for found in triage("\n".join(r["lines"]))[:1]]
        right = [d.category in r["category"] for d, r in judged if d.confidence == wanted]
        assert len(right) > 10 and sum(right) >= share * len(right)


def test_every_category_has_meaning_cause_and_fix_and_no_other_exists():
    rows = book().categories
    assert sorted(rows) == sorted(CATEGORIES)
    schema = json.loads((ROOT / "docs" / "schema" / "common.json").read_text(encoding="utf-8"))
    assert schema["$defs"]["diagnosis"]["properties"]["category"]["enum"] == CATEGORIES
    assert all(row["cause"].endswith(".") and row["means"].endswith(".") and row["fix"] for row in rows.values())
    assert {s.category for s in book().signatures} <= set(CATEGORIES)
    assert all(set(row.get("explained_by", ())) <= set(CATEGORIES) for row in rows.values())


def test_entries_have_known_keys_and_sources():
    for entry in entries():
        assert set(entry) <= KEYS, entry
        assert entry["sources"] and all(entry["sources"]) and entry["confidence"] in ("high", "medium", "low")
        assert entry.get("when_stage") in (None, "parse", "build", "load", "run")


def test_rules_that_signatures_name_exist():
    named = {s.row.get("rule") for s in book().signatures} | {r["rule"] for r in book().categories.values()}
    files = {path.name[:5] for path in (ROOT / "rules").glob("*/JD*.py")}
    assert named - {None} <= files


def test_lines_are_spelled_as_they_are_compared():
    for signature in book().signatures:
        assert len(signature.anchor) >= 4
        for piece in signature.pieces:
            assert piece == re.sub(r"\s+", " ", piece.lower()) and not set(piece) & set("\"'`"), piece


def test_files_are_read_by_subject():
    names = {path.stem for path in Path(folder()).glob("*.json")}
    assert {"_categories", "_operators", "_standard"} < names and len(names) > 12
    assert book().first_opset["LayerNormalization"] == 17


def test_no_message_of_a_fact_is_unknown():
    """What the parser says of a form that ``check`` foretells leads back to the rule of that fact."""
    facts, wrong, told = knowledge(), [], 0
    for operator in sorted(facts.operators):
        for row in facts.rows(operator, "refused"):
            if not known.literal(row.get("message") or ""):
                continue
            told += 1
            text = "[E] [TRT] While parsing node number 3 [%s -> out]:\n[E] [TRT] [8] Assertion failed: ok && %s"
            found = triage(text % (operator, row["message"]))
            if not found or not found[0].rule:
                wrong.append((operator, row["message"]))
    assert told > 100 and not wrong


def test_random_lines_are_cheap():
    rng = random.Random(5)
    words = [piece for signature in book().signatures for piece in signature.pieces]
    lines = []
    for _ in range(100_000):
        words_of_line = [rng.choice(words) if rng.random() < 0.04 else "x%d" % rng.randrange(10**6) for _ in range(4)]
        prefix = rng.choice(("[E] [TRT] ", "E0320 10:11:12.1 1 a.cc:1] ", "", "[ 12.000001] "))
        lines.append(prefix + " ".join(words_of_line))
    began = time.process_time()
    triage(["\n".join(lines)] * 2)
    assert time.process_time() - began < 60


@pytest.mark.parametrize(
    "hostile",
    [
        "[" * 4000, "[E] " * 1000, "0:00:00.1 " * 400, "a/" * 2000, "{ForeignNode[" * 300, "Conv_" * 800,
        "_1" * 2000, "while parsing node number 1 [" * 130,
        "tensorrt" * 500, "\x1b[" * 2000, "# R36 (release), REVISION: " * 140, "0x" * 2000, "." * 4000, "/" * 4000,
        "A" * 4000, "1" * 4000, ".onnx" * 800,
        "in node -1 with name: " * 180, "&&&& RUNNING TensorRT.trtexec [" * 120, "implementation for node " * 160,
    ],
)  # fmt: skip
def test_worst_lines_take_linear_time(hostile):
    began = time.process_time()
    for number in range(20):
        clean(number, hostile)
        split(hostile)
        triage(hostile)
    assert time.process_time() - began < 6
