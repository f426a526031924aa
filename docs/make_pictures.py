"""Make the pictures of README.md: python3 docs/make_pictures.py DETECTOR.onnx REPAIRED.onnx FOLDER (needs Chromium).

The models are real exports, too large for the repository: RT-DETR-l of ultralytics at 320 pixels (863 nodes), a Swin
transformer of PyTorch's dynamo exporter, and a folder of exports. Each picture is the top of a page in a window of its
size; one beyond 200 KB is an error.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import List

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
#: Bytes.
MOST = 200_000


def main(detector: str, repaired: str, folder: str) -> None:
    picture("report", ["check", detector], "#jetpack-5.0.2", 1280, 1160)
    picture("repair", ["fix", repaired, "-t", "jetpack-5.0.2"], "", 1280, 1330)
    picture("models", ["check", folder], "", 1280, 900)


def picture(name: str, arguments: List[str], anchor: str, width: int, height: int) -> None:
    """The top of the page that a command writes, as ``docs/pictures/NAME.png``."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not browser:
        sys.exit("no Chromium here")
    with tempfile.TemporaryDirectory() as work:
        page = Path(work, "page.html")
        # Where the model lies is nobody's business: the command runs beside it.
        place = Path(arguments[1]).resolve()
        command = [sys.executable, "-m", "jetdoctor", arguments[0], place.name, *arguments[2:], "--format", "html"]
        known = dict(os.environ, PYTHONPATH=str(ROOT))
        done = subprocess.run(command, cwd=str(place.parent), env=known, stdout=subprocess.PIPE)
        page.write_bytes(done.stdout)
        target = PICTURES / (name + ".png")
        options = ["--headless", "--no-sandbox", "--hide-scrollbars", "--virtual-time-budget=3000"]
        options += ["--window-size=%d,%d" % (width, height), "--screenshot=%s" % target]
        subprocess.run([browser, *options, page.as_uri() + anchor], check=True, stderr=subprocess.DEVNULL)
    if target.stat().st_size > MOST:
        sys.exit("%s has %d bytes, more than %d" % (target, target.stat().st_size, MOST))


if __name__ == "__main__":
    main(*sys.argv[1:])
