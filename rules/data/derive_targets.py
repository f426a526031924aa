"""Derive ``targets.json`` and ``modules.json`` from a table of platform facts.

    python3 rules/data/derive_targets.py platform.json

``platform.json`` is a survey of what NVIDIA shipped with each JetPack (apt indexes, recipes, release notes
and board captures; schema ``jetdoctor-platform-facts/1``). It is not part of the project: this script says
how the rows came about, so that a new JetPack is added by the same rules. One row per line, every row with
its sources spelled out.
"""

from __future__ import annotations

import json
import os
import re
import sys
from typing import Any, Dict, Iterable, List, Sequence, Tuple

HERE = os.path.dirname(os.path.abspath(__file__))

#: Sources that are no public document.
NOT_CITED = ("USERANCHOR", "BRIEFCOMMON")

#: Which modules a label of a release's support list stands for.
FAMILIES = {
    "TX1": ("tx1",),
    "TX2 family": ("tx2", "tx2-4gb", "tx2i"),
    "TX2 NX": ("tx2-nx",),
    "Nano 4GB": ("nano", "nano-emmc"),
    "Nano 2GB": ("nano-2gb",),
    "Xavier NX": ("xavier-nx", "xavier-nx-sd", "xavier-nx-16gb"),
    "AGX Xavier": ("agx-xavier-",),
    "AGX Xavier Industrial": ("agx-xavier-industrial",),
    "AGX Orin devkit/32GB": ("agx-orin-32gb", "agx-orin-64gb"),
    "AGX Orin 64GB": ("agx-orin-64gb",),
    "AGX Orin 32GB/64GB/devkit": ("agx-orin-32gb", "agx-orin-64gb"),
    "AGX Orin Industrial": ("agx-orin-industrial",),
    "AGX Orin": ("agx-orin-",),
    "Orin NX 16GB": ("orin-nx-16gb",),
    "Orin NX 8GB": ("orin-nx-8gb",),
    "Orin NX 8GB/16GB": ("orin-nx-",),
    "Orin Nano 4GB/8GB": ("orin-nano-",),
    "Thor (AGX Thor devkit, T5000)": ("thor-t5000",),
    "Thor (AGX Thor devkit, T5000, T4000)": ("thor-",),
    "Thor": ("thor-",),
}

#: What people call a module when they do not name its memory or carrier: the most common one.
ALIASES = {
    "nano": ("jetson-nano", "nano-4gb", "jetbot"),
    "xavier-nx": ("xavier-nx-8gb", "jetson-xavier-nx"),
    "xavier-nx-sd": ("xavier-nx-devkit",),
    "agx-xavier-32gb": ("agx-xavier", "xavier", "jetson-agx-xavier"),
    "orin-nano-devkit": ("orin-nano", "orin-nano-super", "jetson-orin-nano"),
    "orin-nx-16gb": ("orin-nx", "jetson-orin-nx"),
    "agx-orin-64gb": ("agx-orin", "orin", "agx-orin-devkit", "jetson-agx-orin"),
    "thor-t5000": ("thor", "agx-thor", "jetson-thor", "t5000"),
    "thor-t4000": ("t4000",),
}

#: Documented opset range per TensorRT line where no document of that very release was found.
OPSET_BRACKETS = {
    "5.0": ([None, 9], "documented for 5.1"),
    "8.4.0": ([7, 13], "8.4.0 carries the EA parser: 13, where 8.4-GA documents 17"),
    "10.13": ([9, 22], "22 is documented for 10.10 and 24 for 10.15; nothing found for 10.13"),
    "10.16": ([9, 24], "24 is documented for 10.15 and 25 for 11.x; nothing found for 10.16"),
}
OPSET_NOTES = {"8.5": "one vendor note says 16; the 8.5 parser documents 17"}


def number(version: str) -> Tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))


def cite(keys: Iterable[str], index: Dict[str, str]) -> List[str]:
    """Spell out source keys such as ``MT:25e631fe56`` or ``OSS (kBF16 appears in release/9.0)``."""
    cited = []
    for key in keys:
        head, tail = re.match(r"([A-Z0-9]*)[: ]*(.*)", key).groups() if key not in index else (key, "")
        if head in NOT_CITED:
            continue
        text = re.sub(r"find_string ids? [\d, ]*\d", "public capture", index.get(head, key))
        if tail and head in index:
            text = re.split(r" recipe | \(| debs/", text)[0] + " " + tail
        cited.append(text.replace("github:", "https://github.com/", 1))
    return cited


