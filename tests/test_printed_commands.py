"""Every command that jetdoctor prints works: on fixture models, under a name that a shell must quote; in the docs."""

from __future__ import annotations

import glob
import importlib.util
import json
import os
import re
import shlex
import shutil
import subprocess
import sys

import pytest

from jetdoctor.catalog import catalog
from jetdoctor.cli import commands, main, parser
from jetdoctor.target import resolve
from jetdoctor.types import UsageError
from tests import printed

pytestmark = pytest.mark.once

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MODELS = os.path.join(ROOT, "fixtures", "models")
STAND_IN = os.path.join(ROOT, "tests", "stand_in_trtexec.py")
ODD = "it's (a) model $1.onnx"

CASES = [
    ("dynamic_batch_dynamo_opset18.onnx", "xavier-nx@jetpack-5.0.2"),
    ("gap_classifier_dynamo_opset18.onnx", "nano@jetpack-4.6.1"),
    ("layernorm_torchscript_opset17.onnx", "orin-nano@jetpack-6.2"),
]


def output(capsys, *arguments):
    code = main(list(arguments))
    return code, capsys.readouterr()


def require_works(capsys, command):
    words = printed.words(command)
    code, shown = output(capsys, *words[1:])
    alone = words[1] == "verify" and importlib.util.find_spec("tensorrt_rtx") is None
    assert code <= 1 or (alone and code == 3), "%s\nexit %d\n%s%s" % (command, code, shown.out, shown.err)
    assert "Traceback" not in shown.out + shown.err
    return shown.out


@pytest.mark.parametrize("name, target", CASES)
def test_what_is_printed_runs(name, target, tmp_path, monkeypatch, capsys):
    pytest.importorskip("onnxruntime")
    monkeypatch.chdir(tmp_path)
    shutil.copy(os.path.join(MODELS, name), ODD)
    told = []
    for command in (["check", ODD], ["check", ODD, "-t", target], ["plan", ODD, "-t", target]):
        told += printed.next_steps(output(capsys, *command)[1].out)
        told += printed.in_document(json.loads(output(capsys, *command, "--format", "json")[1].out))
    done = []
    while told:
        command = told.pop(0)
        if command in done or not printed.is_complete(command) or "--ssh" in command or ".engine" in command:
            continue
        done.append(command)
        told += printed.next_steps(require_works(capsys, command))
    assert {printed.words(command)[1] for command in done} >= {"verify"}
    assert any(ODD in printed.words(command) for command in done)


@pytest.mark.parametrize("name, target", CASES)
def test_trtexec_takes_its_lines(name, target, tmp_path, monkeypatch, capsys):
    """Those for the board, typed on the board: the stand-in knows the options of each release."""
    pytest.importorskip("onnxruntime")
    monkeypatch.chdir(tmp_path)
    shutil.copy(os.path.join(MODELS, name), ODD)
    steps = json.loads(output(capsys, "plan", ODD, "-t", target, "--format", "json")[1].out)["steps"]
    lines = [step["command"].rpartition("&& ")[2] for step in steps if step["command"] and "trtexec" in step["command"]]
    assert len(lines) == 2  # build, measure
    for line in lines:
        for command in printed.in_document([step["command"] for step in steps if step["command"]]):
            if command.startswith("jetdoctor fix"):
                require_works(capsys, command)
        environment = dict(os.environ, STAND_IN_TENSORRT=resolve(target)[0].tensorrt or "")
        command = [sys.executable, STAND_IN] + printed.words(line)[1:]
        ended = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert ended.returncode == 0, ended.stdout[-2000:] + ended.stderr[-2000:]


def documented():
    """(where, command) of README, docs, rule pages and the examples of --help."""
    found = []
    for path in sorted([os.path.join(ROOT, "README.md")] + glob.glob(os.path.join(ROOT, "docs", "*.md"))):
        with open(path, encoding="utf-8") as stream:
            text = stream.read()
        scripts = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
        lines = [line for block in scripts for line in block.replace("\\\n", " ").splitlines()]
        lines += [line[2:] for line in text.splitlines() if line.startswith("$ ")]
        lines += re.findall(r"`(jetdoctor [^`\n]+)`", text)
        found += [(os.path.basename(path), line) for line in lines if line.startswith("jetdoctor ")]
    for rule in catalog().rules.values():
        lines = re.findall(r"`(jetdoctor\s[^`]+)`", rule.page)
        found += [(rule.rule.id, " ".join(line.split())) for line in lines]
    for name in commands.COMMANDS:
        lines = [line.strip() for line in (commands.load(name).EXAMPLES or "").splitlines()]
        found += [("--help of " + name, line) for line in lines if line.startswith("jetdoctor ")]
    return list(dict.fromkeys(found))


