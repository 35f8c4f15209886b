"""What runs now and is gone, or is another thing, after the next boot."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from qemudoctor.check import Check, Evidence, Facts, Finding, Remedy, Severity
from qemudoctor.checks.diagnosis import argv0_fault, diagnose
from qemudoctor.checks.subjects import BINFMT_D, BINFMT_MISC, entry_evidence, listed, one_per_architecture
from qemudoctor.facts import Unavailable, is_of_another_emulator
from qemudoctor.kernel.entry import Entry
from qemudoctor.platforms import Platform

if TYPE_CHECKING:  # only needed where something is registered otherwise
    from qemudoctor.facts.persistent import PersistentLine

_SHOWN = 4

LOST = """\
The registry of binfmt_misc lives in the kernel's memory and is empty after each boot. What is
registered then stands in files: in binfmt.d, which systemd's service systemd-binfmt (OpenRC's
binfmt on Alpine) writes into the registry, or in the database of update-binfmts (binfmt-support).
An entry that a container, a script or a command line registered is in neither of them. It works
until the next boot, and then every program of that platform ends in "exec format error", often
weeks after anybody thought of it.

A boot is not even needed: `systemctl restart systemd-binfmt`, which the packages of QEMU, Wine and
others do when they are installed or upgraded, removes all entries first and then registers what is
in binfmt.d. WSL loses everything with `wsl --shutdown`.

It is harmless on machines that are thrown away, such as CI runners, and where something registers
the entries again at each start: a service of your own, a DaemonSet, a job of the CI system.

