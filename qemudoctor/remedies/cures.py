"""What makes containers of a platform work on this host: all that the model shows to help, least invasive first."""

from collections.abc import Iterable, Iterator

from qemudoctor.facts import Facts, MountState, Unavailable
from qemudoctor.kernel.entry import Entry
from qemudoctor.platforms import Platform
from qemudoctor.remedies.bindmount import bind_mounts, register_and_bind
from qemudoctor.remedies.boot import reads_binfmt_d
from qemudoctor.remedies.direct import run_directly
from qemudoctor.remedies.installers import installers
from qemudoctor.remedies.mount import is_out_of_reach, mount_commands, mount_risk
from qemudoctor.remedies.package import packages
from qemudoctor.remedies.proof import comes_back, helpful, prove
from qemudoctor.remedies.register import register_again, register_configured, register_new, restart
from qemudoctor.remedies.remedy import Remedy

_FIRST = {MountState.MOUNTED: "Make the registry writable", MountState.MASKED: "Uncover the registry"}
"""What the commands of mount_commands() do, where it is not simply mounting."""


def cures(facts: Facts, platform: Platform, *, pie: bool = False) -> tuple[Remedy, ...]:
    """Return what makes a program of a platform run in a container, proven on the model.

    Without touching the host first, then an entry until the next reboot, one for good, a package, and images. What
    the model cannot tell comes last. pie: position-independent programs have to run as well.
    """
    try:
        return tuple(helpful(facts, platform, _candidates(facts, platform, pie=pie), pie=pie))
    except Unavailable:
        return ()


def _candidates(facts: Facts, platform: Platform, *, pie: bool) -> Iterator[Remedy]:
    entry = _entry(facts, platform)
    if is_out_of_reach(facts):
        yield from run_directly(facts, platform.architecture)
        return
    mounting = mount_commands(facts)
    configured = _configured(facts, platform, pie=pie)
    if entry is not None:
        yield from bind_mounts(facts, platform, entry)
    else:
        yield from _after(facts, mounting, register_and_bind(facts, platform))
    yield from _after(facts, mounting, configured)
    if not any(x.persistent for x in configured):
        own = register_new(facts, platform) if entry is None else register_again(facts, platform, entry)
        yield from _after(facts, mounting, (x for x in own if not configured or x.persistent))
    yield from _after(facts, mounting, packages(facts, platform))
    yield from installers(facts, platform)
    if entry is None:
        yield from run_directly(facts, platform.architecture)


def _configured(facts: Facts, platform: Platform, *, pie: bool) -> tuple[Remedy, ...]:
    """Return how what stands in binfmt.d for a platform gets registered, if that helps; the last line is tried first.

    Nothing has to be written for it, and it keeps the flags that the package chose.
    """
    try:
        lines, lasting = facts.at_boot.lines, reads_binfmt_d(facts) and comes_back(facts, platform)
    except Unavailable:
        return ()
    sample = platform.architecture.sample()
    for line in reversed(lines):
        if not Entry.from_register(line.line, facts.kernel).matches(sample, ""):
            continue
        remedy = register_configured(facts, _entry(facts, platform), line, comes_back=lasting)
        if prove(facts, remedy, platform, pie=pie) is not False:
            again = restart(facts) if lasting else None
            return (remedy,) if again is None else (remedy, again)
    return ()


def _after(facts: Facts, mounting: tuple[str, ...], remedies: Iterable[Remedy]) -> Iterator[Remedy]:
    """Yield remedies with the commands before them that mount binfmt_misc, where it is not mounted."""
    for remedy in remedies:
        effect = remedy.effect
        if not mounting or effect is None:
            yield remedy
        else:
            first = _FIRST.get(facts.mount.state, "Mount binfmt_misc")
            title = f"{first}, then {remedy.title[0].lower()}{remedy.title[1:]}"
            commands = (*mounting, *remedy.commands)
            risk = ". ".join(x for x in (mount_risk(facts), remedy.risk) if x) or None
            yield remedy._replace(title=title, commands=commands, risk=risk, effect=effect._replace(mounts=True))


def _entry(facts: Facts, platform: Platform) -> Entry | None:
    try:
        return facts.entry_for(platform)
    except Unavailable:
        return None
