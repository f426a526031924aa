"""The command line: options, exit codes, the JSON document, one clear line for every bad input."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from jetdoctor.cli import main

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MODELS = os.path.join(ROOT, "fixtures", "models")
BROKEN = os.path.join(MODELS, "gap_classifier_dynamo_opset18.onnx")
SOUND = os.path.join(MODELS, "gap_classifier_torchscript_opset13.onnx")

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    """Every test runs in an empty folder, so that no configuration of ours is found."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture
def run(capsys):
    """``run(*arguments) -> (exit code, stdout, stderr)``, in this process."""

    def call(*arguments):
        code = main(list(arguments))
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def check_json(run, *arguments):
    code, out, err = run("check", *arguments, "--format", "json")
    return code, json.loads(out), err


# --- the whole


def test_version(run):
    import jetdoctor

    assert run("--version") == (0, "jetdoctor %s\n" % jetdoctor.__version__, "")


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["help"]])
def test_help_names_every_command_in_80_columns(run, arguments):
    from jetdoctor.cli.commands import COMMANDS

    code, out, _ = run(*arguments)
    assert code == 0
    assert all("  %-9s" % name in out for name in COMMANDS)
    assert max(map(len, out.splitlines())) <= 80


@pytest.mark.parametrize(
    "command", ["check", "fix", "plan", "verify", "device", "triage", "targets", "ops", "rules", "explain", "config"]
)
def test_help_of_a_command(run, command):
    code, out, err = run(command, "--help")
    assert (code, err) == (0, "")
    assert "usage: jetdoctor %s" % command in out and "Examples:" in out
    assert max(map(len, out.splitlines())) <= 80


def one_line(err):
    assert err.startswith("jetdoctor: ") and err.count("\n") == 1 and "Traceback" not in err
    return err


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["chekc"], "did you mean check"),
        ([BROKEN], "did you mean `jetdoctor check"),
        (["check"], "MODEL"),
        (["check", BROKEN, "--tagret", "jp5.0.2"], "did you mean --target"),
        (["check", BROKEN, "--format", "yaml"], "invalid choice"),
        (["check", BROKEN, "-t", "jetpak-5.0.2"], "did you mean jetpack-5.0.2"),
        (["check", BROKEN, "--fail-on", "warn"], "argument --fail-on: invalid choice: 'warn': did you mean warning?"),
        (["check", BROKEN, "-t", "xavier-nx@jetpack-6.2"], "it runs JetPack 4.4 to 4.6.6, 5.0 to 5.1.6"),
        (["check", BROKEN, "--select", "JD2O4"], "unknown rule 'JD2O4': did you mean"),
        (["check", BROKEN, "--ignore", "reduce-axis-ignored"], "did you mean reduce-axes-ignored"),
        (["check", BROKEN, "-o", "missing/folder/out.json"], "does not exist (mkdir -p it first)"),
        (["check", BROKEN, "--baseline", "none.json"], "--write-baseline none.json"),
        (["check", BROKEN, "-j", "0"], "at least one"),
        (["check", BROKEN, "-j", "two"], "invalid int"),
        (["check", BROKEN, "--device", "none.json"], "none.json"),
        (["fix", BROKEN], "--target jetpack-5.0.2"),
        (["fix", BROKEN, "--freeze", "batch"], "NAME=SHAPE"),
        (["fix", BROKEN, "-t", "jp5.0.2", "-o", "missing/x.onnx"], "does not exist"),
        (["fix", BROKEN, "-t", "jp5.0.2", "--apply", "-o", "x.onnx"], "not allowed with"),
        (["explain", "JD2O4"], "JD204"),
        (["explain"], "ID"),
        (["targets", "jetpack-5.0.3"], "nearest: jetpack-5.0.2 and jetpack-5.1"),
        (["ops", "Reshap"], "did you mean Reshape"),
        (["triage", "build.log"], "build.log does not exist"),
        (["triage", BROKEN], "is a model, not a log: jetdoctor check"),
        (["device", "--snapshot", "none.json"], "none.json"),
        (["device", "--save", "missing/board.json"], "does not exist"),
    ],
)
def test_bad_usage_is_one_line_and_exit_2(run, arguments, said):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert said in one_line(err)
    assert os.listdir(".") == []


