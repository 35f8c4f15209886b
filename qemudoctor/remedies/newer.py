"""A newer emulator in place of the one that an entry runs: by registering again, from a package, from an image."""

from collections.abc import Iterator

from qemudoctor.facts import Emulator, Facts, Unavailable, is_of_another_emulator
from qemudoctor.kernel.entry import Entry
from qemudoctor.kernel.features import Feature
from qemudoctor.known_bad_qemu import Version, parse_version
from qemudoctor.platforms import Architecture, Platform
from qemudoctor.remedies.emulators import emulator_name, is_self_contained, is_sibling
from qemudoctor.remedies.installers import installers
from qemudoctor.remedies.package import registers_nothing
from qemudoctor.remedies.proof import helpful
from qemudoctor.remedies.register import both, fitting_flags, fresh_line, register_when_installed
from qemudoctor.remedies.remedy import Effect, Remedy
from qemudoctor.remedies.shell import as_root, write

_PLACES = (
    "/usr/bin/qemu-{name}",
    "/usr/bin/qemu-{name}-static",
    "/usr/local/bin/qemu-{name}",
    "/usr/local/bin/qemu-{name}-static",
)
_BACKPORTS = {("debian", "12"): ("bookworm-backports", (10, 0, 2))}
"""Suites with a newer QEMU for a release, and its version. Source: packages.debian.org/bookworm-backports/qemu-user."""
_MIRROR = "http://deb.debian.org/debian"
_LINK = "/usr/libexec/qemu-binfmt/{name}-binfmt-P"
_CURRENT: Version = (10, 2, 0)
"""What an image without a version brings at least. Source: tonistiigi/binfmt, releases of 2026."""
_PINNED = "Register it again, so that the kernel opens the file that lies there now"


def open_again(facts: Facts, platform: Platform, entry: Entry) -> tuple[Remedy, ...]:
    """Return the registration of the same entry, which makes the kernel open the file at its path now."""
    return tuple(helpful(facts, platform, _again(facts, entry)))


def newer_emulators(facts: Facts, platform: Platform, entry: Entry, *, least: Version) -> tuple[Remedy, ...]:
    """Return how a platform gets an emulator of a version or a later one, proven on the model to run its programs."""
    if is_of_another_emulator(entry):
        return ()
    try:
        return tuple(helpful(facts, platform, _candidates(facts, platform, entry, least)))
    except Unavailable:
        return ()


def _candidates(facts: Facts, platform: Platform, entry: Entry, least: Version) -> Iterator[Remedy]:
    emulator = facts.emulator(entry.interpreter)
    if "F" in entry.flags and _is_new(facts, emulator, least):
        yield from _again(facts, entry)
    else:
        yield from _elsewhere(facts, platform.architecture, entry, least)
    if facts.kernel.supports(Feature.FIX_BINARY):
        yield from _backports(facts, platform.architecture, least)
    if least <= _CURRENT:
        yield from (x for x in installers(facts, platform) if x.id == "tonistiigi-binfmt")


def _again(facts: Facts, entry: Entry) -> Iterator[Remedy]:
    # A boot opens the file of that time anyway: nothing has to be written for it.
    for remedy in both(facts, entry._replace(pinned=None), title=_PINNED):
        if remedy.persistent is False:
            yield remedy


def _elsewhere(facts: Facts, architecture: Architecture, entry: Entry, least: Version) -> Iterator[Remedy]:
    """Yield the registration of a newer emulator that lies at another place of this host."""
    for place in _PLACES:
        path = place.format(name=emulator_name(architecture))
        try:
            emulator = facts.emulator(path)
        except Unavailable:
            continue
        if path != entry.interpreter and _is_new(facts, emulator, least):
            better = entry._replace(interpreter=path, pinned=None)
            title = f"Register QEMU {emulator.version} in its place, which lies on this host"
            yield from both(facts, better.with_flags(fitting_flags(facts, better)), title=title)
            return


def _is_new(facts: Facts, emulator: Emulator, least: Version) -> bool:
    version = None if emulator.version is None else parse_version(emulator.version)
    return version is not None and version >= least and is_self_contained(facts, emulator)


def _backports(facts: Facts, architecture: Architecture, least: Version) -> Iterator[Remedy]:
    """Yield the packages that the distribution itself has built of a later version for this release."""
    try:
        release = (facts.distribution.id, facts.distribution.version or "")
    except Unavailable:
        return
    suite, version = _BACKPORTS.get(release, ("", (0, 0, 0)))
    if version < least or is_sibling(facts, architecture):
        return
    name = emulator_name(architecture)
    paths = (f"/usr/bin/qemu-{name}", _LINK.format(name=name))
    entry = f"qemu-{architecture.qemu_target}"
    title = f"Install QEMU {'.'.join(map(str, version))} or later from {suite}"
    leaves = f"the source {suite}, from which nothing else gets installed by itself, and the packages"
    commands = (
        write(facts, f"deb {_MIRROR} {suite} main", f"/etc/apt/sources.list.d/{suite}.list"),
        as_root(facts, "apt-get update"),
        as_root(facts, f"apt-get install -y -t {suite} qemu-user qemu-user-binfmt"),
    )
    if registers_nothing(facts, commands):
        by_hand = register_when_installed(facts, architecture, paths[0], commands)
        yield by_hand._replace(id="install-backport", title=title, leaves=leaves)
        return
    yield Remedy(
        id="install-backport",
        title=title,
        commands=commands,
        root=True,
        persistent=True,
        leaves=leaves,
        note="The packages register their emulators where systemd runs",
        effect=Effect(
            installs=paths, remove=(entry,), register=(fresh_line(facts, architecture, paths[1], flags="PF"),)
        ),
    )
