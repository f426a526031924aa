"""Print a completion script for a shell; it completes commands, options, targets, rules and files.

It is generated from the options by shtab. Fish needs shtab 1.13 or later, which needs Python 3.9 or later.
"""

from __future__ import annotations

from typing import Any

from jetdoctor.cli import commands, parser
from jetdoctor.types import UsageError

EXAMPLES = """\
  eval "$(jetdoctor completion bash)"                       for this shell
  jetdoctor completion bash > ~/.local/share/bash-completion/completions/jetdoctor
  jetdoctor completion zsh > "${fpath[1]}/_jetdoctor"
  jetdoctor completion fish > ~/.config/fish/completions/jetdoctor.fish
"""

SHELLS = ("bash", "zsh", "fish")


def configure(options: parser.Parser, command: str) -> None:
    options.add_argument("shell", choices=SHELLS, metavar="SHELL", help=", ".join(SHELLS))


def run(arguments: Any) -> int:
    import shtab

    from jetdoctor.cli import output, tree

    if arguments.shell not in shtab.SUPPORTED_SHELLS:
        text = "shtab %s writes no %s completion: 1.13 does, with Python 3.9 or later"
        raise UsageError(text % (shtab.__version__, arguments.shell))
    root = tree.whole()
    for name, one in tree.parsers(root):
        one.description = commands.COMMANDS[name][1]
        _say_what_fits(one, shtab)
    output.print_safely(shtab.complete(root, arguments.shell))
    return 0


def _say_what_fits(one: Any, shtab: Any) -> None:
    """What a value of each option may be: a file, a target, a rule."""
    from jetdoctor.catalog import catalog
    from jetdoctor.target import every_jetpack

    for action in one._actions:
        if action.metavar == "T":
            action.choices = [target.name for target in every_jetpack()] + ["all", "local"]
        elif action.metavar in ("ID", "IDS"):
            action.choices = list(catalog().rules)
        elif action.metavar == "DIR":
            action.complete = shtab.DIRECTORY
        elif action.metavar in ("FILE", "MODEL", "OUT", "LOG", "BEFORE", "AFTER", "FILE.py"):
            action.complete = shtab.FILE
