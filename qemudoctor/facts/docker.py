"""Docker, by the interface of its daemon: /_ping, /info and, where that is denied, /version."""

from collections.abc import Iterator
from typing import NamedTuple

from qemudoctor.facts.endpoints import ConfigError, Endpoint, parse_object, read_endpoint, split
from qemudoctor.facts.engines import (
    DEFAULT_SOCKET,
    Engine,
    EngineState,
    RegistryUsed,
    Role,
    Where,
    capped,
    runtime_folders,
    settle,
    there,
)
from qemudoctor.facts.persistent import SYSTEMD
from qemudoctor.facts.processes import (
    Process,
    from_pidfile,
    may_be_activated,
    read_process,
    search,
    shares_mount_namespace,
)
from qemudoctor.host.door import CouldNotLook, Forbidden, Host, HttpAnswer, NoAnswer, NotThere
from qemudoctor.kernel.tree import NodeKind

_PING_S, _INFO_S, _VERSION_S = 0.04, 0.09, 0.02
"""All that an engine may cost together: 0.15 s."""
_DAEMON = "dockerd"
_REFUSED = 111
"""ECONNREFUSED."""
_LOCAL_NAMES = ("localhost", "127.", "[::1]", "0.0.0.0", ":")
_SERVICE_NAMES = ("docker:", "dind:")


ASKED = (
    *("KernelVersion", "OperatingSystem", "OSType", "Os", "Architecture", "Arch", "SecurityOptions", "Driver"),
    *("ServerVersion", "Version", "Platform"),
)
"""The members of an answer that are made use of; the rest may hold proxies, labels and names."""
HEADERS = ("libpod-api-version", "server")
"""The same of its headers."""


class _Told(NamedTuple):
    """What a daemon says of itself."""

    members: dict[str, object]
    reason: str | None = None

    def text(self, *names: str) -> str | None:
        return next((x for x in (capped(self.members.get(name)) for name in names) if x is not None), None)

    def options(self) -> tuple[str, ...]:
        """Return the names of the security options. Format: ["name=seccomp,profile=default", "name=rootless"]."""
        found = self.members.get("SecurityOptions")
        texts = [x for x in found if isinstance(x, str)] if isinstance(found, list) else []
        names = [x.removeprefix("name=").partition(",")[0][:40] for x in texts[:50]]
        return tuple(x for x in dict.fromkeys(names) if x)


def read_docker(host: Host, *, release: str | None, has_instances: bool) -> Iterator[Engine]:
    """Yield the engine that the client would use, one of the user's own beside it, and the builder of buildx."""
    endpoint = read_endpoint(host)
    first = settle(host, _read(host, endpoint, release), has_instances=has_instances)
    yield first
    for folder in runtime_folders(host):
        other = f"{folder}/docker.sock"
        if other != endpoint.socket and there(host, other):
            yield settle(host, _unasked(host, other), has_instances=has_instances)
    from qemudoctor.facts.builders import read_builders

    yield from read_builders(host, first)


def _read(host: Host, endpoint: Endpoint, release: str | None) -> Engine:
    found = Engine(
        "docker",
        Role.ENGINE,
        EngineState.UNKNOWN,
        Where.UNKNOWN,
        RegistryUsed.UNKNOWN,
        endpoint=endpoint.address,
        source=endpoint.source,
        context=endpoint.context,
        reason=endpoint.problem,
        evidence=endpoint.evidence,
        product=endpoint.product or endpoint.context_product,
    )
    if endpoint.address is None:
        return found._replace(state=EngineState.ABSENT)
    if endpoint.socket is None:
        return _remote(found)
    found = _ask(host, found, endpoint.socket, release)
    if endpoint.product is not None and found.where is Where.UNKNOWN:
        return found._replace(where=Where.ELSEWHERE, evidence=(*found.evidence, ("endpoint", endpoint.address)))
    return found


def _remote(found: Engine) -> Engine:
    """Return an engine that is reached over a network: it is never contacted."""
    scheme, rest = split(found.endpoint or "")
    if scheme not in ("tcp", "http", "https", "ssh"):
        return found._replace(state=EngineState.ABSENT, reason=f"no address for Linux: {found.endpoint}")
    name = rest.rpartition("@")[2]
    near = name.startswith((*_LOCAL_NAMES, *_SERVICE_NAMES))
    where = Where.UNKNOWN if near else Where.ELSEWHERE
    return found._replace(state=EngineState.NOT_ASKED, where=where, reason="only sockets of this machine are asked")


def _ask(host: Host, found: Engine, socket: str, release: str | None) -> Engine:
    try:
        if host.stat(socket).kind is not NodeKind.SOCKET:
            return found._replace(state=EngineState.ABSENT, reason=f"{socket}: is no socket")
    except NotThere:
        return found._replace(state=EngineState.ABSENT, reason=f"there is no {socket}")
    except Forbidden as error:
        return found._replace(state=EngineState.FORBIDDEN, reason=f"{socket}: {error.reason}")
    except CouldNotLook as error:
        return found._replace(reason=f"{socket}: {error.reason}")
    process = from_pidfile(host, pidfile(socket), _DAEMON)
    if process is None and may_be_activated(host, socket, systemd=SYSTEMD):
        process = _system_daemon(host)
        if process is None:
            return found._replace(
                state=EngineState.IDLE,
                where=Where.HERE if found.product is None else Where.UNKNOWN,
                reason=f"no {_DAEMON} runs; systemd listens at {socket} and starts it at its first use,"
                " so it was not connected to",
            )
    if process is not None and process.is_stopped:
        return _suspended(found, process)
    return _talk(host, found, socket, process, release)


