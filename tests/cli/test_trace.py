"""`trace` from the command line, on this host and in roots on disk."""

import json
from pathlib import Path

import pytest

from qemudoctor.cli import main
from qemudoctor.facts import MOUNT_POINT
from qemudoctor.platforms import BY_TARGET
from tests.support.schemas import errors

Output = pytest.CaptureFixture[str]
HELLO = BY_TARGET["aarch64"].sample()
NATIVE = BY_TARGET["x86_64"].sample()
MAGIC = rb"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00"


@pytest.fixture
def rootfs(tmp_path: Path) -> Path:
    """Return a root with a foreign program, a script and a native program in it."""
    root = tmp_path / "rootfs"
    (root / "bin").mkdir(parents=True)
    for name, content in (("hello", HELLO), ("native", NATIVE), ("script", b"#!/bin/hello\n")):
        (root / "bin" / name).write_bytes(content)
        (root / "bin" / name).chmod(0o755)
    return root


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    """Return a file of register lines: an emulator on this host, with F."""
    emulator = tmp_path / "qemu-aarch64-static"
    emulator.write_bytes(NATIVE)
    emulator.chmod(0o755)
    file = tmp_path / "qemu.conf"
    file.write_bytes(b"# arm64\n:qemu-aarch64:M::" + MAGIC + b"::" + bytes(emulator) + b":F\n")
    return file


def _json(arguments: list[str], capsys: Output) -> tuple[int, dict[str, object]]:
    status = main(["trace", *arguments, "--json"])
    document = json.loads(capsys.readouterr().out)
    assert errors("trace", document) == []
    return status, document


def test_emulator_with_f_is_found_on_the_host(rootfs: Path, registry: Path, capsys: Output) -> None:
    status, document = _json(["/bin/hello", "--root", str(rootfs), "--registry", str(registry)], capsys)
    assert status == 0
    assert document["outcome"] == "ok"
    assert document["root"] == str(rootfs)
    assert document["runs"] == str(registry.parent / "qemu-aarch64-static")
    assert document["argv"] == [document["runs"], "/bin/hello"]


def test_old_kernel_refuses_f(rootfs: Path, registry: Path, capsys: Output) -> None:
    kernel = "3.10.0-327.el7.x86_64"
    arguments = ["/bin/hello", "--root", str(rootfs), "--registry", str(registry), "--kernel", kernel]
    assert main(["trace", *arguments]) == 1
    out = capsys.readouterr().out
    assert "the flag F is not known before Linux 4.8" in " ".join(out.split())
    assert out.endswith("`-> ENOEXEC: Exec format error\n")
    status, document = _json(arguments, capsys)
    assert (status, document["kernel"]) == (1, kernel)


