"""Advice that fits a board: wheels, a virtual environment, workspace, JetPack, and what not to touch.

Every line is something to read or to type; nothing is done. Where a fact is from a forum post or a single
person's build, the line says so. Tables: ``wheels.json``, ``targets.json``, ``modules.json``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, Iterator, List, Optional, Tuple

from jetdoctor.data import table
from jetdoctor.device.as_target import as_target
from jetdoctor.facts import knowledge
from jetdoctor.target import module_row, releases
from jetdoctor.types import Device, parse_version


@dataclass(frozen=True)
class Advice:
    """One piece of advice: ``topic`` is a short label, ``source`` where it is from."""

    topic: str
    text: str
    source: str = ""

    def to_json(self) -> Dict[str, str]:
        return {"topic": self.topic, "text": self.text, "source": self.source}


#: Largest workspace by memory in MiB: (nominal memory up to, workspace). From field notes: 500 MB on a Nano,
#: 128 to 512 MB on an Orin Nano with other programs, 2 GB where the board has nothing else to do.
WORKSPACES = ((2300, 128), (4300, 256), (8600, 1024), (17000, 2048), (1 << 30, 4096))


def advice(device: Device) -> Tuple[Advice, ...]:
    """Advice for a Jetson; none for any other machine, and only about what is known."""
    row = _release(device.get("jetpack"))
    if row is None:
        return ()
    found: List[Advice] = []
    for part in (_models(device, row), _workspace(device, row), _types(device), _environment(device, row)):
        found += part
    if not device.get("container"):
        found += [*_newest(device), *_hands_off(row)]
    return (*found, *_wheels(device, row))


def _release(jetpack: Optional[str]) -> Optional[Dict[str, Any]]:
    return next((row for row in releases() if jetpack and row["jetpack"] == jetpack), None)


def _models(device: Device, row: Dict[str, Any]) -> Iterator[Advice]:
    """The opset that its TensorRT documents, and what newer exports come to."""
    tensorrt, opset = as_target(device).tensorrt, (row["opset"] or [None, None])[1]
    if not tensorrt or not opset:
        return
    text = "for TensorRT %s NVIDIA documents ONNX opset %s and older" % (tensorrt, opset)
    if parse_version(tensorrt) < (10,):
        text += "; newer exports need `jetdoctor fix` (axes given as inputs are not read)"
    yield Advice("models", text)
    imported = _imported(tensorrt)
    if imported:
        line = "its parser imports %d operators; `jetdoctor ops --target %s` lists the forms it misreads"
        yield Advice("operators", line % (imported, as_target(device).name))


def _imported(tensorrt: str) -> int:
    """How many operators the parser of a TensorRT release has an importer for; 0 when nothing is known."""
    known, version = knowledge(), parse_version(tensorrt)
    return sum(known.importer(name, version) for name in known.operators)


def _workspace(device: Device, row: Dict[str, Any]) -> Iterator[Advice]:
    """A workspace limit, by the module's memory: since 8.4 there is none unless it is set."""
    target = as_target(device)
    memory = target.module.ram_mb if target.module and target.module.ram_mb else device.get("ram_mb")
    if not memory or not target.tensorrt:
        return
    size = next(workspace for limit, workspace in WORKSPACES if memory <= limit)
    option = "--workspace=%d" if target.tensorrt_version < (8, 4) else "--memPoolSize=workspace:%d"
    yield Advice(
        "workspace",
        "trtexec %s is a reasonable limit for %d MiB of memory" % (option % size, memory),
        "field notes",
    )


def _types(device: Device) -> Iterator[Advice]:
    """Precisions that this GPU has hardware for."""
    module = as_target(device).module
    if module and module.precision:
        fast = ["FP32"] + [key.upper() for key, value in module.precision.items() if value.startswith("yes")]
        none = [key.upper() for key, value in module.precision.items() if value.startswith("no")]
        lacking = "; no %s" % ", ".join(none) if none else ""
        yield Advice("types", "%s%s (compute capability %s)" % (", ".join(fast), lacking, module.compute_capability))


def _wheels(device: Device, row: Dict[str, Any]) -> Iterator[Advice]:
    """PyTorch, torchvision and ONNX Runtime for this JetPack, as recorded."""
    for wheel in table("wheels"):
        if row["jetpack"] not in wheel["jetpacks"]:
            continue
        origin = "a forum post" if wheel["forum"] else "a community build" if wheel["community"] else ""
        note = "; ".join(part for part in (wheel["note"], origin, "recorded " + wheel["recorded"]) if part)
        where = wheel["where"] + (wheel["wheel"] if (wheel["wheel"] or "") and wheel["where"].endswith("/") else "")
        name = "%s %s for Python %s" % (wheel["package"], wheel["version"], wheel["python"])
        yield Advice("wheel", "%s: %s (%s)" % (name, where, note), wheel["sources"][0])


def _environment(device: Device, row: Dict[str, Any]) -> Iterator[Advice]:
    """A virtual environment that sees JetPack's packages."""
    pin = ' && pip install "numpy<1.24"' if parse_version(row["tensorrt"] or "99") < (8, 5, 3) else ""
    line = "/usr/bin/python%s -m venv --system-site-packages ~/trt && . ~/trt/bin/activate%s"
    if parse_version(row["python"]) >= (3, 8):
        yield Advice("venv", line % (row["python"], pin) + " (undo: rm -r ~/trt)")
    else:
        yield Advice("venv", line % (row["python"], "") + " (Python 3.6: keep the distribution's numpy)")


def _newest(device: Device) -> Iterator[Advice]:
    """The newest JetPack that this module runs."""
    module = module_row(device.get("module") or "")
    public = [name for name in module["jetpacks"] if not name.endswith(("-dp", "-ea"))] if module else []
    known = [name for name in public if (_release(name) or {}).get("tensorrt")]
    if module and known and known[-1] != device.get("jetpack"):
        text = "newest for %s: %s; move by flashing, never by apt across releases" % (module["id"], known[-1])
        yield Advice("jetpack", text, module["sources"][0])
    elif module and known:
        yield Advice("jetpack", "%s is the newest that %s runs" % (known[-1], module["id"]), module["sources"][0])


def _hands_off(row: Dict[str, Any]) -> Iterator[Advice]:
    """What must not be upgraded manually, and why."""
    yield Advice(
        "hands off",
        "CUDA, cuDNN, TensorRT, nvidia-l4t-* (tested with the driver of this release), the system "
        "Python %s (the bindings are compiled for it), pip's tensorrt (not made for this GPU)" % row["python"],
    )
