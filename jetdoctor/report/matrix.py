"""One model against many targets: neighbors with the same outcome become one line."""

from __future__ import annotations

import re
from collections import Counter
from typing import Dict, List, Sequence, Tuple

from jetdoctor.records import dataclass
from jetdoctor.report import apart, words
from jetdoctor.report.style import VERDICT_COLOR, Writer, plural
from jetdoctor.types import Coverage, Finding, Result

_BEST_FIRST = ("deploys", "fixable", "fails", "unknown", "unreadable")


@dataclass(frozen=True)
class Span:
    """Neighboring targets that a model fares the same on."""

    results: Tuple[Result, ...]

    @property
    def verdict(self) -> str:
        return self.results[0].verdict

    @property
    def errors(self) -> List[Finding]:
        return [f for f in self.results[0].findings if f.severity == "error"]

    @property
    def targets(self) -> str:
        return between([short(result) for result in self.results])

    @property
    def tensorrt(self) -> str:
        return between([result.target.tensorrt or "unknown" for result in self.results])


def short(result: Result) -> str:
    """``5.0.2`` for ``jetpack-5.0.2``; other names stay."""
    name = result.target.name
    return name[len("jetpack-") :] if name.startswith("jetpack-") else name


def between(names: Sequence[str]) -> str:
    return names[0] if names[0] == names[-1] else "%s to %s" % (names[0], names[-1])


def _alike(result: Result) -> Tuple[str, Tuple[str, ...]]:
    return result.verdict, tuple(sorted({f.rule for f in result.findings if f.severity == "error"}))


def spans(results: Sequence[Result]) -> List[Span]:
    """Runs of neighbors with the same verdict and the same causes."""
    runs: List[List[Result]] = []
    for result in results:
        if runs and _alike(runs[-1][-1]) == _alike(result):
            runs[-1].append(result)
        else:
            runs.append([result])
    return [Span(tuple(run)) for run in runs]


def overall(results: Sequence[Result]) -> str:
    """The best verdict that any target gives."""
    return min((result.verdict for result in results), key=_BEST_FIRST.index)


def headline(results: Sequence[Result]) -> str:
    """``deploys on JetPack 6.1 to 7.2.1; fixable for 4.6 to 6.0; fails on 4.4 to 4.5.1``."""
    words_of = {
        "deploys": "deploys on",
        "fixable": "fixable for",
        "fails": "fails on",
        "unknown": "unknown for",
    }
    runs: Dict[str, List[List[str]]] = {}
    last = ""
    for result in results:
        if result.verdict != last:
            runs.setdefault(result.verdict, []).append([])
        runs[result.verdict][-1].append(short(result))
        last = result.verdict
    texts = [
        "%s %s" % (words_of[verdict], ", ".join(between(run) for run in runs[verdict]))
        for verdict in _BEST_FIRST
        if verdict in runs and verdict in words_of
    ]
    if all(result.target.name.startswith("jetpack-") for result in results):
        texts[0] = re.sub(r" (on|for) ", r" \1 JetPack ", texts[0])
    return "; ".join(texts)


def write(writer: Writer, results: List[Result], every: bool = False) -> None:
    """Header, headline, table of spans, then every cause once. ``every``: all JetPacks, none of them asked for."""
    from jetdoctor.report import text

    text.header(writer, results[0])
    writer.line()
    verb, rest = headline(results).split(" ", 1)
    styles = (VERDICT_COLOR[overall(results)], "bold")
    writer.wrapped(verb.upper() + " ", rest, indent=0, label_styles=styles)
    left = apart.difference(results)
    if left:
        writer.wrapped("", left)
    writer.line()
    table(writer, spans(results))
    known = [result for result in results if result.coverage != Coverage()]
    if known:
        writer.line()
        writer.wrapped("looked at ", words.coverage_line(known), "dim")
    found, where = merged(results)
    text.findings(writer, found, where)
    apart.write(writer, results)
    _closing(writer, results, every)