@pytest.mark.parametrize("command", ["check", "fix"])
def test_bad_usage_still_prints_the_document(run, command):
    code, out, err = run(command, BROKEN, "--target", "nonsense", "--format=json")
    document = json.loads(out)
    assert code == 2 and document["results"] == [] and document["schema_version"] == "1"
    assert document["error"] and one_line(err)


def test_an_internal_error_is_exit_3_without_a_traceback(run, monkeypatch):
    from jetdoctor.cli import targets

    def fail(arguments):
        raise KeyError("x\ny")

    monkeypatch.setattr(targets, "run", fail)
    code, out, err = run("targets")
    assert code == 3 and "internal error: KeyError" in one_line(err) and "--debug" in err
    with pytest.raises(KeyError):
        main(["targets", "--debug"])


@pytest.mark.parametrize("arguments", [("check", BROKEN), ("check", BROKEN, SOUND), ("fix", BROKEN, "-t", "jp5.0.2")])
def test_a_missing_package_is_named_with_the_command_that_brings_it(run, monkeypatch, arguments):
    import jetdoctor.fix.engine  # noqa: F401  (imported before what it imports is replaced)
    from jetdoctor import model

    def without_onnx(path):
        raise ModuleNotFoundError("No module named 'onnx'", name="onnx.checker")

    monkeypatch.setattr(model, "load", without_onnx)
    monkeypatch.setattr("jetdoctor.fix.engine.load", without_onnx)
    code, out, err = run(*arguments)
    assert code == 3 and out == ""
    assert "onnx is not installed" in one_line(err) and "-m pip install onnx" in err


