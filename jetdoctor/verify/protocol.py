"""``python3 -m jetdoctor.verify.protocol DIR`` reads what docs/hardware-protocol.md produced on a board."""

from __future__ import annotations

import json
import os
import sys
from typing import Any, Dict, List, Tuple

from jetdoctor.types import parse_version

#: Step -> file.
STEPS = ("fp32", "fp16", "dynamic", "opset18")


def judge(folder: str) -> List[Tuple[str, bool, str]]:
    """(step, as expected, what happened) for every step; a step without a file is not as expected."""
    return [(step,) + _step(step, os.path.join(folder, step + ".json")) for step in STEPS]


def _step(step: str, path: str) -> Tuple[bool, str]:
    try:
        with open(path, encoding="utf-8") as stream:
            document = json.load(stream)
        ran = [one for one in document["backends"] if one["status"] != "not-run"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        return False, "no result: %s" % error
    if not ran:
        return False, "nothing ran: %s" % "; ".join(one["message"] for one in document["backends"])
    best = ran[0]
    release = str(best["details"].get("tensorrt") or best["details"].get("version") or "")
    said = "TensorRT %s, %s, %s: %s" % (release or "?", best["level"], best["status"], best["message"])
    return _expected(step, best, release), said


def _expected(step: str, best: Dict[str, Any], release: str) -> bool:
    if step == "opset18" and parse_version(release) < (10,):
        return best["status"] in ("refused", "different")
    return best["status"] == "passed" and best["level"] == "verified"


def main(arguments: List[str]) -> int:
    """Exit code 0 when every step came out as expected, 1 when not, 2 without a folder."""
    if len(arguments) != 1 or not os.path.isdir(arguments[0]):
        print("usage: python3 -m jetdoctor.verify.protocol DIR", file=sys.stderr)
        return 2
    results = judge(arguments[0])
    for step, good, said in results:
        print("%-8s %-10s %s" % (step, "expected" if good else "UNEXPECTED", said))
    return 0 if all(good for _, good, _ in results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