To see it for yourself: grep -l INTERPRETER /etc/binfmt.d/*.conf /usr/lib/binfmt.d/*.conf
"""

OTHERWISE = """\
The entry that is in effect now is not the one that the next boot registers: the files of binfmt.d,
or the database of update-binfmts, name another interpreter, other flags or another magic for these
programs. So what works now may stop working then, or change: without the flag F containers end in
"no such file or directory", with another emulator the same image meets other bugs. The same happens
at `systemctl restart systemd-binfmt`, which upgrades of packages cause.

It comes from an installer in a container (tonistiigi/binfmt, multiarch/qemu-user-static) on a host
that has a package as well, from a line that somebody tried by hand, and from a file that was
forgotten in /etc/binfmt.d.

It is a warning where programs would not run in containers any more, and harmless where both do.

To see it for yourself: compare the entry in /proc/sys/fs/binfmt_misc with the line in the file
"""


class _Coming(NamedTuple):
    """A platform that runs now: the entry that decides, and the one that will after a boot, if there is one."""

    platform: Platform
    entry: Entry
    after: Entry | None


def find_lost(facts: Facts) -> Iterator[Finding]:
    """Yield one finding for all entries in effect that nothing registers at boot."""
    lost = [x for x in _changing(facts) if x.after is None and _is_here(facts, x.entry)]
    if not lost or _agent(facts) is not None:
        return
    names = [x.entry.name for x in lost]
    them = "it" if len(names) == 1 else "them"
    many = len(names) > _SHOWN + 1
    shown = f"{', '.join(names[:_SHOWN])} and {len(names) - _SHOWN} others" if many else listed(names)
    yield Finding(
        subject=lost[0].entry.name,
        platform=lost[0].platform.name,
        entry=lost[0].entry.name,
        message=f"{shown}: {_why(facts, them)}, so the next boot does not bring {them} back",
        evidence=_evidence(facts, lost[0].entry),
        remedies=_kept(facts, lost),
    )


def find_otherwise(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each platform that another entry will decide over after a boot."""
    for found in _changing(facts):
        after = found.after
        if after is None:
            continue
        from qemudoctor.remedies.boot import line_for
        from qemudoctor.remedies.proof import comes_back

        works = comes_back(facts, found.platform)
        line = line_for(facts, found.platform.architecture)
        end = "" if works else f", and then programs of {found.platform.name} do not run in containers any more"
        yield Finding(
            subject=found.entry.name,
            platform=found.platform.name,
            entry=found.entry.name,
            message=f"{found.entry.name}: in its place the next boot{_or_earlier(line)} registers"
            f" {_difference(found.entry, after)}{end}",
            severity=Severity.INFO if works else None,
            evidence=(
                *entry_evidence(facts, found.entry, "interpreter", "flags:"),
                *(() if line is None else (Evidence(line.path, line.line.decode("utf-8", "replace")),)),
            ),
            remedies=() if works else _kept(facts, [found]),
        )


def _changing(facts: Facts) -> Iterator[_Coming]:
    """Yield the platforms that run now and whose entry a boot does not register as it is.

    Raises: Unavailable where the entries are not known, or something runs and nobody can tell what a boot does.
    """
    if facts.question.is_hypothetical or not facts.registry.entries:
        return
    seen: set[str] = set()
    for platform in one_per_architecture(facts):
        entry = _working(facts, platform)
        if entry is None or entry.name in seen:
            continue
        if not seen:
            _require_boot(facts)
        seen.add(entry.name)
        if facts.boot.is_configured_alike(entry) and _reads(facts):
            continue
        after = facts.at_boot.registry.match(platform.architecture.sample(), "") if _reads(facts) else None
        if after is None or not _is_same(after, entry):
            yield _Coming(platform, entry, after)


def _working(facts: Facts, platform: Platform) -> Entry | None:
    """Return the entry by which a platform's programs run in a container now, None if they do not."""
    try:
        entry = facts.entry_for(platform)
        if entry is None or is_of_another_emulator(entry) or facts.is_native(platform):
            return None
        if diagnose(facts, platform) is not None or argv0_fault(facts, platform) is not None:
            return None
    except Unavailable:
        return None
    return entry


def _is_same(one: Entry, other: Entry) -> bool:
    return one._replace(name="", enabled=True, pinned=None) == other._replace(name="", enabled=True, pinned=None)


def _is_here(facts: Facts, entry: Entry) -> bool:
    """Return whether the emulator lies on the host; of one that is only held open another check says that it goes."""
    try:
        return facts.emulator(entry.interpreter).exists
    except Unavailable:
        return False


def _require_boot(facts: Facts) -> None:
    """Raise Unavailable where it is not known what starts this host: then anything may register entries."""
    from qemudoctor.remedies.boot import is_alpine

    if facts.sandbox is not None:
        raise Unavailable(f"the examination runs inside {facts.sandbox.kind}, where what a boot registers is not seen")
    if not is_alpine(facts) and not facts.has_systemd:
        raise Unavailable("neither systemd nor OpenRC runs here, so what a boot registers is not known")


def _reads(facts: Facts) -> bool:
    from qemudoctor.remedies.boot import reads_binfmt_d

    return reads_binfmt_d(facts)


def _why(facts: Facts, them: str) -> str:
    obstacle = facts.boot.unit_obstacle
    return f"no file of binfmt.d registers {them}" if obstacle is None else obstacle


def _agent(facts: Facts) -> str | None:
    return facts.boot.registering_unit


def _evidence(facts: Facts, entry: Entry) -> tuple[Evidence, ...]:
    text = "no line for these programs" if facts.boot.unit_obstacle is None else "nobody reads them at boot"
    return (
        *entry_evidence(facts, entry, "interpreter", "flags:"),
        Evidence("/etc/binfmt.d, /run/binfmt.d, /usr/local/lib/binfmt.d, /usr/lib/binfmt.d", text),
    )


def _difference(entry: Entry, after: Entry) -> str:
    changes = [
        *([f"the interpreter {after.interpreter}"] if after.interpreter != entry.interpreter else []),
        *([f"{_flags(after)} in place of {_flags(entry)}"] if after.flags != entry.flags else []),
    ]
    if (after.offset, after.magic, after.mask) != (entry.offset, entry.magic, entry.mask):
        changes.append("another magic or mask")
    return f"{after.name} with {' and '.join(changes)}"


def _flags(entry: Entry) -> str:
    return f"the flags {entry.flags}" if entry.flags else "no flags"


def _or_earlier(line: "PersistentLine | None") -> str:
    return ", or a restart of systemd-binfmt," if line is not None and line.is_of_binfmt_d else ""


def _kept(facts: Facts, found: list[_Coming]) -> tuple[Remedy, ...]:
    from qemudoctor.remedies.keep import keep

    return keep(facts, [(x.platform, x.entry) for x in found])


CHECKS = (
    Check(
        id="QD221",
        slug="entry-not-persistent",
        title="An entry is gone after the next boot",
        severity=Severity.INFO,
        family="binfmt",
        run=find_lost,
        explanation=LOST,
        references=(
            BINFMT_D,
            BINFMT_MISC,
            "https://github.com/tonistiigi/binfmt/issues/85",
            "https://github.com/systemd/systemd/issues/30892",
        ),
    ),
    Check(
        id="QD222",
        slug="boot-registers-otherwise",
        title="The next boot registers another entry",
        severity=Severity.WARNING,
        family="binfmt",
        run=find_otherwise,
        explanation=OTHERWISE,
        references=(BINFMT_D, BINFMT_MISC, "https://github.com/systemd/systemd/issues/30892"),
    ),
)
