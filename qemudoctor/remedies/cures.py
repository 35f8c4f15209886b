"""What makes containers of a platform work on this host: all that the model shows to help, least invasive first."""

from collections.abc import Iterable, Iterator

from qemudoctor.facts import Facts, Unavailable
from qemudoctor.kernel.entry import Entry
from qemudoctor.platforms import Platform
from qemudoctor.remedies.bindmount import bind_mounts, register_and_bind
from qemudoctor.remedies.direct import run_directly
from qemudoctor.remedies.installers import installers
from qemudoctor.remedies.mount import mount_commands
from qemudoctor.remedies.package import packages
from qemudoctor.remedies.proof import helpful
from qemudoctor.remedies.register import register_again, register_new
from qemudoctor.remedies.remedy import Remedy


def cures(facts: Facts, platform: Platform) -> tuple[Remedy, ...]:
    """Return what makes a program of a platform run in a container, proven on the model.

    Without touching the host first, then an entry until the next reboot, one for good, a package, and images.
    """
    try:
        return tuple(helpful(facts, platform, _candidates(facts, platform)))
    except Unavailable:
        return ()


def _candidates(facts: Facts, platform: Platform) -> Iterator[Remedy]:
    entry = _entry(facts, platform)
    mounting = mount_commands(facts)
    if entry is not None:
        yield from bind_mounts(facts, platform, entry)
        yield from register_again(facts, platform, entry)
    else:
        yield from _after(mounting, register_and_bind(facts, platform))
        yield from _after(mounting, register_new(facts, platform))
    yield from _after(mounting, packages(facts, platform))
    yield from installers(facts, platform)
    if entry is None:
        yield from run_directly(facts, platform.architecture)


def _after(mounting: tuple[str, ...], remedies: Iterable[Remedy]) -> Iterator[Remedy]:
    """Yield remedies with the commands before them that mount binfmt_misc, where it is not mounted."""
    for remedy in remedies:
        effect = remedy.effect
        if not mounting or effect is None:
            yield remedy
        else:
            yield remedy._replace(commands=(*mounting, *remedy.commands), effect=effect._replace(mounts=True))


def _entry(facts: Facts, platform: Platform) -> Entry | None:
    try:
        return facts.entry_for(platform)
    except Unavailable:
        return None
