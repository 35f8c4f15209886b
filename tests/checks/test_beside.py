"""QD215, QD216 and QD220: entries by extension, two emulators for the same programs, a registry that is read-only."""

import pytest

from qemudoctor.check import Facts, Severity
from qemudoctor.host.trees import Content
from tests.support.checking import Expected, errors, only, reason_to_skip, shapes
from tests.support.hosts import MOUNTED, OTHER_MOUNTS, FakeHost, ask, entry_text, link, linux, static_emulator

EMULATOR = "/usr/bin/qemu-aarch64-static"
OTHER = "/usr/bin/FEXInterpreter"
FILES: dict[str, Content] = {
    EMULATOR: static_emulator("aarch64"),
    OTHER: static_emulator("aarch64"),
    "/usr/bin/qemu-aarch64": link("qemu-aarch64-static"),
}
GOOD = entry_text(flags="F")
READ_ONLY = OTHER_MOUNTS + MOUNTED.replace("rw,relatime", "ro,relatime")


def by_extension(interpreter: str = EMULATOR, *, enabled: bool = True) -> str:
    return f"{'enabled' if enabled else 'disabled'}\ninterpreter {interpreter}\nflags: F\nextension .foo\n"


def host(**entries: str) -> FakeHost:
    return linux(entries=entries, files=FILES)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(ask(host(q=GOOD), "linux/arm64"), [], id="by magic"),
        pytest.param(ask(host(x=by_extension("/usr/bin/wine"))), [], id="not QEMU"),
        pytest.param(ask(host(x=by_extension(enabled=False))), [], id="disabled"),
        pytest.param(
            ask(host(x=by_extension()), "linux/arm64"),
            [("error", "linux/arm64", "x", "qemu-wrong-target")],
            id="the only one",
        ),
        pytest.param(
            ask(host(x=by_extension())), [("error", "linux/arm64", "x", "qemu-wrong-target")], id="nothing required"
        ),
        pytest.param(
            ask(host(x=by_extension(), q=GOOD), "linux/arm64"),
            [("warning", "linux/arm64", "x", "qemu-wrong-target")],
            id="beside a good one",
        ),
    ],
)
def test_extension(facts: Facts, expected: list[Expected]) -> None:
    assert shapes("QD215", facts) == expected


def test_an_extension_is_one_error() -> None:
    assert errors(ask(host(x=by_extension()), "linux/arm64")) == ["QD215"]
    assert errors(ask(host(x=by_extension()))) == ["QD215"]


def test_an_entry_by_magic_takes_its_place() -> None:
    now = only("QD215", ask(host(x=by_extension()), "linux/arm64")).finding.remedies[0]
    assert (now.id, now.proven) == ("register-now", "model")
    assert r"\x7f\x45\x4c\x46" in now.commands[-1]


def test_beside_a_good_one_it_is_removed() -> None:
    (remedy,) = only("QD215", ask(host(x=by_extension(), q=GOOD), "linux/arm64")).finding.remedies
    assert (remedy.id, remedy.proven) == ("remove-entry", "model")


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(ask(host(q=GOOD)), [], id="one"),
        pytest.param(ask(host(q=GOOD, p=GOOD)), [], id="the same emulator twice"),
        pytest.param(
            ask(host(q=GOOD, p=entry_text(flags="F", interpreter="/usr/bin/qemu-aarch64"))), [], id="by a link"
        ),
        pytest.param(
            ask(host(q=GOOD, fex=entry_text(flags="F", interpreter=OTHER))),
            [("info", "linux/arm64", "q", None)],
            id="another emulator",
        ),
        pytest.param(ask(host(q=GOOD, fex=entry_text(flags="F", interpreter=OTHER, enabled=False))), [], id="disabled"),
        pytest.param(
            ask(host(q=entry_text(), fex=entry_text(flags="F", interpreter=OTHER))), [], id="QD211 tells of a failure"
        ),
    ],
)
def test_two_emulators(facts: Facts, expected: list[Expected]) -> None:
    assert shapes("QD216", facts) == expected


