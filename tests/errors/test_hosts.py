"""The same message on different hosts."""

import pytest

import qemudoctor
from qemudoctor.errors import Explanation, Standing, explain_error
from qemudoctor.facts import Facts
from tests.support.hosts import ask, centos_7, entry_text, linux, static_emulator, ubuntu_1604

NOT_FOUND = 'standard_init_linux.go:190: exec user process caused "no such file or directory"'
REFUSED = "sh: write error: Invalid argument"


def standing(explanation: Explanation, cause: str) -> Standing | None:
    return next((x.standing for x in explanation.causes if x.id == cause), None)


def test_founding_story() -> None:
    explanation = explain_error(NOT_FOUND, ask(centos_7()))
    first = explanation.causes[0]
    assert (first.id, first.standing, first.check) == ("f-flag-missing", Standing.CONFIRMED, "QD201")
    assert any("qemu-aarch64" in x for x in first.because)
    assert first.remedies
    assert explanation.symptoms[0].emitter_version == "1.0.0-rc5 (also Docker 18.06)"


def test_host_on_which_it_works() -> None:
    explanation = explain_error(NOT_FOUND, ask(ubuntu_1604()))
    assert standing(explanation, "f-flag-missing") is Standing.RULED_OUT
    assert explanation.causes[0].id == "shebang-crlf"


def test_old_kernel_is_confirmed_and_a_new_one_rules_it_out() -> None:
    old = explain_error(REFUSED, ask(centos_7(registered=False), "arm64"))
    assert standing(old, "kernel-too-old-for-f") is Standing.CONFIRMED
    new = explain_error(REFUSED, ask(ubuntu_1604(), "arm64"))
    assert standing(new, "kernel-too-old-for-f") is Standing.RULED_OUT
    assert new.causes[0].id == "register-invalid-argument"


def test_supposed_kernel_counts() -> None:
    explanation = explain_error(REFUSED, ask(ubuntu_1604(), "arm64", kernel="3.10.0-327.el7.x86_64"))
    assert standing(explanation, "kernel-too-old-for-f") is not Standing.RULED_OUT


@pytest.mark.parametrize("mount", ["not-mounted", "automount"])
def test_not_mounted(mount: str) -> None:
    facts = ask(linux(mount=mount), "arm64")
    explanation = explain_error("bash: /proc/sys/fs/binfmt_misc/register: No such file or directory", facts)
    assert explanation.causes[0].id == "binfmt-not-mounted"


def test_platform_of_the_message_is_asked_for() -> None:
    host = linux(
        entries={"qemu-arm": entry_text("arm", flags="F")}, files={"/usr/bin/qemu-arm-static": static_emulator("arm")}
    )
    text = "#5 [linux/arm64 2/2] RUN true\n#5 0.1 exec /bin/sh: exec format error (linux/arm64)"
    explanation = explain_error(text, ask(host))
    assert explanation.causes[0].id == "binfmt-not-registered"
    assert explanation.causes[0].standing is Standing.CONFIRMED


def test_finding_about_another_platform_confirms_nothing() -> None:
    host = linux(entries={"qemu-arm": entry_text("arm")}, files={"/usr/bin/qemu-arm-static": static_emulator("arm")})
    explanation = explain_error("exec /bin/sh: no such file or directory (linux/s390x)", ask(host))
    assert standing(explanation, "f-flag-missing") is not Standing.CONFIRMED


def test_known_bad_build_of_this_host_is_named() -> None:
    host = linux(
        entries={"qemu-aarch64": entry_text(flags="F")},
        files={"/usr/bin/qemu-aarch64-static": static_emulator("aarch64", version="7.2.0")},
    )
    explanation = explain_error("tar: ./usr: Cannot open: Function not implemented", ask(host, "arm64"))
    first = explanation.causes[0]
    assert first.id == "qemu-unsupported-syscall"
    assert any("QEMU 7.2.0" in x for x in first.because), first.because


def test_nothing_known_of_the_host_rules_nothing_out() -> None:
    class Nothing(Facts):
        pass

    host = linux(mount="mounted", forbidden=("/proc/sys/fs/binfmt_misc", "/proc/self/mountinfo", "/proc/filesystems"))
    explanation = explain_error(NOT_FOUND, Nothing(host))
    assert "f-flag-missing" in [x.id for x in explanation.causes[:3]]
    assert all(x.standing in (Standing.LIKELY, Standing.POSSIBLE) for x in explanation.causes)


