"""What the readings mean: JetPack from L4T, module from part numbers, compute capability from the SoC.

A value is given only when the readings leave one answer. Two answers are no answer: null and a reason.
Tables: ``rules/data/device_detect.json``, ``modules.json`` and ``targets.json``.
"""

from __future__ import annotations

import re
from typing import Any, Dict, List, Optional

from jetdoctor.device.tables import detect_rows
from jetdoctor.target import module_row, modules, releases
from jetdoctor.types import Fact, Module, parse_version

Facts = Dict[str, Fact]

#: Share of the nominal memory that MemTotal may show: the rest is carved out for firmware and the GPU.
VISIBLE_MEMORY = (0.80, 1.0)


def derive(facts: Facts) -> Facts:
    """``facts`` of the probe, with ``jetpack``, ``module``, ``soc``, ``compute_capability`` and ``dla``."""
    found = dict(facts)
    if not _value(found, "jetpack"):
        found["jetpack"] = _jetpack(found)
    if not _value(found, "soc"):
        found["soc"] = _soc(found)
    if not _value(found, "module"):
        found["module"] = _module(found)
    module = _known_module(found)
    if module and not _value(found, "soc"):
        found["soc"] = Fact(module.soc, found["module"].source)
    if not _value(found, "compute_capability"):
        found["compute_capability"] = _compute_capability(found)
    if _value(found, "dla") is None:
        found["dla"] = _dla(found)
    for key in _value(found, "not_installed") or ():
        if not _value(found, key):
            found[key] = Fact(None, None, "not installed, says %s" % found["not_installed"].source)
    for key in ("l4t", "ram_mb", "cuda", "cudnn", "tensorrt", "python", "numpy", "container"):
        found.setdefault(key, Fact(None, None, "not looked for"))
    return found


def _value(facts: Facts, key: str) -> Any:
    fact = facts.get(key)
    return fact.value if fact else None


def _known_module(facts: Facts) -> Optional[Module]:
    return next((m for m in modules() if m.id == _value(facts, "module")), None)


def _jetpack(facts: Facts) -> Fact:
    """JetPack by L4T; packages of the same apt pocket are more precise, others are ignored."""
    l4t, packages = _value(facts, "l4t"), _value(facts, "jetpack_packages")
    if not l4t:
        if packages:
            return Fact(packages, facts["jetpack_packages"].source)
        return Fact(None, None, facts.get("l4t", Fact()).reason or "neither an L4T release nor package nvidia-jetpack")
    by_l4t = [row["jetpack"] for row in releases() if row["l4t"] and _padded(row["l4t"]) == _padded(l4t)]
    named = packages or _by_cudart(facts, l4t)
    if named and named in _pocket(l4t):
        return Fact(named, facts["jetpack_packages"].source if packages else "CUDA packages of that pocket")
    if by_l4t:
        return Fact(by_l4t[0], "L4T %s" % l4t)
    return Fact(None, None, "L4T %s is not in the table of this version of jetdoctor" % l4t)


def _padded(version: str) -> tuple:
    return (parse_version(version) + (0, 0, 0))[:3]


def _pocket(l4t: str) -> List[str]:
    """JetPacks of the apt pocket (r36.4, r39.2 ...) that serves an L4T release, which may know newer ones."""
    return [row["jetpack"] for row in releases() if row["l4t"] and _padded(row["l4t"])[:2] == _padded(l4t)[:2]]


def _by_cudart(facts: Facts, l4t: str) -> Optional[str]:
    """JetPack by the exact CUDA runtime package, where one pocket serves two JetPacks."""
    versions = [v for name, v in (_value(facts, "packages") or {}).items() if name.startswith("cuda-cudart-")]
    for row in detect_rows("pocket"):
        if row["l4t"] == ".".join(map(str, _padded(l4t)[:2])) and any(row["value"] in v for v in versions):
            return str(row["jetpack"])
    return None


