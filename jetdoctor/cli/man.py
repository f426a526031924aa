"""Print the manual page of all commands in the format of man (troff).

It is generated from the options of this version.
"""

from __future__ import annotations

import argparse
import re
from typing import Any, Iterator, List

from jetdoctor.cli import parser

EXAMPLES = """\
  jetdoctor man | man -l -
  jetdoctor man > ~/.local/share/man/man1/jetdoctor.1
"""

#: What stands after the commands: (section, rows of a name and what it means).
_CLOSING = (
    ("EXIT STATUS", (
        ("0", "nothing at or above --fail-on, or what was asked for was done"),
        ("1", "findings, or errors that remain"),
        ("2", "bad usage, or an input that is missing, unreadable or not ONNX"),
        ("3", "jetdoctor itself or a transport failed"),
    )),
    ("FILES", (("jetdoctor.toml, pyproject.toml", "the configuration of a project; see jetdoctor config"),)),
)  # fmt: skip


def configure(options: parser.Parser, command: str) -> None:
    pass


def run(arguments: Any) -> int:
    from jetdoctor.cli import output

    output.print_safely("\n".join(page()) + "\n")
    return 0


def page() -> List[str]:
    """Lines of the page."""
    from jetdoctor import __version__
    from jetdoctor.cli import tree
    from jetdoctor.cli.config import VARIABLES

    root = tree.whole()
    lines = ['.TH JETDOCTOR 1 "" "jetdoctor %s" "User Commands"' % __version__]
    lines += [".SH NAME", "jetdoctor \\- will this ONNX model deploy on that NVIDIA Jetson?"]
    lines += [".SH SYNOPSIS", ".B jetdoctor", ".I COMMAND", "[options]"]
    lines += [".SH DESCRIPTION", _text(root.description or ""), "Without a command this machine is inspected."]
    for name, one in tree.parsers(root):
        lines += _command(name, one)
    for title, rows in (*_CLOSING, ("ENVIRONMENT", tuple(VARIABLES.items()))):
        lines += [".SH " + title]
        for name, meaning in rows:
            lines += [".TP", ".B " + _text(name), _text(meaning)]
    return lines


def _command(name: str, one: argparse.ArgumentParser) -> Iterator[str]:
    yield '.SH "jetdoctor %s"' % name
    for number, paragraph in enumerate((one.description or "").split("\n\n")):
        yield from ([".PP"] if number else []) + [_text(" ".join(paragraph.split()))]
    for action in one._actions:
        if not isinstance(action, argparse._HelpAction):
            yield ".TP"
            yield ".B " + _text(_spelled(action))
            yield _text(action.help or "")
    if one.epilog:
        yield from (".PP", "Examples:", ".nf", _text(one.epilog.rstrip()), ".fi")


def _spelled(action: argparse.Action) -> str:
    """``-t, --target T``; an argument without dashes by its name."""
    value = "" if action.nargs == 0 else str(action.metavar or action.dest.upper())
    return " ".join(filter(None, (", ".join(action.option_strings), value)))


def _text(text: str) -> str:
    """Text that troff takes as it stands: a dash that can be pasted, no dot or quote that begins a request."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"^([.'])", r"\\&\1", escaped, flags=re.MULTILINE)