def opset_of(tensorrt: str, table: Sequence[dict]) -> Tuple[Any, Any]:
    """Documented ``[min, max]`` opset and a remark, for a TensorRT version to the patch."""
    for prefix, (bounds, note) in OPSET_BRACKETS.items():
        if (tensorrt + ".").startswith(prefix + "."):
            return bounds, note
    line = ".".join(tensorrt.split(".")[:2])
    for row in table:
        if row["tensorrt"] == line:
            # The 8.x guide names 7 as the oldest; operators.md of 10.0 and later says 9.
            low = row["min_opset"] or (7 if line.startswith("8.") else None)
            return [low, row["max_opset"]], OPSET_NOTES.get(line)
    return None, None


def name_of(row: dict, survey: dict) -> str:
    """``"5.0.2"``; a preview of a release that came out later is ``"6.0-dp"``."""
    released = any(r["jetpack"] == row["jetpack"] and "GA" in r["channel"] for r in survey["releases"])
    preview = released and "GA" not in row["channel"]
    return row["jetpack"] + "-" + row["channel"].lower() if preview else row["jetpack"]


def supports(row: dict, module: dict) -> bool:
    """Whether a release's support list names the module, within the module's own bounds."""
    low, high = module["min_jetpack"], module["max_jetpack"]
    if not low or number(row["jetpack"]) < number(low):
        return False
    prefixes = [prefix for label in row["modules"] for prefix in FAMILIES[label]]
    named = any(module["id"] == p or (p.endswith("-") and module["id"].startswith(p)) for p in prefixes)
    # The survey's upper bound stops at 7.2.1, the newest JetPack whose components are known.
    return named and (number(row["jetpack"]) <= number(high) or high == "7.2.1")


def wheels_of(row: dict, survey: dict) -> dict:
    names = {row["jetpack"], row["jetpack"] + " " + row["channel"]}
    for wheel in survey["torch"]:
        if names & set(wheel["jetpack"]):
            found = {k: wheel[k] for k in ("torch", "torchvision", "onnxruntime_gpu") if wheel[k]}
            found["sources"] = cite(wheel["sources"], survey["source_index"])
            return found
    return {}


def target_row(row: dict, survey: dict) -> dict:
    tensorrt, cuda = row["tensorrt"] or {}, row["cuda"] or {}
    bounds, note = opset_of(tensorrt.get("version") or "", survey["limits"]["opset"]["table"])
    return {
        "jetpack": name_of(row, survey),
        "channel": row["channel"].rstrip("?"),
        "l4t": row["l4t"],
        "tensorrt": tensorrt.get("version"),
        "tensorrt_full": tensorrt.get("full"),
        "cuda": cuda.get("short"),
        "cuda_full": cuda.get("toolkit"),
        "cudnn": row["cudnn"],
        "python": row["python"],
        "python_full": row.get("python_full"),
        "ubuntu": row["ubuntu"],
        "opset": bounds,
        "opset_note": note,
        "eol": bool(row["eol"]),
        "notes": row["notes"],
        "conflicts": row["conflicts"],
        "wheels": wheels_of(row, survey),
        "confidence": row["confidence"],
        "sources": cite(row["sources"], survey["source_index"]),
    }


def module_row(module: dict, survey: dict) -> dict:
    flags = ("fp16", "int8", "tf32", "bf16", "fp8", "fp4")
    jetpacks = [name_of(row, survey) for row in survey["releases"] if supports(row, module)]
    return {
        "id": module["id"],
        "name": module["name"],
        "aliases": list(ALIASES.get(module["id"], ())),
        "soc": module["soc"],
        "compute_capability": module["compute_capability"],
        "ram_mb": max(module["ram_gb"]) * 1024,
        "dla": module["dla"]["count"],
        "precision": {flag: module["precision"][flag] for flag in flags},
        "jetpacks": list(dict.fromkeys(jetpacks)),
        "notes": module["notes"],
        "confidence": module["confidence"],
        "sources": cite(module["sources"] + module["precision"]["sources"], survey["source_index"]),
    }


def write(name: str, rows: Iterable[dict]) -> None:
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    with open(os.path.join(HERE, name), "w", encoding="utf-8") as stream:
        stream.write("[\n" + lines + "\n]\n")


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as stream:
        survey = json.load(stream)
    releases = sorted(survey["releases"], key=lambda r: (number(r["jetpack"]), number(r["l4t"] or "99")))
    write("targets.json", (target_row(row, survey) for row in releases))
    write("modules.json", (module_row(module, survey) for module in survey["modules"]))


if __name__ == "__main__":
    main()