def test_the_newer_one_is_kept() -> None:
    facts = ask(host(q=GOOD, fex=entry_text(flags="F", interpreter=OTHER)), "linux/arm64")
    (remedy,) = only("QD216", facts).finding.remedies
    assert remedy.effect is not None
    assert (remedy.effect.remove, remedy.proven) == (("fex",), "model")


def read_only(**entries: str) -> FakeHost:
    return linux(entries=entries, files=FILES | {"/proc/self/mountinfo": READ_ONLY})


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(ask(host(q=GOOD)), [], id="writable"),
        pytest.param(ask(read_only(q=GOOD)), [("info", None, None, "register-permission")], id="all is registered"),
        pytest.param(
            ask(read_only(q=entry_text()), "linux/arm64"),
            [("warning", None, None, "register-permission")],
            id="something has to be changed",
        ),
        pytest.param(ask(read_only()), [("warning", None, None, "register-permission")], id="empty"),
        pytest.param(ask(read_only(), "linux/amd64"), [], id="not needed"),
        pytest.param(ask(linux(mount="not-mounted")), [], id="not mounted"),
    ],
)
def test_read_only(facts: Facts, expected: list[Expected]) -> None:
    assert shapes("QD220", facts) == expected


def test_every_registration_begins_with_making_it_writable() -> None:
    remedies = only("QD206", ask(read_only(), "linux/arm64")).finding.remedies
    registering = [x for x in remedies if x.effect is not None]
    assert registering
    assert {x.commands[0] for x in registering} == {"mount -o remount,rw /proc/sys/fs/binfmt_misc"}


@pytest.mark.parametrize("check", ["QD215", "QD216"])
def test_cannot_look(check: str) -> None:
    assert "automount" in reason_to_skip(check, ask(linux(mount="automount"), "linux/arm64"))


@pytest.mark.parametrize(
    ("entries", "require", "words"),
    [
        pytest.param(("aarch64",), "linux/arm/v7", "qemu-aarch64 is for the 64-bit programs of linux/arm64", id="bits"),
        pytest.param(("mipsel",), "linux/mips", "little-endian programs of linux/mipsle", id="byte order"),
        pytest.param(("ppc64le",), "linux/ppc64", "and these are big-endian ones", id="byte order of 64 bits"),
        pytest.param(("s390x",), "linux/arm/v7", None, id="no relation"),
    ],
)
def test_a_near_relation_is_named(entries: tuple[str, ...], require: str, words: str | None) -> None:
    known = {f"qemu-{x}": entry_text(x, flags="F") for x in entries}
    found = only("QD206", ask(linux(entries=known), require))
    assert found.severity is Severity.ERROR
    message = found.finding.message
    assert words in message if words is not None else message.endswith('"exec format error"')


def test_a_registry_of_a_namespaces_own_is_named() -> None:
    files: dict[str, Content] = {"/proc/self/uid_map": "0 1000 1\n"}
    new = only("QD206", ask(linux(kernel="6.12.1", files=files), "linux/arm64")).finding
    assert [x.source for x in new.evidence] == ["/proc/sys/fs/binfmt_misc", "/proc/self/uid_map"]
    old = only("QD206", ask(linux(kernel="6.1.0", files=files), "linux/arm64")).finding
    assert [x.source for x in old.evidence] == ["/proc/sys/fs/binfmt_misc"]


def test_a_line_that_is_not_in_effect_is_named() -> None:
    path = "/etc/binfmt.d/q.conf"
    text = linux(entries={"q": GOOD}, files=FILES)
    files = FILES | {path: ask(text).registry.entries[0].to_register()}
    found = only("QD206", ask(linux(files=files), "linux/arm64")).finding
    assert found.evidence[-1].source == path
