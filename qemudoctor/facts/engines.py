"""The container engines of a host: which one a client would use, whether it runs, and whose kernel runs its containers.

What surrounds the host (WSL2, a CI runner, a system container, Kubernetes) counts too: it decides where an entry has
to be registered. Nothing of this is asked of another machine, and a server is only connected to if it runs already.
"""

import enum
from collections.abc import Iterator
from typing import NamedTuple

from qemudoctor.facts.fact import Unavailable
from qemudoctor.facts.sandbox import Sandbox
from qemudoctor.host.door import CouldNotLook, Host, NotRecorded, NotThere, Source
from qemudoctor.kernel.entry import Entry

TEXT_LIMIT = 200
DEFAULT_SOCKET = "/var/run/docker.sock"
_ENVIRONMENT = ("DOCKER_HOST", "DOCKER_CONTEXT", "CONTAINER_HOST", "CONTAINER_CONNECTION", "BUILDX_BUILDER")
"""Without any of these, and without the files below, nothing says which engine a client would use."""


class Role(enum.Enum):
    """What an engine is to whoever needs another architecture, as reports spell it."""

    ENGINE = "engine"
    BUILDER = "builder"
    NODE = "node"
    """Not an engine but what surrounds this host."""


class EngineState(enum.Enum):
    """Whether an engine can be used now, as reports spell it."""

    RUNNING = "running"
    IDLE = "idle"
    """It does not run; systemd listens for it and starts it at its first use. So it was not connected to."""
    SUSPENDED = "suspended"
    """Its process is stopped, as by SIGSTOP: whoever connects waits for ever."""
    SILENT = "silent"
    """It gave no usable answer within the time limit."""
    DOWN = "down"
    """Its socket is there, and nobody listens."""
    ABSENT = "absent"
    FORBIDDEN = "forbidden"
    INSTALLED = "installed"
    """It needs no server."""
    NOT_ASKED = "not-asked"
    """It is not reached over a socket of this machine, or speaks another language than HTTP."""
    UNKNOWN = "unknown"


class Where(enum.Enum):
    """Whose kernel runs the containers, as reports spell it."""

    HERE = "here"
    ELSEWHERE = "elsewhere"
    UNKNOWN = "unknown"


class RegistryUsed(enum.Enum):
    """Which registry decides over programs in the containers, as reports spell it."""

    HOST = "host"
    """The one of this host, whatever the container can see of it."""
    NEAREST = "nearest"
    """That of the nearest user namespace that ever mounted one; normally the host's (Linux 6.7 and newer)."""
    OWN = "own"
    """One that was mounted in the engine's own user namespace: the host's entries are not used."""
    ELSEWHERE = "elsewhere"
    UNKNOWN = "unknown"


class Engine(NamedTuple):
    """One engine, builder or surrounding. Texts come from its answers: capped, and not to be trusted."""

    name: str
    role: Role
    state: EngineState
    where: Where
    registry: RegistryUsed
    endpoint: str | None = None
    source: str | None = None
    """Who chose the endpoint: a variable, a file, or None for the default."""
    context: str | None = None
    reason: str | None = None
    """What tells the state, or why it is not known."""
    evidence: tuple[tuple[str, str], ...] = ()
    """Pairs of where something was read, and what."""
    product: str | None = None
    """A product that keeps its engine in a virtual machine."""
    version: str | None = None
    kernel: str | None = None
    architecture: str | None = None
    system: str | None = None
    storage: str | None = None
    options: tuple[str, ...] = ()
    """Security options: rootless, userns, seccomp, …"""
    process: int | None = None
    """The server's process, where it can be seen."""
    own_entries: tuple[Entry, ...] | None = None
    """What its own registry holds, None if it has none or that cannot be read."""

    @property
    def is_chosen(self) -> bool:
        """Return whether somebody named this engine, so that it has to work."""
        return self.source is not None

    @property
    def is_rootless(self) -> bool:
        """Return whether it runs without root's rights."""
        return "rootless" in self.options


def read_engines(
    host: Host, *, release: str | None, has_instances: bool, sandbox: Sandbox | None
) -> tuple[Engine, ...]:
    """Return the engines of a host. release: of the running kernel, None if it is not known.

    has_instances: whether a user namespace can have a registry of its own (Linux 6.7 and newer).

    Raises: Unavailable if nothing runs there, or the environment of whoever looked is not known.
    """
    if host.source is Source.ROOT:
        raise Unavailable("which engine runs is not known of a root that does not run")
    try:
        host.environment("DOCKER_HOST")
        host.exists(DEFAULT_SOCKET)
    except NotRecorded as error:
        raise Unavailable("which engine a client would use is not recorded in this capture") from error
    except CouldNotLook:
        pass
    return tuple(_engines(host, release, has_instances, sandbox))


