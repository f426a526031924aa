"""Containers get no GPU from this host

## What it detects
On the board itself: docker is installed beside NVIDIA's container packages but does not know the runtime `nvidia`; the
runtime's `mode` does not fit (`legacy`, `cdi` without a specification, `csv` without lists); or a CDI specification
names files that are gone, as after an upgrade of L4T.

## Why it fails
A Jetson's driver comes into a container as a list of files: in mode `csv` those of `/etc/nvidia-container-
runtime/host-files-for-container.d`, in mode `cdi` those of a specification that was generated once, with the file
names of that day. Without the runtime docker answers `unknown or invalid runtime name: nvidia`; with names that are
gone the container does not start; in mode `legacy` the runtime looks for a discrete GPU.

## Fix
`sudo nvidia-ctk runtime configure --runtime=docker && sudo systemctl restart docker`. For CDI generate the
specification again: `sudo nvidia-ctk cdi generate --mode=csv --output=/etc/cdi/nvidia.yaml`.
"""

from jetdoctor.rule import Fix, Match, Rule

RULE = Rule(
    id="JD140",
    name="container-runtime-not-set-up",
    severity="warning",
    outcome="environment",
    sources=(
        "https://github.com/dusty-nv/jetson-containers/issues/1460",
        "https://github.com/dusty-nv/jetson-containers/issues/122",
        "https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/cdi-support.html",
    ),
)
_CONFIGURE = "sudo nvidia-ctk runtime configure --runtime=docker && sudo systemctl restart docker"
_GENERATE = "sudo nvidia-ctk cdi generate --mode=csv --output=/etc/cdi/nvidia.yaml"
_PACKAGES = ("nvidia-container-toolkit", "nvidia-container-runtime")


def check_device(device):
    if device.get("container") or not device.get("l4t"):
        return
    runtimes, mode, gone = (device.get(key) for key in ("docker_runtimes", "container_mode", "container_cdi_gone"))
    installed = any(name in (device.get("packages") or {}) for name in _PACKAGES)
    if installed and runtimes is not None and "nvidia" not in runtimes:
        yield _match("docker does not know the runtime nvidia: /etc/docker/daemon.json does not name it", _CONFIGURE)
    if mode == "cdi" and not device.get("container_cdi"):
        yield _match("the container runtime works by CDI (config.toml), and there is no CDI specification", _GENERATE)
    if mode == "csv" and device.get("container_csv") == []:
        fix = "sudo apt install --reinstall nvidia-container (the lists come with JetPack's own package)"
        yield _match("the container runtime works by lists of files (mode csv), and there are none", fix)
    if mode == "legacy":
        fix = 'mode = "auto" in /etc/nvidia-container-runtime/config.toml, then sudo systemctl restart docker'
        yield _match("the container runtime is in mode legacy, which is for discrete GPUs", fix)
    if gone:
        yield _match("the CDI specification names files that are gone, such as %s" % gone[0], _GENERATE)


def _match(message, fix):
    return Match(message, cause="runtime", fixes=(Fix(fix, "manual"),))
