"""QD221 and QD222: what the next boot leaves out, and what it registers otherwise."""

from collections.abc import Mapping

import pytest

from qemudoctor.check import Facts
from qemudoctor.host.trees import Content
from tests.support.checking import Expected, only, reason_to_skip, shapes
from tests.support.hosts import FakeHost, ask, entry_text, link, linux, static_emulator

EMULATOR = "/usr/bin/qemu-aarch64-static"
MAGIC = r"\x7f\x45\x4c\x46\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00"
MASK = r"\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff"
PACKAGE = "/usr/lib/binfmt.d/qemu-aarch64.conf"
UNIT = "/etc/systemd/system/systemd-binfmt.service"
DATABASE = "/var/lib/binfmts/qemu-aarch64"
NOTHING: list[Expected] = []
LOST: list[Expected] = [("info", "linux/arm64", "qemu-aarch64", None)]
WORSE: list[Expected] = [("warning", "linux/arm64", "qemu-aarch64", None)]


def line(flags: str = "F", *, name: str = "qemu-aarch64", interpreter: str = EMULATOR) -> str:
    return f":{name}:M::{MAGIC}:{MASK}:{interpreter}:{flags}\n"


def row(fix: str = "yes", detector: str = "") -> str:
    return f"qemu-user-static\nmagic\n0\n{MAGIC}\n{MASK}\n{EMULATOR}\n{detector}\nno\n\n{fix}\n"


def host(
    files: Mapping[str, Content] | None = None,
    *,
    flags: str = "F",
    emulator: bool = True,
    update_binfmts: bool = False,
    **options: object,
) -> FakeHost:
    known: dict[str, Content] = {EMULATOR: static_emulator("aarch64")} if emulator else {}
    return linux(
        entries={"qemu-aarch64": entry_text(flags=flags)},
        files=known | dict(files or {}),
        engines=("update-binfmts",) if update_binfmts else (),
        **options,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("known", "lost", "otherwise"),
    [
        pytest.param(host({PACKAGE: line()}), NOTHING, NOTHING, id="registered alike"),
        pytest.param(host({"/etc/binfmt.d/x.conf": line(name="mine")}), NOTHING, NOTHING, id="under another name"),
        pytest.param(host(), LOST, NOTHING, id="nowhere"),
        pytest.param(host({PACKAGE: "# no line\n"}), LOST, NOTHING, id="an empty file"),
        pytest.param(host({PACKAGE: line("")}), NOTHING, WORSE, id="without F"),
        pytest.param(host({PACKAGE: line("OF")}), NOTHING, LOST, id="other flags that work"),
        pytest.param(
            host({PACKAGE: line(), "/etc/binfmt.d/qemu-aarch64.conf": line("")}), NOTHING, WORSE, id="hidden in /etc"
        ),
        pytest.param(host({PACKAGE: line(interpreter="/gone")}), LOST, NOTHING, id="a line that is refused"),
        pytest.param(host({PACKAGE: line(), UNIT: link("/dev/null")}), LOST, NOTHING, id="the service is masked"),
        pytest.param(host(flags="", files={PACKAGE: line("")}), NOTHING, NOTHING, id="it does not work now either"),
        pytest.param(host(emulator=False), NOTHING, NOTHING, id="only held open, which QD306 tells"),
        pytest.param(host(systemd=False, flags=""), NOTHING, NOTHING, id="nothing runs, and nobody knows what boots"),
        pytest.param(
            host({"/etc/systemd/system/q.service": "ExecStart=docker run --privileged tonistiigi/binfmt"}),
            NOTHING,
            NOTHING,
            id="a service registers it",
        ),
        pytest.param(host(distribution="alpine 3.20"), LOST, NOTHING, id="OpenRC"),
        pytest.param(host({DATABASE: row()}, update_binfmts=True), NOTHING, NOTHING, id="update-binfmts"),
        pytest.param(host({DATABASE: row("no")}, update_binfmts=True), NOTHING, WORSE, id="update-binfmts without F"),
        pytest.param(host({DATABASE: row()}), LOST, NOTHING, id="a database that nobody reads"),
        pytest.param(
            host({DATABASE: row(detector="/usr/bin/detect")}, update_binfmts=True), LOST, NOTHING, id="with a detector"
        ),
        pytest.param(
            host({DATABASE: row("no"), PACKAGE: line()}, update_binfmts=True),
            NOTHING,
            NOTHING,
            id="binfmt.d comes first, and its name is taken then",
        ),
    ],
)
def test_after_a_boot(known: FakeHost, lost: list[Expected], otherwise: list[Expected]) -> None:
    facts = ask(known, "linux/arm64")
    assert (shapes("QD221", facts), shapes("QD222", facts)) == (lost, otherwise)


