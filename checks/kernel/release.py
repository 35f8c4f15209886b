"""Kernels that the model was never compared with."""

from collections.abc import Iterator

from qemudoctor.check import Check, Facts, Finding, Severity
from qemudoctor.checks.subjects import BINFMT_MISC, EXECVE, kernel_evidence

_OLDEST, _NEWEST = (3, 10), (7, 3)

EXPLANATION = """\
What the kernel will do is predicted from a model of execve() and binfmt_misc. The model was
compared with real kernels, from Linux 3.10, which RHEL and CentOS 7 have, to Linux 7.3. An older
kernel is treated like the oldest of these, a newer one like the newest. Both are guesses: an
older kernel may lack more than that, and a newer one may have learnt something.

The verdict on a platform still holds where programs were really executed. It is a guess where it
is only predicted, as for a capture, for --root and for --kernel.

It is harmless where the table has no star behind an outcome: then it was observed.

To see it for yourself: uname -r
"""


def find_unknown_kernel(facts: Facts) -> Iterator[Finding]:
    """Yield a finding if the release in question lies outside those that the model was compared with."""
    version = facts.kernel.version[:2]
    if _OLDEST <= version <= _NEWEST:
        return
    older = version < _OLDEST
    text = "older than 3.10" if older else "newer than 7.3"
    known = "oldest" if older else "newest"
    yield Finding(
        subject=facts.kernel.text,
        message=f"Linux {facts.kernel.text}: {text}, and the kernel model was never compared with such a kernel, so"
        f" what is predicted for it is what the {known} known one would do",
        evidence=(kernel_evidence(facts),),
    )


CHECKS = (
    Check(
        id="QD103",
        slug="kernel-outside-model",
        title="The kernel is older or newer than those that the model knows",
        severity=Severity.INFO,
        family="kernel",
        run=find_unknown_kernel,
        explanation=EXPLANATION,
        references=(BINFMT_MISC, EXECVE),
    ),
)