def test_several_kernels_are_compared(rootfs: Path, registry: Path, capsys: Output) -> None:
    kernels = ("3.10.0-327.el7.x86_64", "6.12")
    arguments = ["/bin/hello", "--root", str(rootfs), "--registry", str(registry)]
    for kernel in kernels:
        arguments += ["--kernel", kernel]
    assert main(["trace", *arguments]) == 1
    out = capsys.readouterr().out
    assert out.count("[1] open") == 1
    assert "+-- Linux 3.10.0-327.el7.x86_64\n" in out
    assert "`-- Linux 6.12\n" in out
    assert main(["trace", *arguments, "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert errors("traces", document) == []
    assert [(x["kernel"], x["outcome"]) for x in document["traces"]] == [(kernels[0], "ENOEXEC"), (kernels[1], "ok")]
    assert main(["trace", "/bin/hello", *arguments[1:5], "--kernel", "6.1", "--kernel", "6.12"]) == 0
    assert "Linux 6.1 and 6.12, all alike, on" in capsys.readouterr().out


def test_a_register_line_that_a_vendors_kernel_may_refuse(rootfs: Path, registry: Path, capsys: Output) -> None:
    registry.write_bytes(registry.read_bytes().replace(b":M::", b":M:+0:"))
    kernel = "4.15.0-74-generic"
    arguments = ["/bin/hello", "--root", str(rootfs), "--registry", str(registry), "--kernel", kernel]
    status, document = _json(arguments, capsys)
    assert (status, document["outcome"]) == (1, "ENOEXEC")
    possible = document["possible"]
    assert isinstance(possible, list)
    assert [(x["outcome"], x["refused"]) for x in possible] == [("ENOEXEC", [f"{registry}:2"]), ("ok", [])]
    assert main(["trace", *arguments]) == 1
    out = capsys.readouterr().out
    assert "This depends on whether this kernel has:\n  (a) the offset is a signed decimal number" in out
    assert "refused then: nothing" in " ".join(out.split())


def test_emulator_without_f_is_looked_for_in_the_root(rootfs: Path, registry: Path, capsys: Output) -> None:
    registry.write_bytes(registry.read_bytes().replace(b":F\n", b":\n"))
    status, document = _json(["/bin/script", "--root", str(rootfs), "--registry", str(registry)], capsys)
    assert (status, document["outcome"]) == (1, "ENOENT")


def test_relative_program_starts_here_without_a_root(
    rootfs: Path, registry: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    monkeypatch.chdir(rootfs / "bin")
    for program in ("hello", "./hello"):
        status, document = _json([program, "--registry", str(registry)], capsys)
        assert (status, document["program"]) == (0, program)


def test_relative_program_starts_at_the_root(rootfs: Path, registry: Path, capsys: Output) -> None:
    status, document = _json(["bin/native", "--root", str(rootfs), "--registry", str(registry)], capsys)
    assert (status, document["program"]) == (0, "bin/native")


@pytest.mark.parametrize(("folder", "program"), [("bin", "/bin/hello"), ("opt", "hello")])
def test_name_is_searched_as_a_shell_does(
    folder: str, program: str, rootfs: Path, registry: Path, capsys: Output
) -> None:
    (rootfs / "bin").rename(rootfs / folder)
    _, document = _json(["hello", "--root", str(rootfs), "--registry", str(registry)], capsys)
    assert document["program"] == program


def test_root_may_be_relative(rootfs: Path, registry: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    monkeypatch.chdir(rootfs.parent)
    status, document = _json(["/bin/native", "--root", "./rootfs", "--registry", registry.name], capsys)
    assert (status, document["root"]) == (0, str(rootfs))


def test_program_that_is_not_there(rootfs: Path, registry: Path, capsys: Output) -> None:
    status, document = _json(["/bin/nothing", "--root", str(rootfs), "--registry", str(registry)], capsys)
    assert (status, document["outcome"]) == (1, "ENOENT")


def test_links_stay_in_the_root(rootfs: Path, registry: Path, capsys: Output) -> None:
    (rootfs / "bin" / "escape").symlink_to("../../../../../../bin/hello")
    status, document = _json(["/bin/escape", "--root", str(rootfs), "--registry", str(registry)], capsys)
    assert (status, document["outcome"]) == (0, "ok")


def test_name_that_is_not_utf8(rootfs: Path, registry: Path, capsys: Output) -> None:
    name = "/bin/\udcff\x1b[2J"
    status, document = _json([name, "--root", str(rootfs), "--registry", str(registry)], capsys)
    assert (status, document["program"]) == (1, name)
    main(["trace", name, "--root", str(rootfs), "--registry", str(registry)])
    assert all(line.isprintable() for line in capsys.readouterr().out.split("\n"))


@pytest.mark.live
def test_this_host(rootfs: Path, capsys: Output) -> None:
    status, document = _json(["/bin/native", "--root", str(rootfs)], capsys)
    known = Path(MOUNT_POINT, "status").exists()
    registry = document["registry"]
    assert isinstance(registry, dict)
    assert (status == 3) is (registry["reason"] is not None)
    if known and registry["reason"] is None:
        assert document["outcome"] == "ok"
    if not known:
        assert document["outcome"] is None or registry["state"] == "absent"


WRONG = {
    "no program": ([], "PROGRAM"),
    "two programs": (["a", "b"], "unrecognized arguments: b"),
    "root that is not there": (["a", "--root", "/nowhere"], "No such file or directory"),
    "root that is a file": (["a", "--root", "/etc/passwd"], "is no directory"),
    "root that is empty": (["a", "--root="], "--root names no directory"),
    "kernel that is none": (["a", "--kernel", "x"], "not a kernel release"),
    "registry that is not there": (["a", "--registry", "/nowhere"], "/nowhere cannot be read"),
    "option of the examination": (["a", "--no-probe"], "unrecognized arguments: --no-probe"),
}


@pytest.mark.parametrize(("arguments", "message"), WRONG.values(), ids=WRONG)
def test_wrong_usage(arguments: list[str], message: str, capsys: Output) -> None:
    assert main(["trace", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err.splitlines()[0]


def test_help(capsys: Output) -> None:
    assert main(["trace", "--help"]) == 0
    out = capsys.readouterr().out
    assert "exit status:" in out
    assert all(len(line) <= 80 for line in out.splitlines())