@pytest.mark.parametrize("check", ["QD221", "QD222"])
@pytest.mark.parametrize(
    ("known", "reason"),
    [
        (linux(mount="not-mounted"), "not mounted"),
        (host(systemd=False), "neither systemd nor OpenRC"),
        (host({"/.dockerenv": ""}), "inside docker"),
    ],
)
def test_what_boots_is_not_known(check: str, known: FakeHost, reason: str) -> None:
    assert reason in reason_to_skip(check, ask(known, "linux/arm64"))


def test_what_if_is_not_asked() -> None:
    assert shapes("QD221", ask(host(), "linux/arm64", kernel="5.15.0")) == []


def test_files_that_may_not_be_read() -> None:
    known = host({PACKAGE: line()}, forbidden=(PACKAGE,))
    assert "Permission denied" in reason_to_skip("QD221", ask(known, "linux/arm64"))


def test_a_file_keeps_it() -> None:
    (remedy,) = only("QD221", ask(host(), "linux/arm64")).finding.remedies
    assert (remedy.id, remedy.persistent, remedy.proven) == ("register-at-boot", True, "model")
    assert remedy.effect is not None
    (written,) = remedy.effect.files
    assert written == ("/etc/binfmt.d/qemu-doctor-qemu-aarch64.conf", line())
    assert not remedy.effect.register, "the registry is not touched"
    assert after(remedy.effect.files) == []


def after(files: tuple[tuple[str, str], ...]) -> list[Expected]:
    return shapes("QD221", ask(host(dict(files)), "linux/arm64"))


def test_the_better_line_comes_last() -> None:
    facts = ask(host({"/etc/binfmt.d/zz.conf": line("")}), "linux/arm64")
    found = only("QD222", facts).finding
    assert "no flags in place of the flags F" in found.message
    (remedy,) = found.remedies
    assert remedy.effect is not None
    (path, text) = remedy.effect.files[0]
    assert path > "/etc/binfmt.d/zz.conf"
    assert shapes("QD222", ask(host({"/etc/binfmt.d/zz.conf": line(""), path: text}), "linux/arm64")) == []


def test_a_masked_service_is_unmasked() -> None:
    facts = ask(host({PACKAGE: line(), UNIT: link("/dev/null")}, euid=1000), "linux/arm64")
    found = only("QD221", facts).finding
    assert "masks systemd-binfmt" in found.message
    (remedy,) = found.remedies
    assert (remedy.commands, remedy.proven) == (("sudo systemctl unmask systemd-binfmt",), "model")


def test_wsl_without_the_service() -> None:
    drop_in = "/usr/lib/systemd/system/systemd-binfmt.service.d/wsl.conf"
    files: dict[str, Content] = {PACKAGE: line(), drop_in: "[Unit]\nConditionVirtualization=!wsl\n"}
    wsl = ask(host(files, kernel="5.15.167.4-microsoft-standard-WSL2"), "linux/arm64")
    assert [x.finding.message.count("under WSL") for x in (only("QD221", wsl),)] == [1]
    assert shapes("QD221", ask(host(files), "linux/arm64")) == []


def test_one_finding_for_all_entries() -> None:
    targets = ("aarch64", "arm", "s390x")
    known: FakeHost = linux(
        entries={f"qemu-{x}": entry_text(x, flags="F") for x in targets},
        files={f"/usr/bin/qemu-{x}-static": static_emulator(x) for x in targets},
    )
    facts: Facts = ask(known)
    found = only("QD221", facts).finding
    assert found.message.startswith("qemu-arm, qemu-aarch64 and qemu-s390x: no file of binfmt.d registers them")
    assert len(found.remedies[0].commands) == len(targets)
