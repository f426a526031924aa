"""The layers of docs/architecture.md, read from the source: imports go down, nothing heavy at the top."""

from __future__ import annotations

import ast
import glob
import os
import re
import subprocess
import sys

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

LAYERS = {
    "types": 1,
    "kinds": 1,
    "onnx_parts": 0,
    "records": 0,
    "tensors": 1,
    "data": 1,
    "version_ranges": 1,
    "wording": 1,
    "foreign": 2,
    "child": 2,
    "target": 2,
    "graph": 2,
    "external": 3,
    "own_rules": 3,
    "probe": 2,
    "constants": 3,
    "facts": 4,
    "rule": 4,
    "catalog": 5,
    "device": 5,
    "dla": 5,
    "model": 5,
    "triage": 5,
    "recipes": 5,
    "rules": 5,
    "verify": 6,
    "check": 6,
    "report": 6,
    "fix": 7,
    "batch": 7,
    "policy": 7,
    "emulate": 8,
    "api": 9,
    "cli": 10,
    "pytest_plugin": 10,
}

#: Imported inside functions only, so that most commands run without them.
HEAVY = {
    "onnx",
    "numpy",
    "onnxruntime",
    "polygraphy",
    "tensorrt",
    "tensorrt_rtx",
    "onnx_graphsurgeon",
    "rich",
    "packaging",
}

COMMANDS_WITHOUT_ONNX = [
    (["--version"], 0),
    (["--help"], 0),
    (["device"], None),
    (["targets"], 0),
    (["targets", "xavier-nx"], 0),
    (["rules"], 0),
    (["explain", "JD204"], 0),
    (["triage", "reshape changes volume. Reshaping [1,1,1,1] to [1,1280]"], 0),
    (["ops", "Reshape"], 0),
    (["check", "--help"], 0),
    (["fix", "--help"], 0),
]


def sources(folder):
    found = sorted(glob.glob(os.path.join(ROOT, folder, "**", "*.py"), recursive=True))
    return [os.path.relpath(path, ROOT) for path in found]


PACKAGE = [
    path
    for path in sources("jetdoctor")
    if path.count(os.sep) > 1 or not path.endswith(("__init__.py", "__main__.py"))
]
RULES = [path for path in sources("rules") if path.count(os.sep) > 1]


def room_of(path):
    """``fix`` for jetdoctor/fix/opset/lower.py."""
    return path.split(os.sep)[1].replace(".py", "")


def tree_of(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as stream:
        return ast.parse(stream.read(), path)


def imported(nodes):
    """Dotted names that import statements among ``nodes`` name."""
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative import"
            for alias in node.names:
                yield "%s.%s" % (node.module, alias.name)


def rooms(path):
    """Rooms of jetdoctor that a file imports, anywhere in it."""
    for name in imported(ast.walk(tree_of(path))):
        parts = name.split(".")
        if parts[0] == "jetdoctor" and len(parts) > 1 and parts[1] != "__version__":
            yield parts[1]


def top_level(tree):
    """Statements that run at import: everything outside of functions and of ``if TYPE_CHECKING``."""
    waiting = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            continue
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node
            waiting += [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt)]


def test_every_file_has_a_layer():
    assert {room_of(path) for path in PACKAGE} - {"rules"} == set(LAYERS) - {"rules"}


def _section(title):
    """Rows of the table below a heading of docs/architecture.md."""
    with open(os.path.join(ROOT, "docs", "architecture.md"), encoding="utf-8") as stream:
        text = stream.read().split("\n## %s\n" % title)[1].split("\n## ")[0]
    return [line.strip("| ").split(" | ", 1) for line in text.splitlines() if line.startswith("| ")][2:]


def test_the_architecture_page_has_the_layers():
    named = {}
    for layer, modules in _section("Layers"):
        modules = re.sub(r"\(.*?\)", "", modules)
        named.update((name, int(layer)) for name in re.findall(r"`(\w+)`", modules))
    assert named == {name: layer for name, layer in LAYERS.items() if name != "rules"}


@pytest.mark.parametrize("package", sorted({room_of(path) for path in PACKAGE if path.count(os.sep) > 1}))
def test_the_architecture_page_has_the_modules(package):
    """One file per command, and per operator in ``recipes``, needs no mention."""
    row = dict(_section("What is in each package"))["`%s`" % package]
    folder = os.path.join(ROOT, "jetdoctor", package)
    names = {name.replace(".py", "") for name in os.listdir(folder) if not name.startswith(("_", "."))}
    if package not in ("cli", "recipes"):
        assert not {name for name in names if not re.search(r"`%s/?`" % name, row)}
    said = re.findall(r"`(\w+)`", row)
    assert all(_exists(folder, name) for name in said), said


def _exists(folder, name):
    """A module of the package, of one of its folders, or of another package that the row points to."""
    return any(
        glob.glob(os.path.join(*place, name + ".py")) or glob.glob(os.path.join(*place, name, "__init__.py"))
        for place in ((folder,), (folder, "*"), (ROOT, "jetdoctor"), (ROOT, "jetdoctor", "*"))
    )


