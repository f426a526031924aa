"""What ``jetdoctor device`` says about one machine or a fleet."""

from __future__ import annotations

from typing import Any, Dict, List, Sequence, Tuple

import jetdoctor.device as room
from jetdoctor.report import text as model_text
from jetdoctor.report.document import dumps, head
from jetdoctor.report.fleet import fleet
from jetdoctor.report.style import Writer, clean, plural
from jetdoctor.target import module_row
from jetdoctor.types import Device, Finding, JetdoctorError

Judged = Tuple[Device, Sequence[Finding]]

#: Lines of the report: label -> facts shown on it.
_LINES: Dict[str, Tuple[str, ...]] = {
    "Module": ("module", "soc", "compute_capability", "dla"),
    "JetPack": ("jetpack", "l4t", "os", "kernel"),
    "TensorRT": ("tensorrt", "tensorrt_python", "trtexec"),
    "CUDA": ("cuda", "cudnn", "vpi", "driver"),
    "Python": ("python", "numpy", "torch", "onnxruntime", "opencv", "onnx"),
    "Memory": ("ram_mb", "ram_available_mb", "swap_mb", "zram", "disk_free_mb"),
    "Power": ("power_mode", "clocks_locked", "gui", "temperatures"),
    "GPU": ("gpu", "gpu_ram_mb"),
    "Container": ("container",),
}

_LABELS = {
    "module": "",
    "soc": "",
    "compute_capability": "compute capability",
    "dla": "DLA cores",
    "jetpack": "",
    "l4t": "L4T",
    "os": "",
    "kernel": "kernel",
    "tensorrt": "",
    "tensorrt_python": "Python binding",
    "cuda": "",
    "cudnn": "cuDNN",
    "vpi": "VPI",
    "python": "",
    "ram_mb": "",
    "ram_available_mb": "available",
    "swap_mb": "swap",
    "disk_free_mb": "disk free",
    "power_mode": "",
    "clocks_locked": "clocks locked",
    "gui": "desktop",
    "temperatures": "hottest",
    "container": "",
    "gpu": "",
    "gpu_ram_mb": "memory",
}


def document(answered: Sequence[Judged], lost: Sequence[JetdoctorError], several: bool) -> str:
    """The JSON document of ``jetdoctor device`` (contract); with several boards under ``devices``."""
    documents = [room.to_json(device, findings) for device, findings in answered]
    if not several:
        return dumps(documents[0] if documents else dict(head(), error=str(lost[0])))
    rows: List[Dict[str, Any]] = documents + [{"error": str(error)} for error in lost]
    common = room.common_target([device for device, _ in answered])
    return dumps(dict(head(), devices=rows, common_target=common.to_json() if common else None))


def text(answered: Sequence[Judged], lost: int, width: int, color: bool) -> str:
    """One board: facts, what is wrong, advice, what to type next. Several: a table and what differs.

    ``lost`` is how many did not answer.
    """
    writer = Writer(width, color)
    if len(answered) > 1:
        fleet(writer, answered, lost)
    else:
        _board(writer, *answered[0])
    return writer.text()


def _board(writer: Writer, device: Device, findings: Sequence[Finding]) -> None:
    writer.line("%s: %s" % (writer.paint(clean(device.origin), "bold"), _verdict(writer, device, findings)))
    for label, keys in _LINES.items():
        shown = [_fact(device, key) for key in keys]
        line = ", ".join(part for part in shown if part)
        if line and label == "JetPack" and not shown[0]:
            line = "%s, %s" % (_no_jetpack(device), line)
        if line:
            writer.wrapped(label.ljust(10), line)
        elif label == "Module" and device.get("machine") == "x86_64":
            writer.wrapped(label.ljust(10), "none: this is not a Jetson (x86_64)")
        elif label in ("Module", "JetPack", "TensorRT"):
            writer.wrapped(label.ljust(10), "unknown: %s" % _reason(device, keys[0]), "yellow")
    model_text.findings(writer, list(findings))
    _advice(writer, device)
    writer.line()
    target = room.as_target(device)
    if target.tensorrt:
        writer.line("next: " + writer.paint("jetdoctor check model.onnx --target %s" % target.name, "cyan"))
    else:
        writer.line(
            "no TensorRT on this machine: check a model for a board with "
            + writer.paint("jetdoctor check model.onnx --target %s" % _example(device), "cyan")
        )


def _example(device: Device) -> str:
    """A target to try: that module with its newest JetPack, else any board."""
    row = module_row(device.get("module") or "")
    return "%s@jetpack-%s" % (device.get("module"), row["jetpacks"][-1]) if row and row["jetpacks"] else "jetpack-5.0.2"


def _no_jetpack(device: Device) -> str:
    """What stands in place of a JetPack: nothing is known of it, or this is no Jetson."""
    if device.get("machine") == "x86_64":
        return "none"
    reason = _reason(device, "l4t")
    return "unknown" if device.get("l4t") else "unknown (%s)" % (reason.split(":")[0] if device.get("soc") else reason)


def _verdict(writer: Writer, device: Device, findings: Sequence[Finding]) -> str:
    """``healthy``, or how many problems; remarks (info) are no problem. Without a TensorRT to judge, less is said."""
    errors = sum(finding.severity == "error" for finding in findings)
    warnings = sum(finding.severity == "warning" for finding in findings)
    if not errors and not warnings:
        seen = device.get("tensorrt") or not device.get("soc")
        return writer.paint("healthy", "green") if seen else "nothing wrong found, but its TensorRT is not known"
    parts = [plural(count, noun) for count, noun in ((errors, "error"), (warnings, "warning")) if count]
    return writer.paint(" and ".join(parts), "red" if errors else "yellow")


def _advice(writer: Writer, device: Device) -> None:
    pieces = room.advice(device)
    if pieces:
        writer.line()
        writer.line(writer.paint("Advice", "bold") + " (nothing is changed by jetdoctor)")
    for piece in pieces:
        writer.wrapped(piece.topic.ljust(10), piece.text)


def _fact(device: Device, key: str) -> str:
    """``cuDNN 8.4.1.50``; "" when unknown."""
    value = device.get(key)
    if value in (None, {}) or value is False and key in ("container", "gui", "clocks_locked"):
        return ""
    if key == "temperatures":
        sensor = max(value, key=value.__getitem__)
        value = "%s at %.0f degrees Celsius" % (sensor, value[sensor])
    elif key.endswith("_mb"):
        value = "%d MiB" % value if value < 10240 else "%.1f GiB" % (value / 1024)
    elif isinstance(value, bool):
        value = "yes" if value else "no"
    elif isinstance(value, (list, tuple, dict)):
        value = "%d" % len(value)
    label = _LABELS.get(key, key)
    return clean("%s %s" % (label, value) if label else str(value))


def _reason(device: Device, key: str) -> str:
    fact = device.facts.get(key)
    return fact.reason if fact and fact.reason else "nothing found"
