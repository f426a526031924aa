"""The target that a device stands for: its own TensorRT, whatever its JetPack shipped with."""

from __future__ import annotations

from dataclasses import replace
from typing import Optional

from jetdoctor.target import modules, resolve
from jetdoctor.types import Device, Module, Target, UsageError, parse_version


def as_target(device: Device) -> Target:
    """The device as a target: TensorRT to the patch, JetPack, module, CUDA, cuDNN and Python as found.

    Without a TensorRT on the device (a board that was flashed without the JetPack components) the target has
    that of its JetPack; ``tensorrt`` is None when neither is known.
    """
    module = next((m for m in modules() if m.id == device.get("module")), None)
    base = _of_jetpack(device.get("jetpack"))
    tensorrt = _patch(device.get("tensorrt")) or (base.tensorrt if base else None)
    return Target(
        name=_name(base, module, tensorrt),
        tensorrt=tensorrt,
        jetpack=device.get("jetpack"),
        l4t=device.get("l4t") or (base.l4t if base else None),
        cuda=device.get("cuda") or (base.cuda if base else None),
        cudnn=device.get("cudnn") or (base.cudnn if base else None),
        python=_minor(device.get("python")) or (base.python if base else None),
        module=_with_memory(module, device),
    )


def _of_jetpack(jetpack: Optional[str]) -> Optional[Target]:
    if not jetpack:
        return None
    try:
        return resolve("jetpack-" + jetpack)[0]
    except UsageError:
        return None


def _patch(version: Optional[str]) -> Optional[str]:
    """``"8.4.1"`` for ``"8.4.1.5"``."""
    return ".".join(map(str, parse_version(version)[:3])) if version else None


def _minor(version: Optional[str]) -> Optional[str]:
    return ".".join(version.split(".")[:2]) if version else None


def _name(base: Optional[Target], module: Optional[Module], tensorrt: Optional[str]) -> str:
    """A name that ``--target`` understands: ``xavier-nx@jetpack-5.0.2``, ``jetpack-6.2+tensorrt-10.7.0``."""
    if base is None:
        return "tensorrt-" + tensorrt if tensorrt else "local"
    name = base.name if base.tensorrt == tensorrt else "%s+tensorrt-%s" % (base.name, tensorrt)
    return "%s@%s" % (module.id, name) if module else name


def _with_memory(module: Optional[Module], device: Device) -> Optional[Module]:
    """A developer kit has 32 or 64 GB: nominal memory gives way to a much smaller reading."""
    ram = device.get("ram_mb")
    if module and module.ram_mb and ram and ram < 0.6 * module.ram_mb:
        return replace(module, ram_mb=ram)
    return module