@pytest.mark.parametrize("path", PACKAGE)
def test_imports_go_down_only(path):
    room = room_of(path)
    wrong = {other for other in rooms(path) if other != room and LAYERS[other] >= LAYERS[room]}
    assert not wrong, "%s (layer %d) imports %s" % (path, LAYERS[room], sorted(wrong))


@pytest.mark.parametrize("path", [p for p in PACKAGE if LAYERS[room_of(p)] == 2 and room_of(p) != "graph"])
def test_the_second_layer_is_standard_library_only(path):
    allowed = set(getattr(sys, "stdlib_module_names", ())) | {"jetdoctor", "__future__"}
    names = {name.split(".")[0] for name in imported(ast.walk(tree_of(path)))}
    assert not names & HEAVY
    assert len(allowed) == 2 or names <= allowed | {"distutils"}


@pytest.mark.parametrize("path", RULES)
def test_rule_files_see_only_rule_graph_and_recipes(path):
    """And what the files of one folder share, in a module of that folder whose name starts with ``_``."""
    shared = "jetdoctor.%s._" % os.path.dirname(path).replace(os.sep, ".")
    names = [name for name in imported(ast.walk(tree_of(path))) if name.startswith("jetdoctor.")]
    assert {name.split(".")[1] for name in names if not name.startswith(shared)} <= {"rule", "graph", "recipes"}


#: The fixed part of the programs that ``fix --script`` writes; jetdoctor imports it inside functions.
PROGRAM = os.path.join("jetdoctor", "fix", "script", "standalone.py")


@pytest.mark.parametrize("path", [path for path in PACKAGE + RULES if path != PROGRAM])
def test_nothing_heavy_is_imported_at_the_top(path):
    names = {name.split(".")[0] for name in imported(top_level(tree_of(path)))}
    assert not names & HEAVY


def test_no_circle_of_modules():
    """Top-level imports of the modules of one room do not go in a circle."""
    graph = {}
    for path in PACKAGE:
        name = path[:-3].replace(os.sep, ".").replace(".__init__", "")
        graph[name] = {
            found for found in imported(top_level(tree_of(path))) if found.startswith("jetdoctor.")
        }
    known = {name: {_module(found, graph) for found in names} - {name, None} for name, names in graph.items()}
    done, path = set(), []

    def visit(name):
        assert name not in path, "a circle: %s" % " -> ".join(path[path.index(name) :] + [name])
        if name not in done:
            path.append(name)
            for other in sorted(known[name]):
                visit(other)
            path.pop()
            done.add(name)

    for name in sorted(known):
        visit(name)


def _module(found, graph):
    """The module that ``package.module.name`` comes from."""
    return (
        found if found in graph else found.rpartition(".")[0] if found.rpartition(".")[0] in graph else None
    )


@pytest.mark.parametrize("arguments, code", COMMANDS_WITHOUT_ONNX, ids=lambda value: str(value))
def test_commands_that_run_without_onnx(arguments, code):
    blocked = "import sys\nfor name in %r: sys.modules[name] = None\n" % sorted(HEAVY)
    program = blocked + "from jetdoctor.cli import main\nsys.exit(main(%r))" % arguments
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True
    )
    assert done.stdout and b"rror" not in done.stderr, done.stderr
    assert done.returncode in ((0, 1) if code is None else (code,))


def test_version_imports_next_to_nothing():
    program = "import sys, jetdoctor.cli as cli; cli.main(['--version']); print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-S", "-c", program], cwd=ROOT, stdout=subprocess.PIPE, check=True)
    text = done.stdout.decode()
    assert not {"argparse", "json", "typing", "dataclasses", "re"} & set(text.replace("'", " ").split())


def test_commands_judge_through_the_api():
    """One way in. Two judge what no function of the API takes: a model in memory without names, one as it is parsed."""
    judges = ("check.check", "fix.fix", "verify.verify", "triage.read", "emulate.emulate", "batch.each")
    direct = {
        os.path.basename(path)
        for path in PACKAGE
        if room_of(path) == "cli"
        and {"jetdoctor." + name for name in judges}.intersection(imported(ast.walk(tree_of(path))))
    }
    assert direct == {"report.py", "as_parsed.py"}


@pytest.mark.parametrize("name", ["attention_dynamo_opset20", "dynamic_batch_torchscript_opset13"])
def test_check_of_an_ordinary_model_imports_neither_onnx_nor_numpy(name):
    """Both have Reshapes with constant sizes; importing the two would take longer than the check."""
    program = "import sys, jetdoctor.cli as cli; code = cli.main(sys.argv[1:]); print(code, sorted(sys.modules))"
    arguments = ["check", os.path.join("fixtures", "models", name + ".onnx"), "--target", "jetpack-5.0.2", "-q"]
    done = subprocess.run([sys.executable, "-c", program, *arguments], cwd=ROOT, stdout=subprocess.PIPE, check=True)
    modules = done.stdout.decode().replace("'", " ").split()
    assert "0" in modules and not {"onnx", "numpy"} & set(modules)
