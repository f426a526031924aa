"""Which model runs on which board: folders of snapshots, the table in every format, what cannot be read."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

pytest.importorskip("onnx")

import jetdoctor  # noqa: E402
from jetdoctor.cli import main  # noqa: E402
from jetdoctor.report import runs  # noqa: E402
from tests.printed import next_steps  # noqa: E402
from tests.test_schema import require_valid  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
DEVICES = ROOT / "fixtures" / "devices"
MISREAD = str(ROOT / "fixtures" / "models" / "gap_classifier_dynamo_opset18.onnx")
SOUND = str(ROOT / "fixtures" / "models" / "gap_classifier_torchscript_opset13.onnx")


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")

    def call(*arguments):
        code = main(list(arguments))
        told = capsys.readouterr()
        return code, told.out, told.err

    return call


@pytest.fixture
def boards(run, tmp_path):
    """Snapshots of three boards, the Nano twice."""
    folder = tmp_path / "boards"
    assert run("device", "--fleet", str(DEVICES), "--save", str(folder))[0] == 1
    (folder / "container-jp7.2.1-toolkit.json").unlink()
    (folder / "hall").mkdir()
    shutil.copy(str(folder / "nano-jp4.6.4-r32.7.4-spoilt.json"), str(folder / "hall" / "nano2.json"))
    (folder / "README.md").write_text("our boards")
    return folder


def test_a_folder_of_boards(boards):
    names = ["agx-xavier-jp5.1.1-r35.3.1", "hall/nano2", "nano-jp4.6.4-r32.7.4-spoilt", "orin-nx-jp6.2.2-r36.5.0"]
    found = jetdoctor.fleet(str(boards))
    assert [board.name for board in found] == names
    kinds = runs.kinds(found)
    assert [(kind.letter, kind.target.tensorrt) for kind in kinds] == [("A", "8.5.2"), ("B", "8.2.1"), ("C", "10.3.0")]
    assert [board.name for board in kinds[1].boards] == names[1:3]
    assert "JD116" in {finding.rule for finding in found[1].findings}


def test_letters_go_on_after_z():
    assert [runs._letter(number) for number in (0, 25, 26, 27, 52)] == ["A", "Z", "AA", "AB", "BA"]


def test_the_table(run, boards):
    code, out, err = run("check", MISREAD, SOUND, "--fleet", str(boards))
    assert (code, err) == (1, "")
    lines = [line.split() for line in out.splitlines()]
    assert ["gap_classifier_dynamo_opset18.onnx", "fixable", "fixable", "deploys"] in lines
    assert ["gap_classifier_torchscript_opset13.onnx", "deploys", "deploys", "deploys"] in lines
    assert "4 boards of 3 kinds" in out and "deploys on every board: 1 of 2 models" in out
    assert "JD204" in out and "on A, B; fix:" in " ".join(out.split())
    assert max(len(line) for line in out.splitlines() if not line.startswith("next: ")) <= 80
    (step,) = next_steps(out)
    assert step == "jetdoctor check %s --target agx-xavier-32gb@jetpack-5.1.1" % MISREAD


def test_more_kinds_than_columns(run, boards, tmp_path):
    deep = tmp_path / ("a" * 40)
    deep.mkdir()
    shutil.copy(SOUND, str(deep / ("m" * 60 + ".onnx")))
    out = run("check", str(deep), SOUND, "--fleet", str(boards))[1]
    heads = [line.split()[-3:] for line in out.splitlines() if line.startswith("model")]
    assert [letter for head in heads for letter in head if len(letter) == 1] == ["A", "B", "C"]
    assert max(len(line) for line in out.splitlines() if not line.startswith("next: ")) <= 80


def test_json(run, boards):
    code, out, _ = run("check", MISREAD, SOUND, "missing.onnx", "--fleet", str(boards), "--format", "json")
    document = json.loads(out)
    require_valid(document, "fleet")
    assert code == 2 and document["summary"]["boards"] == 4 and document["summary"]["kinds"] == 3
    assert document["runs"][MISREAD]["hall/nano2"] == "fixable"
    assert document["runs"][SOUND]["orin-nx-jp6.2.2-r36.5.0"] == "deploys"
    assert set(document["runs"]["missing.onnx"].values()) == {"unreadable"}
    on_nanos = next(r for r in document["results"] if r["target"]["tensorrt"] == "8.2.1")
    assert on_nanos["boards"] == ["hall/nano2", "nano-jp4.6.4-r32.7.4-spoilt"]


def test_markdown(run, boards):
    out = run("check", MISREAD, SOUND, "--fleet", str(boards), "--format", "markdown")[1]
    assert "| model | A | B | C |" in out and "| `%s` | 🔧 fixable | 🔧 fixable | ✅ deploys |" % MISREAD in out
    assert "| JD204 | error: reduce-axes-ignored | `%s` | A, B |" % MISREAD in out


@pytest.mark.parametrize("format", ["sarif", "junit", "github", "gitlab", "jsonl", "html"])
def test_other_formats_speak_of_the_kinds_of_boards(run, boards, format):
    code, out, _ = run("check", MISREAD, SOUND, "--fleet", str(boards), "--format", format)
    assert code == 1 and "agx-xavier-32gb@jetpack-5.1.1" in out


def test_what_a_board_suffers_from_counts_once_and_by_policy(run, boards):
    nano = str(boards / "hall")
    assert run("check", SOUND, "--fleet", nano)[0] == 1
    assert run("check", SOUND, "--fleet", nano, "--fail-on", "never")[0] == 0
    code, out, _ = run("check", SOUND, "--fleet", nano, "--ignore", "JD1xx=known", "--format", "json")
    assert code == 0 and json.loads(out)["boards"][0]["findings"] == []


def test_a_board_that_cannot_be_read_leaves_the_others(run, boards):
    (boards / "odd.json").write_text("{}")
    (boards / "desk.json").write_text('{"facts": {"machine": {"value": "x86_64"}}}')
    code, out, err = run("check", SOUND, "--fleet", str(boards), "-q")
    assert code == 2 and "deploys  deploys  deploys" in out
    out = " ".join(run("check", SOUND, "--fleet", str(boards))[1].split())
    assert "odd.json is not a snapshot of a device" in out
    assert "? desk: neither JetPack nor TensorRT found there" in out
    code, out, err = run("device", "--fleet", str(boards))
    assert code == 2 and "5 boards, 1 more did not answer" in out and "odd.json is not a snapshot" in err


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["--fleet", "nowhere"], "the fleet nowhere does not exist"),
        (["--fleet", "empty"], "no boards in empty"),
        (["--fleet", "boards", "-t", "jp6.2"], "drop --target and --device"),
        (["--fleet", "broken"], "no board of the fleet can be checked for: broken/x.json is not a snapshot"),
        (["--flet", "boards"], "did you mean --fleet"),
    ],
)
def test_mistakes(run, boards, arguments, said):
    os.mkdir("empty")
    os.mkdir("broken")
    Path("broken/x.json").write_text("[]")
    code, out, err = run("check", SOUND, *arguments)
    assert code == 2 and said in err and err.count("\n") == 1


def test_a_fleet_stands_alone(run, boards):
    code, _, err = run("device", "--fleet", str(boards), "--root", str(DEVICES / "orin-nx-jp6.2.2-r36.5.0"))
    assert code == 2 and "drop --ssh, --snapshot and --root" in err


def test_device_for_a_model_on_a_fleet(run, boards):
    code, out, _ = run("device", "--fleet", str(boards), "--for", MISREAD)
    assert code == 1 and "4 boards of 3 kinds" in out and "JD204" in out
    code, out, _ = run("device", "--fleet", str(boards), "--for", MISREAD, "--format", "json")
    require_valid(json.loads(out), "fleet")
    assert run("device", "--fleet", str(boards), "--for", "missing.onnx")[0] == 2


def test_snapshots_of_several_boards_go_into_a_folder(run, boards, tmp_path):
    a, b = (str(boards / name) for name in ("hall/nano2.json", "nano-jp4.6.4-r32.7.4-spoilt.json"))
    shutil.copy(a, str(tmp_path / "nano2.json"))
    code, _, err = run("device", "--snapshot", a, "--snapshot", str(tmp_path / "nano2.json"), "--save", "kept")
    assert "wrote 2 snapshots into kept" in err and sorted(os.listdir("kept")) == ["nano2-2.json", "nano2.json"]
    (tmp_path / "file").write_text("")
    code, _, err = run("device", "--snapshot", a, "--snapshot", b, "--save", "file")
    assert code == 2 and "cannot make the folder file" in err
