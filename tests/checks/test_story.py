"""The founding story: arm64 containers fail on CentOS 7 and work on Ubuntu 16.04, and each host says why."""

from qemudoctor.check import Severity
from qemudoctor.runner import builtin_checks, examine
from tests.support.checking import errors, only
from tests.support.hosts import CENTOS_7, ask, centos_7, ubuntu_1604

ENTRY = "/proc/sys/fs/binfmt_misc/qemu-aarch64"


class TestEntryWithoutF:
    def test_that_is_the_one_error(self) -> None:
        assert errors(ask(centos_7(), "linux/arm64")) == ["QD201"]

    def test_it_is_the_same_without_a_requirement(self) -> None:
        assert errors(ask(centos_7())) == ["QD201"]

    def test_message_names_flag_version_kernel_and_consequence(self) -> None:
        message = only("QD201", ask(centos_7(), "linux/arm64")).finding.message
        for word in ("flag F", "Linux 4.8", CENTOS_7, "/usr/bin/qemu-aarch64-static", "no such file or directory"):
            assert word in message

    def test_cause_and_evidence(self) -> None:
        found = only("QD201", ask(centos_7(), "linux/arm64"))
        assert found.cause == "f-flag-missing"
        evidence = [(x.source, x.text) for x in found.finding.evidence]
        assert (ENTRY, "flags: ") in evidence
        assert (ENTRY, "interpreter /usr/bin/qemu-aarch64-static") in evidence
        assert ("uname -r", CENTOS_7) in evidence

    def test_the_bind_mount_is_proven_and_nothing_asks_for_f(self) -> None:
        remedies = only("QD201", ask(centos_7(), "linux/arm64")).finding.remedies
        assert remedies[0].commands == (
            "docker run --rm -v /usr/bin/qemu-aarch64-static:/usr/bin/qemu-aarch64-static:ro IMAGE uname -m",
        )
        assert {x.proven for x in remedies} == {"model"}
        assert not any(text in " ".join(x.commands) for x in remedies for text in ("-p yes", "--install", ":F"))

    def test_the_kernel_is_only_explained(self) -> None:
        found = only("QD101", ask(centos_7(), "linux/arm64"))
        assert found.severity is Severity.INFO


class TestRegistrationRefused:
    def test_kernel_and_missing_entry(self) -> None:
        assert errors(ask(centos_7(registered=False), "linux/arm64")) == ["QD101", "QD206"]

    def test_cause_is_the_kernel(self) -> None:
        found = only("QD101", ask(centos_7(registered=False), "linux/arm64"))
        assert (found.severity, found.cause) == (Severity.ERROR, "kernel-too-old-for-f")
        for word in ("flag F", "Linux 4.8", CENTOS_7, "Invalid argument", "CentOS 7", "exec format error"):
            assert word in found.finding.message

    def test_registered_without_f_and_handed_over(self) -> None:
        remedies = only("QD101", ask(centos_7(registered=False), "linux/arm64")).finding.remedies
        proven = [x for x in remedies if x.proven == "model"]
        assert [x.id for x in proven] == ["register-and-bind-mount", "multiarch-register-and-bind-mount"]
        register, run = proven[0].commands
        assert register.endswith(":' > /proc/sys/fs/binfmt_misc/register")
        assert run.startswith("docker run --rm -v /usr/bin/qemu-aarch64-static:/usr/bin/qemu-aarch64-static:ro ")
        assert "docker run --privileged --rm multiarch/qemu-user-static:register --reset" in proven[1].commands
        assert not any("-p yes" in command for x in remedies for command in x.commands)


class TestUbuntu:
    def test_nothing_is_wrong(self) -> None:
        report = examine(ask(ubuntu_1604(), "linux/arm64"), builtin_checks())
        assert report.count(Severity.ERROR) == report.count(Severity.WARNING) == 0

    def test_it_predicts_the_cluster(self) -> None:
        facts = ask(ubuntu_1604(), "linux/arm64", kernel=CENTOS_7)
        assert errors(facts) == ["QD101", "QD206"]
        found = only("QD101", facts).finding
        assert "the registration of qemu-aarch64 leaves no entry behind" in found.message
        assert ("--kernel", CENTOS_7) in [(x.source, x.text) for x in found.evidence]
        assert any(":F" in x.text for x in found.evidence)

    def test_a_newer_kernel_takes_the_entry_that_the_installer_holds_open(self) -> None:
        assert errors(ask(ubuntu_1604(), "linux/arm64", kernel="6.1.0")) == []
