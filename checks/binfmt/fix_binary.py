"""Entries whose interpreter the kernel looks up too late to find it in a container."""

from collections.abc import Iterator

from qemudoctor.check import Check, Evidence, Facts, Finding, Severity
from qemudoctor.checks.diagnosis import Diagnosis, Fault, each_fault
from qemudoctor.checks.subjects import (
    BINFMT_MISC,
    BINFMT_MISC_SOURCE,
    entry_evidence,
    kernel_evidence,
    severity_of,
    walk_evidence,
)
from qemudoctor.facts import Emulator, Linkage
from qemudoctor.kernel.entry import Entry
from qemudoctor.kernel.features import Feature

EXPLANATION = """\
An entry of binfmt_misc names an interpreter, for example /usr/bin/qemu-aarch64-static: the
program that the kernel starts in place of a program it cannot run itself. When does the kernel
look for that file? Without the flag F it looks at the moment a program is executed, and in the
root directory of whoever executes it. In a container that is the container's own file system. The
image does not contain the emulator, so the lookup fails and execve() returns ENOENT.

That is why the message is so misleading. Docker and runc print

    exec user process caused "no such file or directory"

and name your program, which is there. The file that is not there is the emulator, which nobody
mentions. On the host itself the same program runs, since there the emulator exists.

With the flag F ("fix binary") the kernel opens the interpreter once, at the registration, and
keeps it open. No lookup happens later, so containers, chroots and other mount namespaces need
nothing. F came with Linux 4.8. Older kernels, among them every kernel of RHEL and CentOS 7 (3.10)
and the first kernel of Ubuntu 16.04 (4.4), refuse a registration with F. On such a kernel the
emulator has to be in each container, at exactly the path that the entry names: put there by a
bind mount or by the image.

F alone is not always enough. It keeps one file open, not the libraries that a dynamically linked
emulator needs: those are still looked up in the container. Only a static emulator works there.

It is harmless where containers are not used, or where every image brings the emulator along.

To see it for yourself, read the line "flags:" of /proc/sys/fs/binfmt_misc/qemu-aarch64, and look
whether the file in the line "interpreter" exists in the image.
"""


def find_missing_fix_binary(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each platform whose emulator is there on the host and looked for in the container."""
    for found in each_fault(facts, Fault.LOOKED_UP_INSIDE):
        if found.entry is not None and found.emulator is not None:
            yield _finding(facts, found, found.entry, found.emulator)


def _finding(facts: Facts, found: Diagnosis, entry: Entry, emulator: Emulator) -> Finding:
    from qemudoctor.remedies.cures import cures

    linkage = "" if emulator.linkage is None else f", {emulator.linkage.value}"
    return Finding(
        subject=entry.name,
        platform=found.platform.name,
        entry=entry.name,
        message=_message(facts, entry, emulator),
        severity=severity_of(facts, found.platform),
        evidence=(
            *entry_evidence(facts, entry, "interpreter", "flags:"),
            *_kernel(facts),
            Evidence(emulator.path, f"exists on the host{linkage}"),
            walk_evidence(found.walk),
        ),
        remedies=cures(facts, found.platform),
    )


def _kernel(facts: Facts) -> tuple[Evidence, ...]:
    return () if facts.kernel.supports(Feature.FIX_BINARY) else (kernel_evidence(facts),)


def _message(facts: Facts, entry: Entry, emulator: Emulator) -> str:
    result = 'and programs end in "no such file or directory" there, though they run on the host'
    dynamic = ""
    if emulator.linkage is Linkage.DYNAMIC:
        dynamic = "; it is dynamically linked, so that F alone would not help"
    elif emulator.head.startswith(b"#!"):
        dynamic = "; it is a script, so that F alone would not help"
    if facts.kernel.supports(Feature.FIX_BINARY):
        return (
            f"{entry.name}: registered without F, so the kernel looks for {entry.interpreter} inside each container,"
            f" {result}{dynamic}"
        )
    return (
        f"{entry.name}: registered without the flag F, which came with Linux 4.8 and which {facts.kernel.text} does"
        f" not have, so the kernel looks for {entry.interpreter} inside each container, {result}{dynamic}"
    )


CHECKS = (
    Check(
        id="QD201",
        slug="binfmt-fix-binary-missing",
        title="The emulator is looked for inside each container",
        severity=Severity.ERROR,
        cause="f-flag-missing",
        family="binfmt",
        run=find_missing_fix_binary,
        explanation=EXPLANATION,
        references=(
            BINFMT_MISC,
            BINFMT_MISC_SOURCE,
            "https://github.com/multiarch/qemu-user-static/issues/100",
            "https://github.com/docker/buildx/issues/493",
        ),
    ),
)
