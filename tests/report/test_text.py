"""The report for people, as it stands on a terminal of 80 columns."""

import re
from textwrap import dedent

import pytest

from qemudoctor.host.door import Source
from qemudoctor.platforms import BY_TARGET
from qemudoctor.report.terminal import WIDTH, Palette
from qemudoctor.report.text import render_text, render_verdict
from qemudoctor.runner import examine
from tests.report.examples import CHECKS, HOSTILE, INSTALL, REPORTS, founding, hostile, mixed, supposed, unseen, working
from tests.support.hosts import ask, entry_text, linux, observing, static_emulator

FOUNDING = dedent(
    """\
    node7: CentOS Linux 7, Linux 3.10.0-327.el7.x86_64, x86_64
    binfmt_misc: mounted, enabled, 1 entry

    platform     support    entry         host    container    verdict
    -----------  ---------  ------------  ------  -----------  ---------
    linux/arm64  emulated   qemu-aarch64  ok      ENOENT       broken

    linux/arm64 in an empty root, as in a container, step by step:
      open         /probe: the program itself
      binfmt_misc  /probe -> /usr/bin/qemu-aarch64-static by qemu-aarch64:
                   /usr/bin/qemu-aarch64-static is not in this root: there is no
                   /usr (ENOENT)

    error: QD201 binfmt-fix-binary-missing, linux/arm64
      qemu-aarch64: registered without F, so containers must contain
      /usr/bin/qemu-aarch64-static
      seen: /proc/sys/fs/binfmt_misc/qemu-aarch64:
            enabled
            interpreter /usr/bin/qemu-aarch64-static
            flags:
            offset 0
            magic 7f454c460201010000000000000000000200b700
            mask ffffffffffffff00fffffffffffffffffeffffff
      seen: uname -r: 3.10.0-327.el7.x86_64
      to do, one of:
      1. Register again with F, from a container (needs root, until the next reboot,
         proven on the model)
             docker run --privileged --rm tonistiigi/binfmt --install arm64
         risk: replaces the entries for arm64
         leaves: an image of some 70 MB
      2. Register with F at every boot (needs root, survives a reboot)
    @sudo tee /etc/binfmt.d/qemu-aarch64.conf <<'EOF'
    @:qemu-aarch64:M::\\x7fELF:\\xff\\xff\\xff\\xff:/q:F
    @EOF
             sudo systemctl restart systemd-binfmt
         note: needs systemd

    could not look: QD501: programs were not executed

    linux/arm64 works on the host but not in containers: the kernel looks for
    /usr/bin/qemu-aarch64-static in the container's own files, where it is not
    (ENOENT) [1 error]
    """
).replace("@", "")

WORKING = dedent(
    """\
    node7: Ubuntu 16.04, Linux 4.15.0-74-generic, x86_64
    binfmt_misc: mounted, enabled, 1 entry

    platform     support    entry         host    container    verdict
    -----------  ---------  ------------  ------  -----------  ---------
    linux/arm64  emulated   qemu-aarch64  ok      ok           works

    could not look: QD501: programs were not executed

    linux/arm64 works on the host and in containers
    """
)


def test_founding_failure() -> None:
    assert render_text(founding(prober=observing(aarch64=("ok", "ENOENT")))) == FOUNDING


def test_working_host() -> None:
    assert render_text(working()) == WORKING


@pytest.mark.parametrize("name", REPORTS)
def test_text_is_stable_and_fits(name: str) -> None:
    text = render_text(REPORTS[name]())
    assert text == render_text(REPORTS[name]())
    assert text.endswith("\n")
    assert "\n\n\n" not in text
    long = [line for line in text.split("\n") if len(line) > WIDTH and not _may_be_long(line)]
    assert not long


def _may_be_long(line: str) -> bool:
    """Return whether a line is a command, evidence, or one word."""
    return line.startswith(("         ", "  seen: ", "        ")) or len(line.split()) == 1


@pytest.mark.parametrize("verbose", [False, True])
def test_no_control_character_reaches_the_terminal(verbose: bool) -> None:
    lines = render_text(hostile(), verbose=verbose).split("\n")
    assert [line for line in lines if not line.isprintable()] == []
    assert "\\x1b]0;owned\\x07" in "\n".join(lines)


