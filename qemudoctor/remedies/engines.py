"""What to do about an engine: look at the machine on which it runs, wake it, or point the client at another one."""

from collections.abc import Iterator
from shlex import quote

from qemudoctor.facts import Facts, Unavailable
from qemudoctor.facts.endpoints import split
from qemudoctor.facts.engines import DEFAULT_SOCKET, Engine, EngineState, Role
from qemudoctor.platforms import PLATFORMS, Platform
from qemudoctor.remedies.remedy import Remedy
from qemudoctor.remedies.shell import as_root

_SHOW = "uname -r; head -n 4 /proc/sys/fs/binfmt_misc/*"
_SHELLS = {
    "Colima": "colima ssh -- sh -c",
    "Lima": "limactl shell default sh -c",
    "Rancher Desktop": "rdctl shell sh -c",
    "podman machine": "podman machine ssh",
}
"""How a command is run in the virtual machine of a product."""
_CANDIDATES = ("linux/arm64", "linux/amd64")


def look_there(facts: Facts, engine: Engine) -> Iterator[Remedy]:
    """Yield how to learn of the machine on which an engine runs what this examination says of this one."""
    platforms = _platforms(facts, engine)
    scheme, rest = split(engine.endpoint or "")
    if scheme == "ssh" and _is_plain(rest):
        yield _look(
            "examine-there",
            "Examine the machine on which the engine runs",
            f"ssh {quote(_destination(rest))} qemu-doctor --require {','.join(x.name for x in platforms)}",
            note="qemu-doctor has to be installed there",
        )
    client = engine.name if engine.name in ("docker", "podman") else None
    shell = _SHELLS.get(engine.product or "")
    if shell is None and client is not None and engine.product is not None:
        shell = f"{client} run --rm --privileged --pid=host alpine nsenter -t 1 -m -- sh -c"
    if shell is not None:
        yield _look("registry-there", "Show the entries of that kernel", f"{shell} {quote(_SHOW)}")
    if client is not None:
        yield _look(
            "try-there",
            "Run a program of each platform there",
            *(f"{client} run --rm --platform {x.name} alpine uname -m" for x in platforms),
            note="Downloads the image alpine. What is printed is the name of the other architecture if emulation works",
        )
    elif engine.role is Role.BUILDER:
        names = ",".join(x.name for x in platforms)
        yield _look(
            "platforms-there",
            "Ask the builder for which platforms it can run programs",
            "docker buildx inspect --bootstrap",
            note=f"Its line Platforms: has to name {names}. A platform with * was only configured, not tried",
        )


def _look(name: str, title: str, *commands: str, note: str | None = None) -> Remedy:
    return Remedy(name, title, commands, root=False, persistent=None, note=note)


def _destination(rest: str) -> str:
    """Return what ssh takes of an address: an URL where a port or a path belongs to it."""
    return f"ssh://{rest}" if ":" in rest.rpartition("@")[2] else rest.partition("/")[0]


def _is_plain(text: str) -> bool:
    """Return whether an address holds nothing that a command should not show."""
    return bool(text) and text.isascii() and text.isprintable() and not text.startswith("-") and " " not in text


def _platforms(facts: Facts, engine: Engine) -> tuple[Platform, ...]:
    """Return the platforms to try out there: those in question, else one that is foreign to the engine."""
    try:
        wanted = facts.question.require or facts.judged
    except Unavailable:
        wanted = facts.question.require
    if wanted:
        return wanted[:8]
    return tuple(x for x in (PLATFORMS[name] for name in _CANDIDATES) if not _is_native_to(engine, x))[:1]


def _is_native_to(engine: Engine, platform: Platform) -> bool:
    """Return whether an engine's machine is of a platform's architecture, which engines name as OCI or uname does."""
    return engine.architecture in (*platform.architecture.uname, platform.name.partition("/")[2])


def wake(facts: Facts, engine: Engine) -> Iterator[Remedy]:
    """Yield how an engine that does not answer can be used again."""
    if engine.state is EngineState.SUSPENDED and engine.process is not None:
        command = f"kill -CONT {engine.process}"
        yield Remedy(
            "continue-engine",
            "Let the engine go on",
            (command if engine.is_rootless else as_root(facts, command),),
            root=not engine.is_rootless,
            persistent=False,
        )
        return
    if engine.state is EngineState.FORBIDDEN:
        return  # whoever may not use it has to ask whoever runs it
    if engine.source == "DOCKER_HOST":
        yield _point("unset DOCKER_HOST", note="Where the variable is set for every shell, remove it there")
    elif engine.context is not None and engine.state is EngineState.ABSENT:
        command = "unset DOCKER_CONTEXT" if engine.source == "DOCKER_CONTEXT" else "docker context use default"
        yield _point(command)
    if _has_systemd(facts) and engine.endpoint in (None, f"unix://{DEFAULT_SOCKET}") and not engine.is_rootless:
        yield Remedy(
            "start-engine", "Start Docker", (as_root(facts, "systemctl start docker"),), root=True, persistent=False
        )


def _point(command: str, *, note: str | None = None) -> Remedy:
    return Remedy("default-endpoint", "Use the engine of this host", (command,), False, None, note=note)


def renew(facts: Facts, engine: Engine) -> Iterator[Remedy]:
    """Yield how an engine gets a new user namespace, in which the host's registry decides again."""
    if engine.name in ("podman", "buildah"):
        command, root = "podman system migrate", False
    elif engine.name == "docker" and _has_systemd(facts):
        root = not engine.is_rootless
        command = as_root(facts, "systemctl restart docker") if root else "systemctl --user restart docker"
    else:
        return
    yield Remedy(
        "renew-namespace",
        "Restart the engine: its new user namespace uses the host's registry",
        (command,),
        root=root,
        persistent=True,
        risk="its running containers end",
        note="Until somebody mounts binfmt_misc in one of its containers again",
    )


def _has_systemd(facts: Facts) -> bool:
    try:
        return facts.has_systemd
    except Unavailable:
        return False