def test_interrupt_is_130(run, monkeypatch):
    from jetdoctor.cli import targets

    def interrupt(arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(targets, "run", interrupt)
    assert run("targets") == (130, "", "jetdoctor: interrupted\n")


# --- check


def test_check_finds_and_exits_1(run):
    code, document, _ = check_json(run, BROKEN, "-t", "jetpack-5.0.2")
    assert code == 1
    (result,) = document["results"]
    assert result["model"]["path"] == BROKEN
    assert result["model"]["sha256"] is None
    assert result["model"]["opset"] == {"ai.onnx": 18}
    assert result["target"]["name"] == "jetpack-5.0.2" and result["target"]["tensorrt"] == "8.4.1"
    assert (result["verdict"], result["evidence"]) == ("fixable", "static")
    (error,) = [f for f in result["findings"] if f["severity"] == "error"]
    assert (error["rule"], error["name"], error["outcome"]) == (
        "JD204",
        "reduce-axes-ignored",
        "wrong-output",
    )
    assert set(error) >= {"message", "location", "fix", "sources", "key"}
    assert set(error["location"]) == {"graph", "node_index", "node_name", "op_type", "domain", "tensor"}
    assert error["location"]["op_type"] == "ReduceMean" and error["location"]["graph"] == ["main"]
    assert error["fix"]["applicability"] == "safe" and len(error["key"]) == 16
    assert document["summary"]["models"] == document["summary"]["errors"] == 1


def test_check_of_a_sound_model_exits_0(run):
    code, document, _ = check_json(run, SOUND, "-t", "jetpack-5.0.2", "--hash")
    assert code == 0
    assert document["results"][0]["verdict"] == "deploys"
    assert len(document["results"][0]["model"]["sha256"]) == 64


@pytest.mark.parametrize(
    "fail_on, target, code",
    [
        ("error", "jp5.0.2", 1),
        ("never", "jp5.0.2", 0),
        ("warning", "jp5.0.2", 1),
        ("error", "jp6.2", 0),
        ("warning", "jp6.2", 0),
        ("info", "jp6.2", 0),
        ("info", "jp5.0.2", 1),
    ],
)
def test_fail_on(run, fail_on, target, code):
    assert run("check", BROKEN, "-t", target, "--fail-on", fail_on, "--select", "JD204")[0] == code


@pytest.mark.parametrize("format", ["text", "json", "jsonl", "sarif", "junit", "github", "gitlab", "markdown", "html"])
def test_fail_on_is_the_same_in_every_format(run, format):
    """JD304 is an info."""
    arguments = ("check", BROKEN, "-t", "jp5.0.2", "--select", "JD304", "--format", format)
    assert [run(*arguments, "--fail-on", at)[0] for at in ("warning", "info")] == [0, 1]


def test_ignored_findings_do_not_count(run):
    code, document, _ = check_json(run, BROKEN, "-t", "jp5.0.2", "--ignore", "JD204,JD3xx")
    (result,) = document["results"]
    assert (code, result["verdict"], result["verdict_of_all"]) == (0, "deploys", "fixable")
    assert not [f for f in result["findings"] if f["rule"] == "JD204" or f["rule"].startswith("JD3")]
    assert result["hidden"] == len(result["suppressed"]) >= 1
    assert "does not count" in run("check", BROKEN, "-t", "jp5.0.2", "--ignore", "JD204")[1]


@pytest.mark.parametrize("ids", ["JD204", "jd204", "JD20x", "JD2xx", "reduce-axes-ignored"])
def test_select(run, ids):
    code, document, _ = check_json(run, BROKEN, "-t", "jp5.0.2", "--select", ids)
    assert code == 1 and [f["rule"] for f in document["results"][0]["findings"]] == ["JD204"]


def test_baseline(run):
    assert run("check", BROKEN, "-t", "jp5.0.2", "--format", "json", "-o", "base.json")[0] == 1
    code, document, _ = check_json(run, BROKEN, "-t", "jp5.1", "--baseline", "base.json")
    assert code == 0 and document["summary"]["errors"] == 0


def test_baseline_that_is_none(run):
    with open("base.json", "w") as stream:
        stream.write("[1, 2]")
    code, _, err = run("check", BROKEN, "--baseline", "base.json")
    assert code == 2 and "nor a JSON report" in one_line(err)


def test_every_jetpack_is_a_matrix_that_exits_0_when_one_takes_it(run):
    code, document, _ = check_json(run, BROKEN)
    verdicts = {r["target"]["name"]: r["verdict"] for r in document["results"]}
    assert code == 0 and len(verdicts) == 36
    assert (verdicts["jetpack-4.2"], verdicts["jetpack-7.2.2"]) == ("unknown", "unknown")
    assert (verdicts["jetpack-5.0.2"], verdicts["jetpack-6.2"]) == ("fixable", "deploys")


def test_a_range_given_by_the_user_counts_its_errors(run):
    assert run("check", BROKEN, "-t", "jetpack>=5")[0] == 1
    assert run("check", BROKEN, "-t", "jetpack>=6.1")[0] == 0


def test_matrix_text_joins_neighbors(run):
    _, out, _ = run("check", BROKEN)
    lines = [line.split() for line in out.splitlines()]
    assert any(line[:3] == ["6.1", "to", "7.2.1"] and "deploys" in line for line in lines)
    assert sum("JD204" in line and "error" in line for line in lines) == 1


def test_output_goes_to_a_file_whole(run):
    code, out, err = run("check", BROKEN, "-t", "jp5.0.2", "--format", "json", "-o", "out.json")
    assert (code, out, err) == (1, "", "wrote out.json\n")
    with open("out.json") as stream:
        assert json.load(stream)["summary"]["errors"] == 1
    assert os.listdir(".") == ["out.json"]


def test_jobs_keep_the_order_and_the_others(run):
    with open("bad.onnx", "w") as stream:
        stream.write("no model")
    paths = [SOUND, "bad.onnx", BROKEN]
    code, document, _ = check_json(run, *paths, "-t", "jp5.0.2", "-j", "2")
    assert code == 2
    assert [r["model"]["path"] for r in document["results"]] == paths
    assert [r["verdict"] for r in document["results"]] == ["deploys", "unreadable", "fixable"]
    assert check_json(run, *paths, "-t", "jp5.0.2")[1] == document


def test_a_crash_on_one_model_is_its_result_and_exit_3(run, monkeypatch):
    from jetdoctor import model

    def explode(path):
        raise RuntimeError("boom") if path == BROKEN else OSError("never")

    monkeypatch.setattr(model, "load", explode)
    code, document, _ = check_json(run, BROKEN, "-t", "jp5.0.2")
    assert code == 3
    assert document["results"][0]["verdict"] == "unknown" and "boom" in document["results"][0]["error"]


BAD_FILES = {
    "empty": b"",
    "png": PNG,
    "text": b"hello there\n" * 50,
    "random": bytes(range(255, 0, -1)) * 40,
    "truncated": None,
    "zeros": b"\0" * 4096,
    "json": b'{"a": 1}',
    "one-byte": b"\x08",
}


@pytest.mark.parametrize("kind", sorted(BAD_FILES))
@pytest.mark.parametrize("command", ["check", "fix"])
def test_a_file_that_is_no_model(run, kind, command):
    data = BAD_FILES[kind]
    if data is None:
        with open(BROKEN, "rb") as stream:
            whole = stream.read()
        data = whole[: len(whole) // 2]
    with open("bad.onnx", "wb") as stream:
        stream.write(data)
    code, out, err = run(command, "bad.onnx", "-t", "jp5.0.2", "--format", "json")
    assert code == 2 and "Traceback" not in err
    document = json.loads(out)
    said = document["results"][0]["error"] if command == "check" else document["error"]
    assert "bad.onnx" in said and "\n" not in said
    if command == "check":
        assert document["results"][0]["verdict"] == "unreadable"
        assert "UNREADABLE" in run("check", "bad.onnx")[1]


@pytest.mark.parametrize("path", ["missing.onnx", "."])
def test_missing_file_and_folder(run, path):
    code, document, _ = check_json(run, path, "-t", "jp5.0.2")
    assert code == 2 and document["results"][0]["verdict"] == "unreadable"
    assert path in document["results"][0]["error"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_unreadable_file(run):
    with open("closed.onnx", "wb"):
        os.chmod("closed.onnx", 0)
    code, document, _ = check_json(run, "closed.onnx", "-t", "jp5.0.2")
    assert code == 2 and "permission" in document["results"][0]["error"].lower()


def test_hostile_names_print_escaped(run):
    name = "a\x1b[31m\u202eb.onnx"
    code, out, err = run("check", name)
    assert code == 2 and "\x1b" not in out + err and "\u202e" not in out + err
    assert "\\x1b[31m\\u202e" in out


# --- configuration


def test_configuration(run):
    with open("jetdoctor.toml", "w") as stream:
        stream.write('targets = ["jetpack-5.0.2"]\n[ignore]\nJD204 = "rewritten on the board"\n')
    code, document, _ = check_json(run, BROKEN)
    assert code == 0 and len(document["results"]) == 1
    assert document["results"][0]["target"]["name"] == "jetpack-5.0.2"
    assert check_json(run, BROKEN, "-t", "jp6.2")[1]["results"][0]["target"]["name"] == "jetpack-6.2"


def test_configuration_of_a_project_above(run, monkeypatch):
    with open("pyproject.toml", "w") as stream:
        stream.write('[project]\nname = "x"\n[tool.jetdoctor]\ntargets = "jp5.0.2"\nfail-on = "never"\n')
    os.mkdir("below")
    monkeypatch.chdir("below")
    assert check_json(run, BROKEN)[0] == 0


@pytest.mark.parametrize(
    "text, said",
    [
        ("target = ['jp5.0.2']", "did you mean targets"),
        ("fail-on = 'sometimes'", "fail-on is error, warning, info or never"),
        ("targets = 5", "list of strings"),
        ("targets = [", "cannot read"),
        ("[ignore]\nJD9999 = 'why'", "unknown rule"),
    ],
)
def test_wrong_configuration(run, text, said):
    with open("jetdoctor.toml", "w") as stream:
        stream.write(text)
    code, out, err = run("check", BROKEN)
    assert (code, out) == (2, "") and said in one_line(err)


# --- the other commands


def test_fix_dry_run_writes_nothing(run):
    code, out, _ = run("fix", BROKEN, "-t", "jp5.0.2")
    assert code == 0 and "equal in ONNX Runtime" in out and "dry run" in out
    assert os.listdir(".") == []


def test_fix_writes_and_the_result_deploys(run):
    code, out, _ = run("fix", BROKEN, "-t", "jp5.0.2", "-o", "fixed.onnx", "--format", "json")
    document = json.loads(out)
    assert code == 0 and document["written"] == "fixed.onnx"
    assert document["results"][0]["verdict"] == "deploys"
    assert document["equivalence"]["status"] == "equal" and document["equivalence"]["runs"] >= 2
    (step,) = [step for step in document["plan"] if step["applied"]]
    assert set(step) == {"rule", "title", "applicability", "node_name", "applied", "reason"}
    assert step["rule"] == "JD204"
    assert run("check", "fixed.onnx", "-t", "jp5.0.2")[0] == 0


def steps_of(run, *arguments):
    code, out, _ = run("plan", *arguments, "--format", "json")
    return code, [(step["title"].split()[0], step["command"] or "") for step in json.loads(out)["steps"]]


def test_plan_repairs_first_and_speaks_the_trtexec_of_that_release(run):
    code, steps = steps_of(run, BROKEN, "-t", "nano@jetpack-4.6.1")
    order = ["Decide", "Make", "Build", "Prove", "Measure", "When"]
    assert code == 0 and [title for title, _ in steps] == ["Repair"] + order
    assert steps[0][1].startswith("jetdoctor fix ") and "--target nano@jetpack-4.6.1" in steps[0][1]
    build = dict(steps)["Build"]
    assert "--workspace=512" in build and "--fp16" in build and "--buildOnly" in build
    code, steps = steps_of(run, BROKEN, "-t", "orin-nano@jetpack-6.2")
    assert [title for title, _ in steps] == order
    build = dict(steps)["Build"]
    assert "--memPoolSize=workspace:1024" in build and "--skipInference" in build


def test_plan_names_shapes_of_dynamic_inputs(run):
    dynamic = os.path.join(MODELS, "dynamic_batch_torchscript_opset13.onnx")
    assert "--minShapes=image:1x3x32x32" in dict(steps_of(run, dynamic, "-t", "nano")[1])["Build"]


@pytest.mark.parametrize("options", [[], ["-t", "jp5.x"]])
def test_plan_is_for_one_target(run, options):
    code, out, err = run("plan", BROKEN, *options)
    assert (code, out) == (2, "") and "one --target" in one_line(err)


def test_verify_compares_two_models(run):
    code, out, _ = run("verify", BROKEN, "--reference", BROKEN, "--backend", "onnxruntime", "--format", "json")
    document = json.loads(out)
    assert (code, document["evidence"]) == (0, "static")
    assert [row["status"] for row in document["backends"]] == ["passed"]


def test_verify_that_compares_nothing_is_no_pass(run):
    code, out, _ = run("verify", BROKEN, "--backend", "onnxruntime")
    assert code == 3 and "RAN" in out and "PASSED" not in out and "nothing was compared" in out


@pytest.mark.parametrize(
    "options, said",
    [
        (["--backend", "cuda"], "invalid choice"),
        (["--backend", "onnxruntime", "--shapes", "image"], "NAME=1x3x224x224"),
        (["--backend", "onnxruntime", "--inputs", "none.npz"], "the inputs file none.npz does not exist"),
        (["-t", "jp5.x"], "one target"),
        (["--reference", "none.onnx"], "none.onnx does not exist"),
        (["--save-engine", "missing/x.engine"], "does not exist"),
    ],
)
def test_verify_with_bad_options(run, options, said):
    code, out, err = run("verify", BROKEN, *options)
    assert (code, out) == (2, "") and said in one_line(err)


def test_prove_keeps_what_the_rules_found_and_earns_no_more_than_ran(run, monkeypatch):
    from jetdoctor import verify
    from jetdoctor.types import Evidence

    said = [Evidence("tensorrt-rtx", "compiled", "passed")]
    monkeypatch.setattr(verify, "verify", lambda job, backend="auto", without=(): tuple(said))
    results = {}
    for target in ("jp5.0.2", "jp6.2"):
        code, document, _ = check_json(run, BROKEN, "-t", target, "--prove")
        results[target] = (code, document["results"][0]["verdict"], document["results"][0]["evidence"])
    assert results == {"jp5.0.2": (1, "fixable", "static"), "jp6.2": (0, "deploys", "compiled")}
    said[0] = Evidence("tensorrt", "not-run", "not-run", "no bindings")
    code, document, err = check_json(run, BROKEN, "-t", "jp6.2", "--prove")
    assert (code, document["results"][0]["evidence"]) == (3, "static") and "no bindings" in err


def test_an_engine_is_checked_as_one(run):
    with open("a.engine", "wb") as stream:
        stream.write(b"ftrt" + bytes(60))
    code, document, _ = check_json(run, "a.engine", "-t", "jp5.0.2")
    assert document["results"][0]["findings"] and "verify a.engine" not in run("check", "a.engine", "-t", "jp6.2")[1]
    assert document["results"][0]["verdict"] == "unknown"
    with open("four.engine", "wb") as stream:
        stream.write(b"ftrt")
    code, document, _ = check_json(run, "four.engine", "-t", "jp5.0.2")
    (result,) = document["results"]
    assert result["verdict"] == "unknown" and "cut short" in result["findings"][0]["message"]
    code, document, _ = check_json(run, "none.engine", "-t", "jp5.0.2")
    assert (code, document["results"][0]["verdict"]) == (2, "unreadable")


def test_an_engine_fits_when_header_and_sidecar_say_so(run):
    with open("a.engine", "wb") as stream:
        stream.write(b"ftrt" + bytes(20) + bytes([8, 4, 1, 5]) + bytes(60))
    with open("a.engine.json", "w") as stream:
        json.dump({"tensorrt": "8.4.1", "compute_capability": "7.2"}, stream)
    targets = ("xavier-nx@jetpack-5.0.2", "agx-orin@jetpack-5.0.2", "jetpack-6.2")
    verdicts = [check_json(run, "a.engine", "-t", t)[1]["results"][0]["verdict"] for t in targets]
    assert verdicts == ["deploys", "fails", "fails"]


def test_the_metadata_of_ultralytics_is_stripped_by_a_printed_command(run):
    engine = b"ftrt" + bytes(20) + bytes([8, 4, 1, 5]) + bytes(60)
    metadata = b'{"stride": 32}'
    with open("yolo.engine", "wb") as stream:
        stream.write(len(metadata).to_bytes(4, "little") + metadata + engine)
    _, document, _ = check_json(run, "yolo.engine", "-t", "jp5.0.2")
    (title,) = [f["fix"]["title"] for f in document["results"][0]["findings"] if "tail -c" in str(f["fix"])]
    subprocess.run(["sh", "-c", title.partition("trtexec: ")[2]], check=True)
    with open("yolo.plain.engine", "rb") as stream:
        assert stream.read() == engine


def test_targets(run):
    code, out, _ = run("targets", "--format", "json")
    document = json.loads(out)
    assert code == 0 and len(document["jetpacks"]) == 47 and len(document["modules"]) == 28
    assert max(map(len, run("targets")[1].splitlines())) <= 80
    assert "8.4.1.5" in run("targets", "jp5.0.2")[1]
    assert "4.4 to 4.6.6, 5.0 to 5.1.6" in run("targets", "xavier-nx")[1]


def test_rules_and_explain(run):
    code, out, _ = run("rules")
    assert code == 0 and "  JD204 error" in out
    document = json.loads(run("rules", "JD2xx", "--format", "json")[1])
    assert {rule["id"][:3] for rule in document["rules"]} == {"JD2"}
    code, out, _ = run("explain", "JD204")
    assert code == 0 and out.startswith("JD204 reduce-axes-ignored") and "Why it fails" in out and "Sources" in out


def test_ops(run):
    code, out, _ = run("ops", "topk", "-t", "jp5.0.2")
    assert code == 0 and out.startswith("TopK") and "JD310" in out


def test_triage(run):
    code, out, _ = run("triage", "reshape changes volume. Reshaping [1,1,1,1] to [1,1280]", "--format", "json")
    diagnosis = json.loads(out)["diagnoses"][0]
    assert code == 0 and diagnosis["rule"] == "JD204"
    assert set(diagnosis) >= {"category", "rule", "cause", "fix", "confidence", "line", "evidence"}
    code, out, _ = run("triage", "all is well", "--format", "json")
    assert (code, json.loads(out)["diagnoses"]) == (1, [])


def test_triage_reads_a_log_of_powershell(run):
    with open("build.log", "wb") as stream:
        stream.write("[E] reshape changes volume. Reshaping [1,1,1,1] to [1,1280]\r\n".encode("utf-16"))
    assert run("triage", "build.log")[0] == 0


def test_device(run):
    code, out, _ = run("device", "--format", "json")
    document = json.loads(out)
    keys = "jetpack l4t module soc compute_capability ram_mb dla cuda cudnn tensorrt python numpy container"
    assert code in (0, 1) and set(keys.split()) <= set(document)
    assert "findings" in document and "details" in document


# --- as a program


def program(*arguments, variables=None, **options):
    environment = dict(os.environ, PYTHONPATH=ROOT, **(variables or {}))
    command = [sys.executable, "-m", "jetdoctor"] + list(arguments)
    return subprocess.run(command, env=environment, capture_output=True, **options)


def test_as_a_program():
    done = program("check", BROKEN, "-t", "jp5.0.2")
    assert done.returncode == 1 and b"JD204" in done.stdout and done.stderr == b""
    assert b"\x1b" not in done.stdout


def test_triage_reads_standard_input():
    assert program("triage", "-", input=b"reshape changes volume. Reshaping [1,1,1,1] to [1,1280]").returncode == 0


def test_a_reader_that_goes_away_is_no_error():
    environment = dict(os.environ, PYTHONPATH=ROOT)
    command = "%s -m jetdoctor targets | head -1" % sys.executable
    done = subprocess.run(
        ["bash", "-c", "set -o pipefail; " + command],
        env=environment,
        capture_output=True,
    )
    assert done.stderr == b"" and done.stdout.startswith(b"JetPack")


def test_an_ascii_terminal_gets_escapes():
    done = program("check", "mod\u00e8le.onnx", cwd=ROOT, variables={"PYTHONIOENCODING": "ascii"})
    assert done.returncode == 2 and b"mod\\xe8le.onnx does not exist" in done.stdout


def test_help_and_the_name_of_a_command(run):
    assert run("help", "check")[1] == run("check", "--help")[1] and run("help")[1] == run("--help")[1]
