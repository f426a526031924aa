"""Reports: each format holds every finding once, and nothing that a model's names could inject."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import pytest

from jetdoctor import report
from jetdoctor.report import matrix, style, words
from jetdoctor.types import (
    Coverage,
    Equivalence,
    Finding,
    Fix,
    Location,
    ModelSummary,
    Plan,
    PlanStep,
    Report,
    Result,
    Suppressed,
    Target,
)

MODEL = ModelSummary("nets/a b.onnx", None, 8, {"ai.onnx": 18}, "pytorch 2.9.1", 120)
JP5 = Target("jetpack-5.0.2", "8.4.1", "5.0.2", "35.1.0", "11.4", "8.4.1.50", "3.8")
JP6 = Target("jetpack-6.2", "10.3.0", "6.2", "36.4.3", "12.6", "9.3.0.75", "3.10")
JP72 = Target("jetpack-7.2.2", None, "7.2.2")

ERROR = Finding(
    "JD204",
    "reduce-axes-ignored",
    "error",
    "wrong-output",
    "ReduceMean gives axes as an input, which this parser does not read",
    Location(("main",), 57, "node_mean", "ReduceMean", "", "val_12", "mean"),
    (Fix("Lower the opset to 17", "safe", None, 17),),
    ("onnx-tensorrt 8.4-GA builtin_op_importers.cpp:613",),
    tuple(Location(("main",), 60 + n, "node_mean_%d" % n, "ReduceMean") for n in range(5)),
    ("Reshape node_view fails: reshape changes volume",),
    "measured",
)
WARNING = Finding("JD304", "opset-beyond-documented", "warning", "undocumented", "opset 18 is newer than 17")
MANUAL = replace(
    ERROR, rule="JD301", name="no-importer", outcome="rejected", fixes=(Fix("Use another op", "manual"),)
)

FIXABLE = Result(MODEL, JP5, "fixable", (WARNING, ERROR))
DEPLOYS = Result(MODEL, JP6, "deploys")
UNKNOWN = Result(MODEL, JP72, "unknown")
UNREADABLE = Result(
    ModelSummary("bad.onnx"), JP5, "unreadable", error="bad.onnx is empty", evidence="not-run"
)

HOSTILE = "x\x1b[31m\u202e</script>\"'&|`*\n::error::\r%0A,:\ud800\x00"
EVIL = Result(
    ModelSummary(
        "m%s.onnx" % HOSTILE.replace("\ud800", "\udcff"), producer=HOSTILE, opset={HOSTILE: 1}, nodes=1
    ),
    JP5,
    "fails",
    (
        Finding(
            "JD301",
            "no-importer",
            "error",
            "rejected",
            HOSTILE,
            Location(("main", HOSTILE), 0, HOSTILE, HOSTILE, "", HOSTILE),
            (Fix(HOSTILE, "manual"),),
            (HOSTILE,),
            (Location(("main",), 1, HOSTILE, "Add"),),
            (HOSTILE,),
        ),
    ),
)


def text(*results, **options):
    return report.render(Report(results), "text", **options)


# --- text


def test_one_target_in_full():
    assert (
        text(FIXABLE, width=80)
        == """\
nets/a b.onnx                                 opset 18, pytorch 2.9.1, 120 nodes
jetpack-5.0.2  TensorRT 8.4.1, CUDA 11.4, Python 3.8

FIXABLE  jetdoctor fix can repair it
  evidence  static: rules of this TensorRT, nothing was built

error JD204 reduce-axes-ignored                  builds, computes something else
  at    ReduceMean node_mean, tensor val_12 and 5 more: node_mean_0,
        node_mean_1, node_mean_2, ...
  ReduceMean gives axes as an input, which this parser does not read
  then  Reshape node_view fails: reshape changes volume
  fix   Lower the opset to 17 (safe)
  from  onnx-tensorrt 8.4-GA builtin_op_importers.cpp:613 [measured]

warning JD304 opset-beyond-documented               outside the documented range
  opset 18 is newer than 17
  from  [preview: no source yet]

