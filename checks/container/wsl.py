"""WSL2: the entry that starts Windows programs, which shares the registry with all others."""

from collections.abc import Iterator

from qemudoctor.check import Check, Effect, Evidence, Facts, Finding, Remedy, Severity
from qemudoctor.facts import MOUNT_POINT
from qemudoctor.facts.surroundings import is_wsl

_ENTRY = "WSLInterop"
_LINE = b":WSLInterop:M::MZ::/init:PF"
"""Source: the entry as WSL registers it, shown by microsoft/WSL#8843 and #10389."""
_FILE = "/etc/binfmt.d/WSLInterop.conf"

INTEROP_MISSING = """\
Under WSL2, Windows programs are started from Linux by an entry of binfmt_misc called WSLInterop,
which WSL registers when it starts. All distributions of WSL2 share one kernel, and with it one
registry. When systemd-binfmt is restarted in one of them, by a package update for instance, it
removes all entries and registers only what the files in binfmt.d name. WSLInterop is then gone
for all of them: cmd.exe, code and every other Windows program end in "Exec format error".

Nothing in the registry survives `wsl --shutdown`. Emulators need a file in binfmt.d as well, and
systemd, to be registered again at the next start.

It is harmless if no Windows program is ever started from Linux; [interop] enabled=false in
/etc/wsl.conf says so, and silences this check.

To see it for yourself: ls /proc/sys/fs/binfmt_misc/
"""


def find_interop_missing(facts: Facts) -> Iterator[Finding]:
    """Yield a finding if this is WSL2 and no entry starts Windows programs."""
    if facts.question.is_hypothetical or not is_wsl(facts.uname.release) or facts.sandbox is not None:
        return
    registry = facts.registry.registry
    if any(x.name.startswith(_ENTRY) and x.enabled for x in registry.entries) or facts.containers.wsl_interop_is_off:
        return
    names = ", ".join(x.name for x in registry.entries) or "no entries"
    yield Finding(
        subject=_ENTRY,
        message=f"{_ENTRY}: the entry of WSL2 is not registered, so Windows programs end in an exec format error",
        evidence=(Evidence("uname -r", facts.uname.release), Evidence(MOUNT_POINT, names)),
        remedies=tuple(_remedies(facts)),
    )


def _remedies(facts: Facts) -> Iterator[Remedy]:
    from qemudoctor.remedies.shell import register, write

    yield Remedy(
        "register-wsl-interop",
        "Register WSLInterop again, now and at every start",
        (register(facts, _LINE), write(facts, _LINE.decode(), _FILE)),
        root=True,
        persistent=True,
        leaves=f"the file {_FILE}, which only systemd reads",
        effect=Effect(register=(_LINE,)),
    )


CHECKS = (
    Check(
        id="QD410",
        slug="wsl-interop-missing",
        title="The entry for Windows programs is missing under WSL2",
        severity=Severity.WARNING,
        family="container",
        run=find_interop_missing,
        explanation=INTEROP_MISSING,
        references=(
            "https://learn.microsoft.com/windows/wsl/wsl-config",
            "https://github.com/microsoft/WSL/issues/8843",
            "https://github.com/microsoft/WSL/issues/10389",
        ),
    ),
)
