"""Which targets a command is about: --target, the configuration, a device, or every JetPack."""

from __future__ import annotations

import os
from typing import Dict, List, Optional, Sequence, Tuple, Union

from jetdoctor.types import Device, Target, UsageError


def named(specs: Sequence[str], plugins: Sequence[str] = ()) -> Tuple[Target, ...]:
    """Targets of ``--target`` values, each once; ``local`` is this machine."""
    from dataclasses import replace

    from jetdoctor.target import resolve

    found: Dict[str, Target] = {}
    for spec in specs:
        if spec.strip().lower() == "local":
            targets: Tuple[Target, ...] = (replace(local(), plugins=tuple(plugins)),)
        else:
            targets = resolve(spec, plugins)
        found.update((target.name, target) for target in targets)
    return tuple(found.values())


def local() -> Target:
    """This machine as a target; UsageError when it is no Jetson."""
    target = of_device(_inspect())
    if target is None or target.tensorrt is None and target.jetpack is None:
        raise UsageError(
            "--target local: neither JetPack nor TensorRT found on this machine; "
            "name a target, such as --target jetpack-5.0.2"
        )
    return target


def of_jetson() -> Optional[Target]:
    """This machine when it is a Jetson, else None. Costs nothing elsewhere."""
    if os.uname().machine != "aarch64":
        return None
    target = of_device(_inspect())
    return target if target and target.jetpack else None


def of_device(device: Device) -> Optional[Target]:
    from jetdoctor.device import as_target

    return as_target(device)


def _inspect() -> Device:
    from jetdoctor.device import inspect_local

    return inspect_local()


def everywhere(plugins: Sequence[str] = ()) -> Tuple[Target, ...]:
    """Every JetPack."""
    from jetdoctor.target import resolve

    return resolve("all", plugins)


def asked(
    targets: Union[None, str, Target, Sequence[Union[str, Target]]],
    plugins: Sequence[str] = (),
    device: Optional[Device] = None,
) -> Tuple[Target, ...]:
    """Targets of the API: names or ``Target`` objects; without any the device's, else every JetPack."""
    from dataclasses import replace

    given = [targets] if isinstance(targets, (str, Target)) else list(targets or ())
    found: List[Target] = []
    for each in given:
        found += [one for one in ([each] if isinstance(each, Target) else named([each], plugins)) if one not in found]
    here = of_device(device) if device and not given else None
    if here is not None:
        return (replace(here, plugins=tuple(plugins)),)
    return tuple(found) or everywhere(plugins)
