"""``fix --allow`` and ``--choose``: what a repair may decide for the code that calls the model."""

from __future__ import annotations

import difflib
import sys
from typing import Any, List, Sequence, Tuple

from jetdoctor.types import CHOICES, UsageError


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
    """The choices already allowed and those that the user agrees to, each asked once."""
    chosen: List[str] = list(allowed)
    offered = {step.choice: step for step in outcome.plan.steps if step.choice and not step.applied}
    for choice, step in offered.items():
        if choice in chosen:
            continue
        print("%s: %s" % (" ".join(filter(None, (step.rule, step.title))), CHOICES[choice]), file=sys.stderr)
        print("allow %s? [y/N] " % choice, end="", file=sys.stderr, flush=True)
        if sys.stdin.readline().strip().lower() in ("y", "yes"):
            chosen.append(choice)
    return tuple(chosen)
