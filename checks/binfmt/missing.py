"""Platforms that nobody runs: no entry is for them."""

from collections.abc import Iterator

from qemudoctor.check import Check, Evidence, Facts, Finding, Severity
from qemudoctor.checks.diagnosis import Fault, each_fault, is_mismatched
from qemudoctor.checks.subjects import BINFMT_D, BINFMT_MISC, platform_of, severity_of
from qemudoctor.facts import MOUNT_POINT, RegistryFacts, covered_architectures
from qemudoctor.kernel.features import Feature
from qemudoctor.platforms import Platform, parse_platform

_SHOWN = 8
_EXAMPLES = ("linux/arm64", "linux/amd64")

EXPLANATION = """\
A processor runs programs of its own architecture only. When the kernel is asked to execute a
program for another one, it first asks binfmt_misc, a list of entries that say "files that begin
with these bytes are started by that interpreter". If no entry matches, the kernel tries to load
the program itself, finds a foreign processor number in its header, and execve() returns ENOEXEC.
Everybody prints that as "exec format error", Docker for example as

    standard_init_linux.go:211: exec user process caused "exec format error"
    exec /bin/sh: exec format error

Entries are not part of the kernel: somebody has to register them after each boot. That is done by
a distribution's package through /usr/lib/binfmt.d and systemd-binfmt, by a container such as
tonistiigi/binfmt or multiarch/qemu-user-static, or by hand. Entries that a container registered
are gone after a reboot. A restart of systemd-binfmt removes every entry that is not in binfmt.d.

If the installer ran without an error and there is no entry all the same, there are two usual
reasons. On kernels before 4.8 the registration with the flag F is refused with "Invalid argument"
(QD101). On kernels from 6.7 on, and several updated older ones, all entries vanish with the last
mount of binfmt_misc, so that an installer that mounts it in its own container takes its work with
it when it ends (QD203).

An entry for a near relation does not help: that for 64-bit ARM (linux/arm64) takes no 32-bit
programs (linux/arm/v7), and that for a little-endian processor none for a big-endian one (mipsel
and mips, ppc64le and ppc64). Each has an emulator and an entry of its own.

It is harmless if you never meant to run programs of that platform here. Sometimes emulation is
not the answer at all: an image for this machine's own architecture may exist, and somebody only
asked for the wrong platform.

To see it for yourself: ls /proc/sys/fs/binfmt_misc
"""


def find_platforms_without_entry(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each required platform without an entry; or one, if nothing at all is emulated."""
    registry = facts.registry
    # An entry that is meant for a platform and misses it is another check's.
    meant = any(is_mismatched(entry) for entry in registry.entries)
    if not facts.question.require and not registry.damaged and not facts.judged and not meant:
        yield _nothing(facts, registry)
    for found in each_fault(facts, Fault.NOT_REGISTERED):
        # A program that ran did so by an entry, or a loader, that is not among what was read: QD501 says so.
        if facts.observed(found.platform).contained.outcome != "ok":
            yield _missing(facts, found.platform)


def _missing(facts: Facts, platform: Platform) -> Finding:
    from qemudoctor.remedies.cures import cures

    return Finding(
        subject=platform.name,
        platform=platform.name,
        message=f"{platform.name}: no entry of binfmt_misc matches its programs and this kernel does not run them"
        f' itself, so they end in "exec format error"{_like(facts, platform)}',
        severity=severity_of(facts, platform),
        evidence=(_listing(facts, facts.registry), *_own_registry(facts), *_configured(facts, platform)),
        remedies=cures(facts, platform),
    )


def _like(facts: Facts, platform: Platform) -> str:
    """Return what an entry that could be taken for the right one is for: another word size or byte order."""
    own = platform.architecture
    for entry in facts.registry.entries:
        for other in covered_architectures(entry) if entry.enabled else ():
            if other.e_machine != own.e_machine and other.family != own.family:
                continue
            if other.order != own.order:
                kind, these = f"{other.order}-endian ", f", and these are {own.order}-endian ones"
            elif other.bits != own.bits:
                kind, these = f"{other.bits}-bit ", f", and these are {own.bits}-bit ones"
            else:
                kind, these = "", ""
            return f"; the entry {entry.name} is for the {kind}programs of {platform_of(facts, other).name}{these}"
    return ""


def _own_registry(facts: Facts) -> tuple[Evidence, ...]:
    """Return that the registry may be one of a user namespace's own, beside which the host's entries do not count."""
    sandbox = facts.sandbox
    if sandbox is None or sandbox.kind != "user-namespace" or facts.question.is_hypothetical:
        return ()
    if not facts.kernel.supports(Feature.USERNS_INSTANCE):
        return ()
    text = "a user namespace: once binfmt_misc was mounted in it, the entries of the host are not used any more"
    return (Evidence(sandbox.source, text),)


def _configured(facts: Facts, platform: Platform) -> tuple[Evidence, ...]:
    """Return the line of binfmt.d that is meant for a platform, and is not in effect now."""
    from qemudoctor.remedies.boot import line_for

    line = line_for(facts, platform.architecture)
    return () if line is None else (Evidence(line.path, f"would register {line.name}, which is not registered now"),)


def _nothing(facts: Facts, registry: RegistryFacts) -> Finding:
    from qemudoctor.remedies.cures import cures

    examples = (parse_platform(name) for name in _EXAMPLES)
    example = next(platform for platform in examples if not facts.is_native(platform))
    return Finding(
        subject="binfmt_misc",
        message="binfmt_misc: no entry is for an architecture that this machine does not run itself, so no platform is"
        ' emulated at all and foreign programs end in "exec format error"',
        evidence=(_listing(facts, registry),),
        remedies=cures(facts, example),
    )


def _listing(facts: Facts, registry: RegistryFacts) -> Evidence:
    names = [entry.name for entry in registry.entries] + [entry.name for entry in registry.damaged]
    source = MOUNT_POINT if facts.question.registry is None else "--registry"
    text = f"entries: {_first(names)}" if names else "no entries"
    if facts.question.kernel is not None:
        source += f", as Linux {facts.kernel.text} would take it"
    refused = [line.name or line.source for line in registry.refused]
    return Evidence(source, f"{text}; refused: {_first(refused)}" if refused else text)


def _first(names: list[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} others" if len(names) > _SHOWN else "")


CHECKS = (
    Check(
        id="QD206",
        slug="binfmt-not-registered",
        title="No entry is for a platform",
        severity=Severity.ERROR,
        cause="binfmt-not-registered",
        family="binfmt",
        run=find_platforms_without_entry,
        explanation=EXPLANATION,
        references=(
            BINFMT_MISC,
            BINFMT_D,
            "https://github.com/moby/buildkit/issues/1513",
            "https://github.com/tonistiigi/binfmt/issues/85",
        ),
    ),
)
