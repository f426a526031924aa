"""What a newcomer meets first: metadata, the README's commands, and what runs with nothing installed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import jetdoctor
from jetdoctor.cli.commands import COMMANDS

ROOT = Path(__file__).resolve().parent.parent
PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
CI = (ROOT / ".ci" / "run").read_text(encoding="utf-8") if (ROOT / ".ci" / "run").exists() else ""

#: Everything that a Jetson may lack.
OPTIONAL = tuple(
    "onnx numpy onnxruntime polygraphy onnx_graphsurgeon tensorrt tensorrt_rtx torch rich packaging".split()
)


def python(code, *arguments, cwd=ROOT):
    environment = dict(os.environ, PYTHONPATH=str(ROOT), NO_COLOR="1", COLUMNS="80")
    return subprocess.run([sys.executable, "-c", code] + list(arguments), cwd=str(cwd), env=environment,
                          stdin=subprocess.DEVNULL, capture_output=True)  # fmt: skip


def test_version_is_the_same_everywhere():
    assert 'version = "%s"' % jetdoctor.__version__ in PYPROJECT
    assert "## %s" % jetdoctor.__version__ in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_dependencies_suit_the_pythons_of_jetpack():
    listed = re.sub(r"#.*", "", PYPROJECT.partition("dependencies = [")[2].partition("[project.scripts]")[0])
    requirements = re.findall(r'"([^"]+)"', listed)
    names = {re.split(r"[<>=!;\s\[]", text)[0] for text in requirements}
    assert "tensorrt" not in names  # JetPack brings it
    assert "numpy<1.24; python_version < '3.9'" in requirements
    assert 'requires-python = ">=3.8"' in PYPROJECT
    (rtx,) = [text for text in requirements if text.startswith("tensorrt-rtx")]
    assert "platform_machine == 'x86_64'" in rtx


def test_every_dependency_is_used():
    listed = PYPROJECT.partition("\ndependencies = [")[2].partition("\n]")[0]
    names = {re.split(r"[<>=!;\s]", text)[0] for text in re.findall(r'^  "([^"]+)"', listed, re.M)}
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "jetdoctor").rglob("*.py"))
    assert names and all(re.search(r"(import|from) %s\b" % name.replace("-", "_"), code) for name in names)


def test_licence_is_the_whole_apache_text():
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text and "END OF TERMS AND CONDITIONS" in text
    assert 'license = "Apache-2.0"' in PYPROJECT


def test_readme_gives_one_command_to_try_and_one_to_test():
    commands = re.findall(r"```sh\n(.+)\n```", README)
    assert len(commands) == 2
    assert all("python3 -m venv --system-site-packages .venv && " in command for command in commands)
    model = re.search(r"fixtures/models/\S+\.onnx", commands[0]).group(0)
    assert (ROOT / model).exists()
    assert "pytest" in commands[1]
    assert not CI or commands[1] in CI


def test_readme_lists_every_command():
    listed = re.findall(r"^\| `jetdoctor (\w+)", README, re.M)
    assert sorted(listed) == sorted(COMMANDS)


def test_links_of_the_documents_lead_somewhere():
    for path in list(ROOT.glob("*.md")) + list(ROOT.glob("docs/*.md")) + list(ROOT.glob("rules/*.md")):
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
            assert (path.parent / link).exists(), "%s: %s" % (path.name, link)


def test_index_names_every_page():
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} - {"index.md"}
    assert [page for page in sorted(pages) if "](%s)" % page not in index] == []


@pytest.mark.parametrize("command, code", [("check", 1), ("fix", 0)])
def test_readme_transcript_says_what_the_command_says(command, code, tmp_path):
    for name in ("onnx", "onnxruntime"):
        pytest.importorskip(name)
    transcript = r"\$ jetdoctor (%s gap\.onnx[^\n]*)\n(.*?)\[exit %d\]" % (command, code)
    line, shown = re.search(transcript, README, re.S).groups()
    seed = ROOT / "fixtures" / "models" / "gap_classifier_dynamo_opset18.onnx"
    shutil.copy(str(seed), str(tmp_path / "gap.onnx"))
    main = "import sys; from jetdoctor.cli import main; sys.exit(main(sys.argv[1:]))"
    done = python(main, *line.split(), cwd=tmp_path)
    assert done.returncode == code
    said = done.stdout.decode()
    telling = re.findall(r"(?m)^(?:FIXABLE|error|  at |before:|\+ |proof:|after:|written:|next:).*$", shown)
    assert len(telling) >= 4
    assert [line for line in telling if line not in said] == []


@pytest.mark.parametrize("command", "device,targets,rules,explain JD204,triage Killed,--help".split(","))
def test_runs_with_nothing_installed(command):
    code = "import sys\nfor name in %r: sys.modules[name] = None\n" % (OPTIONAL,)
    code += "from jetdoctor.cli import main\nsys.exit(main(sys.argv[1:]))"
    done = python(code, *command.split())
    assert done.returncode in (0, 1), done.stderr.decode()
    assert done.stdout and not done.stderr


def test_ci_script_is_valid_bash():
    if not CI or shutil.which("bash") is None:
        pytest.skip("no .ci/run here (an sdist), or no bash")
    assert subprocess.run(["bash", "-n", str(ROOT / ".ci" / "run")]).returncode == 0
    assert os.access(str(ROOT / ".ci" / "run"), os.X_OK)


def test_no_path_of_a_developers_machine_in_the_project():
    private = re.compile(r"(?<![\w.])/(?:work|Users|opt/venvs)/\w+")
    folders = ("jetdoctor", "rules", "docs", "tests", "benchmarks", "fixtures/models", ".ci")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*")] + list(ROOT.glob("*.md"))
    for path in files:
        if path.is_file() and path.suffix in (".py", ".md", ".json", ".sh", ""):
            found = private.findall(path.read_text(encoding="utf-8", errors="replace"))
            assert not found, "%s: %s" % (path, found)


def test_fragments_of_the_change_log_are_named_as_they_are_read():
    kinds = "added|changed|deprecated|removed|fixed"
    assert all('directory = "%s"' % kind in PYPROJECT for kind in kinds.split("|"))
    for path in (ROOT / "changelog.d").iterdir():
        if path.name == "README.md":
            continue
        assert re.match(r"(\+[a-z0-9-]+|\d+)\.(%s)\.md$" % kinds, path.name), path.name
        text = path.read_text(encoding="utf-8")
        assert text.strip() and not text.startswith(("-", "#")), path.name
