"""Inspect this machine, or boards over SSH, or a snapshot of one: JetPack, CUDA, TensorRT, Python, memory.

Nothing is installed and nothing is changed. Over SSH the board needs only Python 3.6 or later. Exit code:
0 healthy, 1 an error was found, 2 bad usage, 3 a board could not be reached.
"""

from __future__ import annotations

import sys
from functools import partial
from typing import Any, List

from jetdoctor.cli import output, parser
from jetdoctor.types import Device, JetdoctorError, Report, Result, UsageError

EXAMPLES = """\
  jetdoctor device
  jetdoctor device --ssh nano@192.168.1.20 --ssh nx@192.168.1.21
  jetdoctor device --save board.json
  jetdoctor device --for model.onnx           can this board build that model?
  jetdoctor check model.onnx --device board.json    the same from a snapshot
  python3 - < probe.py > board.json           on a board without jetdoctor
"""


def configure(options: parser.Parser, command: str) -> None:
    where = options.add_mutually_exclusive_group()
    where.add_argument("--ssh", action="append", type=parser.host, metavar="USER@HOST", help="a board; may be repeated")
    where.add_argument(
        "--snapshot",
        action="append",
        metavar="FILE",
        help="a file that --save or the probe wrote, or the text of jetson_release; may be repeated",
    )
    where.add_argument("--root", metavar="DIR", help="a captured board: DIR/root/... and DIR/cmd/*.txt")
    options.add_argument("--save", metavar="FILE", help="write a snapshot, without names and serial numbers")
    options.add_argument("--for", dest="model", metavar="MODEL", help="check this ONNX file for the board as it is")
    parser.add_rules(options)
    parser.add_output(options, parser.PAGES)


def run(arguments: Any) -> int:
    from jetdoctor.api.boards import Inspection, devices
    from jetdoctor.report import boards

    output.warn_of_broken_rules()
    output.require_writable(arguments.save)
    output.require_writable(arguments.output)
    found = devices(arguments.ssh or (), arguments.snapshot or (), [arguments.root] if arguments.root else ())
    inspected = [one for one in found if isinstance(one, Inspection)]
    lost = [one for one in found if isinstance(one, JetdoctorError)]
    if arguments.save:
        _save([one.device for one in inspected], arguments)
    if arguments.model:
        return _check(arguments, [one.device for one in inspected], lost)
    answered = [(one.device, one.findings) for one in inspected]
    several = len(found) > 1
    if arguments.format != "text":
        document = boards.document(answered, lost, several)
        output.emit_as(arguments.format, "device", lambda width, color: document, arguments.output)
    elif answered:
        output.emit(partial(boards.text, answered), arguments.output)
    for error in lost:
        print("jetdoctor: %s" % error, file=sys.stderr)
    healthy = all(one.healthy for one in inspected)
    return max([error.exit_code for error in lost] + [0 if healthy else 1])


def _check(arguments: Any, devices: List[Device], lost: List[JetdoctorError]) -> int:
    """Exit code of the model on each board: its own findings, and those of the board that stand in the way."""
    from jetdoctor import report
    from jetdoctor.api import where
    from jetdoctor.check import check
    from jetdoctor.cli.check import exit_code
    from jetdoctor.model import load, summarize

    loaded = load(arguments.model)
    results: List[Result] = []
    for device in devices:
        target = where.of_device(device)
        if target is None or (target.tensorrt is None and target.jetpack is None):
            how = "jetdoctor check %s --target JETPACK" % arguments.model
            raise UsageError("neither JetPack nor TensorRT found there: " + how)
        results += check(loaded, [target], device=device, summary=summarize(loaded))
    output.emit(partial(report.render, Report(tuple(results)), arguments.format), arguments.output)
    for error in lost:
        print("jetdoctor: %s" % error, file=sys.stderr)
    return max([exit_code(results, lambda result: "error")] + [error.exit_code for error in lost])


def _save(answered: List[Device], arguments: Any) -> None:
    from jetdoctor.device import save_snapshot

    if len(answered) != 1:
        raise UsageError("--save writes the snapshot of one board: give one --ssh, not %d" % len(answered))
    secrets = [part for host in arguments.ssh or () for part in host.split("@")]
    save_snapshot(answered[0], arguments.save, secrets)
    print("wrote " + arguments.save, file=sys.stderr)