def table(writer: Writer, rows: List[Span]) -> None:
    """JetPack, TensorRT, verdict and causes, one line per span."""
    jetpacks = all(row.results[0].target.name.startswith("jetpack-") for row in rows)
    cells = [("JetPack" if jetpacks else "target", "TensorRT", "verdict", "because of")]
    cells += [(row.targets, row.tensorrt, row.verdict, because(row)) for row in rows]
    wide = [max(len(cell[column]) for cell in cells) for column in range(3)]
    for number, cell in enumerate(cells):
        padded = [cell[column].ljust(wide[column]) for column in range(3)]
        if number == 0:
            writer.line("  " + writer.paint("  ".join(padded + [cell[3]]), "dim"))
        else:
            padded[2] = writer.paint(padded[2], VERDICT_COLOR[cell[2]])
            writer.line("  " + "  ".join(padded + [cell[3]]))


def because(row: Span) -> str:
    """Rules of the errors of a span, or why nothing is known."""
    if row.verdict == "unknown":
        if any(finding.rule == "JD000" for finding in row.results[0].findings):
            return "JD000"
        if row.results[0].model.producer == "TensorRT engine":
            return "the file does not say what it was built for"
        return "no facts about this TensorRT" if not row.results[0].error else "see below"
    rules = sorted({finding.rule for finding in row.errors})
    return ", ".join(rules[:4]) + (" and %d more" % (len(rules) - 4) if len(rules) > 4 else "")


def shown(result: Result, alone: bool = False) -> Sequence[Finding]:
    """Findings; beside other targets not those that only say what one release documents: that is no range's."""
    if alone:
        return result.findings
    return [f for f in result.findings if f.severity != "info" or f.outcome != "undocumented"]


def merged(results: Sequence[Result]) -> Tuple[List[Finding], Dict[str, str]]:
    """Every finding once, as the newest target words it, and the targets that it holds on."""
    newest: Dict[Tuple[str, int], Finding] = {}
    held: Dict[str, List[int]] = {}
    for index, result in enumerate(results):
        met: Counter = Counter()  # two findings about a whole file share their key
        for finding in shown(result, len(results) == 1):
            newest[finding.key, met[finding.key]] = finding
            met[finding.key] += 1
            held.setdefault(finding.key, []).append(index)
    kind = "JetPack " if all(r.target.name.startswith("jetpack-") for r in results) else ""
    where = {key: kind + ", ".join(_runs(results, indexes)) for key, indexes in held.items()}
    return list(newest.values()), where


def _runs(results: Sequence[Result], indexes: Sequence[int]) -> List[str]:
    runs: List[List[int]] = []
    for index in indexes:
        if runs and runs[-1][-1] == index - 1:
            runs[-1].append(index)
        elif not runs or runs[-1][-1] != index:
            runs.append([index])
    return [between([short(results[i]) for i in run]) for run in runs]


def _closing(writer: Writer, results: Sequence[Result], every: bool) -> None:
    counted = merged(results)[0]
    severities = [finding.severity for finding in counted]
    writer.line()
    if every:
        findings = plural(len(counted), "finding") if counted else "no findings"
        text = "%s over %s; the exit code is 1 only if no JetPack accepts the model"
        writer.wrapped("", text % (findings, plural(len(results), "JetPack")), indent=0)
    elif counted:
        totals = words.totals(*(severities.count(s) for s in ("error", "warning", "info")))
        writer.wrapped("", "%s: unique findings over %s" % (totals, plural(len(results), "target")), indent=0)
    command, why = words.next_command(_worth_a_step(results, every))
    if command:
        writer.line("next: " + writer.paint(command, "cyan") + writer.paint("   " + why, "dim"))


def _worth_a_step(results: Sequence[Result], every: bool) -> Result:
    """The target that the next step is for: what was asked for is repaired, else the newest that takes the model."""
    order = ("deploys", "fixable") if every else ("fixable", "deploys")
    for verdict in order:
        found = [result for result in results if result.verdict == verdict]
        if found:
            return found[-1]
    return results[-1]