def as_typed(line):
    """The words of a documented line, with what is to be filled in filled in; None for the name of a command alone."""
    words = printed.words(re.split(r" > | \| | {3,}", line)[0])[1:]
    words = [word.partition("|")[0] for word in words if word not in ("…", "...")]
    words = ["13" if word == "N" else word for word in words]
    if len(words) < 2 or words[0].startswith("-") or words[0].isupper():
        return None
    if words[-1].startswith("--") and words[-1] in ("--freeze", "--ssh", "--target"):  # spoken of, not typed
        words.append("name=1" if words[-1] == "--freeze" else "jp6.2")
    return words


def parse(words):
    """Parsed; where prose speaks of an option alone, with a model."""
    options = parser.make(words[0], commands.load(words[0]))
    try:
        return options.parse_args(words[1:])
    except UsageError as error:
        if "required: MODEL" not in str(error):
            raise
        return options.parse_args(["MODEL", *words[1:]])


def test_what_is_documented_is_a_command():
    found = documented()
    assert len(found) > 80
    wrong = []
    for where, line in found:
        try:
            words = as_typed(line)
            if words is not None:
                parse(words)
        except (UsageError, ValueError) as error:
            wrong.append("%s: %s: %s" % (where, line, error))
    assert not wrong, "\n".join(wrong)


#: In prose a command ends where its options end.
_SPOKEN = re.compile(
    r"jetdoctor (?:%s)(?: (?:-[-\w]+|[A-Z][A-Z_=]*(?:\.\w+)?\b|jp6\.2|int8|fp16|rehearsal|\d+\b))*"
    % "|".join(commands.COMMANDS)
)


def texts(document):
    if isinstance(document, str):
        yield document
    for value in document.values() if isinstance(document, dict) else document if isinstance(document, list) else ():
        yield from texts(value)


def test_what_triage_and_facts_advise_is_a_command():
    found = set()
    for path in glob.glob(os.path.join(ROOT, "rules", "signatures", "*.json")) + glob.glob(
        os.path.join(ROOT, "rules", "facts", "*.json")
    ):
        with open(path, encoding="utf-8") as stream:
            for text in texts(json.load(stream)):
                text = text.replace("{model}", "MODEL").replace("{target}", "jp6.2")
                found.update(_SPOKEN.findall(text))
    assert len(found) > 20
    for line in sorted(found):
        words = as_typed(line)
        if words is not None:
            parse(words)


#: Examples that need what no test has: a board, a cluster, a store, another model; fish needs a newer Python than 3.8.
_ELSEWHERE = re.compile(r"--ssh|--for|completion fish|--cluster|s3://|--rules|--device|images=|tokens=|\$|import-error")


def test_examples_of_help_and_docs_run(tmp_path, monkeypatch, capsys):
    """What --help and the pages without a transcript show, typed in a folder that has the files they name."""
    pytest.importorskip("onnxruntime")
    monkeypatch.chdir(tmp_path)
    model = os.path.join(MODELS, CASES[1][0])
    for folder in ("nets", "boards"):
        os.mkdir(folder)
    for name in ("before.onnx", "after.onnx", "extra.onnx", "fixed.onnx", "nets/model.onnx"):
        shutil.copy(model, name)
    with open("list.txt", "w") as stream:
        stream.write("extra.onnx\n")
    shutil.copy(os.path.join(ROOT, "fixtures", "logs", "trtexec_seed_8.4.1.log"), "build.log")
    board = os.path.join(ROOT, "fixtures", "devices", "orin-nx-jp6.2.2-r36.5.0")
    output(capsys, "device", "--root", board, "--save", "boards/one.json")
    ran = 0
    for where, line in documented():
        line = re.split(r" > | \| | {3,}", line)[0].replace(" *.onnx", " extra.onnx")
        pages = ("--help of", "ci.md", "configuration.md", "dla.md", "scale.md")
        words = printed.words(line)
        if where.startswith(pages) and len(words) > 1 and printed.is_complete(line) and not _ELSEWHERE.search(line):
            shutil.copy(model, "model.onnx")  # an example before may have repaired it
            require_works(capsys, " ".join(map(shlex.quote, words)))
            ran += 1
    assert ran > 35
