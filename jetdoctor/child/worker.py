"""The child's side: ``python -m jetdoctor.child.worker JOB ANSWER`` calls one function, writes JSON."""

from __future__ import annotations

import importlib
import json
import os
import sys
from typing import Any, Dict, List

from jetdoctor.types import JetdoctorError


def main(arguments: List[str]) -> int:
    """Exit code 0 when the function returned, also when it raised a ``JetdoctorError``."""
    with open(arguments[0], encoding="utf-8") as stream:
        question = json.load(stream)
    module, _, name = question["task"].partition(":")
    try:
        answer: Dict[str, Any] = getattr(importlib.import_module(module), name)(
            question["job"], question["folder"]
        )
    except JetdoctorError as error:
        answer = {"error": str(error), "exit_code": error.exit_code}
    with open(arguments[1] + ".new", "w", encoding="utf-8") as stream:
        json.dump(answer, stream)
    os.replace(arguments[1] + ".new", arguments[1])
    return 0


if __name__ == "__main__":
    # _exit: a compiler's library that crashes while it unloads must not spoil a finished answer.
    code = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
