"""Inspect this machine, or boards over SSH, or a snapshot of one: JetPack, CUDA, TensorRT, Python, memory.

Nothing is installed and nothing is changed. Over SSH the board needs only Python 3.6 or later. Exit code:
0 healthy, 1 an error was found, 2 bad usage, 3 a board could not be reached.
"""

from __future__ import annotations

import os
import re
import sys
from functools import partial
from typing import TYPE_CHECKING, Any, Dict, List, Sequence, Tuple

from jetdoctor.cli import output, parser
from jetdoctor.report import FORMATS
from jetdoctor.types import Device, Finding, JetdoctorError, Report, UsageError

if TYPE_CHECKING:
    from jetdoctor.api.boards import Inspection

EXAMPLES = """\
  jetdoctor device
  jetdoctor device --ssh nano@192.168.1.20 --ssh nx@192.168.1.21
  jetdoctor device --save board.json
  jetdoctor device --ssh nano@10.0.0.20 --ssh nx@10.0.0.21 --save boards/
  jetdoctor device --fleet boards/            differences and faults of a fleet
  jetdoctor device --for model.onnx           can this board build that model?
  jetdoctor check model.onnx --device board.json    the same from a snapshot
  python3 - < probe.py > board.json           on a board without jetdoctor
"""


Judged = Tuple[Device, Sequence[Finding]]


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
    options.add_argument("--fleet", action="append", metavar="DIR", help="a folder of snapshots, one per board")
    saved = "write a snapshot, without names and serial numbers; for several boards, a folder of them"
    options.add_argument("--save", metavar="FILE", help=saved)
    options.add_argument("--for", dest="model", metavar="MODEL", help="check this ONNX file for the board as it is")
    parser.add_rules(options)
    parser.add_output(options, FORMATS)


def run(arguments: Any) -> int:
    output.warn_of_broken_rules()
    output.require_writable(arguments.output)
    folder = _is_folder(arguments)
    if not folder:
        output.require_writable(arguments.save)
    inspected, lost = _asked(arguments)
    if arguments.save:
        _save([one.device for one in inspected], arguments, folder)
    if arguments.model:
        return _check(arguments, [one.device for one in inspected], lost)
    _print(arguments, [(one.device, one.findings) for one in inspected], lost)
    _say(lost)
    healthy = all(one.healthy for one in inspected)
    return max([error.exit_code for error in lost] + [0 if healthy else 1])


def _print(arguments: Any, answered: Sequence[Judged], lost: Sequence[JetdoctorError]) -> None:
    from jetdoctor.report import boards, gate, markdown_of, render

    if arguments.format == "text":
        if answered:
            output.emit(partial(boards.text, answered, len(lost)), arguments.output)
    elif arguments.format in parser.PAGES:
        document = boards.document(answered, lost, several=len(answered) + len(lost) > 1)
        output.emit_as(arguments.format, "device", lambda width, color: document, arguments.output)
    elif arguments.format == "markdown":
        output.emit(lambda width, color: markdown_of.boards(answered, lost), arguments.output)
    else:
        output.emit(partial(render, gate.of_boards(answered, lost), arguments.format), arguments.output)


def _asked(arguments: Any) -> Tuple[List[Inspection], List[JetdoctorError]]:
    """The boards that answered, and why the others did not."""
    from jetdoctor.api.boards import Inspection, devices, fleet

    if arguments.fleet and (arguments.ssh or arguments.snapshot or arguments.root):
        raise UsageError("--fleet names the boards: drop --ssh, --snapshot and --root")
    if arguments.fleet:
        boards = fleet(*arguments.fleet)
        unread = [UsageError("%s: %s" % (board.name, board.error)) for board in boards if board.device is None]
        return [Inspection(board.device, board.findings) for board in boards if board.device], list(unread)
    found = devices(arguments.ssh or (), arguments.snapshot or (), [arguments.root] if arguments.root else ())
    lost = [one for one in found if isinstance(one, JetdoctorError)]
    return [one for one in found if isinstance(one, Inspection)], lost


