"""Inspect this machine, or boards over SSH, or a snapshot of one: JetPack, CUDA, TensorRT, Python, memory.

Nothing is installed and nothing is changed. Over SSH the board needs only Python 3.6 or later. Exit code:
0 healthy, 1 an error was found, 2 bad usage, 3 a board could not be reached.
"""

from __future__ import annotations

import sys
from functools import partial
from typing import Any, List, Union

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
    parser.add_output(options, ("text", "json"))


def run(arguments: Any) -> int:
    from jetdoctor.report import boards

    output.warn_of_broken_rules()
    output.require_writable(arguments.save)
    output.require_writable(arguments.output)
    found = _devices(arguments)
    answered = [(device, _judged(device)) for device in found if isinstance(device, Device)]
    lost = [device for device in found if isinstance(device, JetdoctorError)]
    if arguments.save:
        _save(answered, arguments)
    if arguments.model:
        return _check(arguments, [device for device, _ in answered], lost)
    several = len(found) > 1
    if arguments.format == "json":
        output.emit(lambda width, color: boards.document(answered, lost, several), arguments.output)
    elif answered:
        output.emit(lambda width, color: boards.text(answered, width, color), arguments.output)
    for error in lost:
        print("jetdoctor: %s" % error, file=sys.stderr)
    errors = any(finding.severity == "error" for _, findings in answered for finding in findings)
    return max([error.exit_code for error in lost] + [1 if errors else 0])


def _devices(arguments: Any) -> List[Union[Device, JetdoctorError]]:
    from jetdoctor import device as room

    if arguments.ssh:
        return list(room.over_ssh(*arguments.ssh))
    if arguments.snapshot:
        return [room.from_snapshot(path) for path in arguments.snapshot]
    if arguments.root:
        return [room.from_root(arguments.root)]
    return [room.inspect_local()]


def _check(arguments: Any, devices: List[Device], lost: List[JetdoctorError]) -> int:
    """Exit code of the model on each board: its own findings, and those of the board that stand in the way."""
    from jetdoctor import check, model, report
    from jetdoctor.cli import where
    from jetdoctor.cli.check import exit_code

    loaded = model.load(arguments.model)
    results: List[Result] = []
    for device in devices:
        target = where.of_device(device)
        if target is None or (target.tensorrt is None and target.jetpack is None):
            how = "jetdoctor check %s --target JETPACK" % arguments.model
            raise UsageError("neither JetPack nor TensorRT found there: " + how)
        results += check.check(loaded, [target], device=device, summary=model.summarize(loaded))
    output.emit(partial(report.render, Report(tuple(results)), arguments.format), arguments.output)
    for error in lost:
        print("jetdoctor: %s" % error, file=sys.stderr)
    return max([exit_code(results, "error")] + [error.exit_code for error in lost])


def _judged(device: Device) -> Any:
    from jetdoctor.check import check_device

    return check_device(device)


def _save(answered: List[Any], arguments: Any) -> None:
    from jetdoctor import device as room

    if len(answered) != 1:
        raise UsageError("--save writes the snapshot of one board: give one --ssh, not %d" % len(answered))
    secrets = [part for host in arguments.ssh or () for part in host.split("@")]
    room.save_snapshot(answered[0][0], arguments.save, secrets)
    print("wrote " + arguments.save, file=sys.stderr)
