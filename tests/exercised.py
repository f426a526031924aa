"""Which rewrites and adapters are exercised by a test that compares outputs: recorded, so that a gate can look it up.

    JETDOCTOR_RECORD=/tmp/record .venv/bin/python -m pytest -q tests/test_FILE.py
    .venv/bin/python -m tests.exercised /tmp/record     adds what was noted to tests/exercised.txt

While a test runs, what is applied and whether outputs were compared is noted; it counts when the test passes.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
RECORDED = HERE / "exercised.txt"

#: of the running test: "rewrite NAME" and "adapter OP OPSET", and whether outputs were compared
_applied = set()
_compared = []


def recorded():
    """``{"rewrite NAME": "test_file.py"}`` as it was recorded."""
    lines = RECORDED.read_text(encoding="utf-8").splitlines()
    return dict(line.rsplit(" ", 1) for line in lines)


def _after(owner, name, note):
    """Let ``note(result, *args)`` see what a function returns."""
    original = getattr(owner, name)

    def wrapped(*args, **keys):
        result = original(*args, **keys)
        note(result, *args)
        return result

    setattr(owner, name, wrapped)


def _listen():
    import numpy.testing

    import jetdoctor.verify.compare

    for name in ("assert_allclose", "assert_array_equal", "assert_equal"):
        _after(numpy.testing, name, lambda result, *_: _compared.append(True))
    _after(jetdoctor.verify.compare, "compare", lambda result, *_: _compared.extend([True] * result.equal))
    import jetdoctor.fix
    from jetdoctor.fix.opset import registry
    from jetdoctor.fix.rewriting import Rewriting

    def proven(outcome, *_):
        _compared.extend([True] * (outcome.plan.equivalence.status == "equal"))

    _after(jetdoctor.fix, "fix", proven)
    _after(Rewriting, "finish", lambda _, self: _applied.update("rewrite " + r.fix.rewrite for r, _ in self.done))
    for (op_type, opset), adapter in list(registry._ADAPTERS.items()):
        registry._ADAPTERS[op_type, opset] = _noted(adapter, "adapter %s %d" % (op_type, opset))


def _noted(adapter, line):
    def wrapped(site):
        result = adapter(site)
        _applied.add(line)
        return result

    return wrapped


if os.environ.get("JETDOCTOR_RECORD"):
    _listen()


def pytest_runtest_setup(item):
    _applied.clear()
    _compared.clear()


def pytest_runtest_makereport(item, call):
    if call.when == "call" and call.excinfo is None and _compared:
        with open(os.environ["JETDOCTOR_RECORD"], "a", encoding="utf-8") as stream:
            stream.writelines("%s %s\n" % (line, item.path.name) for line in sorted(_applied))


def main(path):
    """One line for each rewrite and adapter: a test file that exercises it, the one that was recorded first."""
    found = recorded() if RECORDED.exists() else {}
    for line in sorted(Path(path).read_text(encoding="utf-8").splitlines()):
        what, file = line.rsplit(" ", 1)
        found.setdefault(what, file)
    RECORDED.write_text("".join("%s %s\n" % pair for pair in sorted(found.items())), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
