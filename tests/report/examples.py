"""Reports on hosts written as literals, with checks of our own: what a real check finds is not the matter here."""

from collections.abc import Iterator

from qemudoctor.check import Check, Evidence, Facts, Finding, Remedy, Severity
from qemudoctor.facts import Prober, Unavailable, entry_path
from qemudoctor.runner import examine
from qemudoctor.verdict import Report
from tests.support.hosts import FakeHost, ask, centos_7, entry_text, linux, observing, static_emulator, ubuntu_1604

HOSTILE = "\x1b]0;owned\x07\r\n\t\x00\x7f\x85\u202e\u2066\u200b\u2028\ue000\udcff\udc9b"
"""A terminal title, control characters of all kinds, turned writing, no width, undecodable bytes."""

INSTALL = Remedy(
    "install-with-f",
    "Register again with F, from a container",
    ("docker run --privileged --rm tonistiigi/binfmt --install arm64",),
    root=True,
    persistent=False,
    risk="replaces the entries for arm64",
    leaves="an image of some 70 MB",
    proven="model",
)
BINFMT_D = Remedy(
    "binfmt-d",
    "Register with F at every boot",
    (
        "sudo tee /etc/binfmt.d/qemu-aarch64.conf <<'EOF'\n:qemu-aarch64:M::\\x7fELF:\\xff\\xff\\xff\\xff:/q:F\nEOF",
        "sudo systemctl restart systemd-binfmt",
    ),
    root=True,
    persistent=True,
    note="needs systemd",
)


def check(name: str, severity: Severity = Severity.ERROR, *, finds: Finding | Exception | None = None) -> Check:
    """Return a check that finds one thing, or raises, or finds nothing."""

    def run(_facts: Facts) -> Iterator[Finding]:
        if isinstance(finds, Exception):
            raise finds
        if finds is not None:
            yield finds

    return Check(
        name,
        f"slug-of-{name.lower()}",
        f"The title of {name}",
        severity,
        run,
        "Why it breaks.\n\nWho is affected:\n    a command that stays as it is, and is not wrapped\n",
        cause="f-flag-missing",
        references=("https://docs.kernel.org/admin-guide/binfmt-misc.html",),
    )


def _without_f(facts: Facts) -> Iterator[Finding]:
    for entry in facts.registry.entries:
        if "F" not in entry.flags:
            path = entry_path(entry.name)
            yield Finding(
                entry.name,
                f"{entry.name}: registered without F, so containers must contain {entry.interpreter}",
                platform="linux/arm64",
                entry=entry.name,
                evidence=(Evidence(path, facts.registry.texts[entry.name]), Evidence("uname -r", facts.kernel.text)),
                remedies=(INSTALL, BINFMT_D),
            )


WITHOUT_F = Check("QD201", "binfmt-fix-binary-missing", "F is missing", Severity.ERROR, _without_f, "It breaks.")
SKIPPED = check("QD501", finds=Unavailable("programs were not executed"))
CHECKS = (WITHOUT_F, SKIPPED)


def founding(*, prober: Prober | None = None) -> Report:
    """Return the report on CentOS 7 with an entry without F."""
    return examine(ask(centos_7(), "arm64", prober=prober), CHECKS)


def working() -> Report:
    """Return the report on Ubuntu 16.04 with F, where all was observed."""
    return examine(ask(ubuntu_1604(), prober=observing(aarch64=("ok", "ok"))), CHECKS)


def unseen(*require: str) -> Report:
    """Return the report on a host whose registry is not mounted."""
    return examine(ask(linux(mount="not-mounted"), *require), CHECKS)


def supposed(kernel: str) -> Report:
    """Return the report on Ubuntu 16.04 with F if it ran another kernel."""
    return examine(ask(ubuntu_1604(), "arm64", kernel=kernel), CHECKS)


def mixed() -> Report:
    """Return a report with every verdict, an observation that differs from the prediction, and a crash."""
    host = linux(
        entries={
            "qemu-aarch64": entry_text(flags="F"),
            "qemu-s390x": entry_text("s390x"),
            "qemu-riscv64": entry_text("riscv64", enabled=False),
        },
        files={"/usr/bin/qemu-s390x-static": static_emulator("s390x")},
    )
    prober = observing(aarch64=("ok", "ENOENT"), s390x=("ok", "ENOENT"), riscv64=("ENOEXEC", "ENOEXEC"))
    require = ("arm64", "s390x", "riscv64", "ppc64le", "amd64")
    checks = (
        *CHECKS,
        check("QD301", Severity.WARNING, finds=Finding("x", "a warning", remedies=(INSTALL, BINFMT_D))),
        check("QD302", Severity.INFO, finds=Finding("y", "an info")),
        check("QD901", finds=ZeroDivisionError("division by zero")),
    )
    return examine(ask(host, *require, prober=prober), checks)


def hostile() -> Report:
    """Return a report in which everything that a host or a check can name is hostile."""
    name = "n" + HOSTILE.replace("\0", "").replace("\n", "")
    interpreter = f"/usr/bin/{name}"
    host = linux(entries={name: entry_text(interpreter=interpreter), "damaged": f"enabled\n{HOSTILE}"})
    finding = Finding(
        name,
        f"{name}: message {HOSTILE}",
        entry=name,
        evidence=(Evidence(f"/proc/{HOSTILE}", HOSTILE * 40),),
        remedies=(
            Remedy(
                "paste",
                f"title {HOSTILE}",
                (f"rm {HOSTILE}", "echo \x1b[2J"),
                root=False,
                persistent=None,
                risk=HOSTILE,
                leaves=HOSTILE,
                note=HOSTILE,
            ),
        ),
    )
    checks = (
        check("QD201", finds=finding),
        check("QD202", finds=Unavailable(HOSTILE)),
        check("QD203", finds=ValueError(HOSTILE)),
    )
    return examine(ask(host), checks)


def nothing() -> Report:
    """Return the report on a host of which nothing is known."""
    return examine(ask(FakeHost({})), CHECKS)


REPORTS = {
    "founding": founding,
    "observed": lambda: founding(prober=observing(aarch64=("ok", "ENOENT"))),
    "working": working,
    "unseen": lambda: unseen("arm64"),
    "unseen without a platform": unseen,
    "supposed": lambda: supposed("3.10.0-327.el7.x86_64"),
    "mixed": mixed,
    "hostile": hostile,
    "nothing": nothing,
}
