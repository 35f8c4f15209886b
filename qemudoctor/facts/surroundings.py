"""What a host is inside of, as far as it decides where entries have to be registered and how long they last."""

from collections.abc import Iterator

from qemudoctor.facts.engines import Engine, EngineState, RegistryUsed, Role, Where, text_of, variable
from qemudoctor.facts.sandbox import Sandbox
from qemudoctor.host.door import Host

SYSTEM_CONTAINERS = ("lxc", "lxc-libvirt", "incus", "lxd", "systemd-nspawn", "openvz")
"""Containers that run a whole system, by what they put into the environment of its first process."""
WSL2 = "WSL2"
_WSL_MARKS = ("microsoft", "wsl2")

_RUNNERS = (
    ("GITHUB_ACTIONS", "true", "GitHub Actions runner"),
    ("GITLAB_CI", "true", "GitLab runner"),
)


def read_surroundings(
    host: Host, *, release: str | None, sandbox: Sandbox | None, has_instances: bool
) -> Iterator[Engine]:
    """Yield WSL2, a runner of a CI service, and the system container that whoever looks is in."""
    if is_wsl(release):
        yield _node(WSL2, ("uname -r", release or ""))
    for name, value, title in _RUNNERS:
        if variable(host, name) == value:
            hosted = variable(host, "RUNNER_ENVIRONMENT")
            kind = f"{title} ({hosted[:40]})" if hosted in ("github-hosted", "self-hosted") else title
            yield _node(kind, ("environment", f"{name}={value}"))
    if sandbox is not None and sandbox.kind in SYSTEM_CONTAINERS:
        registry = RegistryUsed.NEAREST if has_instances else RegistryUsed.HOST
        yield _node(sandbox.kind, (sandbox.source, sandbox.evidence))._replace(registry=registry)


def is_wsl(release: str | None) -> bool:
    """Return whether a kernel release is one of WSL2. Format: "5.15.153.1-microsoft-standard-WSL2"."""
    return any(mark in (release or "").lower() for mark in _WSL_MARKS)


def interop_is_off(host: Host) -> bool:
    """Return whether /etc/wsl.conf says that Windows programs are not to be started from WSL2.

    Format: "[interop]", then lines such as "enabled = false" (learn.microsoft.com/windows/wsl/wsl-config).
    """
    section = ""
    for line in (text_of(host, "/etc/wsl.conf") or "").lower().splitlines():
        if line.strip().startswith("["):
            section = line.strip()
        name, equals, value = line.partition("=")
        if section == "[interop]" and equals and name.strip() == "enabled":
            return value.strip() == "false"
    return False


def _node(name: str, evidence: tuple[str, str]) -> Engine:
    return Engine(name, Role.NODE, EngineState.RUNNING, Where.HERE, RegistryUsed.HOST, evidence=(evidence,))
