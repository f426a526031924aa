"""Many models: which files, each content once, results kept between runs, processes that die, results as they come."""

from __future__ import annotations

import glob
import io
import json
import os
import shutil
import subprocess
import sys

import pytest

pytest.importorskip("onnx")

import jetdoctor  # noqa: E402
from jetdoctor.batch import Question, each, one  # noqa: E402
from jetdoctor.batch import cache as kept  # noqa: E402
from jetdoctor.batch.names import expand  # noqa: E402
from jetdoctor.batch.packing import pack, unpack  # noqa: E402
from jetdoctor.cli import main  # noqa: E402
from jetdoctor.target import resolve  # noqa: E402
from jetdoctor.types import UsageError  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MODELS = sorted(glob.glob(os.path.join(ROOT, "fixtures", "models", "*.onnx")))
MISREAD = os.path.join(ROOT, "fixtures", "models", "gap_classifier_dynamo_opset18.onnx")
SOUND = os.path.join(ROOT, "fixtures", "models", "gap_classifier_torchscript_opset13.onnx")

QUESTION = Question(resolve("jp5.0.2") + resolve("agx-orin@jetpack-6.2"))


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("JETDOCTOR_CACHE", raising=False)


def results(paths, **how):
    return list(each(paths, QUESTION, **how))


# --- which files


def test_folders_patterns_and_lists(monkeypatch):
    os.makedirs("nets/deep")
    for name in ("nets/b.onnx", "nets/deep/a.onnx", "c.onnx", "nets/notes.txt"):
        open(name, "w").close()
    with open("list.txt", "w") as stream:
        stream.write("# ours\nc.onnx\n\nnets/*.onnx\n")
    assert expand(["nets"]) == ["nets/b.onnx", "nets/deep/a.onnx"]
    assert expand(["@list.txt", "nets"]) == ["c.onnx", "nets/b.onnx", "nets/deep/a.onnx"]
    assert expand(["**/*.onnx"]) == ["c.onnx", "nets/b.onnx", "nets/deep/a.onnx"]
    monkeypatch.setattr(sys, "stdin", io.StringIO("nets/b.onnx\nmissing.onnx\n"))
    assert expand(["@-"]) == ["nets/b.onnx", "missing.onnx"]
    with pytest.raises(UsageError, match="none.txt"):
        expand(["@none.txt"])


# --- each content once


def test_the_same_content_is_checked_once(monkeypatch):
    shutil.copy(MISREAD, "first-copy.onnx")
    shutil.copy(MISREAD, "second-copy.onnx")
    asked = []

    def counted(path, question):
        asked.append(path)
        return one(path, question)

    monkeypatch.setattr("jetdoctor.batch.order.one", counted)
    found = results(["first-copy.onnx", SOUND, "second-copy.onnx"])
    assert asked == ["first-copy.onnx", SOUND]
    assert [group[0].model.path for group in found] == ["first-copy.onnx", SOUND, "second-copy.onnx"]
    assert found[2] == one("second-copy.onnx", QUESTION)


def test_a_name_in_the_words_is_no_other_models(monkeypatch):
    """Results that speak of their file are not given to another one."""
    shutil.copy(MISREAD, "ReduceMean.onnx")
    shutil.copy(MISREAD, "b.onnx")
    monkeypatch.setattr("jetdoctor.batch.order._identity", lambda path: "same")
    found = results(["ReduceMean.onnx", "b.onnx"])
    assert kept.mentions(found[0], "ReduceMean.onnx") and found[1] == one("b.onnx", QUESTION)


def test_other_external_data_is_another_model():
    import numpy as np
    from onnx import TensorProto, helper, save

    weight = helper.make_tensor("w", TensorProto.FLOAT, [2], np.array([1, 2], "f").tobytes(), raw=True)
    nodes = [helper.make_node("Add", ["x", "w"], ["y"])]
    sides = [helper.make_tensor_value_info(n, TensorProto.FLOAT, [2]) for n in "xy"]
    model = helper.make_model(helper.make_graph(nodes, "g", sides[:1], sides[1:], [weight]), ir_version=8)
    for folder in ("here", "gone"):
        os.mkdir(folder)
        copy = type(model).FromString(model.SerializeToString())
        save(copy, folder + "/m.onnx", save_as_external_data=True, location="m.data", size_threshold=0)
    os.remove("gone/m.data")
    first, second = results(["here/m.onnx", "gone/m.onnx"])
    assert first[0].error is None and "m.data" in second[0].error


# --- what is kept between runs


def test_a_result_survives_packing_whole():
    for path in MODELS[:4]:
        for result in one(path, Question(resolve("agx-orin@jetpack-6.2"))):
            again = unpack(json.loads(json.dumps(pack(result))))
            assert again == result and again.to_json() == result.to_json()


def test_the_second_run_asks_nothing_and_says_the_same(monkeypatch):
    first = results(MODELS, cache="kept")
    monkeypatch.setattr("jetdoctor.batch.order.one", lambda path, question: pytest.fail("asked again"))
    assert results(MODELS, cache="kept") == first


@pytest.mark.parametrize("damage", [b"", b"\0" * 40, None])
def test_a_damaged_entry_is_asked_again(damage):
    first = results([MISREAD, SOUND], cache="kept")
    for path in glob.glob("kept/*/*"):
        with open(path, "rb") as stream:
            data = stream.read()
        with open(path, "wb") as stream:
            stream.write(data[:-5] if damage is None else damage)
    assert results([MISREAD, SOUND], cache="kept") == first


