"""The report for people: the verdict first, then each cause with its nodes, its fix and its source."""

from __future__ import annotations

from typing import Dict, List, Optional, Sequence, Set

from jetdoctor.report import accelerator, anatomy, apart, matrix, words
from jetdoctor.report.options import Options
from jetdoctor.report.style import IMPACT_COLOR, SEVERITY_COLOR, VERDICT_COLOR, Writer, clean, plural
from jetdoctor.types import Coverage, Finding, Report, Result

#: Models that the summary of many names for each verdict that is no good news.
_NAMED = 10


def render(report: Report, options: Options) -> str:
    """Text for a terminal of ``options.width`` columns."""
    groups = words.by_model(report.results)
    stream = Stream(options, len(groups) > 1)
    return "".join([stream.group(results) for results in groups] + [stream.end()])


class Stream:
    """The same text, model by model. ``many``: there are others, so that what is quiet takes one line."""

    def __init__(self, options: Options, many: bool) -> None:
        self.options, self.many = options, many
        self.names: Dict[str, List[str]] = {}  # verdict -> models, as many as are named
        self.counts: Dict[str, int] = {}  # verdict -> how many there are
        self.read: List[Result] = []  # one result for each coverage that there was
        self.quiet: Optional[bool] = None  # whether one line said all of the model before

    def group(self, results: List[Result]) -> str:
        """Text of one model."""
        writer = Writer(self.options.width, self.options.color)
        self._count(results)
        if self.options.quiet:
            _quietly(writer, results)
            return writer.text()
        quiet = _quiet(results)
        if self.quiet is not None and not (quiet and self.quiet):
            writer.line()
        self.quiet = quiet
        if results[0].verdict == "unreadable":
            _unreadable(writer, results[0])
        elif len(results) > 1 or self.options.matrix:
            matrix.write(writer, results, self.options.matrix)
        elif self.many and quiet:
            _one_line(writer, results[0])
        else:
            _full(writer, results[0])
        return writer.text()

    def end(self) -> str:
        """How many models fared how; nothing after a single one."""
        if self.options.quiet or not self.many:
            return ""
        writer = Writer(self.options.width, self.options.color)
        parts = ["%d %s" % (self.counts[word], word) for word in VERDICT_COLOR if word in self.counts]
        writer.line()
        writer.line("%s: %s" % (plural(sum(self.counts.values()), "model"), ", ".join(parts)))
        for word in ("fails", "unknown"):
            if word in self.names:
                more = self.counts[word] - _NAMED
                listed = ", ".join(self.names[word]) + (" and %d more" % more if more > 0 else "")
                writer.wrapped(word + "  ", listed, VERDICT_COLOR[word])
        if self.read:
            writer.wrapped("looked at ", words.coverage_line(self.read), "dim", indent=0)
        return writer.text()

    def _count(self, results: List[Result]) -> None:
        word = results[0].verdict if len(results) == 1 else matrix.overall(results)
        self.counts[word] = self.counts.get(word, 0) + 1
        if self.counts[word] <= _NAMED:
            self.names.setdefault(word, []).append(clean(results[0].model.path))
        for result in {id(one.coverage): one for one in results}.values():  # many share theirs
            if result.coverage != Coverage() and all(result.coverage != one.coverage for one in self.read):
                self.read.append(result)


def _quiet(results: List[Result]) -> bool:
    """Whether one line says it all."""
    return results[0].verdict == "unreadable" or (
        len(results) == 1 and not results[0].findings and not results[0].suppressed
    )


def _quietly(writer: Writer, results: List[Result]) -> None:
    """One line: the verdict, or where it deploys."""
    if results[0].verdict == "unreadable":
        _unreadable(writer, results[0])
    elif len(results) == 1:
        _one_line(writer, results[0])
    else:
        verdict = matrix.overall(results)
        painted = writer.paint(verdict.upper(), VERDICT_COLOR[verdict], "bold") + " " * (10 - len(verdict))
        writer.line("%s  %s: %s" % (painted, clean(results[0].model.path), matrix.headline(results)))


def _unreadable(writer: Writer, result: Result) -> None:
    text = result.error or result.model.path
    writer.wrapped("UNREADABLE  ", text, indent=0, label_styles=("red", "bold"))


def _one_line(writer: Writer, result: Result) -> None:
    word = result.verdict.upper()
    painted = writer.paint(word, VERDICT_COLOR[result.verdict], "bold")
    writer.line(
        "%s%s  %s on %s" % (painted, " " * (10 - len(word)), clean(result.model.path), result.target.name)
    )


