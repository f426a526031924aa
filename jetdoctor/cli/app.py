"""From arguments to an exit code: finds the command, turns every failure into one line."""

from __future__ import annotations

import errno
import os
import sys
from typing import List

from jetdoctor.cli import commands
from jetdoctor.types import JetdoctorError, UsageError

INTERRUPTED = 130  # 128 + SIGINT, or the number of another signal
BROKEN_PIPE = 141  # 128 + SIGPIPE


def run(argv: List[str]) -> int:
    """Exit code of one command. Only ``--debug`` lets an exception through."""
    _open_closed_streams()
    debug = "--debug" in argv
    argv = [argument for argument in argv if argument != "--debug"]
    try:
        code = _dispatch(_without_color(argv))
        sys.stdout.flush()
        return code
    except KeyboardInterrupt as interrupt:
        number = getattr(interrupt, "number", None)
        return _say("terminated", 128 + number) if number else _say("interrupted", INTERRUPTED)
    except BrokenPipeError:
        # The reader went away: leave nothing for the interpreter to flush at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except JetdoctorError as error:
        if debug:
            raise
        return _failed(argv, str(error), error.exit_code)
    except ModuleNotFoundError as error:
        if debug:
            raise
        return _failed(argv, _missing(error), 3)
    except Exception as error:
        if debug:
            raise
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            # Standard output is full: what is still buffered must not be tried again at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return _say("failed: cannot write the output: no space left on the device", 3)
        what = "%s: %s" % (type(error).__name__, error)
        return _failed(argv, "internal error: %s (run again with --debug for the traceback)" % what, 3)


def _without_color(argv: List[str]) -> List[str]:
    """The arguments without ``--color WHEN``, which is set for this run."""
    from jetdoctor.cli import output

    output.choose_color("auto")
    end = argv.index("--") if "--" in argv else len(argv)
    rest: List[str] = []
    options = iter(argv[:end])
    for argument in options:
        if argument == "--color":
            output.choose_color(next(options, ""))
        elif argument.startswith("--color="):
            output.choose_color(argument.partition("=")[2])
        else:
            rest.append(argument)
    return rest + argv[end:]


def _open_closed_streams() -> None:
    """A stream that the caller closed (``>&-``) is None in Python: give it the null device."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))


def _dispatch(argv: List[str]) -> int:
    if argv[:1] == ["help"] and len(argv) > 1:
        argv = [argv[1], "--help"]
    if argv and argv[0] in ("-h", "--help", "help"):
        print(commands.overview(), end="")
        return 0
    command, rest = (argv[0], argv[1:]) if argv and not argv[0].startswith("-") else ("device", argv)
    module = commands.load(command)
    from jetdoctor.cli import parser

    try:
        arguments = parser.make(command, module).parse_args(rest)
    except SystemExit as done:  # --help
        return int(done.code or 0)
    from jetdoctor import own_rules
    from jetdoctor.child import stopping

    own_rules.use(getattr(arguments, "rules", None) or ())
    with stopping.orderly():
        return int(module.run(arguments))


def _failed(argv: List[str], message: str, code: int) -> int:
    """One line on stderr; with --format json also the document, so that a reader finds one in every case."""
    if _wants_json(argv):
        from jetdoctor.report.document import failure

        print(failure(message, with_results=argv[0] in ("check", "fix")))
    return _say(("" if code == UsageError.exit_code else "failed: ") + message, code)


def _missing(error: ModuleNotFoundError) -> str:
    """A package that this Python lacks, with the command that brings it to this very Python."""
    package = (error.name or "").split(".")[0]
    python = os.path.basename(sys.executable) or "python3"
    return "%s is not installed for %s: %s -m pip install %s" % (package, sys.executable, python, package)


def _wants_json(argv: List[str]) -> bool:
    pairs = zip(argv, argv[1:] + [""])
    return any(a == "--format=json" or (a, b) == ("--format", "json") for a, b in pairs)


def _say(message: str, code: int) -> int:
    from jetdoctor.report.style import clean

    print("jetdoctor: " + clean(" ".join(message.split())), file=sys.stderr)
    return code
