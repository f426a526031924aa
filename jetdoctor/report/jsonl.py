"""JSON lines: one result (model × target) per line, as soon as its model is done, then a line with the summary.

Each line is an object with ``type`` "result" or "summary"; the fields are those of the JSON document.
"""

from __future__ import annotations

import json
from typing import Dict, List

from jetdoctor.report.document import head
from jetdoctor.report.options import Options
from jetdoctor.report.shared import Texts
from jetdoctor.types import Report, Result


def render(report: Report, options: Options) -> str:
    stream = Stream(options, True)
    return "".join([stream.group([result]) for result in report.results] + [stream.end()])


class Stream:
    """The lines, model by model."""

    def __init__(self, options: Options, many: bool) -> None:
        self.texts = Texts()
        self.models: Dict[str, None] = {}
        self.counts = {"error": 0, "warning": 0, "info": 0}

    def group(self, results: List[Result]) -> str:
        for result in results:
            self.models[result.model.path] = None
            for finding in result.findings:
                self.counts[finding.severity] += 1
        return "".join('{"type": "result", %s\n' % self.texts.of(result)[1:] for result in results)

    def end(self) -> str:
        counts = {severity + "s": count for severity, count in self.counts.items()}
        return json.dumps(dict({"type": "summary"}, **head(), models=len(self.models), **counts)) + "\n"