def test_entries_of_another_state_or_target_do_not_count(monkeypatch):
    results([SOUND], cache="kept")
    asked = []
    monkeypatch.setattr("jetdoctor.batch.order.one", lambda path, question: asked.append(path) or one(path, question))
    list(each([SOUND], Question(resolve("jp6.2")), cache="kept"))
    monkeypatch.setattr(kept, "state", lambda: "other facts")
    results([SOUND], cache="kept")
    assert asked == [SOUND, SOUND]


def test_what_could_not_be_read_is_not_kept():
    with open("bad.onnx", "w") as stream:
        stream.write("no model")
    results(["bad.onnx", "missing.onnx"], cache="kept")
    assert not os.path.exists("kept")


def test_the_longest_unused_go_first():
    results(MODELS, cache="kept")
    files = sorted(glob.glob("kept/*/*"))
    for number, path in enumerate(files):
        os.utime(path, (1000 + number, 1000 + number))
    small = kept.Cache("kept", QUESTION.targets, limit=sum(map(os.path.getsize, files[-2:])))
    small.written = 1
    small.prune()
    assert sorted(glob.glob("kept/*/*")) == files[-2:]


def test_two_writers_at_once():
    program = "import sys, jetdoctor; print(len(jetdoctor.check(sys.argv[1:], 'jp5.0.2', cache='kept').results))"
    command = [sys.executable, "-c", program, *MODELS]
    environment = dict(os.environ, PYTHONPATH=ROOT)
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) for _ in range(2)]
    assert [int(one.communicate()[0]) for one in both] == [len(MODELS)] * 2
    assert not glob.glob("kept/*/.writing-*")
    with_cache = jetdoctor.check(MODELS, "jp5.0.2", cache="kept")
    assert with_cache == jetdoctor.check(MODELS, "jp5.0.2")


def test_nothing_is_kept_unless_asked(monkeypatch, capsys):
    main(["check", SOUND, "-t", "jp6.2"])
    assert os.listdir(".") == []
    monkeypatch.setenv("JETDOCTOR_CACHE", "there")
    main(["check", SOUND, "-t", "jp6.2", "--no-cache"])
    assert os.listdir(".") == []
    main(["check", SOUND, "-t", "jp6.2"])
    assert os.listdir(".") == ["there"]
    open("file", "w").close()
    assert main(["check", SOUND, "-t", "jp6.2", "--cache", "file"]) == 2
    assert "not a folder" in capsys.readouterr().err


# --- processes


def deadly(path):
    """Asked in another process: the second model kills it."""
    if path.endswith("b.onnx"):
        os._exit(9)
    return (path,)


def test_a_process_that_dies_takes_no_other_model_with_it():
    from jetdoctor.batch.pools import in_processes

    paths = ["%d.onnx" % n for n in range(9)]
    paths[3:3] = ["b.onnx"]
    found = list(in_processes(paths, deadly, 2, lambda path: ("died", path)))
    assert found == [("died", path) if path == "b.onnx" else (path,) for path in paths]


def test_results_do_not_depend_on_how_they_were_made():
    alone = results(MODELS)
    assert results(MODELS, jobs=2) == alone


# --- as they come


@pytest.mark.parametrize("options", [("-q",), ("--format", "jsonl"), ("-t", "jp5.0.2"), ("-t", "jp5.0.2", "-q")])
def test_pieces_are_the_whole(options, capsys):
    with open("bad.onnx", "w") as stream:
        stream.write("no model")
    paths = MODELS[:4] + ["bad.onnx"] + MODELS[4:6]
    code = main(["check", *paths, *options])
    streamed = capsys.readouterr().out
    assert main(["check", *paths, *options, "-o", "whole"]) == code == 2
    with open("whole") as stream:
        assert stream.read() == streamed


def test_the_first_line_comes_before_the_last_model(monkeypatch, capsys):
    seen = []

    def watched(path, question):
        seen.append((path, capsys.readouterr().out))
        return one(path, question)

    monkeypatch.setattr("jetdoctor.batch.order.one", watched)
    main(["check", SOUND, MISREAD, "-t", "jp5.0.2", "-q"])
    assert seen[0][1] == "" and seen[1][1].startswith("DEPLOYS")


# --- encoded once


@pytest.mark.parametrize("options", [("-t", "jp5.x"), ("-t", "orin-nx@jp6.2", "--dla", "--ignore", "JD204")])
def test_shared_parts_are_written_as_if_each_were_written_alone(options, monkeypatch, capsys):
    monkeypatch.setattr("jetdoctor.cli.output.print_safely", lambda text: print(text, end=""))
    with open("bad.onnx", "w") as stream:
        stream.write("no model")
    for format, indent in (("json", 2), ("jsonl", None)):
        main(["check", *MODELS[:4], "bad.onnx", *options, "--format", format])
        printed = capsys.readouterr().out
        documents = [printed] if indent else printed.splitlines()
        assert documents == [json.dumps(json.loads(text), indent=indent) for text in documents]


def test_a_part_of_another_model_is_written_anew():
    from jetdoctor.report.shared import Texts

    for texts in (Texts(), Texts(indented=True, depth=1)):
        for path in (MISREAD, SOUND, MISREAD):
            for result in one(path, QUESTION):
                assert json.loads(texts.of(result)) == result.to_json()
