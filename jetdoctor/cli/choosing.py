"""``fix --allow`` and ``--choose``: what a repair may decide for the code that calls the model."""

from __future__ import annotations

import difflib
import sys
from typing import TYPE_CHECKING, Callable, Dict, List, Mapping, Sequence, Set, Tuple

from jetdoctor.cli import output
from jetdoctor.report.style import Writer
from jetdoctor.types import CHOICES, UsageError

if TYPE_CHECKING:
    from jetdoctor.fix.outcome import FixOutcome

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


def decide(work: Callable[..., FixOutcome], allow: Sequence[str], freeze: Mapping[str, str]) -> FixOutcome:
    """The outcome with what the user agrees to. Each choice is asked once, after it was tried: the question says what
    the calling code must change then. Fixed sizes are asked last, and only where they leave fewer errors.

    ``work(allow=..., freeze=...)`` gives the outcome of a repair without writing.
    """
    outcome, asked = work(allow=tuple(allow), freeze=freeze), set(allow)
    while True:
        offered = {s.choice: s for s in outcome.plan.steps if s.choice and not s.applied and s.choice not in asked}
        if not offered:
            break
        choice = next(iter(offered))
        asked.add(choice)
        tried = work(allow=(*allow, choice), freeze=freeze)
        _describe(choice, outcome, tried)
        if tried.changed and _agreed("allow %s? [y/N] " % choice):
            allow, outcome = (*allow, choice), tried
    return outcome if freeze else _with_sizes(work, allow, outcome)


def _describe(choice: str, outcome: FixOutcome, tried: FixOutcome) -> None:
    steps = [step for step in outcome.plan.steps if step.choice == choice and not step.applied]
    lines = [("%s: " % choice, CHOICES[choice])]
    for title in dict.fromkeys(" ".join(filter(None, (step.rule, step.title))) for step in steps):
        lines.append(("  ", title))
    places = list(dict.fromkeys(step.tensor or step.node_name for step in steps if step.tensor or step.node_name))
    if places:
        lines.append(("  at ", ", ".join(places[:_MOST] + ["…"] * (len(places) > _MOST))))
    _say(lines + _consequences(tried, outcome))


def _consequences(tried: FixOutcome, outcome: FixOutcome) -> List[Tuple[str, str]]:
    """What the user would get."""
    if not tried.changed:
        return [("  not possible: ", tried.reason or "nothing would change")]
    return [("  your code: ", line) for line in tried.caller if line not in outcome.caller]


def _with_sizes(work: Callable[..., FixOutcome], allow: Sequence[str], outcome: FixOutcome) -> FixOutcome:
    """The outcome with fixed sizes, where open ones stand in the way of a repair and the user gives them."""
    from jetdoctor.model import load
    from jetdoctor.model.sizes.options import fixed_sizes

    sizes = fixed_sizes(load(outcome.path)) if _errors(outcome) else {}
    tried = work(allow=allow, freeze=sizes) if sizes else outcome
    if not tried.changed or _errors(tried) >= _errors(outcome):
        return outcome
    likely = " ".join("%s=%s" % item for item in sizes.items())
    rules = ", ".join(sorted(_rules(outcome) - _rules(tried))) or "more"
    _say([("fixed sizes: ", "with %s, %s can be repaired" % (likely, rules)), *_consequences(tried, outcome)])
    question = "freeze %s, or which sizes instead? [y/N] " % likely
    while True:
        answer = _line(question)
        if answer.lower() in _ANSWERS:
            return tried if _ANSWERS[answer.lower()] else outcome
        try:
            return work(allow=allow, freeze=sizes_of(answer.split()))
        except UsageError as error:
            _say([("", str(error))])


def sizes_of(items: Sequence[str]) -> Dict[str, str]:
    """``images=1x3x640x640`` -> name and shape; the name itself may hold a ``=``."""
    wanted = {}
    for item in items:
        name, equals, value = item.rpartition("=")
        if not equals or not name or not value:
            raise UsageError("--freeze %s: write NAME=SHAPE, such as images=1x3x640x640 or batch=1" % item)
        wanted[name] = value
    return wanted


def _rules(outcome: FixOutcome) -> Set[str]:
    return {f.rule for result in outcome.results for f in result.findings if f.severity == "error"}


def _errors(outcome: FixOutcome) -> int:
    return sum(1 for result in outcome.results for f in result.findings if f.severity == "error")


def _say(lines: Sequence[Tuple[str, str]]) -> None:
    writer = Writer(output.width(), False)
    for label, text in lines:
        writer.wrapped(label, text, indent=0)
    print(writer.text(), end="", file=sys.stderr)


def _agreed(question: str) -> bool:
    """Yes or no; an empty line and the end of the input are a no, another word is asked again."""
    while True:
        answer = _line(question).lower()
        if answer in _ANSWERS:
            return _ANSWERS[answer]
        print("answer y or n", file=sys.stderr)


def _line(question: str) -> str:
    """What the user types; "" at the end of the input."""
    print(question, end="", file=sys.stderr, flush=True)
    line = sys.stdin.readline()
    if not line:
        print(file=sys.stderr)
    return line.strip()
