"""What binfmt.d registers at boot: which file of a name counts, in which order, and what the kernel makes of it."""

from collections.abc import Mapping

import pytest

from qemudoctor.facts import Unavailable
from qemudoctor.host.door import Source
from qemudoctor.host.trees import Content
from tests.support.hosts import CENTOS_7, FakeHost, ask, link, linux, static_emulator

MAGIC = rb"\x7f\x45\x4c\x46\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00"
EMULATOR = "/usr/bin/qemu-aarch64-static"


def line(name: str, flags: str = "F", interpreter: str = EMULATOR) -> bytes:
    return b":" + name.encode() + b":M::" + MAGIC + b"::" + interpreter.encode() + b":" + flags.encode()


def with_files(files: Mapping[str, Content], kernel: str = "6.1.0-25-amd64", **options: object) -> FakeHost:
    emulator: dict[str, Content] = {EMULATOR: static_emulator("aarch64")}
    return linux(kernel=kernel, files=emulator | dict(files), **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param({}, [], id="no folders"),
        pytest.param({"/usr/lib/binfmt.d/a.conf": line("a") + b"\n"}, ["/usr/lib/binfmt.d/a.conf:a"], id="one"),
        pytest.param(
            {
                "/usr/lib/binfmt.d/b.conf": line("b"),
                "/etc/binfmt.d/c.conf": line("c"),
                "/run/binfmt.d/a.conf": line("a"),
            },
            ["/run/binfmt.d/a.conf:a", "/usr/lib/binfmt.d/b.conf:b", "/etc/binfmt.d/c.conf:c"],
            id="by file name, whatever the folder",
        ),
        pytest.param(
            {"/usr/lib/binfmt.d/a.conf": line("package"), "/etc/binfmt.d/a.conf": line("mine")},
            ["/etc/binfmt.d/a.conf:mine"],
            id="the file of the same name in /etc counts",
        ),
        pytest.param(
            {"/usr/lib/binfmt.d/a.conf": line("a"), "/etc/binfmt.d/a.conf": link("/dev/null")}, [], id="masked"
        ),
        pytest.param({"/usr/lib/binfmt.d/a.conf": line("a"), "/etc/binfmt.d/a.conf": b""}, [], id="emptied"),
        pytest.param({"/etc/binfmt.d/a.conf": link("/nowhere")}, [], id="dangling link"),
        pytest.param({"/etc/binfmt.d/a.txt": line("a")}, [], id="another suffix"),
        pytest.param(
            {"/etc/binfmt.d/a.conf": b"# x\n; y\n\n  " + line("a") + b"\n" + line("b")},
            ["/etc/binfmt.d/a.conf:a", "/etc/binfmt.d/a.conf:b"],
            id="comments and several lines",
        ),
    ],
)
def test_lines(files: dict[str, Content], expected: list[str]) -> None:
    found = ask(with_files(files)).persistent
    assert [f"{x.path}:{x.name}" for x in found] == expected


def test_not_to_be_read() -> None:
    path = "/etc/binfmt.d/a.conf"
    facts = ask(with_files({path: line("a")}, forbidden=(path,)))
    with pytest.raises(Unavailable, match="Permission denied"):
        _ = facts.persistent


@pytest.mark.parametrize(
    ("files", "kernel", "names"),
    [
        pytest.param({"/etc/binfmt.d/a.conf": line("a") + b"\n" + line("b")}, "6.1.0", ["b", "a"], id="newest first"),
        pytest.param({"/etc/binfmt.d/a.conf": line("a") + b"\n" + line("a", "PF")}, "6.1.0", ["a"], id="replaced"),
        pytest.param({"/etc/binfmt.d/a.conf": line("a")}, CENTOS_7, [], id="refused"),
        pytest.param({"/etc/binfmt.d/a.conf": line("a", interpreter="/nowhere")}, "6.1.0", [], id="nothing to open"),
        pytest.param({"/etc/binfmt.d/a.conf": b"nonsense\n" + line("b")}, "6.1.0", ["b"], id="nonsense is passed over"),
    ],
)
def test_at_boot(files: dict[str, Content], kernel: str, names: list[str]) -> None:
    found = ask(with_files(files, kernel)).at_boot
    assert [x.name for x in found.registry.entries] == names
    assert len(found.lines) >= len(names)


def test_systemd() -> None:
    assert ask(linux()).has_systemd
    assert not ask(linux(distribution="alpine 3.20")).has_systemd


@pytest.mark.parametrize(
    "host",
    [
        pytest.param(linux(distribution="alpine 3.20", files={"/.dockerenv": ""}), id="in a container"),
        pytest.param(linux(source=Source.ROOT), id="nothing runs in a root"),
    ],
)
def test_systemd_is_not_known(host: FakeHost) -> None:
    with pytest.raises(Unavailable):
        _ = ask(host).has_systemd
