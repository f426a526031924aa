"""Every format for every command that judges something: fix, verify and device beside check."""

from __future__ import annotations

import json
import os
import xml.etree.ElementTree as ElementTree

import pytest

pytest.importorskip("onnx")

from jetdoctor.cli import main  # noqa: E402
from jetdoctor.report import FORMATS, gate, markdown_of, render  # noqa: E402
from jetdoctor.target import resolve  # noqa: E402
from jetdoctor.types import Evidence  # noqa: E402
from tests.test_schema import require_valid  # noqa: E402

pytestmark = pytest.mark.once

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MISREAD = os.path.join(ROOT, "fixtures", "models", "gap_classifier_dynamo_opset18.onnx")
SOUND = os.path.join(ROOT, "fixtures", "models", "gap_classifier_torchscript_opset13.onnx")
NANO = os.path.join(ROOT, "fixtures", "devices", "nano-jp4.6.4-r32.7.4-spoilt")
WRITTEN = [name for name in FORMATS if name not in ("text", "json", "html")]


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        code = main(list(arguments))
        told = capsys.readouterr()
        return code, told.out, told.err

    return call


def rules_in(format, text):
    """The rules that a report of the format tells of as errors."""
    if format == "sarif":
        (run,) = json.loads(text)["runs"]
        return {result["ruleId"] for result in run["results"] if result["level"] == "error"}
    if format == "junit":
        failures = ElementTree.fromstring(text).iter("failure")
        return {line.split()[0] for failure in failures for line in failure.text.splitlines()}
    if format == "github":
        return {line.partition("title=")[2].split()[0] for line in text.splitlines() if line.startswith("::error")}
    if format == "gitlab":
        return {issue["check_name"].split()[0] for issue in json.loads(text) if issue["severity"] == "critical"}
    if format == "jsonl":
        lines = [json.loads(line) for line in text.splitlines()]
        for line in lines:
            require_valid(line, "jsonl")
        found = [finding for line in lines for finding in line.get("findings", [])]
        return {finding["rule"] for finding in found if finding["severity"] == "error"}
    return {line.split()[2] for line in text.splitlines() if line.startswith("### error: ")}


@pytest.mark.parametrize("format", WRITTEN)
def test_device(run, format):
    code, out, err = run("device", "--root", NANO, "--format", format)
    assert (code, err) == (1, "") and rules_in(format, out) == {"JD111", "JD112", "JD116", "JD118"}


@pytest.mark.parametrize("format", WRITTEN)
def test_fix_tells_what_remains(run, format):
    pytest.importorskip("onnxruntime")
    code, out, _ = run("fix", MISREAD, "-t", "jp5.0.2", "--format", format)
    assert code == 0 and rules_in(format, out) == set()
    code, out, _ = run("fix", MISREAD, "-t", "jp5.0.2", "--select", "JD501", "--format", format)
    assert code == 1 and rules_in(format, out) == {"JD204"}


def test_fix_in_markdown_has_the_steps_and_the_proof(run):
    pytest.importorskip("onnxruntime")
    out = run("fix", MISREAD, "-t", "jp5.0.2", "--format", "markdown", "-o", "fixed.onnx")[1]
    assert "| done | JD204 | Lower the opset to 17 (safe) |" in out and "Proof in ONNX Runtime: **equal**" in out
    assert "Written to `fixed.onnx`." in out


def evidence(status, level="built"):
    return [Evidence("trtexec", "not-run", "not-run", "no trtexec"), Evidence("tensorrt", level, status, "so it is")]


@pytest.mark.parametrize("format", WRITTEN)
@pytest.mark.parametrize("status", ["different", "refused"])
def test_verify_that_fails(format, status):
    (target,) = resolve("jetpack-6.2")
    if format == "markdown":
        text = markdown_of.verify("m.onnx", target, evidence(status))
        assert "| tensorrt | %s | 0.0 | so it is |" % status in text
    else:
        text = render(gate.of_verify("m.onnx", target, evidence(status)), format)
    assert rules_in(format, text) == {"JD612"} and "so it is" in text


@pytest.mark.parametrize(
    "found, verdict, state",
    [
        (evidence("passed"), "deploys", "passed"),
        (evidence("passed", "static"), "unknown", "skipped"),
        (evidence("ran", "not-run"), "unknown", "skipped"),
        (evidence("not-run", "not-run"), "unknown", "error"),
        (evidence("crashed"), "fails", "failure"),
    ],
)
def test_what_verify_is_worth(found, verdict, state):
    report = gate.of_verify("m.onnx", None, found)
    assert [result.verdict for result in report.results] == [verdict]
    (case,) = ElementTree.fromstring(render(report, "junit")).iter("testcase")
    assert [child.tag for child in case] == ([] if state == "passed" else [state])


@pytest.mark.parametrize("format", WRITTEN)
def test_verify(run, format):
    pytest.importorskip("onnxruntime")
    code, out, _ = run("verify", SOUND, "--reference", MISREAD, "--backend", "onnxruntime", "--format", format)
    assert code in (0, 1) and rules_in(format, out) == ({"JD612"} if code else set())


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["fix", SOUND, "--opset", "13", "--format", "sarif"], "--format sarif is for CI: name the target"),
        (["verify", SOUND, "--as-parsed", "jp6.2", "--format", "junit"], "check MODEL -t jp6.2 --as-parsed"),
        (["device", "--format", "sarf"], "sarif"),
    ],
)
def test_mistakes(run, arguments, said):
    code, _, err = run(*arguments)
    assert code == 2 and said in err and err.count("\n") == 1


def test_a_board_that_is_lost_is_not_checked(run):
    with open("odd.json", "w", encoding="utf-8") as stream:
        stream.write("[]")
    code, out, _ = run("device", "--fleet", ".", "--format", "github")
    assert code == 2 and out.startswith("::error file=odd,title=not checked::odd: ./odd.json is not a snapshot")