def _full(writer: Writer, result: Result) -> None:
    header(writer, result)
    label = result.target.name + "  "
    writer.wrapped(label, words.target_line(result), "dim", indent=0, label_styles=("bold",))
    writer.line()
    _verdict(writer, result)
    if result.dla is not None:
        accelerator.write(writer, result.dla)
    findings(writer, list(result.findings))
    apart.write(writer, [result])
    _closing(writer, result)


def header(writer: Writer, result: Result) -> None:
    """Which model: path, opset, producer, nodes; then what goes in and out, and its size."""
    path, facts = clean(result.model.path), words.model_line(result)
    writer.ends(path, facts, writer.paint(path, "bold"), writer.paint(facts, "dim"))
    anatomy.write_lines(writer, result.model)


def _verdict(writer: Writer, result: Result) -> None:
    word, reason = result.verdict.upper(), words.verdict_reason(result)
    styles = (VERDICT_COLOR[result.verdict], "bold")
    writer.wrapped(word + "  ", reason, indent=0, label_styles=styles)
    if result.verdict != "unknown":
        writer.wrapped("evidence  ", words.evidence_line(result), "dim")
    if result.coverage != Coverage():
        writer.wrapped("looked at ", words.coverage_line([result]), "dim")


def findings(writer: Writer, found: List[Finding], where: Optional[Dict[str, str]] = None) -> None:
    """One block per error and warning, one line per info. ``where``: key -> JetPacks it holds on."""
    said: Set[str] = set()
    for finding in words.by_severity(found):
        writer.line()
        block(writer, finding, (where or {}).get(finding.key, ""), said)


def block(writer: Writer, finding: Finding, where: str = "", said: Optional[Set[str]] = None) -> None:
    """One finding: what happens, at which nodes, the fix, the source. ``said``: second advice already given."""
    left = "%s %s %s" % (finding.severity, finding.rule, finding.name)
    color = SEVERITY_COLOR[finding.severity]
    painted = "%s %s %s" % (
        writer.paint(finding.severity, color, "bold"),
        writer.paint(finding.rule, "bold"),
        finding.name,
    )
    outcome = words.outcome(finding)
    writer.ends(left, outcome, painted, writer.paint(outcome, color))
    if where:
        writer.wrapped("on    ", where)
    if finding.location and str(finding.location):
        writer.wrapped(
            "at    ", " ".join(filter(None, (words.place(finding.location), words.others(finding))))
        )
    writer.wrapped("", finding.message)
    if finding.impact:
        writer.wrapped("so    ", words.impact(finding.impact), IMPACT_COLOR[finding.impact.kind])
    for consequence in _each_once(finding.consequences):
        writer.wrapped("then  ", consequence)
    _fix(writer, finding, set() if said is None else said)
    if finding.severity != "info":
        _source(writer, finding)


def _each_once(consequences: Sequence[str]) -> List[str]:
    """Lines of the log that differ in the node alone as one line: ``Reshape a fails: ... (and 5 more nodes)``."""
    alike: Dict[str, List[str]] = {}
    for line in consequences:
        alike.setdefault(line.partition(" fails: ")[2] or line, []).append(line)
    rest = {lines[0]: len(lines) - 1 for lines in alike.values()}
    return [line + (" (and %s)" % plural(more, "more node") if more else "") for line, more in rest.items()]


def _fix(writer: Writer, finding: Finding, said: Set[str]) -> None:
    """The fix to be made, or every piece of advice; what is second-best is said once for all findings."""
    if finding.fix and finding.fix.applicability != "manual":
        writer.wrapped("fix   ", "%s (%s)" % (finding.fix.title, finding.fix.applicability), "green")
        return
    for number, fix in enumerate(finding.fixes):
        if not number or fix.title not in said:
            writer.wrapped("or    " if number else "do    ", fix.title, "green")
        said.add(fix.title)


def _source(writer: Writer, finding: Finding) -> None:
    basis = "preview: no source yet" if not finding.sources else finding.basis
    writer.wrapped("from  ", ("; ".join(finding.sources) + " [%s]" % basis).strip(), "dim")


def _closing(writer: Writer, result: Result) -> None:
    command, why = words.next_command(result)
    if result.findings:
        counts = [sum(f.severity == s for f in result.findings) for s in ("error", "warning", "info")]
        writer.line()
        writer.line(words.totals(*counts))
    if command:
        writer.line("next: " + writer.paint(command, "cyan") + writer.paint("   " + why, "dim"))