def _soc(facts: Facts) -> Fact:
    """SoC by model string, name of module or GPU, else by the JetPack when all its modules have the same one."""
    for key in ("board_model", "module_name", "gpu"):
        text = _value(facts, key)
        for row in detect_rows("model") if text else []:
            if re.search(row["value"], text.lower()):
                return Fact(row["soc"], "%s %r" % (key.replace("_", " "), text))
    jetpack = _value(facts, "jetpack") if not _value(facts, "container") else None
    socs = {m.soc for m in modules() if jetpack and jetpack in (module_row(m.id) or {})["jetpacks"]}
    if len(socs) == 1:
        return Fact(socs.pop(), "every module that runs JetPack %s has it" % jetpack)
    return Fact(None, None, facts.get("soc", Fact()).reason or "no device tree: not a Jetson, or a container")


def _module(facts: Facts) -> Fact:
    """Module by part number, then by a model string that only one has, then by its memory."""
    for number, source in _value(facts, "part_numbers") or []:
        ids = [row["module"] for row in detect_rows("part") if row["value"] == number]
        fitting = _by_memory(facts, ids)
        if len(fitting) == 1:
            return Fact(fitting[0], "%s in %s" % (number, source))
        if ids:
            return Fact(None, None, "part number %s is %s" % (number, " or ".join(ids)))
    name = (_value(facts, "module_name") or "").lower().replace("nvidia ", "")
    named = [row["module"] for row in detect_rows("name") if row["value"] == name]
    if len(named) == 1:
        return Fact(named[0], "module %r" % _value(facts, "module_name"))
    model = (_value(facts, "board_model") or "").lower()
    for row in detect_rows("model"):
        if row["module"] and re.search(row["value"], model):
            return Fact(row["module"], "board model %r" % _value(facts, "board_model"))
    if _value(facts, "ram_mb"):
        fitting = _by_memory(facts, _possible(facts))
        if len(fitting) == 1:
            return Fact(fitting[0], "the only module of its kind with %d MiB" % _value(facts, "ram_mb"))
    return Fact(None, None, facts.get("part_numbers", Fact()).reason or "no known part number")


def _possible(facts: Facts) -> List[str]:
    """Modules with this SoC that run this JetPack; none when neither is known."""
    soc, jetpack = _value(facts, "soc"), _value(facts, "jetpack")
    if not soc and (not jetpack or _value(facts, "container")):
        return []
    runs = {m.id: (module_row(m.id) or {})["jetpacks"] for m in modules() if m.soc == soc or not soc}
    return [name for name, jetpacks in runs.items() if (jetpack in jetpacks if jetpack else jetpacks)]


def _by_memory(facts: Facts, ids: List[str]) -> List[str]:
    """Those of several modules whose memory fits what the kernel shows; all of them when it is not known."""
    ram = _value(facts, "ram_mb")
    if not ram or len(ids) < 2:
        return ids
    low, high = VISIBLE_MEMORY
    return [m.id for m in modules() if m.id in ids and m.ram_mb and low <= ram / m.ram_mb <= high]


def _compute_capability(facts: Facts) -> Fact:
    soc = _value(facts, "soc")
    for row in detect_rows("soc"):
        if row["value"] == soc:
            return Fact(row["compute_capability"], "SoC %s" % soc)
    if _value(facts, "gpu_compute_capability"):
        return Fact(_value(facts, "gpu_compute_capability"), "nvidia-smi")
    return Fact(None, None, "neither a known SoC nor an answer from nvidia-smi")


def _dla(facts: Facts) -> Fact:
    """DLA cores of the hardware, whatever its TensorRT makes of them."""
    module = _known_module(facts)
    if module:
        return Fact(module.dla, "module %s" % module.id)
    soc = _value(facts, "soc")
    counts = {m.dla for m in modules() if soc and m.soc == soc}
    if len(counts) == 1:
        return Fact(counts.pop(), "SoC %s" % soc)
    return Fact(None, None, "the module is not known")
