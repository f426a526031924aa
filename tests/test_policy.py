"""What a project decides: ignores with reasons and dates, baselines, policies, the configuration."""

from __future__ import annotations

import json
import os
import shutil

import pytest

pytest.importorskip("onnx")

import jetdoctor  # noqa: E402
from jetdoctor import report  # noqa: E402
from jetdoctor.cli import main  # noqa: E402
from jetdoctor.policy import config, make  # noqa: E402
from jetdoctor.policy.rule_names import rule_ids  # noqa: E402
from jetdoctor.types import UsageError  # noqa: E402

MODELS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "fixtures", "models")
MISREAD = os.path.join(MODELS, "gap_classifier_dynamo_opset18.onnx")
SOUND = os.path.join(MODELS, "gap_classifier_torchscript_opset13.onnx")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("COLUMNS", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def run(capsys):
    def call(*arguments):
        code = main(list(arguments))
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def configured(text):
    with open("jetdoctor.toml", "w") as stream:
        stream.write(text)


def checked(run, *arguments):
    code, out, _ = run("check", *arguments, "--format", "json")
    return code, json.loads(out)["results"][0]


# --- names of rules


@pytest.mark.parametrize("text", ["JD204", "jd204", "reduce-axes-ignored", "JD20x", "JD2xx"])
def test_a_rule_by_id_name_or_family(text):
    assert "JD204" in rule_ids([text])


@pytest.mark.parametrize("text, hint", [("JD2", "JD2xx"), ("JD20", "JD20x"), ("JD9999", "JD"), ("JD", "rules")])
def test_nothing_shorter_is_a_family(text, hint):
    with pytest.raises(UsageError, match=hint):
        rule_ids([text])


# --- ignores


def test_verdict_exit_code_and_counts_agree_with_what_is_ignored(run):
    configured('[ignore]\nJD204 = "rewritten on the board"\n')
    code, result = checked(run, MISREAD, "-t", "jp5.0.2")
    assert (code, result["verdict"], result["verdict_of_all"]) == (0, "deploys", "fixable")
    (apart,) = result["suppressed"]
    said = apart["suppression"]
    assert (apart["rule"], said["kind"], said["reason"]) == ("JD204", "ignored", "rewritten on the board")
    assert said["source"] == "jetdoctor.toml" and said["expires"] is None
    text = run("check", MISREAD, "-t", "jp5.0.2")[1]
    assert "DEPLOYS  ignoring JD204; with it: fixable" in text
    assert "JD204 reduce-axes-ignored ignored: rewritten on the board (jetdoctor.toml)" in " ".join(text.split())


def test_reasons_in_every_format(run):
    configured('[ignore]\nJD204 = "rewritten on the board"\n')
    for name in ("text", "json", "jsonl", "sarif", "junit", "markdown"):
        shown = run("check", MISREAD, "-t", "jp5.0.2", "--format", name)[1]
        assert "rewritten on the board" in " ".join(shown.split()), name
    (sarif,) = json.loads(run("check", MISREAD, "-t", "jp5.0.2", "--format", "sarif")[1])["runs"]
    (one,) = [r for r in sarif["results"] if r["ruleId"] == "JD204"]
    (suppression,) = one["suppressions"]
    assert suppression["kind"] == "external" and "rewritten on the board" in suppression["justification"]
    assert not [r for r in sarif["results"] if r["ruleId"] != "JD204" and "suppressions" in r]
    assert 'failures="0"' in run("check", MISREAD, "-t", "jp5.0.2", "--format", "junit")[1]
    assert "1 finding left out" in run("check", MISREAD, "-t", "jp5.0.2", "--format", "github")[1]
    assert "JD204" not in run("check", MISREAD, "-t", "jp5.0.2", "--format", "gitlab")[1]


def test_a_reason_on_the_command_line(run):
    code, result = checked(run, MISREAD, "-t", "jp5.0.2", "--ignore", "JD204=fixed on the board, see 12")
    assert code == 0 and result["suppressed"][0]["suppression"]["reason"] == "fixed on the board, see 12"


def test_an_ignore_ends_on_its_day(run):
    configured('[ignore]\nJD204 = { reason = "until the new parser", expires = 2999-01-31 }\n')
    code, result = checked(run, MISREAD, "-t", "jp5.0.2")
    assert code == 0 and result["suppressed"][0]["suppression"]["expires"] == "2999-01-31"
    configured('[ignore]\nJD204 = { reason = "until the new parser", expires = "2001-01-31" }\n')
    code, out, err = run("check", MISREAD, "-t", "jp5.0.2")
    assert code == 1 and "error JD204" in out
    assert "expired on 2001-01-31" in err and "until the new parser" in err


@pytest.mark.parametrize(
    "text, said",
    [
        ('ignore = ["JD305"]', "needs a reason"),
        ('[ignore]\nJD305 = ""', "needs a reason"),
        ("[ignore]\nJD305 = 5", "needs a reason"),
        ('[ignore]\nJD2 = "x"', "JD2xx"),
        ('[ignore]\nJD204 = { reason = "x", expires = "soon" }', "2027-03-31"),
        ('[ignore]\nJD204 = { reason = "x", until = "2030-01-01" }', "no setting 'until'"),
        ('[[policy]]\nfail-on = "never"', "for which models or targets"),
        ('[[policy]]\nmodels = "*"\nfail-on = "maybe"', "error, warning, info or never"),
        ('[[policy]]\ntargets = ["jetpak-5"]', "jetdoctor.toml, policy 1: unknown target 'jetpak-5'"),
        ('targets = ["jp5.9"]', "jetdoctor.toml: unknown target 'jp5.9'"),
        ('select = ["JD987"]', "jetdoctor.toml: unknown rule 'JD987'"),
        ('[ignore]\nJD987 = "x"', "jetdoctor.toml: unknown rule 'JD987'"),
        ("jobs = 0", "1 or more"),
        ("policy = 5", r"[[policy]]"),
    ],
)
def test_wrong_settings_are_one_line(run, text, said):
    configured(text)
    code, out, err = run("check", MISREAD)
    assert (code, out, err.count("\n")) == (2, "", 1) and said in err


# --- policies


def test_a_policy_for_some_models(run):
    os.mkdir("nets")
    for name in ("nets/a.onnx", "b.onnx"):
        with open(MISREAD, "rb") as source, open(name, "wb") as copy:
            copy.write(source.read())
    configured('[[policy]]\nmodels = ["nets/*"]\nignore = { JD204 = "known" }\n')
    assert run("check", "nets/a.onnx", "-t", "jp5.0.2")[0] == 0
    assert run("check", "b.onnx", "-t", "jp5.0.2")[0] == 1


def test_patterns_of_an_ignore_are_seen_from_the_file(run, monkeypatch):
    os.makedirs("nets/old")
    shutil.copy(MISREAD, "nets/old/a.onnx")
    configured('[ignore]\nJD204 = { reason = "known", models = ["nets/old/*"] }\n')
    monkeypatch.chdir("nets")
    assert run("check", "old/a.onnx", "-t", "jp5.0.2")[0] == 0


def test_a_policy_for_some_targets(run):
    configured('[[policy]]\ntargets = ["jp5.x"]\nfail-on = "never"\n')
    assert run("check", MISREAD, "-t", "jp5.0.2")[0] == 0
    assert run("check", MISREAD, "-t", "xavier-nx@jetpack-5.0.2")[0] == 0  # a JetPack speaks of all its modules
    assert run("check", MISREAD, "-t", "jp4.6")[0] == 1
    assert run("check", MISREAD, "-t", "jp5.0.2", "--fail-on", "error")[0] == 1  # the command line stands above


# --- baselines


def test_a_baseline_that_was_written_passes_what_it_knows_and_no_more(run):
    code, _, err = run("check", MISREAD, "-t", "jp5.0.2", "--write-baseline", "base.json")
    assert code == 0 and "wrote base.json" in err
    with open("base.json") as stream:
        rows = json.load(stream)["baseline"]
    assert [row["rule"] for row in rows] == sorted(row["rule"] for row in rows) and "JD204" in rows[0]["rule"]
    code, result = checked(run, MISREAD, "-t", "jp5.0.2", "--baseline", "base.json")
    assert (code, result["verdict"]) == (0, "deploys") and result["suppressed"][0]["suppression"]["kind"] == "baseline"
    with open("base.json", "w") as stream:
        json.dump({"baseline": [row for row in rows if row["rule"] != "JD204"]}, stream)
    assert run("check", MISREAD, "-t", "jp5.0.2", "--baseline", "base.json")[0] == 1


def test_writing_a_baseline_again_keeps_what_is_known(run):
    run("check", MISREAD, "-t", "jp5.0.2", "--write-baseline", "a.json")
    run("check", MISREAD, "-t", "jp5.0.2", "--baseline", "a.json", "--write-baseline", "b.json")
    with open("a.json") as first, open("b.json") as second:
        assert first.read() == second.read()


def test_the_cure_for_a_wrong_baseline_never_overwrites_something_else(run):
    err = run("check", MISREAD, "-t", "jp5.0.2", "--baseline", MISREAD)[2]
    assert "is not JSON" in err and err.rstrip().endswith("--write-baseline FILE.json")


@pytest.mark.parametrize("text", ["{}", "[1]", '{"baseline": 5}', '{"baseline": [{"rule": "x"}]}', "\x88"])
def test_what_is_no_baseline(run, text):
    with open("base.json", "w", encoding="latin-1") as stream:
        stream.write(text)
    code, _, err = run("check", MISREAD, "-t", "jp5.0.2", "--baseline", "base.json")
    assert code == 2 and "--write-baseline" in err and "codec" not in err and "KeyError" not in err


# --- the configuration and the options beside it


def test_config_says_where_each_value_comes_from(run, monkeypatch):
    assert "defaults" in run("config")[1]
    with open("pyproject.toml", "w") as stream:
        stream.write('[tool.jetdoctor]\ntargets = "jp6.2"\nignore = { JD305 = "why" }\n')
    monkeypatch.setenv("FORCE_COLOR", "0")
    code, out, _ = run("config", "--format", "json")
    document = json.loads(out)
    rows = {row["setting"]: row for row in document["settings"]}
    assert code == 0 and set(config.SETTINGS) <= set(rows)
    assert rows["targets"]["value"] == ["jp6.2"] and "[tool.jetdoctor]" in rows["targets"]["from"]
    assert rows["ignore"]["value"] == ["JD305: why"] and rows["fail-on"]["from"] == "default"
    assert rows["FORCE_COLOR"]["from"] == "environment"


def test_every_setting_is_documented():
    page = os.path.join(os.path.dirname(MODELS), "..", "docs", "configuration.md")
    with open(page, encoding="utf-8") as stream:
        text = stream.read()
    for name in (*config.SETTINGS, *config.POLICY_KEYS, *config.IGNORE_KEYS):
        assert "`%s`" % name in text, name


def test_exit_zero(run):
    assert run("check", MISREAD, "-t", "jp5.0.2", "--exit-zero")[0] == 0
    assert run("check", "missing.onnx", "-t", "jp5.0.2", "--exit-zero")[0] == 2


def test_quiet_is_one_line_for_each_model(run):
    out = run("check", MISREAD, SOUND, "missing.onnx", "-t", "jp5.0.2", "-q")[1]
    assert [line.split()[0] for line in out.splitlines()] == ["FIXABLE", "DEPLOYS", "UNREADABLE"]
    assert len(run("check", MISREAD, SOUND, "-q")[1].splitlines()) == 2


def test_color(run, monkeypatch):
    quiet = ("check", SOUND, "-t", "jp6.2", "-q")
    assert "\x1b" not in run(*quiet)[1]
    assert "\x1b[" in run(*quiet, "--color", "always")[1]
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in run(*quiet)[1]
    assert "\x1b" not in run(*quiet, "--color=never")[1]
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in run(*quiet)[1]
    code, _, err = run(*quiet, "--color", "sometimes")
    assert code == 2 and "auto, always or never" in err


@pytest.mark.parametrize("name", report.GATES)
def test_a_gate_wants_a_target(run, name):
    code, out, err = run("check", MISREAD, "--format", name)
    assert (code, out) == (2, "") and "name the targets" in err


# --- the API


def test_the_api_takes_reasons_and_policies():
    found = jetdoctor.check(MISREAD, "jp5.0.2", ignore={"JD204": "known"}).results[0]
    assert (found.verdict, found.verdict_of_all, found.suppressed[0].reason) == ("deploys", "fixable", "known")
    policy = make(select=["JD3xx"])
    found = jetdoctor.check(MISREAD, "jp5.0.2", policy=policy).results[0]
    assert {one.rule[:3] for one in found.findings} == {"JD3"} and found.suppressed[0].kind == "not-selected"


def test_a_crashed_rule_is_never_set_apart():
    from jetdoctor.types import Finding, ModelSummary, Result, Target

    crash = Finding("JD000", "rule-crashed", "error", "environment", "boom")
    result = Result(ModelSummary("m"), Target("t"), "unknown", (crash,))
    assert make(select=["JD204"], ignore=["JD3xx"]).apply(result) == result
