"""What kind of value each fact has: a snapshot is a file from somewhere, and rules rely on the kinds."""

from __future__ import annotations

from typing import Any

from jetdoctor.types import Fact

_NUMBERS = (
    "cma_mb",
    "disk_free_mb",
    "disk_mb",
    "dla",
    "gpu_ram_mb",
    "power_mode_id",
    "ram_available_mb",
    "ram_mb",
    "swap_mb",
    "zram",
    "zram_mb",
)
_FLAGS = (
    "clocks_locked",
    "conda",
    "container",
    "gui",
    "opencv_cuda",
    "opencv_cudnn",
    "root",
    "tensorrt_imports",
    "tensorrt_library_empty",
    "tensorrt_nptype",
    "venv_system_site",
    "video_group_exists",
)
_LISTS = (
    "board_compatible",
    "container_cdi",
    "container_cdi_gone",
    "container_csv",
    "container_mounts",
    "cuda_installed",
    "docker_runtimes",
    "groups",
    "not_installed",
    "onnxruntime_providers",
    "packages_unfinished",
    "tensorrt_libraries",
    "tensorrt_parsers",
    "tensorrt_system_bindings",
    "throttled_by",
    "torch_architectures",
)
_LONGEST = 4096  # characters of a text


def checked(key: str, fact: Fact) -> Fact:
    """``fact``, or an unknown one with the reason when its value is not of the kind that ``key`` has."""
    if fact.value is None or _is_of_kind(key, fact.value):
        return Fact(fact.value, _text(fact.source), _text(fact.reason))
    return Fact(None, None, "a value of the wrong kind in the snapshot")


def _is_of_kind(key: str, value: Any) -> bool:
    if key in _NUMBERS:
        return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 40
    if key in _FLAGS:
        return isinstance(value, bool)
    if key in _LISTS:
        return isinstance(value, list) and all(_is_text(item) for item in value)
    if key in ("packages", "wheel_glibc", "wheel_processors"):
        return isinstance(value, dict) and all(_is_text(k) and _is_text(v) for k, v in value.items())
    if key in ("wheel_architectures", "wheel_libraries"):
        return isinstance(value, dict) and all(
            _is_text(k) and isinstance(v, list) and all(map(_is_text, v)) for k, v in value.items()
        )
    if key == "temperatures":
        return isinstance(value, dict) and all(isinstance(v, (int, float)) for v in value.values())
    if key == "part_numbers":
        return _pairs(value, str)
    if key == "power_modes":
        return _pairs(value, int)
    if key in ("venv", "libcuda"):
        return isinstance(value, bool) or _is_text(value)
    return _is_text(value)


def _pairs(value: Any, first: type) -> bool:
    return isinstance(value, list) and all(
        isinstance(pair, (list, tuple)) and len(pair) == 2 and isinstance(pair[0], first) and _is_text(pair[1])
        for pair in value
    )


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST


def _text(value: Any) -> Any:
    return value if value is None or _is_text(value) else None
