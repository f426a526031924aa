"""Rule files are imported by need: the index says what the files say, and is not believed once they have changed."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from jetdoctor import catalog as room
from jetdoctor.data import rules_folder

RULE = '''"""A title."""
from jetdoctor.rule import Match, Rule
RULE = Rule(id="JD999", name="%s", severity="error", outcome="rejected", sources=("x",), ops=("Relu",))
def check_node(node):
    yield Match("no")
'''


def read_by_import(folder, path):
    category, name = Path(path).parent.name, Path(path).name
    return room._load_rule(folder, category, name, {})


def test_the_index_says_what_the_files_say():
    folder = rules_folder()
    index, taken = room._index(), 0
    for rule in room.catalog().rules.values():
        name = Path(rule.path).name
        with_index = room._load_rule(folder, rule.category, name, index)
        by_import = read_by_import(folder, rule.path)
        assert (asdict(with_index.rule), with_index.scopes) == (asdict(by_import.rule), by_import.scopes), name
        taken += sum(key.startswith(name[:-3] + "/") for key in index)
    assert taken >= 0.9 * len(room.catalog().rules), "most rules can be read without an import"


@pytest.mark.parametrize(
    "changed",
    [
        RULE % "new-name",
        RULE.replace("def check_node", "RANGE = 1\ndef check_model") % "x",
    ],
    ids=["name", "scope"],
)
def test_a_file_that_has_changed_is_read_again(tmp_path, monkeypatch, changed):
    from jetdoctor.rules.index_rules import index_text

    folder = tmp_path / "operators"
    folder.mkdir()
    path = folder / "JD999_x.py"
    path.write_text(RULE % "old-name", encoding="utf-8")
    index = json.loads(index_text(tmp_path))
    imported = []

    def load(name):
        imported.append(name)
        module = type(sys)("JD999_x")
        exec(path.read_text(encoding="utf-8"), module.__dict__)
        return module

    monkeypatch.setattr(room.importlib, "import_module", load)
    assert room._load_rule(str(tmp_path), "operators", "JD999_x.py", index).rule.name == "old-name" and not imported
    path.write_text(changed, encoding="utf-8")
    again = room._load_rule(str(tmp_path), "operators", "JD999_x.py", index)
    assert imported and again.rule.name != "old-name"
    assert again.scopes == (("model",) if "check_model" in changed else ("node",))


@pytest.mark.parametrize(
    "text",
    [
        RULE.replace('("Relu",)', "tuple(OPS)"),
        RULE.replace('def check_node(node):\n    yield Match("no")\n', "check_node = some\n"),
        RULE.replace("RULE = Rule(", "RULE = make(*rest, "),
    ],
    ids=["computed", "assigned", "positional"],
)
def test_what_is_no_literal_is_not_indexed(text):
    from jetdoctor.rules.index_rules import entry

    assert entry(RULE % "x")["rule"]["ops"] == ("Relu",) and entry(RULE % "x")["scopes"] == ["node"]
    assert entry(text % "x") is None


def test_without_an_index_all_is_imported(tmp_path, monkeypatch):
    monkeypatch.setattr(room, "data_path", lambda name: str(tmp_path / name))
    assert room._index() == {}
    (tmp_path / "rules.json").write_text("half a li")
    assert room._index() == {}


def test_a_check_imports_few_rules(tmp_path):
    import onnx

    from tests.cases import parse

    text = '<ir_version: 8, opset_import: ["" : 13]> g (float[1] x) => (float[1] y) { y = Relu (x) }'
    onnx.save(parse(text), str(tmp_path / "m.onnx"))
    script = (
        "import sys; from jetdoctor import cli; cli.main(['check', sys.argv[1], '--target', 'jetpack-6.2']); "
        "print(sum('.JD' in name for name in sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path / "m.onnx")], stderr=subprocess.PIPE, text=True)
    assert int(done.stderr.split()[-1]) < len(room.catalog().rules) / 2


def test_an_indexed_rule_that_cannot_be_imported_is_told_and_the_others_stay(monkeypatch):
    from jetdoctor.check import check
    from jetdoctor.model import from_proto
    from jetdoctor.target import resolve
    from tests.cases import parse

    real = room.importlib.import_module

    def without_one(name):
        if ".JD215_" in name:
            raise ImportError("a module beside it is broken")
        return real(name)

    monkeypatch.setattr(room.importlib, "import_module", without_one)
    text = '<ir_version: 8, opset_import: ["" : 13]> g (float[1] x) => (float[1] y) { y = NoSuchOperator (x) }'
    (result,) = check(from_proto(parse(text)), resolve("jetpack-6.2"))
    told = [finding.message for finding in result.findings if finding.rule == "JD000"]
    assert len(told) == 1 and told[0].startswith("rule JD215 crashed: ImportError")
    assert any(finding.rule != "JD000" for finding in result.findings)
