"""argparse with one-line errors that name the nearest option, and the options that commands share."""

from __future__ import annotations

import argparse
import os
import re
from dataclasses import replace
from typing import Any, List, NoReturn, Optional, Sequence, Tuple

from jetdoctor.types import Target, UsageError
from jetdoctor.wording import did_you_mean


class Parser(argparse.ArgumentParser):
    """Raises UsageError where argparse would print its usage and exit."""

    @property
    def command(self) -> str:
        return self.prog.split()[-1]

    def error(self, message: str) -> NoReturn:
        unknown = re.search(r"unrecognized arguments: (-\S+)", message)
        further = re.search(r"unrecognized arguments: (\S+)", message)
        if unknown:
            message = self._no_option(unknown.group(1))
        elif further:
            taken = " ".join(str(a.metavar or a.dest).upper() for a in self._actions if not a.option_strings)
            takes = "takes no file" if not taken else "takes %s and nothing more" % taken
            message = "%s %s: %s is too many (see `%s --help`)" % (self.command, takes, further.group(1), self.prog)
        else:
            message = "%s: %s (see `%s --help`)" % (self.command, _with_nearest_choice(message), self.prog)
        raise UsageError(message)

    def _no_option(self, written: str) -> str:
        """An option that there is none of: what it is called here, else the nearest name."""
        from jetdoctor.cli import habits

        options = [o for action in self._actions for o in action.option_strings]
        habit = habits.of_option(written)
        hint = habit or did_you_mean(written.partition("=")[0], options, self.prog + " --help")
        return "%s has no option %s: %s" % (self.command, written, hint)

    def format_help(self) -> str:
        """The help, with the paragraphs of the description filled for 80 columns."""
        import textwrap

        paragraphs = (self.description or "").split("\n\n")
        self.description = "\n\n".join(textwrap.fill(part, 79) for part in paragraphs)
        return super().format_help()

    def parse_args(self, args: Optional[Sequence[str]] = None, namespace: Any = None) -> Any:  # type: ignore
        for argument in args or ():
            if argument.startswith("--") and argument.endswith("=--"):  # argparse drops such a value
                self.error("argument %s: '--' is not a value" % argument[:-3])
            if argument == "--":
                break
            if re.match(r"--onnx(=|$)", argument):  # before the missing MODEL is complained of
                raise UsageError(self._no_option(argument))
        # Unlike the default, an option may stand between two positional arguments.
        return self.parse_intermixed_args(_without_separator(list(args or ())), namespace)


def _with_nearest_choice(message: str) -> str:
    """argparse's list of choices, led by the one that was probably meant."""
    refused = re.search(r"invalid choice: '(.*)' \(choose from (.*)\)$", message)
    if not refused:
        return message
    from jetdoctor.cli import habits

    choices = [choice.strip("' ") for choice in refused.group(2).split(",")]
    habit = habits.VALUES.get(refused.group(1))
    hint = "did you mean %s?" % habit if habit in choices else did_you_mean(refused.group(1), choices, "")
    if hint.startswith("did"):
        return "%s: %s" % (message[: refused.start(2) - len(" (choose from ")], hint)
    return message


def _without_separator(arguments: List[str]) -> List[str]:
    """``--`` ends the options; argparse forgets that between positional arguments: what follows is spelled safely."""
    if "--" not in arguments:
        return arguments
    end = arguments.index("--")
    names = [os.path.join(".", name) if name.startswith("-") and name != "-" else name for name in arguments[end + 1 :]]
    return arguments[:end] + names


def host(text: str) -> str:
    """Type of ``--ssh``: an unset variable in a script must not mean this machine."""
    if not text.strip() or text.startswith("-"):
        raise argparse.ArgumentTypeError("%r is not USER@HOST" % text)
    return text


def make(command: str, module: Any) -> Parser:
    """Parser of one command, described by its module's docstring and EXAMPLES."""
    parser = Parser(
        prog="jetdoctor " + command,
        description=(module.__doc__ or "").strip(),
        epilog="Examples:\n" + module.EXAMPLES.rstrip() if module.EXAMPLES else None,
        formatter_class=lambda prog: argparse.RawDescriptionHelpFormatter(prog, max_help_position=28),
        allow_abbrev=False,
    )
    module.configure(parser, command)
    return parser


def add_targets(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-t",
        "--target",
        action="append",
        dest="targets",
        metavar="T",
        help="jetpack-5.0.2, jp5.x, xavier-nx@jetpack-5.0.2, tensorrt-8.4.1, local, all; may be repeated",
    )
    parser.add_argument(
        "--plugin",
        action="append",
        dest="plugins",
        metavar="NAME",
        help="a custom operator whose plugin you supply; may be repeated",
    )


#: Precisions that an engine may be wanted in, as ``--precision`` takes them.
PRECISIONS = ("fp32", "fp16", "bf16", "int8", "fp8", "int4", "fp4")


def add_wanted(parser: argparse.ArgumentParser) -> None:
    """What the engine is to be like: its precision, and on which processor."""
    shown = "the precision of the engine: " + ", ".join(PRECISIONS)
    parser.add_argument("--precision", type=str.lower, choices=PRECISIONS, metavar="P", help=shown)
    parser.add_argument("--dla", action="store_true", help="what runs on the module's DLA and what stays on the GPU")


def wanted(targets: Sequence[Target], arguments: Any, paths: Sequence[str]) -> Tuple[Target, ...]:
    """The targets with ``--precision`` and ``--dla``, for the models at ``paths``."""
    if arguments.dla and not (targets and all(target.module for target in targets)):
        require_present(paths)
        raise UsageError("--dla needs a module, for example --target agx-orin@jetpack-6.2")
    return tuple(replace(target, precision=arguments.precision, dla=arguments.dla) for target in targets)


def require_present(paths: Sequence[str]) -> None:
    """UnreadableModel for the first model that is not there: said before anything that the command line lacks."""
    missing = next((path for path in paths if path != "-" and "://" not in path and not os.path.exists(path)), None)
    if missing is not None:
        from jetdoctor.model import require_readable

        require_readable(missing)


#: Formats of a command that is not a gate: for the screen, for programs, and a page for people.
PAGES = ("text", "json", "html")


def add_output(parser: argparse.ArgumentParser, formats: Sequence[str]) -> None:
    parser.add_argument(
        "--format", type=str.lower, choices=formats, default="text", metavar="F", help=", ".join(formats)
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="write to FILE instead of the terminal")


def add_selection(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--select", action="append", metavar="IDS", help="only these rules: JD204, JD2xx or a rule's name"
    )
    parser.add_argument("--ignore", action="append", metavar="IDS", help="ignore these rules; ID=REASON records why")


def add_rules(parser: argparse.ArgumentParser) -> None:
    """Taken into use by ``jetdoctor.cli.app`` before the command runs."""
    parser.add_argument("--rules", action="append", metavar="DIR", help="a folder of your own rules; may be repeated")


def split_ids(values: Optional[Sequence[str]]) -> List[str]:
    """``["JD204,JD3xx", "JD401"]`` -> three ids."""
    return [part.strip() for value in values or () for part in value.split(",") if part.strip()]


def split_ignores(values: Optional[Sequence[str]]) -> List[str]:
    """As ``split_ids``; a value with a reason (``JD204=fixed on the board, see 12``) is one, commas and all."""
    return [part for value in values or () for part in ([value] if "=" in value else split_ids([value]))]
