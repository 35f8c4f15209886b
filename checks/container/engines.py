"""Engines that run on another kernel, and engines that cannot be used."""

from collections.abc import Iterator

from qemudoctor.check import Check, Facts, Finding, Severity
from qemudoctor.checks.subjects import engine_evidence
from qemudoctor.facts import Unavailable
from qemudoctor.facts.engines import Engine, EngineState, Role, Where

_NOT_TOLD = (EngineState.FORBIDDEN, EngineState.SILENT, EngineState.UNKNOWN)
"""An engine in such a state may be anything, as far as can be seen from here."""
_CONTEXTS = "https://docs.docker.com/engine/manage-resources/contexts/"
_DAEMON = "https://docs.docker.com/engine/daemon/"
_SOCKET_UNITS = "https://www.freedesktop.org/software/systemd/man/latest/systemd.socket.html"

ELSEWHERE = """\
Whether a program for another architecture runs is decided by the kernel that executes it, and by
the entries of binfmt_misc in that kernel. A client such as docker can send its containers to an
engine on another machine: over ssh or TCP, through a context, through DOCKER_HOST, or to a
builder in a Kubernetes cluster. Docker Desktop, Colima, Lima, Rancher Desktop, OrbStack and
podman machine keep the engine in a virtual machine, which has a kernel of its own as well.

Then all that is said here of entries and platforms is true of this host, and not of the containers
that the client starts. What is registered here does not help them, and what is missing here does
not harm them.

qemu-doctor tells such an engine by its address, by its socket's place, or by the kernel release
that it names. It never contacts another machine; the commands that are printed do.

It is harmless if programs are meant to run on this host, by chroot, by another engine, or by hand.

To see it for yourself: docker context ls; docker info --format '{{.KernelVersion}}'; uname -r
"""

UNUSABLE = """\
The engine that the client would use gives no answer. Either nothing is there (a socket that
DOCKER_HOST or a context names and that does not exist), or a socket was left behind and nobody
listens at it any more, or the engine's process was stopped or hangs. Nothing can then be run or
built with it, for any architecture.

qemu-doctor waits a fraction of a second, so an engine on a machine that is very busy is reported
like one that hangs: as information only. A process that is stopped is known for certain.

An engine that systemd starts at its first use is not meant: it is not woken to be looked at. It is
also harmless if another engine is used.

To see it for yourself: docker version; ls -l /var/run/docker.sock
"""


def find_elsewhere(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each engine whose containers do not run on this kernel, or perhaps do not.

    Raises: Unavailable at the end if one could not be asked.
    """
    for engine in facts.containers.engines:
        if engine.role is Role.NODE:
            continue
        unsure = engine.where is Where.UNKNOWN and engine.is_chosen and engine.state is EngineState.NOT_ASKED
        if engine.where is not Where.ELSEWHERE and not unsure:
            continue
        from qemudoctor.remedies.engines import look_there

        what = "containers" if engine.role is Role.ENGINE else "builds"
        verb = "may run" if unsure else "run"
        yield Finding(
            subject=engine.name,
            message=f"{engine.name}: its {what} {verb} {_place(engine)}, so what is said here of this host"
            f" {'need not be' if unsure else 'is not'} true of them",
            severity=Severity.INFO if unsure else None,
            evidence=engine_evidence(engine),
            remedies=tuple(look_there(facts, engine)),
        )
    for engine in facts.containers.engines:
        if engine.where is Where.UNKNOWN and engine.state in _NOT_TOLD and engine.reason is not None:
            raise Unavailable(f"{engine.name}: {engine.reason}")


def _place(engine: Engine) -> str:
    kernel = f" under Linux {engine.kernel}" if engine.kernel else ""
    if engine.role is Role.BUILDER and engine.product:
        return f"on another machine (driver {engine.product})"
    if engine.product is not None:
        return f"in the virtual machine of {engine.product}{kernel}"
    return f"on another kernel{kernel}" if kernel else "on another machine"


def find_unusable(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each engine that its client could not use now.

    Raises: Unavailable at the end if one could not be asked.
    """
    for engine in facts.containers.engines:
        severity = _severity(engine)
        if severity is None:
            continue
        from qemudoctor.remedies.engines import wake

        yield Finding(
            subject=engine.name,
            message=f"{engine.name}: {_fault(engine)}",
            severity=severity,
            evidence=engine_evidence(engine),
            remedies=tuple(wake(facts, engine)),
        )
    for engine in facts.containers.engines:
        if engine.state is EngineState.UNKNOWN and engine.reason is not None:
            raise Unavailable(f"{engine.name}: {engine.reason}")


def _severity(engine: Engine) -> Severity | None:
    match engine.state:
        case EngineState.SUSPENDED:
            return Severity.WARNING
        case EngineState.SILENT | EngineState.DOWN:
            certain = engine.state is EngineState.DOWN and engine.is_chosen
            return Severity.WARNING if certain else Severity.INFO
        case EngineState.ABSENT | EngineState.FORBIDDEN:
            return Severity.WARNING if engine.is_chosen else None
        case _:
            return None


def _fault(engine: Engine) -> str:
    chosen = f", which {engine.source} names" if engine.source else ""
    return f"the client cannot use {engine.endpoint or 'its context'}{chosen}: {engine.reason or engine.state.value}"


CHECKS = (
    Check(
        id="QD403",
        slug="engine-elsewhere",
        title="The engine runs its containers on another kernel",
        severity=Severity.WARNING,
        family="container",
        run=find_elsewhere,
        explanation=ELSEWHERE,
        references=(_CONTEXTS, "https://docs.docker.com/build/builders/drivers/"),
    ),
    Check(
        id="QD404",
        slug="engine-not-usable",
        title="The engine that the client would use gives no answer",
        severity=Severity.WARNING,
        family="container",
        run=find_unusable,
        explanation=UNUSABLE,
        references=(_DAEMON, _SOCKET_UNITS),
    ),
)
