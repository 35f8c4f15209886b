"""What binfmt.d holds decides which registration is offered, under which file name, and what is said of a reboot."""

import pytest

from qemudoctor.host.trees import Content
from qemudoctor.kernel.entry import Entry
from qemudoctor.platforms import BY_TARGET, parse_platform
from qemudoctor.remedies.cures import cures
from qemudoctor.remedies.mount import enable
from qemudoctor.remedies.register import remove
from qemudoctor.remedies.remedy import Remedy
from tests.support.hosts import FakeHost, ask, entry_text, link, linux, static_emulator

EMULATOR = "/usr/bin/qemu-aarch64-static"
DEBIAN = "/usr/libexec/qemu-binfmt/aarch64-binfmt-P"
CONF = "/usr/lib/binfmt.d/qemu-aarch64.conf"
ROW = BY_TARGET["aarch64"]


def line(interpreter: str = DEBIAN, flags: str = "OPF", name: str = "qemu-aarch64") -> str:
    entry = Entry(name=name, interpreter=interpreter, flags=flags, magic=ROW.magic, mask=ROW.mask)
    return entry.to_register().decode() + "\n"


PACKAGE: dict[str, Content] = {
    EMULATOR: static_emulator("aarch64"),
    DEBIAN: link("../../bin/qemu-aarch64-static"),
    CONF: line(),
}


def offered(host: FakeHost) -> dict[str, Remedy]:
    return {x.id: x for x in cures(ask(host, "linux/arm64"), parse_platform("linux/arm64"))}


@pytest.mark.parametrize(
    ("entries", "removes"),
    [
        pytest.param({}, False, id="no entry"),
        pytest.param({"qemu-aarch64": entry_text()}, True, id="one without F"),
        pytest.param({"mine": entry_text()}, False, id="one of another name"),
    ],
)
def test_the_line_of_the_package_is_registered(entries: dict[str, str], removes: bool) -> None:
    found = offered(linux(entries=entries, files=PACKAGE))
    now = found["register-now"]
    assert (now.persistent, now.proven) == (True, "model")
    assert f"'{line().strip()}'" in now.commands[-1]
    assert (len(now.commands) == 2) is removes
    assert "register-persistently" not in found, "the package's own file would be hidden"
    assert found["restart-systemd-binfmt"].proven == "model"


def test_a_restart_says_what_it_removes() -> None:
    host = linux(entries={"mine": entry_text("arm", flags="F"), "qemu-aarch64": entry_text()}, files=PACKAGE)
    risk = offered(host)["restart-systemd-binfmt"].risk or ""
    assert "removes every entry first" in risk
    assert "mine for good" in risk


def test_no_restart_and_nothing_lasting_without_systemd() -> None:
    host = linux(distribution="debian 12", entries={"qemu-aarch64": entry_text()}, files=PACKAGE, systemd=False)
    found = offered(host)
    assert "restart-systemd-binfmt" not in found
    assert "register-persistently" not in found
    assert not found["register-now"].persistent
    assert "systemd does not run here" in (found["register-now"].note or "")


@pytest.mark.parametrize(
    ("files", "file"),
    [
        pytest.param({}, "qemu-doctor-qemu-aarch64.conf", id="nothing there"),
        pytest.param({CONF: line(flags="OP")}, "qemu-doctor-qemu-aarch64.conf", id="not the package's name"),
        pytest.param(
            {"/etc/binfmt.d/zeta.conf": line(flags="", name="zeta")},
            "zz-qemu-doctor-qemu-aarch64.conf",
            id="behind whatever takes the same programs",
        ),
    ],
)
def test_the_name_of_our_own_file(files: dict[str, Content], file: str) -> None:
    own = offered(linux(files={EMULATOR: static_emulator("aarch64"), **files}))["register-persistently"]
    assert f"> /etc/binfmt.d/{file}" in own.commands[0]
    assert f"/etc/binfmt.d/{file}" in (own.leaves or "")
    assert ("counts in its place" in (own.leaves or "")) is bool(files)


def test_a_bad_line_that_comes_last_makes_the_good_one_not_last() -> None:
    """At boot the entry without F would come after the package's, so the package's line alone cures only now."""
    files = {**PACKAGE, "/etc/binfmt.d/zeta.conf": line(interpreter=EMULATOR, flags="", name="zeta")}
    found = offered(linux(files=files))
    assert not found["register-now"].persistent
    assert "zz-qemu-doctor-" in found["register-persistently"].commands[0]


def test_a_damaged_emulator_is_not_registered_and_its_package_is_installed_anew() -> None:
    files: dict[str, Content] = {**PACKAGE, EMULATOR: static_emulator("aarch64").data[:64]}
    found = offered(linux(entries={"qemu-aarch64": entry_text(flags="F")}, files=files))
    assert "register-now" not in found
    assert found["install-package"].commands == ("apt-get install -y --reinstall qemu-user-static",)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        pytest.param(PACKAGE, f"A boot registers it anew and switched on, from {CONF}", id="of a package"),
        pytest.param({}, "No file of binfmt.d names it", id="made by hand"),
    ],
)
def test_what_a_reboot_does_to_an_entry(files: dict[str, Content], words: str) -> None:
    facts = ask(linux(entries={"qemu-aarch64": entry_text(enabled=False)}, files=files))
    entry = facts.registry.entries[0]
    assert words in (enable(facts, "qemu-aarch64").note or "")
    assert words in (remove(facts, entry).note or "")
    assert enable(facts, "qemu-aarch64").persistent is bool(files)


def test_what_a_reboot_does_where_binfmt_d_cannot_be_read() -> None:
    host = linux(entries={"qemu-aarch64": entry_text()}, files=PACKAGE, forbidden=(CONF,))
    assert "not known here" in (enable(ask(host), "qemu-aarch64").note or "")
    assert "not known here" in (enable(ask(host), "status").note or "")


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        pytest.param({"a": entry_text()}, "it names none of the entries", id="none"),
        pytest.param({"qemu-aarch64": entry_text()}, "registers all entries", id="all"),
        pytest.param({"a": entry_text(), "qemu-aarch64": entry_text()}, "registers 1 of the 2 entries", id="some"),
    ],
)
def test_what_a_reboot_does_to_all(entries: dict[str, str], words: str) -> None:
    assert words in (enable(ask(linux(entries=entries, files=PACKAGE)), "status").note or "")


@pytest.mark.parametrize("files", [PACKAGE, {EMULATOR: static_emulator("aarch64")}], ids=["package", "emulator"])
def test_the_entry_of_another_emulator_is_left_alone(files: dict[str, Content]) -> None:
    entries = {"FEX": entry_text(interpreter="/usr/bin/FEXInterpreter")}
    for remedy in offered(linux(entries=entries, files=files)).values():
        assert not any("binfmt_misc/FEX" in x or ":FEX:" in x or "FEXInterpreter" in x for x in remedy.commands)
    now = offered(linux(entries=entries, files=files))["register-now"]
    assert "The entry FEX stays" in (now.note or "")
    assert now.proven == "model"
