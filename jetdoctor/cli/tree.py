"""All commands as one argparse parser: what completion scripts and the manual page are made from."""

from __future__ import annotations

import argparse
from typing import Iterator, Tuple

from jetdoctor.cli import commands, output
from jetdoctor.cli.parser import Parser


def whole() -> Parser:
    """``jetdoctor`` with every command as a subparser, each described by its module's docstring."""
    root = Parser(prog="jetdoctor", description="Will this ONNX model deploy on that Jetson, and if not, what to do?")
    root.add_argument("--version", action="store_true", help="print the version")
    below = root.add_subparsers(metavar="COMMAND")
    for name, (_, line) in commands.COMMANDS.items():
        module = commands.load(name)
        one = below.add_parser(name, help=line, description=(module.__doc__ or "").strip(), epilog=module.EXAMPLES)
        module.configure(one, name)
        one.add_argument("--color", choices=output.COLORS, metavar="WHEN", help="auto, always or never")
        one.add_argument("--debug", action="store_true", help="a traceback instead of one line")
    return root


def parsers(root: Parser) -> Iterator[Tuple[str, argparse.ArgumentParser]]:
    """(name, parser) of every command."""
    for action in root._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.items()

