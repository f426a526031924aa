"""Run the commands of a tutorial and compare what they print: python3 docs/run_tutorials.py [FILE...].

A block of ``console`` holds commands behind "$ " and their output; "..." stands for anything, at the end of a line too.
All blocks of a file share one folder. Exit code 1 when an output is not as written, with both.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Iterator, List, Tuple

ROOT = Path(__file__).resolve().parents[1]


def main(paths: List[str]) -> int:
    wrong = 0
    for path in paths or [str(ROOT / "docs" / name) for name in ("tutorials.md", "fleet.md")]:
        with tempfile.TemporaryDirectory() as folder:
            wrong += run(Path(path).read_text(encoding="utf-8"), Path(folder))
    return 1 if wrong else 0


def run(text: str, folder: Path) -> int:
    """How many commands print something else than the text says."""
    (folder / "fixtures").symlink_to(ROOT / "fixtures")
    shell = 'jetdoctor() { %s -m jetdoctor "$@"; }\n' % shlex.quote(sys.executable)
    known = dict(os.environ, NO_COLOR="1", COLUMNS="100", PYTHONPATH=str(ROOT))
    wrong = code = 0
    for command, expected in commands(text):
        done = subprocess.run(
            ["bash", "-c", "%s(exit %d)\n%s" % (shell, code, command)],
            cwd=str(folder), env=known, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        code = done.returncode
        if not fits(expected, done.stdout):
            wrong += 1
            print("$ %s\nwritten:\n%s\nprinted:\n%s" % (command, "\n".join(expected), done.stdout))
    return wrong


def commands(text: str) -> Iterator[Tuple[str, List[str]]]:
    for block in re.findall(r"(?ms)^```console\n(.*?)^```$", text):
        for part in re.split(r"(?m)^\$ ", block)[1:]:
            command, *expected = part.rstrip("\n").split("\n")
            yield command, expected


def fits(expected: List[str], printed: str) -> bool:
    """Whether the output is as written, blank lines and ends of lines apart."""
    lines = [re.escape(line.rstrip()).replace(r"\.\.\.", r".*") for line in expected if line.strip()]
    pattern = "".join(r"(?:.*\n)*?" if line == ".*" else line + r"\n+" for line in lines)
    shown = re.sub(r"[ \t]*\n+", "\n", printed.strip() + "\n") if printed.strip() else ""
    return re.fullmatch(pattern, shown) is not None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