def _say(lost: Sequence[JetdoctorError]) -> None:
    for error in lost:
        print("jetdoctor: %s" % error, file=sys.stderr)


def _check(arguments: Any, devices: Sequence[Device], lost: Sequence[JetdoctorError]) -> int:
    """Exit code of the model on each board: its own findings, and those of the board that block it."""
    if len(devices) + len(lost) > 1 and devices:
        code = _check_fleet(arguments, devices)
    else:
        code = max([_check_board(arguments, device) for device in devices], default=0)
    _say(lost)
    return max([code] + [error.exit_code for error in lost])


def _check_board(arguments: Any, device: Device) -> int:
    from jetdoctor import api, report
    from jetdoctor.api import where
    from jetdoctor.cli.check import exit_code
    from jetdoctor.model import require_readable

    target = where.of_device(device)
    if target is None or (target.tensorrt is None and target.jetpack is None):
        require_readable(arguments.model)  # a missing file is told first
        how = "jetdoctor check %s --target JETPACK" % arguments.model
        raise UsageError("neither JetPack nor TensorRT found there: " + how)
    found = api.check(arguments.model, target, device=device)
    _require_readable(arguments.model, found)
    output.emit(partial(report.render, found, arguments.format), arguments.output)
    return exit_code(found.results, lambda result: "error")


def _check_fleet(arguments: Any, devices: Sequence[Device]) -> int:
    from jetdoctor import api
    from jetdoctor.cli import fleet
    from jetdoctor.cli.check import exit_code

    boards = fleet.boards_of_devices(devices)
    found = api.check(arguments.model, fleet.kinds_of(boards))
    _require_readable(arguments.model, found)
    fleet.emit(found.results, boards, arguments)
    codes = exit_code(found.results, lambda result: "error"), fleet.exit_code(boards, lambda result: "error")
    return max(codes)


def _require_readable(model: str, found: Report) -> None:
    if found.results[0].verdict == "unreadable":
        raise UsageError(found.results[0].error or model)


def _is_folder(arguments: Any) -> bool:
    """Whether ``--save`` names a folder: snapshots of several boards, each under the name of its host or file."""
    several = sum(len(given or ()) for given in (arguments.ssh, arguments.snapshot)) > 1 or arguments.fleet
    return bool(arguments.save) and (several or os.path.isdir(arguments.save) or arguments.save.endswith("/"))


def _save(answered: Sequence[Device], arguments: Any, folder: bool) -> None:
    from jetdoctor.device import snapshot_text

    secrets = [part for host in arguments.ssh or () for part in host.split("@")]
    if not folder:
        for device in answered:
            output.write_whole(arguments.save, snapshot_text(device, secrets))
            print("wrote " + arguments.save, file=sys.stderr)
        return
    try:
        os.makedirs(arguments.save, exist_ok=True)
    except OSError as error:
        raise UsageError("cannot make the folder %s: %s" % (arguments.save, (error.strerror or "").lower())) from None
    names: Dict[str, int] = {}
    for device in answered:
        name = _file_name(device.origin)
        names[name] = names.get(name, 0) + 1
        number = "-%d" % names[name] if names[name] > 1 else ""
        path = os.path.join(arguments.save, "%s%s.json" % (name, number))
        output.write_whole(path, snapshot_text(device, secrets))
    print("wrote %d snapshots into %s" % (len(answered), arguments.save), file=sys.stderr)


def _file_name(origin: str) -> str:
    """``192.168.1.20`` for ``nano@192.168.1.20``: it identifies a board of a fleet."""
    stem = os.path.basename(origin.rpartition("@")[2].rstrip("/"))
    return re.sub(r"[^\w.-]+", "-", stem[: -len(".json")] if stem.endswith(".json") else stem) or "board"