def test_public_name() -> None:
    assert qemudoctor.explain_error is explain_error
    assert not qemudoctor.explain_error("hello").recognised


def test_what_an_error_confirms_stands_above_what_a_warning_confirms() -> None:
    text = "cat: /proc/sys/fs/binfmt_misc/status: No such file or directory"
    by_error, by_warning = (
        explain_error(text, ask(linux(mount=x), "arm64")).causes[0] for x in ("not-mounted", "automount")
    )
    assert (by_error.check, by_warning.check) == ("QD202", "QD203")
    assert by_error.score >= 0.9 > by_warning.score


def test_rosetta_is_ruled_out_where_amd64_is_native() -> None:
    text = "docker run --platform linux/amd64 nginx\nexec /docker-entrypoint.sh: exec format error"
    assert standing(explain_error(text), "rosetta") is Standing.POSSIBLE
    assert standing(explain_error(text, ask(linux())), "rosetta") is Standing.RULED_OUT


def test_kernel_rules_its_cause_out_where_the_registry_is_not_known() -> None:
    facts = ask(linux(mount="not-mounted"), "arm64", kernel="6.6")
    assert standing(explain_error(REFUSED, facts), "kernel-too-old-for-f") is Standing.RULED_OUT


def test_release_of_a_kernel_is_no_platform() -> None:
    text = "modprobe: FATAL: Module binfmt_misc not found in directory /lib/modules/6.1.0-13-amd64"
    assert explain_error(text).symptoms[0].platform is None
    explanation = explain_error(text, ask(linux(mount="not-mounted"), "arm64"))
    assert explanation.causes[0].id in ("binfmt-module-missing", "binfmt-not-mounted")
    assert explanation.causes[0].standing is not Standing.RULED_OUT


def test_native_programs_say_nothing_of_the_registry() -> None:
    text = "linux/amd64: update-binfmts: warning: Couldn't load the binfmt_misc module."
    explanation = explain_error(text, ask(linux(mount="not-mounted")))
    assert standing(explanation, "binfmt-not-mounted") is not Standing.RULED_OUT


def test_program_of_this_host_is_for_no_other_platform() -> None:
    text = "exec /app/server: exec format error"
    assert standing(explain_error(text, ask(linux(), "amd64")), "image-arch-mismatch") is Standing.RULED_OUT
    assert standing(explain_error(text, ask(linux(), "arm64")), "image-arch-mismatch") is not Standing.RULED_OUT


def test_what_is_hardly_thought_of_does_not_become_certain() -> None:
    text = "modprobe: FATAL: Module binfmt_misc not found in directory /lib/modules/6.1.0-13-amd64"
    explanation = explain_error(text, ask(linux()))
    assert standing(explanation, "binfmt-module-missing") is Standing.RULED_OUT
    assert explanation.causes[0].score < 0.5


def test_platform_without_a_host() -> None:
    explanation = explain_error("exec /bin/sh: exec format error", platform="linux/s390x")
    assert any("--install s390x" in x for remedy in explanation.causes[0].remedies for x in remedy.commands)


@pytest.mark.parametrize(
    "text",
    [
        "OSError: [Errno 8] Exec format error: '/srv/notes.txt'",
        "./tool: Exec format error\n$ file tool\ntool: empty",
        "./tool: Exec format error\n$ file tool\ntool: gzip compressed data, max compression",
        "bash: ./tool: cannot execute binary file: Exec format error\n$ file tool\ntool: HTML document, ASCII text",
    ],
)
def test_host_confirms_nothing_that_the_message_speaks_against(text: str) -> None:
    explanation = explain_error(text, ask(linux()))
    assert explanation.causes[0].id == "binary-corrupt-or-empty"
    assert standing(explanation, "binfmt-not-registered") is not Standing.CONFIRMED
    # The very same host confirms it where the message leaves it open.
    open_text = explain_error("exec /bin/sh: exec format error", ask(linux()))
    assert standing(open_text, "binfmt-not-registered") is Standing.CONFIRMED