def _engines(host: Host, release: str | None, has_instances: bool, sandbox: Sandbox | None) -> Iterator[Engine]:
    if _has_docker(host):
        from qemudoctor.facts.docker import read_docker

        yield from read_docker(host, release=release, has_instances=has_instances)
    if _has_others(host):
        from qemudoctor.facts.otherengines import read_others

        yield from read_others(host, has_instances=has_instances)
    from qemudoctor.facts.surroundings import read_surroundings

    yield from read_surroundings(host, release=release, sandbox=sandbox, has_instances=has_instances)


def _has_docker(host: Host) -> bool:
    """Return whether anything says that a Docker client would find an engine, or should."""
    if any(variable(host, name) for name in _ENVIRONMENT[:2] + _ENVIRONMENT[4:]):
        return True
    folder = client_folder(host)
    places = (DEFAULT_SOCKET, *(f"{x}/docker.sock" for x in runtime_folders(host)))
    files = () if folder is None else (f"{folder}/config.json", f"{folder}/buildx/current")
    return any(there(host, path) for path in (*places, *files))


def _has_others(host: Host) -> bool:
    if any(variable(host, name) for name in (*_ENVIRONMENT[2:4], "BUILDKIT_HOST")):
        return True
    places = ("/run/containerd", "/run/buildkit", "/var/lib/kubelet", "/run/k3s")
    user = tuple(f"{x}/{name}" for x in runtime_folders(host) for name in ("containerd-rootless", "buildkit"))
    return any(there(host, path) for path in (*places, *user)) or any(
        installed(host, name) for name in ("podman", "buildah", "nerdctl")
    )


def settle(host: Host, found: Engine, *, has_instances: bool) -> Engine:
    """Return an engine with the registry that its containers use. has_instances: a user namespace can have its own."""
    if found.where is Where.ELSEWHERE:
        return found._replace(registry=RegistryUsed.ELSEWHERE)
    if found.where is Where.UNKNOWN:
        return found
    if not has_instances:
        return found._replace(registry=RegistryUsed.HOST)
    if found.process is None and not found.is_rootless:
        return found._replace(registry=RegistryUsed.HOST)
    from qemudoctor.facts.processes import entries_seen_by, own_mount, shares_user_namespace

    shared = None if found.process is None else shares_user_namespace(host, found.process)
    if shared or (shared is None and not found.is_rootless):
        return found._replace(registry=RegistryUsed.HOST)
    line = None if found.process is None else own_mount(host, found.process)
    if line is None or found.process is None:
        return found._replace(registry=RegistryUsed.NEAREST)
    evidence = (*found.evidence, (f"/proc/{found.process}/mountinfo", line))
    entries = entries_seen_by(host, found.process)
    return found._replace(registry=RegistryUsed.OWN, evidence=evidence, own_entries=entries)


def variable(host: Host, name: str) -> str:
    """Return an environment variable of whoever looks, "" if it is not set or not known."""
    try:
        return host.environment(name) or ""
    except (NotThere, CouldNotLook):
        return ""


def there(host: Host, path: str) -> bool:
    """Return whether something is known to lie at a path."""
    try:
        return host.exists(path)
    except CouldNotLook:
        return False


def installed(host: Host, program: str) -> bool:
    """Return whether a program is known to be installed."""
    try:
        return host.which(program) is not None
    except (NotThere, CouldNotLook):
        return False


def text_of(host: Host, path: str, *, limit: int = 1 << 16) -> str | None:
    """Return the text of a file, None if it could not be read."""
    try:
        return host.read(path, limit=limit).decode("utf-8", "replace")
    except (NotThere, CouldNotLook):
        return None


def home(host: Host) -> str | None:
    """Return the home directory of whoever looks, None if nothing tells it."""
    told = variable(host, "HOME")
    if told.startswith("/"):
        return told.rstrip("/")
    try:
        return "/root" if not told and host.euid() == 0 else None
    except CouldNotLook:
        return None


def client_folder(host: Host) -> str | None:
    """Return the folder of the Docker client's configuration."""
    told = variable(host, "DOCKER_CONFIG")
    if told.startswith("/"):
        return told.rstrip("/")
    own = home(host)
    return None if own is None else f"{own}/.docker"


def runtime_folders(host: Host) -> tuple[str, ...]:
    """Return the folders in which a user's own engines keep their sockets."""
    told = variable(host, "XDG_RUNTIME_DIR")
    if told.startswith("/"):
        return (told.rstrip("/"),)
    try:
        uid = host.euid()
    except CouldNotLook:
        return ()
    return (f"/run/user/{uid}",) if uid else ()


def capped(text: object) -> str | None:
    """Return a text of an answer or a file, cut to what reports show; None if it is none."""
    if not isinstance(text, str) or not text:
        return None
    return text if len(text) <= TEXT_LIMIT else text[:TEXT_LIMIT] + "…"
