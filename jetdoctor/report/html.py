"""One self-contained HTML file: no scripts, no fonts or pictures from anywhere."""

from __future__ import annotations

from html import escape
from typing import List

from jetdoctor import __version__
from jetdoctor.report import accelerator, matrix, words
from jetdoctor.report.options import Options
from jetdoctor.report.style import clean
from jetdoctor.types import Finding, Report, Result

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #777; --ok: #1a7f37; --fix: #9a6700;
  --bad: #cf222e; }
@media (prefers-color-scheme: dark) { :root { --ok: #3fb950; --fix: #d29922; --bad: #f85149; --soft: #999; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.15rem; margin-top: 2.5rem; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; }
th, td { text-align: left; padding: .35rem .7rem; border-bottom: 1px solid var(--line); }
code { font: .9em ui-monospace, monospace; overflow-wrap: anywhere; }
.finding { border-left: 4px solid var(--soft); padding: .1rem 1rem; margin: 1.2rem 0; }
.finding.error { border-color: var(--bad); } .finding.warning { border-color: var(--fix); }
.finding h3 { margin: .4rem 0; font-size: 1rem; }
dl { display: grid; grid-template-columns: 5rem 1fr; gap: .2rem; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; } .soft { color: var(--soft); }
.deploys { color: var(--ok); } .fixable, .unknown { color: var(--fix); }
.fails, .unreadable { color: var(--bad); }
td.verdict, b.verdict { font-weight: 600; }
"""

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>jetdoctor report</title>
<style>%s</style>
</head>
<body>
<h1>jetdoctor report</h1>
%s
<p class="soft">jetdoctor %s</p>
</body>
</html>
"""


def render(report: Report, options: Options) -> str:
    parts: List[str] = []
    for group in words.by_model(report.results):
        parts += _model(group)
    return _PAGE % (_STYLE, "\n".join(parts), __version__)


def safe(text: str) -> str:
    return escape(clean(text))


def _model(group: List[Result]) -> List[str]:
    first = group[0]
    parts = ["<h2><code>%s</code></h2>" % safe(first.model.path)]
    if first.verdict == "unreadable":
        return parts + ['<p><b class="verdict unreadable">unreadable</b> %s</p>' % safe(first.error or "")]
    parts.append('<p class="soft">%s</p>' % safe(words.model_line(first)))
    headline = safe(matrix.headline(group))
    parts.append('<p><b class="verdict %s">%s</b></p>' % (matrix.overall(group), headline))
    parts.append("<table><tr><th>target</th><th>TensorRT</th><th>verdict</th><th>because of</th></tr>")
    for span in matrix.spans(group):
        cells = (
            safe(span.targets),
            safe(span.tensorrt),
            span.verdict,
            span.verdict,
            safe(matrix.because(span)),
        )
        parts.append('<tr><td>%s</td><td>%s</td><td class="verdict %s">%s</td><td>%s</td></tr>' % cells)
    parts.append("</table>")
    parts.append('<p class="soft">Evidence: %s</p>' % safe(words.evidence_line(first)))
    parts.append('<p class="soft">Looked at: %s</p>' % safe(words.coverage_line(group)))
    parts += [_divided(result) for result in group if result.dla is not None and not result.dla.absent]
    found, where = matrix.merged(group)
    for finding in words.by_severity(found):
        parts.append(_finding(finding, where[finding.key]))
    return parts


def _divided(result: Result) -> str:
    """What runs on the DLA (above) and on the GPU (below), in the order of the model."""
    if result.dla is None:
        return ""
    said = "DLA of %s: %s" % (result.target.name, accelerator.summary(result.dla))
    wants = "".join('<p class="soft">wants %s</p>' % safe(text) for text in result.dla.conditions)
    return "<figure>%s<figcaption>%s</figcaption></figure>%s" % (accelerator.picture(result.dla), safe(said), wants)


def _finding(finding: Finding, where: str) -> str:
    rows = [("on", safe(where))]
    if finding.location and str(finding.location):
        more = " " + safe(words.others(finding)) if finding.also else ""
        rows.insert(0, ("at", "<code>%s</code>%s" % (safe(words.place(finding.location)), more)))
    if finding.impact:
        rows.append(("so", safe(words.impact(finding.impact))))
    rows += [("then", safe(consequence)) for consequence in finding.consequences]
    if finding.fix:
        rows.append(("fix", "%s (%s)" % (safe(finding.fix.title), finding.fix.applicability)))
    if finding.sources:
        rows.append(
            (
                "source",
                '<span class="soft">%s [%s]</span>' % (safe("; ".join(finding.sources)), finding.basis),
            )
        )
    title = "%s %s %s: %s" % (finding.severity, finding.rule, finding.name, words.outcome(finding))
    listed = "".join("<dt>%s</dt><dd>%s</dd>" % row for row in rows)
    body = "<h3>%s</h3><p>%s</p><dl>%s</dl>" % (safe(title), safe(finding.message), listed)
    return '<div class="finding %s">%s</div>' % (finding.severity, body)
