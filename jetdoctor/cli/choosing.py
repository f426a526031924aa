"""``fix --allow`` and ``--choose``: what a repair may decide for the code that calls the model."""

from __future__ import annotations

import difflib
import sys
from typing import Any, Dict, List, Sequence, Tuple

from jetdoctor.types import CHOICES, UsageError

_MOST = 5  # places that a question names
_ANSWERS = {"y": True, "yes": True, "n": False, "no": False, "": False}


def named(names: Sequence[str]) -> Tuple[str, ...]:
    """The choices by their names; ``UsageError`` names the nearest one for another word."""
    for name in names:
        if name not in CHOICES:
            near = difflib.get_close_matches(name, CHOICES, 1)
            hint = "; did you mean %s?" % near[0] if near else ""
            raise UsageError("--allow %s: choices are %s%s" % (name, ", ".join(CHOICES), hint))
    return tuple(dict.fromkeys(names))


def require_terminal() -> None:
    """``UsageError`` where nobody is there to answer."""
    if not sys.stdin.isatty():
        raise UsageError("--choose needs a terminal: in a script, use --allow %s" % ",".join(CHOICES))


def ask(outcome: Any, allowed: Sequence[str]) -> Tuple[str, ...]:
    """The choices already allowed and those that the user agrees to, each asked once, with its places."""
    chosen: List[str] = list(allowed)
    offered: Dict[str, List[Any]] = {}
    for step in outcome.plan.steps:
        if step.choice and not step.applied and step.choice not in chosen:
            offered.setdefault(step.choice, []).append(step)
    for choice, steps in offered.items():
        for title in dict.fromkeys(" ".join(filter(None, (step.rule, step.title))) for step in steps):
            print("%s: %s" % (title, CHOICES[choice]), file=sys.stderr)
        places = list(dict.fromkeys(step.node_name for step in steps if step.node_name))
        if places:
            print("  at %s" % ", ".join(places[:_MOST] + ["…"] * (len(places) > _MOST)), file=sys.stderr)
        if _agreed("allow %s? [y/N] " % choice):
            chosen.append(choice)
    return tuple(chosen)


def _agreed(question: str) -> bool:
    """Yes or no; an empty line and the end of the input are a no, another word is asked again."""
    while True:
        print(question, end="", file=sys.stderr, flush=True)
        line = sys.stdin.readline()
        if not line:
            print(file=sys.stderr)
        answer = line.strip().lower()
        if answer in _ANSWERS:
            return _ANSWERS[answer]
        print("answer y or n", file=sys.stderr)
