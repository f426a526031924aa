"""The commands: which module runs each and the line that ``jetdoctor --help`` gives it."""

from __future__ import annotations

import importlib
import os
from typing import Any, Dict, Tuple

from jetdoctor.types import UsageError
from jetdoctor.wording import did_you_mean

#: Group -> command -> (module of jetdoctor.cli, line in the help).
GROUPS: Dict[str, Dict[str, Tuple[str, str]]] = {
    "A model": {
        "check": ("check", "what TensorRT of a JetPack does with an ONNX model, node by node"),
        "inspect": ("inspect", "what the model is: inputs, outputs, operators, parameters, size"),
        "fix": ("fix", "repair it, and prove with ONNX Runtime that nothing changed"),
        "report": ("report", "a bundle for support: findings, device, model without weights"),
        "plan": ("plan", "the steps to an engine on one board, with the commands to type"),
        "diff": ("diff", "what changed between two exports: verdicts, inputs, operators"),
        "verify": ("verify", "build it with a real TensorRT and compare the outputs"),
    },
    "A board": {
        "device": ("device", "inspect this machine, a board over SSH or a snapshot of one"),
        "triage": ("triage", "turn a build log or one error line into a diagnosis"),
    },
    "What jetdoctor knows": {
        "targets": ("targets", "JetPacks and modules, with their TensorRT, CUDA and Python"),
        "ops": ("ops", "what each TensorRT does with an operator"),
        "rules": ("rules", "every rule in one line"),
        "explain": ("rules", "the page of one rule: what, why, fix, sources"),
    },
    "A project": {
        "config": ("config", "every setting, its value and where it comes from"),
    },
    "This program": {
        "completion": ("completion", "a completion script for bash, zsh or fish"),
        "man": ("man", "the manual page of all commands"),
    },
}

COMMANDS = {name: entry for group in GROUPS.values() for name, entry in group.items()}

_EXAMPLES = """\
Examples:
  jetdoctor check model.onnx                           every JetPack at once
  jetdoctor check model.onnx --target jetpack-5.0.2    one JetPack, in detail
  jetdoctor fix model.onnx --target jp5.0.2 -o fixed.onnx
  jetdoctor triage build.log
  jetdoctor explain JD204
"""


def overview() -> str:
    """Text of ``jetdoctor --help``."""
    lines = [
        "jetdoctor: will this ONNX model deploy on that Jetson, and if not, what to do?",
        "",
        "Usage: jetdoctor COMMAND [OPTIONS]      (no command: inspect this machine)",
    ]
    for title, group in GROUPS.items():
        lines += ["", title + ":"] + ["  %-10s %s" % (name, entry[1]) for name, entry in group.items()]
    lines += [
        "",
        "  jetdoctor COMMAND --help for its options; --version; --debug for tracebacks;",
        "  --color auto, always or never",
        "",
        _EXAMPLES,
    ]
    return "\n".join(lines)


def load(name: str) -> Any:
    """Module of a command; UsageError with the nearest names when there is no such command."""
    if name in COMMANDS:
        return importlib.import_module("jetdoctor.cli." + COMMANDS[name][0])
    if os.path.exists(name) or name.endswith(".onnx"):
        raise UsageError("%s is not a command: did you mean `jetdoctor check %s`?" % (name, name))
    from jetdoctor.cli import habits

    hint = habits.COMMANDS.get(name.lower()) or did_you_mean(name, list(COMMANDS), "jetdoctor --help")
    raise UsageError("no command %r: %s" % (name, hint))
