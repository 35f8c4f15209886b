"""Register lines that the kernel refuses, and entries whose text cannot be understood."""

from collections.abc import Iterator

from qemudoctor.check import Check, Evidence, Facts, Finding, Severity
from qemudoctor.checks.diagnosis import is_met
from qemudoctor.checks.subjects import BINFMT_D, BINFMT_MISC, BINFMT_MISC_SOURCE, kernel_evidence
from qemudoctor.facts import RefusedLine
from qemudoctor.kernel.errnos import MEANINGS, Errno

_CAUSES = {
    Errno.EEXIST: "register-exists",
    Errno.ENOENT: "interpreter-missing-on-host",
    Errno.ENOTDIR: "interpreter-missing-on-host",
    Errno.EACCES: "permission-noexec",
    Errno.ELOOP: "interpreter-missing-on-host",
    Errno.ETXTBSY: "permission-noexec",
}

REFUSED = """\
An entry is registered by writing one line to /proc/sys/fs/binfmt_misc/register:

    :name:type:offset:magic:mask:interpreter:flags

The kernel takes it as a whole or refuses it as a whole, and its only answer is an error number.
"Invalid argument" (EINVAL) covers nearly everything: an empty name, a type other than M or E,
magic and mask of different length, a magic that reaches beyond the first 128 bytes of a file (256
since Linux 5.1), an unknown flag, a missing colon before the flags, a line longer than 1920 bytes
(256 before Linux 3.18: the rules for MIPS of QEMU 7 and later do not fit there). "File exists"
(EEXIST) says that an entry of that name is there already; kernels before 4.8 answer "Invalid
argument" to that, too. With the flag F the interpreter is opened at once, so "No such file or
directory" and "Permission denied" are about that file.

A line of binfmt.d is the same line. systemd-binfmt goes on with the next one after a refusal, and
its log is the only place where it shows: journalctl -u systemd-binfmt

This check judges the lines that you gave with --registry, or this host's entries under the kernel
that you gave with --kernel. A flag F that is refused by an old kernel is QD101's.

It is harmless if nobody needs the entry.

To see it for yourself, write the line to the register file as root, in one write: printf '%s\\n'
'LINE' > /proc/sys/fs/binfmt_misc/register
"""

UNREADABLE = """\
Every entry of binfmt_misc describes itself in its file: enabled or disabled, the interpreter, the
flags, and what it matches. This text could not be read, or does not look as the kernel writes it.
What cannot be read cannot be judged: an unknown entry may match any program, so no prediction is
made for any platform as long as it is there.

It happens in captures that were cut off or edited, in copies of /proc, behind file systems that
stand in for /proc in containers (lxcfs, sysbox, gVisor), and on future kernels with entries of a
new kind.

It is harmless if the entry is known to be for something else.

To see it for yourself: cat the file, and compare it with another entry's.
"""


def find_refused_lines(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each line that the kernel in question refuses, unless F is the reason."""
    for line in facts.registry.refused:
        if not line.needs_fix_binary:
            yield _refused(facts, line)


def _refused(facts: Facts, line: RefusedLine) -> Finding:
    return Finding(
        subject=line.name or line.source,
        message=f"{line.name or line.source}: Linux {facts.kernel.text} refuses this registration with"
        f' "{MEANINGS.get(line.errno, line.errno.name)}" ({line.errno.name}), since {line.reason}, so there is no such'
        " entry",
        cause=_CAUSES.get(line.errno, "register-invalid-argument"),
        severity=Severity.WARNING if is_met(facts) else None,
        evidence=(Evidence(line.source, line.line.rstrip("\n")), kernel_evidence(facts)),
    )


def find_unreadable_entries(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each entry that could not be read or understood."""
    for entry in facts.registry.damaged:
        yield Finding(
            subject=entry.name,
            entry=entry.name,
            message=f"{entry.name}: the text of this entry cannot be read, so nobody can tell which programs it takes",
            evidence=(Evidence(entry.path, entry.reason),),
        )


CHECKS = (
    Check(
        id="QD209",
        slug="register-refused",
        title="The kernel refuses a registration",
        severity=Severity.ERROR,
        cause="register-invalid-argument",
        family="binfmt",
        run=find_refused_lines,
        explanation=REFUSED,
        references=(
            BINFMT_MISC,
            BINFMT_MISC_SOURCE,
            BINFMT_D,
            "https://github.com/multiarch/qemu-user-static/issues/38",
        ),
    ),
    Check(
        id="QD210",
        slug="entry-unreadable",
        title="An entry cannot be read",
        severity=Severity.WARNING,
        family="binfmt",
        run=find_unreadable_entries,
        explanation=UNREADABLE,
        references=(BINFMT_MISC_SOURCE,),
    ),
)