1 error, 1 warning, 0 infos
next: jetdoctor fix 'nets/a b.onnx' --target jetpack-5.0.2 -o 'nets/a b.jetpack-5.0.2.onnx'   repair it
"""
    )


@pytest.mark.parametrize("width", [60, 80, 140])
def test_no_line_is_wider_than_the_terminal(width):
    long = replace(ERROR, message="word " * 100, consequences=("then " * 60,))
    for shown in (
        text(replace(FIXABLE, findings=(long,)), width=width),
        text(FIXABLE, DEPLOYS, UNKNOWN, width=width),
    ):
        body = [line for line in shown.splitlines() if not line.startswith("next: ")]
        assert max(map(len, body)) <= width


def test_color_changes_nothing_but_escapes():
    plain, colored = text(FIXABLE), text(FIXABLE, color=True)
    assert "\x1b[" not in plain and "\x1b[31" in colored
    assert re.sub(r"\x1b\[[\d;]*m", "", colored) == plain


def test_matrix_groups_neighbors_and_names_change_points():
    shown = text(
        FIXABLE, DEPLOYS, replace(DEPLOYS, target=replace(JP6, name="jetpack-6.2.1")), UNKNOWN, matrix=True
    )
    assert "DEPLOYS on JetPack 6.2 to 6.2.1; fixable for 5.0.2; unknown for 7.2.2" in shown
    assert "  6.2 to 6.2.1  10.3.0    deploys" in shown
    assert "  5.0.2         8.4.1     fixable  JD204" in shown
    assert shown.count("error JD204") == 1 and "  on    JetPack 5.0.2" in shown
    assert "2 findings over 4 JetPacks; the exit code is" in shown


def test_matrix_keeps_separate_runs_of_a_verdict():
    targets = [replace(JP6, name="jetpack-%s" % v) for v in ("4.6", "5.0.2", "6.1", "7.2")]
    verdicts = ["deploys", "fails", "fails", "deploys"]
    results = [Result(MODEL, t, v) for t, v in zip(targets, verdicts)]
    assert matrix.headline(results) == "deploys on JetPack 4.6, 7.2; fails on 5.0.2 to 6.1"


def test_batch_says_one_line_for_what_is_quiet():
    other = replace(DEPLOYS, model=replace(MODEL, path="b.onnx"))
    shown = text(DEPLOYS, other, UNREADABLE)
    assert shown.splitlines()[:3] == [
        "DEPLOYS     nets/a b.onnx on jetpack-6.2",
        "DEPLOYS     b.onnx on jetpack-6.2",
        "UNREADABLE  bad.onnx is empty",
    ]
    assert shown.endswith("3 models: 2 deploys, 1 unreadable\n")


def test_what_was_left_out_is_said():
    apart = (Suppressed(ERROR, "ignored", "known", "jetdoctor.toml", "2027-03-31"),)
    shown = text(replace(FIXABLE, findings=(), suppressed=apart, verdict="deploys", verdict_of_all="fixable"))
    assert "DEPLOYS  ignoring JD204; with it: fixable" in shown
    assert "1 finding does not count" in shown
    assert "ignored until 2027-03-31: known (jetdoctor.toml)" in " ".join(shown.split())


def test_unknown_is_no_pass():
    shown = text(UNKNOWN)
    assert "UNKNOWN  no facts about TensorRT of this target" in shown and "DEPLOYS" not in shown


@pytest.mark.parametrize(
    "result, command",
    [
        (FIXABLE, "jetdoctor fix 'nets/a b.onnx' --target jetpack-5.0.2 -o 'nets/a b.jetpack-5.0.2.onnx'"),
        (replace(FIXABLE, findings=(MANUAL,), verdict="fails"), "jetdoctor explain JD301"),
        (
            replace(FIXABLE, findings=(replace(ERROR, fixes=(Fix("f", "unsafe"),)),)),
            "jetdoctor fix 'nets/a b.onnx' --target jetpack-5.0.2 -o 'nets/a b.jetpack-5.0.2.onnx' --unsafe",
        ),
        (DEPLOYS, "jetdoctor verify 'nets/a b.onnx' --target jetpack-6.2"),
        (UNKNOWN, ""),
    ],
)
def test_next_command(result, command):
    assert words.next_command(result)[0] == command


def test_clean_keeps_letters_and_escapes_the_rest():
    assert style.clean("naïve/层_1") == "naïve/层_1"
    assert style.clean("a\x1b\n\u202e\ud800") == "a\\x1b\\n\\u202e\\ud800"


# --- every format


@pytest.mark.parametrize("format", report.FORMATS)
def test_hostile_names_stay_text(format):
    shown = report.render(Report((EVIL,)), format, width=80, color=False)
    assert "\x1b" not in shown and "\u202e" not in shown and "\x00" not in shown and "\r" not in shown
    shown.encode("utf-8")
    if format == "html":
        assert shown.count("</script") == report.render(Report((DEPLOYS,)), "html").count("</script")
    if format == "github":
        assert [line for line in shown.splitlines() if line.startswith("::")] == shown.splitlines()[:-1]
        assert len(shown.splitlines()) == 2
    if format == "junit":
        ElementTree.fromstring(shown)
    if format in ("json", "sarif", "gitlab"):
        json.loads(shown)
    if format == "jsonl":
        assert [json.loads(line)["type"] for line in shown.splitlines()] == ["result", "summary"]


@pytest.mark.parametrize("format", report.FORMATS)
@pytest.mark.parametrize(
    "results", [(), (UNREADABLE,), (UNKNOWN,), (DEPLOYS,), (FIXABLE, DEPLOYS, UNREADABLE)]
)
def test_every_format_takes_every_report(format, results):
    shown = report.render(Report(results), format)
    assert shown.strip() or not results
    if any(result is FIXABLE for result in results):
        assert "JD204" in shown and "JD304" in shown
    if UNREADABLE in results:
        assert "bad.onnx is empty" in shown


def test_json_is_the_contract():
    document = json.loads(report.render(Report((FIXABLE, UNREADABLE)), "json"))
    assert document["schema_version"] == "1" and document["tool"]["name"] == "jetdoctor"
    assert document["summary"] == {"models": 2, "errors": 1, "warnings": 1, "infos": 0}
    first, second = document["results"]
    assert first["target"] == {
        "name": "jetpack-5.0.2",
        "tensorrt": "8.4.1",
        "cuda": "11.4",
        "python": "3.8",
        "module": None,
        "compute_capability": None,
    }
    assert first["model"]["opset"] == {"ai.onnx": 18} and first["model"]["nodes"] == 120
    finding = first["findings"][1]
    assert finding["location"] == {
        "graph": ["main"],
        "node_index": 57,
        "node_name": "node_mean",
        "op_type": "ReduceMean",
        "domain": "",
        "tensor": "val_12",
    }
    assert finding["fix"] == {"title": "Lower the opset to 17", "applicability": "safe"}
    assert re.fullmatch("[0-9a-f]{16}", finding["key"])
    assert (second["verdict"], second["error"]) == ("unreadable", "bad.onnx is empty")


def test_sarif_shape():
    document = json.loads(report.render(Report((FIXABLE, replace(FIXABLE, target=JP6), UNREADABLE)), "sarif"))
    assert document["version"] == "2.1.0"
    (run,) = document["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert sorted(rule["id"] for rule in rules) == ["JD204", "JD304"]
    assert len(run["results"]) == 2  # one per cause, not per target
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note") and result["message"]["text"]
        assert list(result["partialFingerprints"]) == ["jetdoctorKey/v1"]
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == "nets/a%20b.onnx" and place["region"]["startLine"] == 1
    error = next(result for result in run["results"] if result["ruleId"] == "JD204")
    assert error["partialFingerprints"]["jetdoctorKey/v1"] == ERROR.key
    assert error["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == "main/node_mean"
    assert [place["id"] for place in error["relatedLocations"]] == [1, 2, 3, 4, 5]
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    assert invocation["toolExecutionNotifications"][0]["message"]["text"] == "bad.onnx is empty"


def test_junit_counts():
    root = ElementTree.fromstring(report.render(Report((FIXABLE, DEPLOYS, UNKNOWN, UNREADABLE)), "junit"))
    assert [root.get(k) for k in ("tests", "failures", "errors", "skipped")] == ["4", "1", "1", "1"]
    suite = root[0]
    assert [case.get("name") for case in suite] == ["jetpack-5.0.2", "jetpack-6.2", "jetpack-7.2.2"]
    tags = [["failure", "system-out"], [], ["skipped"]]
    assert [[child.tag for child in case] for case in suite] == tags
    assert "JD204 reduce-axes-ignored at ReduceMean node_mean" in suite[0].find("failure").text


COVERED = replace(DEPLOYS, coverage=Coverage("measured", "documented", "none", "read"))
LOOKED_AT = "parser (measured), network library (documented), values (read); not at the builder"


def test_every_format_says_what_was_looked_at():
    for format_name in ("text", "markdown", "junit"):
        shown = report.render(Report((COVERED,)), format_name).replace("\\", "")
        assert LOOKED_AT in " ".join(shown.split()), format_name
    document = json.loads(report.render(Report((COVERED,)), "json"))
    walls = {"parser": "measured", "network": "documented", "builder": "none", "values": "read"}
    assert document["results"][0]["coverage"] == walls
    page = report.render(Report((COVERED,)), "html")  # whose scripts say it in words (tests/browser)
    assert '"coverage":%s' % json.dumps(walls, separators=(",", ":")) in page
    (run,) = json.loads(report.render(Report((COVERED,)), "sarif"))["runs"]
    assert run["properties"]["coverage"] == [{"model": MODEL.path, "target": "jetpack-6.2", **walls}]


def test_several_targets_share_one_line_of_coverage():
    other = replace(FIXABLE, coverage=Coverage("interpolated", "documented", "none", "none"))
    shown = " ".join(report.render(Report((other, COVERED)), "text").split())
    assert "parser (interpolated, measured), network library (documented), values (none, read)" in shown


def test_github_annotations():
    lines = report.render(Report((FIXABLE, DEPLOYS, UNREADABLE)), "github").splitlines()
    assert lines[0].startswith(
        "::error file=nets/a b.onnx,title=JD204 reduce-axes-ignored::ReduceMean node_mean"
    )
    assert "%0Aon JetPack 5.0.2%0A" in lines[0]
    assert lines[1].startswith("::warning file=nets/a b.onnx,title=JD304")
    assert lines[2] == "::error file=bad.onnx,title=unreadable model::bad.onnx is empty"
    assert lines[3] == "jetdoctor: 2 error annotations"


def test_gitlab_fingerprints_tell_models_and_findings_apart():
    other = replace(FIXABLE, model=replace(MODEL, path="b.onnx"))
    issues = json.loads(report.render(Report((FIXABLE, other, UNREADABLE)), "gitlab"))
    assert len({issue["fingerprint"] for issue in issues}) == len(issues) == 5
    assert {issue["severity"] for issue in issues} == {"critical", "minor", "blocker"}
    for issue in issues:
        assert set(issue) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert issue["location"]["path"] and issue["location"]["lines"] == {"begin": 1}


def test_sarif_rules_have_their_page_as_help(monkeypatch):
    from jetdoctor.report import site

    monkeypatch.setattr(site, "root", lambda: "https://docs.example.org/jetdoctor")
    (run,) = json.loads(report.render(Report((FIXABLE,)), "sarif"))["runs"]
    rule = next(rule for rule in run["tool"]["driver"]["rules"] if rule["id"] == "JD204")
    assert "## Why it fails" in rule["help"]["markdown"] and rule["helpUri"].endswith("/rules/JD204.html")
    assert not rule["fullDescription"]["text"].startswith("#") and rule["properties"]["tags"] == ["shapes"]


def test_markdown_table_survives_a_pipe():
    shown = report.render(Report((replace(FIXABLE, model=replace(MODEL, path="a|b`c")),)), "markdown")
    assert "## `` a\\|b`c ``" in shown
    rows = [line for line in shown.splitlines() if line.startswith("|")]
    assert rows[2] == "| 5.0.2 | 8.4.1 | 🔧 fixable | JD204 |"


def test_html_stands_alone():
    shown = report.render(Report((FIXABLE, DEPLOYS)), "html")
    markup, scripts = shown.split("<script>", 1)
    assert shown.startswith("<!DOCTYPE html>") and not re.search(r"(src|href)=|@import|url\(", markup)
    assert "default-src 'none'" in markup and not re.search(r"\b(fetch|import|XMLHttpRequest)\(|innerHTML", scripts)
    (entry,) = json.loads(re.search(r'<script id="data"[^>]*>(.*?)</script>', shown, re.S).group(1))["models"]
    assert [cause["rule"] for cause in entry["causes"]] == ["JD204", "JD304"]
    assert [target["verdict"] for target in entry["targets"]] == ["fixable", "deploys"]


# --- fix


PLAN = Plan(
    (
        PlanStep("JD204", "Lower the opset to 17", "safe", "node_mean", True, "at 6 nodes"),
        PlanStep("JD301", "Use another op", "manual", "node_x", False, "advice only"),
    ),
    Equivalence("equal", 8, 1.25e-7, 3e-6),
    "out.onnx",
)


def fixed(format, **options):
    return report.render_fix(
        Report((replace(FIXABLE, target=JP5, findings=(MANUAL,), verdict="fails"),)),
        options.pop("plan", PLAN),
        format,
        path="nets/a b.onnx",
        before=(FIXABLE,),
        **options,
    )


def test_fix_text():
    shown = fixed("text", changes=[("Lower the opset to 17", "JD204", ["- ReduceMean a", "+ ReduceMean b"])])
    for line in (
        "before: FIXABLE on jetpack-5.0.2 (TensorRT 8.4.1)",
        "+ JD204  Lower the opset to 17 (safe)",
        "  do    Use another op",
        "  - ReduceMean a",
        "proof: equal in ONNX Runtime: 8 runs; largest difference 3e-06 of the largest",
        "after:  FAILS on jetpack-5.0.2 (TensorRT 8.4.1)",
        "written: out.onnx",
    ):
        assert line in shown.splitlines()
    assert "error JD301" in shown


def test_fix_text_of_a_dry_run_and_of_a_refusal():
    assert "dry run" in fixed("text", plan=replace(PLAN, written=None))
    shown = fixed("text", plan=Plan((), Equivalence(reason="no")), reason="the result differs: mean")
    assert "nothing is written: the result differs: mean" in shown and "Nothing was written." in shown


def test_fix_json_is_the_contract():
    document = json.loads(fixed("json"))
    assert document["plan"][0] == {
        "rule": "JD204",
        "title": "Lower the opset to 17",
        "applicability": "safe",
        "node_name": "node_mean",
        "applied": True,
        "reason": "at 6 nodes",
    }
    equivalence = document["equivalence"]
    assert (equivalence["status"], equivalence["runs"]) == ("equal", 8)
    assert (equivalence["max_abs"], equivalence["max_rel"]) == (1.25e-7, 3e-6)
    assert document["written"] == "out.onnx" and document["results"][0]["verdict"] == "fails"
    assert document["before"] == [{"target": "jetpack-5.0.2", "verdict": "fixable"}]


def test_a_log_line_about_many_nodes_is_said_once():
    lines = tuple("Reshape %s fails: reshape changes volume. Reshaping [] to [1,300]" % name for name in "abc")
    shown = text(replace(FIXABLE, findings=(replace(ERROR, consequences=lines + ("another",)),)))
    assert shown.count("then  ") == 2 and "Reshape a fails" in shown and "(and 2 more nodes)" in " ".join(shown.split())


def test_a_batch_names_the_models_that_fail():
    failing = [replace(FIXABLE, verdict="fails", model=replace(MODEL, path="m%d.onnx" % n)) for n in range(12)]
    shown = text(DEPLOYS, *failing)
    assert "fails  m0.onnx, m1.onnx" in shown and "and 2 more" in shown


def test_a_reason_that_several_steps_share_is_said_once():
    steps = tuple(PlanStep("JD301", "Rewrite %d" % n, "safe", "n%d" % n, False, "scores tie") for n in range(3))
    shown = fixed("text", plan=replace(PLAN, steps=steps))
    assert shown.count("left  scores tie") == 1 and shown.count("left  as above") == 2
