"""Engines that are told by their files and processes alone: podman, buildah, containerd, nerdctl, BuildKit, Kubernetes.

Their sockets speak gRPC, or wake a server that systemd keeps asleep, so nothing connects to them.
"""

from collections.abc import Iterator

from qemudoctor.facts.engines import (
    Engine,
    EngineState,
    RegistryUsed,
    Role,
    Where,
    installed,
    runtime_folders,
    settle,
    text_of,
    there,
    variable,
)
from qemudoctor.host.door import CouldNotLook, Host

_BUILDKIT = ("/run/buildkit/buildkitd.sock", "buildkitd")
_CONTAINERD = ("/run/containerd/containerd.sock", "/run/k3s/containerd/containerd.sock")
_LOCAL = ("localhost", "127.", "[::1]")


def read_others(host: Host, *, has_instances: bool) -> Iterator[Engine]:
    """Yield the engines other than Docker that are installed or run. has_instances: see settle()."""
    for found in _found(host):
        yield settle(host, found, has_instances=has_instances)


def _found(host: Host) -> Iterator[Engine]:
    yield from _podman(host)
    if installed(host, "buildah"):
        yield _daemonless(host, "buildah", Role.BUILDER)
    yield from _containerd(host)
    yield from _buildkit(host)
    yield from _kubernetes(host)


def _engine(name: str, role: Role, state: EngineState, where: Where = Where.HERE) -> Engine:
    return Engine(name, role, state, where, RegistryUsed.UNKNOWN)


def _is_rootless(host: Host) -> bool:
    try:
        return host.euid() != 0
    except CouldNotLook:
        return False


def _podman(host: Host) -> Iterator[Engine]:
    """Yield podman: it needs no server, unless a variable sends it to one.

    Source: containers/podman cmd/podman/registry/remote.go: either variable, even if empty, makes it remote.
    """
    for name in ("CONTAINER_HOST", "CONTAINER_CONNECTION"):
        value = variable(host, name)
        if value:
            yield _remote_podman(name, value)
            return
    if installed(host, "podman"):
        yield _daemonless(host, "podman", Role.ENGINE)


def _remote_podman(name: str, value: str) -> Engine:
    from qemudoctor.facts.endpoints import split, without_password

    scheme, rest = split(value) if name == "CONTAINER_HOST" else ("", value)
    where = Where.ELSEWHERE
    if scheme == "unix" and "podman-machine" not in rest:
        where = Where.HERE
    elif name == "CONTAINER_CONNECTION" or rest.rpartition("@")[2].startswith(_LOCAL):
        # ssh to a port of this machine is how podman reaches its own virtual machine.
        where = Where.ELSEWHERE if "podman-machine" in rest or scheme == "ssh" else Where.UNKNOWN
    return _engine("podman", Role.ENGINE, EngineState.NOT_ASKED, where)._replace(
        endpoint=without_password(value), source=name, evidence=(("environment", f"{name}={without_password(value)}"),)
    )


def _daemonless(host: Host, name: str, role: Role) -> Engine:
    """Return an engine without a server; rootless, its user namespace is that of a process that only waits.

    Source: containers/podman pkg/rootless: the process that keeps the namespace is noted in pause.pid.
    """
    found = _engine(name, role, EngineState.INSTALLED)
    if not _is_rootless(host):
        return found
    from qemudoctor.facts.processes import from_pidfile

    found = found._replace(options=("rootless",))
    for folder in runtime_folders(host):
        process = from_pidfile(host, f"{folder}/libpod/tmp/pause.pid", "catatonit", "podman", "podman pause")
        if process is not None:
            return found._replace(process=process.number)
    return found


def _containerd(host: Host) -> Iterator[Engine]:
    client = "nerdctl" if installed(host, "nerdctl") else "containerd"
    for socket in _CONTAINERD:
        if there(host, socket):
            yield _engine(client, Role.ENGINE, EngineState.NOT_ASKED)._replace(endpoint=f"unix://{socket}")
    for folder in runtime_folders(host):
        # Source: containerd/nerdctl extras/rootless/containerd-rootless.sh, rootlesskit's state folder.
        text = (text_of(host, f"{folder}/containerd-rootless/child_pid", limit=64) or "").strip()
        if text.isdecimal() and len(text) < 12:
            from qemudoctor.facts.processes import read_process

            child = read_process(host, int(text), "exe", "rootlesskit", "containerd", "containerd-rootl")
            number = None if child is None else child.number
            yield _engine(client, Role.ENGINE, EngineState.NOT_ASKED)._replace(options=("rootless",), process=number)


def _buildkit(host: Host) -> Iterator[Engine]:
    """Yield a BuildKit daemon that runs by itself."""
    chosen = variable(host, "BUILDKIT_HOST")
    sockets = (_BUILDKIT[0], *(f"{x}/buildkit/buildkitd.sock" for x in runtime_folders(host)))
    present = [x for x in sockets if there(host, x)]
    if not chosen and not present:
        return
    from qemudoctor.facts.endpoints import split, without_password
    from qemudoctor.facts.processes import search

    if chosen:
        scheme, _ = split(chosen)
        where = Where.HERE if scheme == "unix" else Where.UNKNOWN if scheme.endswith("-container") else Where.ELSEWHERE
        process = search(host, _BUILDKIT[1]) if where is Where.HERE else None
        yield _engine("buildkit", Role.BUILDER, EngineState.NOT_ASKED, where)._replace(
            endpoint=without_password(chosen),
            source="BUILDKIT_HOST",
            process=None if process is None else process.number,
            evidence=(("environment", f"BUILDKIT_HOST={without_password(chosen)}"),),
        )
        return
    for socket in present:
        process = search(host, _BUILDKIT[1])
        state = EngineState.NOT_ASKED if process is None else EngineState.RUNNING
        yield _engine("buildkit", Role.BUILDER, state)._replace(
            endpoint=f"unix://{socket}",
            process=None if process is None else process.number,
            options=("rootless",) if socket != _BUILDKIT[0] else (),
        )


def _kubernetes(host: Host) -> Iterator[Engine]:
    for path in ("/var/lib/kubelet", "/run/k3s", "/var/lib/rancher/rke2"):
        if there(host, path):
            yield _engine("kubernetes node", Role.NODE, EngineState.INSTALLED)._replace(evidence=((path, "exists"),))
            return
