"""Kernels without binfmt_misc."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from qemudoctor.check import Check, Evidence, Facts, Finding, Severity
from qemudoctor.checks.subjects import BINFMT_MISC, is_only_native, kernel_evidence, one_per_architecture
from qemudoctor.facts import MountState, Unavailable
from qemudoctor.remedies.remedy import Remedy

if TYPE_CHECKING:
    from qemudoctor.facts import Binfmt

EXPLANATION = """\
binfmt_misc is the part of the Linux kernel that hands foreign programs to an emulator.
Distributions build it in or as a module, but small kernels often lack it: those of routers,
single-board computers, some cloud and container systems, and kernels that somebody configured
himself. Without it nothing can be registered, /proc/sys/fs/binfmt_misc does not even exist, and
every program of another architecture ends in "exec format error". No package and no container
image can change that.

Where it is a module, the file binfmt_misc.ko has to match the running kernel. After an update of
the kernel package the modules of the running kernel may be gone from the disk until the next
reboot: then nothing can be loaded, and `mount: unknown filesystem type 'binfmt_misc'` or "No such
device" is all that anybody sees. Some distributions put the module into a package of extra
modules. A module that is not loaded yet is no fault: it is loaded when binfmt_misc is mounted.

It is harmless if only programs of this machine's own architecture are run, or if an emulator is
called by hand: `qemu-aarch64-static PROGRAM` needs nothing from the kernel.

To see it for yourself: grep BINFMT_MISC /boot/config-$(uname -r), or zgrep BINFMT_MISC
/proc/config.gz; CONFIG_BINFMT_MISC has to be y or m.
"""


def find_missing_support(facts: Facts) -> Iterator[Finding]:
    """Yield a finding if the running kernel has no binfmt_misc, or if the file of its module is gone."""
    if facts.question.kernel is not None or is_only_native(facts):
        return
    if facts.mount.state is MountState.MOUNTED:
        return  # so the kernel has it, and its configuration need not be read
    try:
        binfmt = facts.binfmt
    except Unavailable:
        if facts.mount.state is not MountState.ABSENT:
            raise
        yield _missing(facts, Evidence(facts.mount.source, facts.mount.evidence))
        return
    if binfmt.available:
        return
    from qemudoctor.facts import BinfmtSupport

    if binfmt.support is BinfmtSupport.MISSING:
        yield _missing(facts, Evidence(binfmt.source, binfmt.evidence))
    elif binfmt.module_is_gone and facts.sandbox is None:
        yield _without_module(facts, binfmt)


def _missing(facts: Facts, evidence: Evidence) -> Finding:
    return Finding(
        subject=facts.kernel.text,
        message=f"Linux {facts.kernel.text}: built without binfmt_misc, so nothing can be registered and every program"
        ' of another architecture ends in "exec format error"',
        evidence=(kernel_evidence(facts), evidence),
        remedies=tuple(_direct(facts)),
    )


def _without_module(facts: Facts, binfmt: "Binfmt") -> Finding:
    release = facts.kernel.text
    return Finding(
        subject=release,
        message=f"Linux {release}: binfmt_misc is a module, and its file is not on this host, as after an update of the"
        " kernel without a reboot, so it cannot be loaded",
        evidence=(
            kernel_evidence(facts),
            Evidence(binfmt.source, binfmt.evidence),
            Evidence(f"/lib/modules/{release}/kernel/fs", "no binfmt_misc.ko"),
        ),
        remedies=(
            Remedy(
                id="reboot",
                title="Start the kernel whose modules are installed",
                commands=("reboot",),
                root=True,
                persistent=True,
                risk="everything that runs on this host is stopped",
                note="Not proven: another kernel will run then. Examine the host again",
            ),
        ),
    )


def _direct(facts: Facts) -> Iterator[Remedy]:
    from qemudoctor.remedies.direct import run_directly

    try:
        platforms = one_per_architecture(facts)
    except Unavailable:
        platforms = facts.question.require
    for platform in platforms[:1]:
        yield from run_directly(facts, platform.architecture)


CHECKS = (
    Check(
        id="QD102",
        slug="binfmt-module-missing",
        title="The kernel has no binfmt_misc",
        severity=Severity.ERROR,
        cause="binfmt-module-missing",
        family="kernel",
        run=find_missing_support,
        explanation=EXPLANATION,
        references=(
            BINFMT_MISC,
            "https://github.com/siderolabs/talos/issues/6406",
            "https://github.com/tonistiigi/binfmt/issues/162",
            "https://github.com/RPi-Distro/pi-gen/issues/45",
        ),
    ),
)
