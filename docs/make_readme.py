"""Run the commands of README.md's console blocks and write what they print: python3 docs/make_readme.py [--check].

``--check`` writes nothing and exits with 1 where README.md says something else; times do not count. Blocks for NVIDIA's
compiler are left as they are where it is not installed.
"""

from __future__ import annotations

import difflib
import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"

#: Names in the README -> fixtures.
MODELS = {"gap.onnx": "gap_classifier_dynamo_opset18.onnx", "layernorm.onnx": "layernorm_dynamo_opset18.onnx"}

BLOCK = re.compile(r"(?<=```console\n)\$ (?P<command>[^\n]+)\n.*?(?=```)", re.S)


def ran(command: str, folder: str) -> str:
    """The command and what it prints, as on a terminal of 80 columns."""
    environment = dict(os.environ, COLUMNS="80", NO_COLOR="1", PYTHONPATH=str(ROOT))
    words = [sys.executable, "-m"] + shlex.split(command)
    done = subprocess.run(words, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True)
    return "$ %s\n%s\n[exit %d]\n" % (command, done.stdout.rstrip(), done.returncode)


def rewritten(text: str) -> str:
    """The README with its console blocks run in order, in one folder."""
    with tempfile.TemporaryDirectory() as folder:
        for name, fixture in MODELS.items():
            shutil.copy(str(ROOT / "fixtures" / "models" / fixture), os.path.join(folder, name))

        def block(match: "re.Match[str]") -> str:
            if "tensorrt-rtx" in match.group("command") and importlib.util.find_spec("tensorrt_rtx") is None:
                return match.group(0)
            return ran(match.group("command"), folder)

        return BLOCK.sub(block, text)


def timeless(text: str) -> str:
    """Without durations, and without the version of the compiler and the ONNX Runtime at hand."""
    return re.sub(r"\b\d+\.\d s\b", "N s", re.sub(r"TensorRT-RTX [\d.]+", "TensorRT-RTX N", text))


def main(arguments: "list[str]") -> int:
    old = README.read_text(encoding="utf-8")
    new = rewritten(old)
    if arguments != ["--check"]:
        README.write_text(new, encoding="utf-8")
        return 0
    lines = [timeless(text).splitlines() for text in (old, new)]
    difference = list(difflib.unified_diff(lines[0], lines[1], "README.md", "as run", lineterm=""))
    print("\n".join(difference) or "README.md shows what the commands print")
    return 1 if difference else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
