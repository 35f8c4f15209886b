"""Engines in a user namespace: registries of their own, and registrations that do not reach the host."""

from collections.abc import Iterator

from qemudoctor.check import Check, Facts, Finding, Severity
from qemudoctor.checks.subjects import (
    BINFMT_MISC,
    BINFMT_MISC_SOURCE,
    engine_evidence,
    listed,
    one_per_architecture,
)
from qemudoctor.facts import Unavailable
from qemudoctor.facts.engines import Engine, RegistryUsed, Role, Where
from qemudoctor.facts.surroundings import SYSTEM_CONTAINERS
from qemudoctor.kernel.features import Feature
from qemudoctor.platforms import Platform

_ROOTLESS = "https://docs.docker.com/engine/security/rootless/"

OWN = """\
Up to Linux 6.6 there is one registry of binfmt_misc for the whole machine. From 6.7 on, each user
namespace can have one of its own. It begins to exist when somebody mounts binfmt_misc inside the
namespace, is empty at first, and from then on it alone decides over programs in that namespace and
below: the entries of the host are not used any more, even after the file system is unmounted.

A rootless engine lives in a user namespace. An installer image that is run by it with --privileged
mounts binfmt_misc there. Its entries end with its last mount, and the engine is left with an empty
registry: programs for other architectures end in "exec format error" in its containers, while they
work on the host and in the containers of other engines.

It is harmless if the registry of the namespace holds an entry for each platform that is needed, as
some sandboxes (sysbox) provide on purpose.

To see it for yourself: grep binfmt_misc /proc/PID/mountinfo, with the number of the engine's
process, and compare the third field with that of /proc/self/mountinfo.
"""

CANNOT_REGISTER = """\
A platform does not work yet, and the engine is rootless: it runs in a user namespace, without
root's rights over the host. An image that registers emulators (tonistiigi/binfmt,
multiarch/qemu-user-static) cannot help when it is run by such an engine, even with --privileged.

On kernels before 6.7, it may not mount binfmt_misc: "operation not permitted". On newer kernels it
may, but what it mounts is a registry of the engine's own namespace. The host gets no entry, and
the containers of this engine lose those that the host has.

Register on the host, as root, once; rootless engines use the host's entries without any ado.

It is harmless if nobody runs an installer with this engine. It is information, no fault of the
engine.

To see it for yourself: docker info --format '{{.SecurityOptions}}', which then names rootless.
"""

SYSTEM_CONTAINER = """\
This is a container that runs a whole system (LXC, Incus, LXD, systemd-nspawn, OpenVZ). It has no
kernel of its own: programs for other architectures are run by the entries of the host around it,
and a program that does not run here needs an entry there.

From inside, the registry normally cannot be read, since it is not mounted, and not be written: the
host's security rules forbid it. On Linux 6.7 and newer, a container with a user namespace may
mount a registry of its own, which hides the host's entries from it for good.

So register on the host around the container. What has the flag F works in all its containers.

It is harmless if no program for another architecture is meant to run in this container.

To see it for yourself: systemd-detect-virt --container; grep binfmt_misc /proc/self/mountinfo
"""


def find_own_registry(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each engine whose own registry lacks an entry that the host has, or may lack it."""
    for engine in facts.containers.engines:
        if engine.registry is not RegistryUsed.OWN:
            continue
        lacking = _lacking(facts, engine)
        if not lacking and engine.own_entries is not None:
            continue
        from qemudoctor.remedies.engines import renew

        names = listed([x.name for x in lacking])
        holds = f"holds no entry for {names}" if names else "cannot be read"
        required = any(x in facts.question.require for x in lacking)
        yield Finding(
            subject=engine.name,
            message=f"{engine.name}: its user namespace has a registry of its own, which {holds}, so the entries of"
            " this host do not help in its containers",
            severity=Severity.ERROR if required else None,
            evidence=engine_evidence(engine),
            remedies=tuple(renew(facts, engine)),
        )


def _lacking(facts: Facts, engine: Engine) -> list[Platform]:
    """Return the platforms that work on this host, and that no enabled entry of the engine's registry is for."""
    entries = [x for x in engine.own_entries or () if x.enabled]
    lacking = []
    for platform in one_per_architecture(facts):
        sample = platform.architecture.sample()
        try:
            works = facts.containers.runs(platform) and not facts.is_native(platform)
        except Unavailable:
            continue
        if works and engine.own_entries is not None and not any(x.matches(sample, "") for x in entries):
            lacking.append(platform)
    return lacking


def find_cannot_register(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each rootless engine on a host on which an entry has to be registered yet."""
    engines = [x for x in facts.containers.engines if x.is_rootless and x.where is Where.HERE and x.role is Role.ENGINE]
    if not engines:
        return
    missing = [x.name for x in one_per_architecture(facts) if facts.containers.runs(x) is False]
    if not missing:
        return
    own = facts.kernel.supports(Feature.USERNS_INSTANCE)
    effect = "would only cut its own containers off from the host's entries" if own else "is not permitted to register"
    for engine in engines:
        yield Finding(
            subject=engine.name,
            message=f"{engine.name}: is rootless, so an image that registers an emulator for {listed(missing)}"
            f" {effect} if this engine runs it",
            evidence=engine_evidence(engine),
        )


def find_system_container(facts: Facts) -> Iterator[Finding]:
    """Yield a finding if programs fail in a system container, where no entry can be registered."""
    sandbox = facts.sandbox
    if sandbox is None or sandbox.kind not in SYSTEM_CONTAINERS:
        return
    missing = [x for x in one_per_architecture(facts) if facts.containers.runs(x) is False]
    if not missing:
        return
    from qemudoctor.check import Evidence

    yield Finding(
        subject=sandbox.kind,
        message=f"{sandbox.kind}: this container uses the registry of the host around it, so an entry for"
        f" {listed([x.name for x in missing])} has to be registered there, not here",
        severity=Severity.WARNING if any(x in facts.question.require for x in missing) else None,
        evidence=(Evidence(sandbox.source, sandbox.evidence),),
    )


CHECKS = (
    Check(
        id="QD405",
        slug="engine-own-registry",
        title="The engine's user namespace has a registry of its own",
        severity=Severity.WARNING,
        cause="binfmt-not-registered",
        family="container",
        run=find_own_registry,
        explanation=OWN,
        references=(BINFMT_MISC_SOURCE, _ROOTLESS, "https://github.com/nestybox/sysbox/issues/592"),
    ),
    Check(
        id="QD406",
        slug="rootless-cannot-register",
        title="A rootless engine cannot register emulators for the host",
        severity=Severity.INFO,
        family="container",
        run=find_cannot_register,
        explanation=CANNOT_REGISTER,
        references=(_ROOTLESS, BINFMT_MISC, "https://github.com/docker/setup-qemu-action/issues/67"),
    ),
    Check(
        id="QD407",
        slug="container-cannot-register",
        title="Entries for this container belong to the host around it",
        severity=Severity.INFO,
        family="container",
        run=find_system_container,
        explanation=SYSTEM_CONTAINER,
        references=(BINFMT_MISC, "https://github.com/lxc/incus/issues/212", "https://github.com/lxc/lxc/issues/4520"),
    ),
)
