"""Rules of others: a named folder, an installed package, the template, and whatever can be wrong with any of them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import onnx
import pytest

import jetdoctor
from jetdoctor import own_rules
from jetdoctor.cli import main
from jetdoctor.types import UsageError
from tests.cases import parse

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "examples" / "own-rules"

HEAD = '<ir_version: 8, opset_import: ["" : 13]> g '
BATCH_OF_4 = HEAD + "(float[4,3] x) => (float[4,3] y) { a = Relu (x) b = Identity (a) y = Neg (b) }"

RULE = '''"""A title"""
from jetdoctor.rule import Match, Rule, Fix
RULE = Rule(id="%s", name="%s", severity="warning", outcome="slow", sources=("us",), ops=("Relu",))
def check_node(node):
    %s
'''


@pytest.fixture(autouse=True)
def no_folder_afterwards():
    yield
    own_rules.use(())


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "m.onnx"
    onnx.save(parse(BATCH_OF_4), str(path))
    return str(path)


def written(folder, rule, body='yield Match("ours", node=node)', name="ours"):
    folder.mkdir(exist_ok=True)
    (folder / ("%s_a_rule.py" % rule)).write_text(RULE % (rule, name, body), encoding="utf-8")
    return str(folder)


def found(model, *folders):
    jetdoctor.use_rules(*folders)
    (result,) = jetdoctor.check(model, "jetpack-6.2").results
    return result


def test_a_named_folder(model, tmp_path):
    assert {f.rule for f in found(model).findings} == set()
    result = found(model, written(tmp_path / "ours", "OURS101"))
    assert [(f.rule, f.message, f.location.op_type) for f in result.findings] == [("OURS101", "ours", "Relu")]
    assert result.verdict == "deploys"
    assert {f.rule for f in found(model).findings} == set(), "no folder is in use any more"


@pytest.mark.parametrize(
    "body, said",
    [
        ("1 / 0", "rule OURS102 crashed: ZeroDivisionError: division by zero"),
        ("import sys; sys.exit(7)", "rule OURS102 crashed: SystemExit: 7"),
        ("yield 'a text'", "it yields str, not Match"),
        ("yield Match(node=node, message=None)", "a Match has a message"),
        ("yield Match('no', severity='fatal')", "a Match of severity 'fatal'"),
        ("yield Match('no', node='Relu')", "the node that the detector was given"),
        ("yield Match('no', fixes=('remove it',))", "the fixes of a Match are Fix"),
        ("yield Match('no', tensorrt='<8.5')", "VersionRange"),
        ("yield Match('no', cause=[1])", "unhashable"),
        ("yield Match('no', node=node, applies=lambda target: target.gpu)", "'Target' object has no attribute 'gpu'"),
        ("yield Match('no', node=node, fixes=(Fix('x', rewrite='none_such'),))", "there is no rewrite"),
    ],
)
def test_a_rule_that_is_wrong_is_jd000_and_nothing_else_changes(model, tmp_path, body, said):
    written(tmp_path / "ours", "OURS101")
    result = found(model, written(tmp_path / "ours", "OURS102", body))
    crashed = [f.message for f in result.findings if f.rule == "JD000"]
    assert len(crashed) == 1 and said in crashed[0], crashed
    assert "OURS101" in {f.rule for f in result.findings} and result.verdict == "unknown"


@pytest.mark.parametrize(
    "name, text, said",
    [
        ("OURS102_x.py", "def (", "OURS102_x.py cannot be loaded: "),
        ("OURS102_x.py", "import no_such_package", "ModuleNotFoundError: No module named 'no_such_package'"),
        ("OURS102_x.py", "raise SystemExit('gone')", "SystemExit: gone"),
        ("OURS102_x.py", '"""Nothing"""', "it must declare RULE = Rule(...)"),
        ("OURS102_x.py", RULE % ("OURS103", "x", "pass"), "file name and id must agree"),
        ("OURS102_x.py", (RULE % ("OURS102", "x", "pass")).replace("def check_", "def look_at_"), "it defines none of"),
        ("JD999_x.py", RULE % ("JD999", "x", "pass"), "a rule file is named like ACME101_snake_name.py"),
        ("ours102-x.py", RULE % ("OURS102", "x", "pass"), "a rule file is named like"),
    ],
)
def test_a_file_that_is_no_rule_is_told_and_the_others_stay(model, tmp_path, name, text, said):
    folder = written(tmp_path / "ours", "OURS101")
    (tmp_path / "ours" / name).write_text(text, encoding="utf-8")
    (tmp_path / "ours" / "_shared.py").write_text("1 / 0", encoding="utf-8")
    (tmp_path / "ours" / "test_rules.py").write_text("1 / 0", encoding="utf-8")
    result = found(model, folder)
    (crashed,) = [f.message for f in result.findings if f.rule == "JD000"]
    assert said in crashed and "OURS101" in {f.rule for f in result.findings}


def test_nobody_takes_the_id_of_another_one(model, tmp_path):
    result = found(model, written(tmp_path / "a", "OURS101"), written(tmp_path / "b", "OURS101"))
    (crashed,) = [f.message for f in result.findings if f.rule == "JD000"]
    assert "rule id OURS101 is used by two files" in crashed and str(tmp_path / "b") in crashed


def test_files_of_a_folder_may_share_a_module(model, tmp_path):
    folder = written(tmp_path / "ours", "OURS101", "from ._words import TEXT; yield Match(TEXT, node=node)")
    (tmp_path / "ours" / "_words.py").write_text("TEXT = 'shared'", encoding="utf-8")
    assert [f.message for f in found(model, folder).findings] == ["shared"]


@pytest.mark.parametrize("what, said", [("none", "does not exist"), ("m.onnx", "is a file"), ("empty", "no rules in")])
def test_a_folder_that_has_no_rules(model, tmp_path, capsys, what, said):
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match=said):
        own_rules.use([str(tmp_path / what)])
    assert main(["check", model, "-t", "jp6.2", "--rules", str(tmp_path / what)]) == 2
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1


def test_other_processes_and_kept_results_know_the_rules(model, tmp_path, capsys):
    folder = written(tmp_path / "ours", "OURS101")
    shutil.copy(model, str(tmp_path / "n.onnx"))
    onnx.save(parse(BATCH_OF_4.replace("4,3", "5,3")), str(tmp_path / "n.onnx"))
    given = [model, str(tmp_path / "n.onnx"), "-t", "jp6.2", "--cache", str(tmp_path / "kept"), "-j", "2"]

    def rules_of_models(*more):
        main(["check", *given, "--format", "json", *more])
        results = json.loads(capsys.readouterr().out)["results"]
        return [[f["rule"] for f in result["findings"]] for result in results]

    assert rules_of_models() == [[], []]
    assert rules_of_models("--rules", folder) == [["OURS101"], ["OURS101"]]
    written(tmp_path / "ours", "OURS101", "return []")
    os.utime(str(tmp_path / "ours" / "OURS101_a_rule.py"), (1, 1))
    assert rules_of_models() == [[], []]


def test_names_families_and_pages(tmp_path, model, capsys):
    folder = written(tmp_path / "ours", "OURS101", name="our-name")
    for wanted in ("ours101", "our-name", "OURS1xx", "OURS10x"):
        assert main(["explain", wanted, "--rules", folder]) == 0
        assert capsys.readouterr().out.startswith("OURS101 our-name")
    assert main(["explain", "OURS1", "--rules", folder]) == 2
    assert "a family is written OURS1xx" in capsys.readouterr().err
    ignoring = ["--rules", folder, "--ignore", "OURS1xx=known"]
    assert main(["check", model, "-t", "jp6.2", "--format", "json", *ignoring]) == 0
    (result,) = json.loads(capsys.readouterr().out)["results"]
    assert [one["rule"] for one in result["suppressed"]] == ["OURS101"] and not result["findings"]


def test_the_template_by_its_folder(model, tmp_path, capsys):
    folder = str(TEMPLATE / "acme_jetdoctor_rules")
    fixed = str(tmp_path / "fixed.onnx")
    asked = ["--rules", folder, "--select", "ACME102", "-o", fixed, "--format", "json"]
    assert main(["fix", model, "-t", "jp6.2", *asked]) == 1
    document = json.loads(capsys.readouterr().out)
    assert [step["rule"] for step in document["plan"] if step["applied"]] == ["ACME102"]
    assert document["equivalence"]["status"] == "equal"
    assert [f["rule"] for f in document["results"][0]["findings"]] == ["ACME101"]
    assert [node.op_type for node in onnx.load(fixed).graph.node] == ["Relu", "Neg"]


@pytest.fixture
def installed(tmp_path):
    """The template as pip would lay it out, and the environment that sees it."""
    site = tmp_path / "site"
    shutil.copytree(str(TEMPLATE / "acme_jetdoctor_rules"), str(site / "acme_jetdoctor_rules"))
    info = site / "acme_jetdoctor_rules-0.1.0.dist-info"
    info.mkdir()
    declared = (TEMPLATE / "pyproject.toml").read_text(encoding="utf-8")
    assert '"jetdoctor.rules"' in declared and 'acme = "acme_jetdoctor_rules"' in declared
    (info / "METADATA").write_text("Name: acme-jetdoctor-rules\nVersion: 0.1.0\n", encoding="utf-8")
    text = "[console_scripts]\nx = y:z\n\n[jetdoctor.rules]\nacme = acme_jetdoctor_rules\n"
    (info / "entry_points.txt").write_text(text, encoding="utf-8")
    paths = [str(ROOT), str(site)]
    return site, dict(os.environ, PYTHONPATH=os.pathsep.join(paths), PYTHONDONTWRITEBYTECODE="1")


def run(environment, *arguments):
    return subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, text=True)


def test_the_template_installed_with_its_own_tests(installed, model):
    site, environment = installed
    done = run(environment, "-m", "jetdoctor", "check", model, "-t", "jp6.2", "--format", "json")
    assert {f["rule"] for f in json.loads(done.stdout)["results"][0]["findings"]} == {"ACME101", "ACME102"}, done.stderr
    tests = run(environment, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(TEMPLATE / "tests"))
    assert tests.returncode == 0 and "4 passed" in tests.stdout, tests.stdout


@pytest.mark.parametrize(
    "text, said",
    [
        ("[jetdoctor.rules]\nacme = no_such_package\n", "it must name a package"),
        ("[jetdoctor.rules]\nacme = json.decoder\n", "it must name a package"),
    ],
)
def test_an_entry_point_that_leads_nowhere(installed, model, text, said):
    site, environment = installed
    (site / "acme_jetdoctor_rules-0.1.0.dist-info" / "entry_points.txt").write_text(text, encoding="utf-8")
    done = run(environment, "-m", "jetdoctor", "check", model, "-t", "jp6.2", "--format", "json")
    findings = json.loads(done.stdout)["results"][0]["findings"]
    assert [f["rule"] for f in findings] == ["JD000"] and said in findings[0]["message"] and done.returncode == 3
