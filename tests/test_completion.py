"""Completion scripts and the manual page: made from the options, taken by real shells where they are there."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from jetdoctor.cli import main, tree
from jetdoctor.cli.commands import COMMANDS

shtab = pytest.importorskip("shtab")


def script(shell, tmp_path, capsys):
    assert main(["completion", shell]) == 0
    path = tmp_path / ("jetdoctor." + shell)
    path.write_text(capsys.readouterr().out, encoding="utf-8")
    return str(path)


def test_every_command_and_option_is_in_the_tree():
    parsers = dict(tree.parsers(tree.whole()))
    assert set(parsers) == set(COMMANDS)
    options = {option for action in parsers["check"]._actions for option in action.option_strings}
    assert {"--fleet", "--rules", "--color"} <= options


@pytest.mark.parametrize(
    "words, expected",
    [
        (["ch"], ["check"]),
        (["check", "--fo"], ["--format"]),
        (["check", "--format", "sa"], ["sarif"]),
        (["check", "--target", "jetpack-6.2."], ["jetpack-6.2.1", "jetpack-6.2.2"]),
        (["fix", "-t", "loc"], ["local"]),
        (["explain", "JD204"], ["JD204"]),
        (["check", "mo"], ["model.onnx"]),
    ],
)
def test_bash(words, expected, tmp_path, capsys):
    if not shutil.which("bash"):
        pytest.skip("no bash")
    path = script("bash", tmp_path, capsys)
    (tmp_path / "model.onnx").write_text("")
    program = 'source "$0"; COMP_WORDS=(jetdoctor "$@"); COMP_CWORD=$#; _shtab_jetdoctor; echo "${COMPREPLY[@]}"'
    done = subprocess.run(["bash", "-c", program, path, *words], capture_output=True, text=True, cwd=str(tmp_path))
    assert (done.stdout.split(), done.stderr) == (expected, "")


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_can_read_theirs(shell, tmp_path, capsys):
    if shell not in shtab.SUPPORTED_SHELLS:
        assert main(["completion", shell]) == 2
        assert "1.13 does, with Python 3.9 or later" in capsys.readouterr().err
        return
    path = script(shell, tmp_path, capsys)
    if not shutil.which(shell):
        pytest.skip("no " + shell)
    assert subprocess.run([shell, "-n", path], capture_output=True).stderr == b""
    if shell == "fish":
        asked = ["fish", "-c", "source %s; complete -C 'jetdoctor check --format sa'" % path]
        assert subprocess.run(asked, capture_output=True, text=True).stdout.startswith("sarif")


def test_a_shell_that_there_is_none(capsys):
    assert main(["completion", "bsh"]) == 2
    assert "bash" in capsys.readouterr().err


def test_the_manual_page(tmp_path, capsys):
    assert main(["man"]) == 0
    page = capsys.readouterr().out
    assert page.startswith(".TH JETDOCTOR 1") and "\\-\\-fail\\-on S" in page
    assert all('.SH "jetdoctor %s"' % command in page for command in COMMANDS)
    requests = {line.split()[0] for line in page.splitlines() if line.startswith(".")}
    assert requests == {".TH", ".SH", ".B", ".I", ".PP", ".TP", ".nf", ".fi"}, "no text is taken for a request"
    if shutil.which("mandoc"):
        (tmp_path / "jetdoctor.1").write_text(page, encoding="utf-8")
        done = subprocess.run(["mandoc", "-Tlint", "-Werror", str(tmp_path / "jetdoctor.1")], capture_output=True)
        assert done.returncode == 0, done.stdout