def _system_daemon(host: Host) -> Process | None:
    """Return the daemon that may be the one of the default socket, wherever it notes its process."""
    return search(host, _DAEMON, fits=lambda process: _may_be_systems(host, process.number))


def _may_be_systems(host: Host, number: int) -> bool:
    """Return whether a daemon may be the system's: not another user's, and not one inside a container."""
    if shares_mount_namespace(host, number) is False:
        return False
    try:
        return host.stat(f"/proc/{number}").uid == 0
    except (NotThere, CouldNotLook):
        return False


def pidfile(socket: str) -> str:
    """Return where the daemon behind a socket notes its process by default."""
    return (
        "/run/docker.pid" if socket in (DEFAULT_SOCKET, "/run/docker.sock") else f"{socket.removesuffix('.sock')}.pid"
    )


def _suspended(found: Engine, process: Process) -> Engine:
    return found._replace(
        state=EngineState.SUSPENDED,
        where=Where.HERE,
        process=process.number,
        reason=f"its process {process.number} is stopped",
        evidence=(*found.evidence, (f"/proc/{process.number}/stat", f"{process.name}: state {process.state}")),
    )


def _talk(host: Host, found: Engine, socket: str, process: Process | None, release: str | None) -> Engine:
    try:
        ping = host.http_get(socket, "/_ping", timeout_s=_PING_S)
    except NoAnswer as error:
        process = process or _peer(host, error.peer)
        if process is not None and process.is_stopped:
            return _suspended(found, process)
        here = Where.HERE if process is not None else Where.UNKNOWN
        number = None if process is None else process.number
        return found._replace(state=EngineState.SILENT, where=here, process=number, reason=f"{socket}: {error.reason}")
    except NotThere as error:
        return found._replace(state=EngineState.ABSENT, reason=f"{socket}: {error.reason}")
    except Forbidden as error:
        where, evidence = _where(None, None, process)
        return found._replace(
            state=EngineState.FORBIDDEN,
            where=where,
            process=None if process is None else process.number,
            reason=f"{socket}: {error.reason}",
            evidence=(*found.evidence, *evidence),
        )
    except CouldNotLook as error:
        state = EngineState.DOWN if error.errno == _REFUSED else EngineState.UNKNOWN
        return found._replace(state=state, reason=f"{socket}: {error.reason}")
    if ping.status != 200:
        reason = f"{socket}: GET /_ping is answered with status {ping.status}"
        return found._replace(state=EngineState.SILENT, reason=reason)
    process = process or _peer(host, ping.peer)
    return _described(found, ping, _tell(host, socket), process, release)


def _peer(host: Host, number: int | None) -> Process | None:
    return None if number is None else read_process(host, number, _DAEMON)


def _tell(host: Host, socket: str) -> _Told:
    reason = None
    for target, timeout_s in (("/info", _INFO_S), ("/version", _VERSION_S)):
        try:
            answer = host.http_get(socket, target, timeout_s=timeout_s)
        except NoAnswer as error:
            return _Told({}, reason or f"GET {target}: {error.reason}")
        except (NotThere, CouldNotLook) as error:
            return _Told({}, reason or f"{socket}: {error.reason}")
        if answer.status == 200:
            try:
                return _Told(parse_object(answer.body), reason)
            except ConfigError as error:
                return _Told({}, f"what GET {target} answers {error}")
        # A proxy in front of the socket, or an authorization plug-in.
        reason = reason or f"GET {target} is answered with status {answer.status}"
    return _Told({}, reason)


def _described(found: Engine, ping: HttpAnswer, told: _Told, process: Process | None, release: str | None) -> Engine:
    kernel = told.text("KernelVersion")
    where, evidence = _where(kernel, release, process)
    server = ping.headers.get(HEADERS[1], "")
    is_podman = HEADERS[0] in ping.headers
    return found._replace(
        name="podman" if is_podman else found.name,
        state=EngineState.RUNNING,
        where=where,
        reason=told.reason,
        evidence=(*found.evidence, *evidence),
        product=found.product or _product(told),
        version=told.text("ServerVersion", "Version") or capped(server.partition("/")[2].partition(" ")[0]),
        kernel=kernel,
        architecture=told.text("Architecture", "Arch"),
        system=told.text("OperatingSystem", "OSType", "Os"),
        storage=told.text("Driver"),
        options=told.options(),
        process=None if process is None else process.number,
    )


def _product(told: _Told) -> str | None:
    platform = told.members.get("Platform")
    name = capped(platform.get("Name")) if isinstance(platform, dict) else None
    texts = (told.text("OperatingSystem") or "", name or "")
    return "Docker Desktop" if any(x.startswith("Docker Desktop") for x in texts) else None


def _where(
    kernel: str | None, release: str | None, process: Process | None
) -> tuple[Where, tuple[tuple[str, str], ...]]:
    if kernel is not None and release is not None:
        where = Where.HERE if kernel == release else Where.ELSEWHERE
        return where, (("GET /info", f'"KernelVersion": "{kernel}"'), ("uname -r", release))
    if process is not None:
        return Where.HERE, ((f"/proc/{process.number}/stat", f"{process.name} runs on this kernel"),)
    return Where.UNKNOWN, ()


def _unasked(host: Host, socket: str) -> Engine:
    """Return a user's own engine that the client would not use: only whether it runs is of interest."""
    process = from_pidfile(host, pidfile(socket), _DAEMON)
    return Engine(
        "docker",
        Role.ENGINE,
        EngineState.NOT_ASKED if process is None else EngineState.RUNNING,
        Where.UNKNOWN if process is None else Where.HERE,
        RegistryUsed.UNKNOWN,
        endpoint=f"unix://{socket}",
        reason="the client would not use it unless DOCKER_HOST or a context names it",
        options=("rootless",),
        process=None if process is None else process.number,
    )
