"""``verify --as-parsed``: the model as a release's parser reads it, run on a CPU."""

from __future__ import annotations

from functools import partial
from typing import Any, Tuple

from jetdoctor.api import where
from jetdoctor.child import limits
from jetdoctor.cli import output, parser
from jetdoctor.types import Emulation, Finding, Target, UsageError

#: What can be known only by running it stays open, and a misreading that does nothing here is no error.
_EXIT = {"equal": 0, "nothing": 0, "different": 1, "not-run": 3}


def run(arguments: Any) -> int:
    """``verify MODEL --as-parsed T``. Exit code: 0 outputs equal, 1 they differ or the model is refused, 3 not run."""
    from jetdoctor.report import emulation

    if arguments.format not in parser.PAGES:
        how = "jetdoctor check MODEL -t %s --as-parsed --format %s" % (arguments.as_parsed, arguments.format)
        raise UsageError("verify --as-parsed writes %s; for %s: %s" % (", ".join(parser.PAGES), arguments.format, how))
    target = _target(arguments)
    found, refused = _emulation(arguments, target)
    form = emulation.text if arguments.format == "text" else emulation.document
    render = partial(form, arguments.model, found, refused)
    output.emit_as(arguments.format, "emulation", render, arguments.output)
    return max(_EXIT[found.status], 1 if refused else 0)


def _target(arguments: Any) -> Target:
    targets = where.named([arguments.as_parsed], parser.split_ids(arguments.plugins))
    if arguments.targets or arguments.backend != "auto" or arguments.reference or arguments.ssh:
        raise UsageError("--as-parsed names the target itself and runs in ONNX Runtime: leave --target, --backend, "
                         "--reference and --ssh out")  # fmt: skip
    if len(targets) != 1:
        raise UsageError("--as-parsed needs one target: %r names %d" % (arguments.as_parsed, len(targets)))
    return targets[0]


def _emulation(arguments: Any, target: Target) -> Tuple[Emulation, Tuple[Finding, ...]]:
    from jetdoctor.check import check
    from jetdoctor.cli.verify import MIB
    from jetdoctor.emulate import emulate
    from jetdoctor.verify import profiles
    from jetdoctor.verify.making import make_job

    asked = profiles.parse(arguments.shapes or (), arguments.minShapes, arguments.optShapes, arguments.maxShapes)
    made = make_job(
        arguments.model, target, asked, arguments.inputs, profiled=False, time_limit=arguments.time_limit,
        bisect=not arguments.no_bisect, providers=tuple(arguments.provider or ()),
        memory_limit=arguments.memory_limit * MIB if arguments.memory_limit else limits.memory_limit(),
    )  # fmt: skip
    (result,) = check(made.view, [target])
    refused = tuple(f for f in result.findings if f.severity == "error" and f.outcome == "rejected")
    return emulate(made, target, result.findings), refused
