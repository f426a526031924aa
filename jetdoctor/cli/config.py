"""Every setting, its value, and where it comes from: the configuration file, the environment, or the default.

The nearest jetdoctor.toml, or pyproject.toml with a table [tool.jetdoctor], in this folder or above it is read.
Options on the command line override it. docs/configuration.md explains each setting.
"""

from __future__ import annotations

import os
from typing import Any, List, Tuple

from jetdoctor.cli import output, parser
from jetdoctor.policy import config
from jetdoctor.policy.counting import Gate, Ignore
from jetdoctor.policy.scope import Scope

EXAMPLES = """\
  jetdoctor config
  jetdoctor config --format json
"""

#: Variables of the environment that change what jetdoctor does.
VARIABLES = {
    "JETDOCTOR_CACHE": "the folder in which results are cached",
    "NO_COLOR": "no colors",
    "FORCE_COLOR": "colors even without a terminal",
    "COLUMNS": "width of the text",
}

Row = Tuple[str, Any, str]  # setting, value, where it comes from


def configure(options: parser.Parser, command: str) -> None:
    options.add_argument(
        "--format", type=str.lower, choices=("text", "json"), default="text", metavar="F", help="text, json"
    )


def run(arguments: Any) -> int:
    settings = config.load()
    rows = _settings(settings) + [(name, os.environ[name], "environment") for name in VARIABLES if name in os.environ]
    render = _document if arguments.format == "json" else _text
    output.emit(lambda width, color: render(settings, rows, width, color))
    return 0


def _settings(settings: config.Config) -> List[Row]:
    scoped = [_ignore(one) for one in settings.ignores if not one.scope.is_everything]
    values = {
        "targets": list(settings.targets) or "every JetPack",
        "select": list(settings.select) or "every rule",
        "ignore": [_ignore(one) for one in settings.ignores if one.scope.is_everything],
        "fail-on": settings.fail_on or "error",
        "baseline": settings.baseline,
        "plugins": list(settings.plugins),
        "policy": scoped + [_gate(gate) for gate in settings.gates],
        "jobs": settings.jobs or 1,
        "cache": settings.cache,
    }
    return [(name, values[name], settings.where.get(name, "default")) for name in config.SETTINGS]


def _ignore(one: Ignore) -> str:
    until = " until %s%s" % (one.expires, ", which has expired" if one.expired else "") if one.expires else ""
    return "%s: %s%s%s" % (", ".join(sorted(one.rules)), one.reason, until, _on(one.scope))


def _gate(gate: Gate) -> str:
    return "fail-on %s%s" % (gate.fail_on, _on(gate.scope))


def _on(scope: Scope) -> str:
    """``, for nets/*.onnx, on jetpack-4.6``."""
    models = ", for " + ", ".join(scope.models) if scope.models else ""
    return models + (", on " + ", ".join(target.name for target in scope.targets) if scope.targets else "")


def _document(settings: config.Config, rows: List[Row], width: int, color: bool) -> str:
    from jetdoctor.report.document import dumps, head

    listed = [{"setting": name, "value": value, "from": where} for name, value, where in rows]
    return dumps(dict(head(), file=settings.path, settings=listed))


def _text(settings: config.Config, rows: List[Row], width: int, color: bool) -> str:
    from jetdoctor.report.style import Writer

    writer = Writer(width, color)
    looked = "no jetdoctor.toml or [tool.jetdoctor] from here upwards: these are the defaults"
    writer.wrapped("", settings.path or looked, "bold", indent=0)
    writer.line()
    for name, value, where in rows:
        values = [str(one) for one in value] if isinstance(value, list) else [] if value is None else [str(value)]
        for number, text in enumerate(values or ["-"]):
            label = "" if number else name
            last = "" if where == "default" or number < len(values) - 1 else "   [%s]" % where
            writer.wrapped(label.ljust(16), text + last)
    return writer.text()