def test_commands_are_whole_lines() -> None:
    lines = render_text(founding()).split("\n")
    assert [line.strip() for line in lines].count(INSTALL.commands[0]) == 1
    assert "EOF" in lines, "the end of a here-document must stand at the left edge"


def test_command_with_odd_characters_says_so() -> None:
    assert "characters that cannot be shown here" in render_text(hostile())


def test_predicted_only_is_marked_with_the_reason() -> None:
    text = render_text(founding())
    assert re.search(r"linux/arm64 +emulated +qemu-aarch64 +ok \* +ENOENT \* +broken", text)
    assert "* predicted only: programs were not executed" in text


def test_difference_of_observation_and_prediction_stands_in_the_cell() -> None:
    host = linux(entries={"qemu-aarch64": entry_text(flags="F")})
    report = examine(ask(host, "arm64", prober=observing(aarch64=("ok", "ENOENT"))), CHECKS)
    text = render_text(report)
    assert "ENOENT (predicted ok)" in text
    assert "by the model (observed: ENOENT)" in " ".join(text.split())


def test_same_remedies_are_printed_once() -> None:
    text = render_text(mixed())
    assert text.count(INSTALL.commands[0]) == 1
    assert "to do: as for QD201 linux/arm64, above" in text


def test_supposed_kernel_is_said() -> None:
    text = render_text(supposed("3.10.0-327.el7.x86_64"))
    assert "supposed: Linux 3.10.0-327.el7.x86_64; the host runs 4.15.0-74-generic" in text
    assert "1 refused" in text


def test_registry_that_cannot_be_read_is_said() -> None:
    text = " ".join(render_text(unseen("arm64")).split())
    assert "its entries are not known: binfmt_misc is not mounted here" in text
    assert "could not look: QD201: binfmt_misc is not mounted here" in text


def test_verbose_lists_entries_and_checks() -> None:
    text = render_text(mixed(), verbose=True)
    assert "  qemu-riscv64: /usr/bin/qemu-riscv64-static, flags none, disabled" in text
    assert "failed: QD201 binfmt-fix-binary-missing" in text
    assert "linux/ppc64le in an empty root" in text


def test_crash_is_said() -> None:
    assert "crashed: QD901: ZeroDivisionError: division by zero" in render_text(mixed())


def test_verdict_alone_is_the_last_line() -> None:
    report = mixed()
    line = render_verdict(report)
    assert line.count("\n") == 1
    assert " ".join(render_text(report).split()).endswith(line.strip())


def test_colour_adds_only_colour() -> None:
    for make in REPORTS.values():
        coloured = render_text(make(), palette=Palette(enabled=True))
        assert re.sub(r"\x1b\[\d+m", "", coloured) == render_text(make())
    assert "\x1b[31merror\x1b[0m" in render_text(founding(), palette=Palette(enabled=True))


def test_hostile_string_is_hostile() -> None:
    assert not any(x.isprintable() for x in (HOSTILE[0], *HOSTILE[9:]))


def test_sandbox_is_said() -> None:
    host = linux(entries={}, files={"/.dockerenv": b""})
    text = " ".join(render_text(examine(ask(host), ())).split())
    assert "seen from inside docker (/.dockerenv: exists): what is true of it need not be true of the host" in text


@pytest.mark.parametrize(("source", "word"), [(Source.ROOT, "files at a root"), (Source.CAPTURE, "a capture")])
def test_source_is_said(source: Source, word: str) -> None:
    assert f"({word})" in " ".join(render_text(examine(ask(linux(source=source)), ())).split())


def test_many_findings_of_one_check_stay_readable() -> None:
    entries = {f"qemu-{target}": entry_text(target) for target in sorted(BY_TARGET)}
    files = {f"/usr/bin/qemu-{target}-static": static_emulator(target) for target in BY_TARGET}
    report = examine(ask(linux(entries=entries, files=files)), CHECKS)
    text = render_text(report)
    assert len(report.findings) > 20
    assert text.count("error: QD201 binfmt-fix-binary-missing") == 3
    assert f"error: QD201, {len(report.findings) - 3} more (-v): " in text
    assert len(text.split("\n\n")[-1].split("\n")) < 10
    verbose = render_text(report, verbose=True)
    assert verbose.count("error: QD201 binfmt-fix-binary-missing") == len(report.findings)
