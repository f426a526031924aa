"""The command line. ``main`` answers ``--version`` before anything heavy is imported."""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # typing itself would take a third of the time of --version
if TYPE_CHECKING:
    from typing import Optional, Sequence

__all__ = ["main"]


def main(argv: Optional[Sequence[str]] = None) -> int:
    """Run one command; returns the exit code (0 clean, 1 findings, 2 bad usage or input, 3 our failure)."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments in (["--version"], ["-V"]):
        from jetdoctor import __version__

        print("jetdoctor " + __version__)
        return 0
    from jetdoctor.cli.app import run

    return run(arguments)
