"""Several devices side by side: what differs, and the lowest common target to check models against."""

from __future__ import annotations

from typing import Any, List, Optional, Sequence, Tuple

from jetdoctor.device.as_target import as_target
from jetdoctor.device.document import FLAT_KEYS
from jetdoctor.types import Device, Target


def compare(devices: Sequence[Device]) -> List[Tuple[str, List[Any], bool]]:
    """Rows ``(key, value of each device, do they differ)`` of the flat keys and the power mode."""
    rows = []
    for key in FLAT_KEYS + ("torch", "onnxruntime", "power_mode", "swap_mb"):
        values = [device.get(key) for device in devices]
        if any(value is not None for value in values):
            rows.append((key, values, any(value != values[0] for value in values)))
    return rows


def common_target(devices: Sequence[Device]) -> Optional[Target]:
    """The target of the device with the oldest TensorRT, then the least memory; None when none is known.

    A model that passes there may still meet something on the others: check all of them before a release.
    """
    known = [as_target(device) for device in devices]
    usable = [target for target in known if target.tensorrt]
    return min(usable, key=_weakness) if usable else None


def _weakness(target: Target) -> Tuple[Any, ...]:
    memory = target.module.ram_mb if target.module and target.module.ram_mb else 1 << 30
    return (target.tensorrt_version, memory, target.name)
