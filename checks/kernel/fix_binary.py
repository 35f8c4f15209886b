"""Kernels that do not know the flag F."""

from collections.abc import Iterator

from qemudoctor.check import Check, Evidence, Facts, Finding, Severity
from qemudoctor.checks.diagnosis import Fault, each_fault
from qemudoctor.checks.subjects import BINFMT_MISC, BINFMT_MISC_SOURCE, is_only_native, kernel_evidence
from qemudoctor.facts import RefusedLine, Unavailable
from qemudoctor.kernel.features import Feature, Support
from qemudoctor.platforms import Platform, parse_platform

_SHOWN = 4
_COMMIT = "https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/commit/?id=948b701a607f"

EXPLANATION = """\
The flag F of a binfmt_misc entry tells the kernel to open the emulator at the registration and to
keep it open, so that containers need no emulator of their own. It came with Linux 4.8 in 2016. An
older kernel does not ignore an unknown flag: it refuses the whole registration with "Invalid
argument" (EINVAL), and no entry comes into being. RHEL and CentOS 7 stay with 3.10 for their
whole life, and no update ever brought F there. Ubuntu 16.04 has it with its later kernels (4.15),
not with its first one (4.4).

All common installers ask for F. On such a kernel you see

    sh: write error: Invalid argument

from `multiarch/qemu-user-static --reset -p yes`, once for each architecture, or "cannot register
... invalid argument" from `tonistiigi/binfmt --install`. Nothing is registered, and containers of
other platforms end in "exec format error", as if the installer had never run.

An entry without F is accepted. `multiarch/qemu-user-static:register --reset` makes such entries,
and so does the plain image without `-p yes`. Then the kernel looks for the emulator inside each
container, and the message becomes "no such file or directory" (QD201). To make that work, the
emulator has to be in every container, at the path that the entry names: by `docker run -v`, by a
volume, or as a layer of the image, since `docker build` cannot mount it.

The lasting cure is a newer kernel: 4.8 or later, that is RHEL, CentOS, Rocky or AlmaLinux 8 and
later. Building on another machine is the other one.

Only containers of other platforms are affected. It is harmless for programs that are run directly
on the host, where an entry without F works just as well.

To see it for yourself: uname -r
"""


def find_kernel_without_fix_binary(facts: Facts) -> Iterator[Finding]:
    """Yield one finding if the kernel in question has no F: an error where that leaves a platform without an entry."""
    support = facts.kernel.support(Feature.FIX_BINARY)
    if support is Support.YES or is_only_native(facts):
        return
    try:
        refused = tuple(line for line in facts.registry.refused if line.needs_fix_binary)
        missing = _without_entry(facts)
    except Unavailable:
        yield _limited(facts)
        return
    if refused or missing:
        yield _refusing(facts, refused, missing)
    elif facts.registry.entries or not facts.question.require:
        yield _limited(facts)


def _without_entry(facts: Facts) -> tuple[Platform, ...]:
    """Return the platforms that nobody runs; where none is in question and none has an entry, an example."""
    found = tuple(each_fault(facts, Fault.NOT_REGISTERED))
    if facts.question.require or facts.judged:
        return tuple(x.platform for x in found)
    examples = (parse_platform(name) for name in ("linux/arm64", "linux/amd64"))
    return (next(platform for platform in examples if not facts.is_native(platform)),)


def _refusing(facts: Facts, refused: tuple[RefusedLine, ...], missing: tuple[Platform, ...]) -> Finding:
    from qemudoctor.remedies.cures import cures

    platform = missing[0] if missing else None
    named = platform is not None and platform in facts.judged
    return Finding(
        subject=facts.kernel.text,
        platform=platform.name if platform is not None and named else None,
        message=f'Linux {facts.kernel.text}: refuses the flag F with "Invalid argument", {_why(facts)}, so'
        f' {_left_out(refused)} no entry behind and programs end in "exec format error"',
        severity=None if missing else Severity.WARNING,
        evidence=(
            kernel_evidence(facts),
            *(Evidence(line.source, line.line.rstrip("\n")) for line in refused[:_SHOWN]),
        ),
        remedies=() if platform is None else cures(facts, platform),
    )


def _left_out(refused: tuple[RefusedLine, ...]) -> str:
    if not refused:
        return "`-p yes` of multiarch and `--install` of tonistiigi, which ask for it, leave"
    names = ", ".join(line.name for line in refused[:_SHOWN]) + (" and others" if len(refused) > _SHOWN else "")
    return f"the registration of {names} leaves"


def _why(facts: Facts) -> str:
    since = "since F came with Linux 4.8"
    if facts.kernel.vendor == "el7":
        return f"{since} and no kernel of RHEL or CentOS 7 ever got it"
    if facts.kernel.support(Feature.FIX_BINARY) is Support.UNKNOWN:
        return f"{since}, unless its vendor has added it, which is not known"
    return since


def _limited(facts: Facts) -> Finding:
    return Finding(
        subject=facts.kernel.text,
        message=f"Linux {facts.kernel.text}: has no flag F, {_why(facts)}, so entries work in a container only if the"
        " emulator is inside it",
        severity=Severity.INFO,
        evidence=(kernel_evidence(facts),),
    )


CHECKS = (
    Check(
        id="QD101",
        slug="kernel-too-old-for-f",
        title="The kernel is too old for the flag F",
        severity=Severity.ERROR,
        cause="kernel-too-old-for-f",
        family="kernel",
        run=find_kernel_without_fix_binary,
        explanation=EXPLANATION,
        references=(
            _COMMIT,
            BINFMT_MISC,
            BINFMT_MISC_SOURCE,
            "https://github.com/multiarch/qemu-user-static/issues/100",
            "https://github.com/multiarch/qemu-user-static/issues/38",
            "https://github.com/tonistiigi/binfmt/issues/92",
        ),
    ),
)
