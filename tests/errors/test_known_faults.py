"""Known faults of QEMU: which row a text shows, what this host's version makes of it, and what then helps."""

import re
import struct
import time
from itertools import pairwise

import pytest

from qemudoctor.errors import Standing, explain_error
from qemudoctor.errors.causes import causes
from qemudoctor.errors.explanation import RankedCause
from qemudoctor.errors.kinds import KINDS
from qemudoctor.facts import Facts, Question
from qemudoctor.host.capture_reader import parse_capture
from qemudoctor.host.recorded import RecordedHost
from qemudoctor.host.trees import MemoryFile
from qemudoctor.known_bad_qemu import (
    LIBRARIES,
    LINKAGES,
    ROWS,
    KnownBad,
    Version,
    faults_of,
    faults_shown,
    parse_version,
)
from qemudoctor.platforms import BY_TARGET, PLATFORMS
from tests.support.hosts import ask, entry_text, linux, static_emulator
from tests.support.repository import ROOT

SEGV = "qemu: uncaught target signal 11 (Segmentation fault) - core dumped"
ILL = "qemu: uncaught target signal 4 (Illegal instruction) - core dumped"
LFSTACK = "fatal: lfstack.push invalid packing: node=0xffff8c2f cnt=0x1 packed=0xffff8c2f0001 -> node=0xffffffff8c2f"
TAR_ENOSYS = "tar: ./usr/bin: Cannot open: Function not implemented"
TAR_EINVAL = "#9 4.2 tar: ./etc: Cannot open: Invalid argument (linux/arm64)"
LIBC_BIN = f"Setting up libc-bin (2.36-9+deb12u9) ...\n{SEGV}\ndpkg: error processing package libc-bin (--configure):"
SYSTEMD = f"Setting up systemd (260.1-1) ...\n{SEGV}\ndpkg: error processing package systemd (--configure):"
BY_ID = {row.id: row for row in ROWS}


def told(text: str, facts: Facts | None = None) -> set[str]:
    """Return the ids of the rows that an explanation tells of."""
    reasons = "\n".join(x for cause in explain_error(text, facts).causes for x in cause.because)
    return {row.id for row in ROWS if f"{row.symptom};" in reasons}


def first(text: str, facts: Facts | None = None) -> RankedCause:
    return explain_error(text, facts).causes[0]


def pie(version: str, *, target: str = "aarch64", machine: str = "x86_64", musl: bool = False) -> MemoryFile:
    """Return a static-pie emulator."""
    content = bytearray(static_emulator(target, machine=machine, version=version).data)
    struct.pack_into("<H", content, 16, 3)
    return MemoryFile(bytes(content) + (b"No error information\0" if musl else b""))


def host(
    emulator: MemoryFile,
    *,
    target: str = "aarch64",
    machine: str = "x86_64",
    platform: str = "arm64",
    kernel: str = "6.12.9",
) -> Facts:
    """Return facts on a host with one emulator, which ask for its platform."""
    name = f"qemu-{target}"
    made = linux(
        kernel=kernel,
        machine=machine,
        entries={name: entry_text(target, flags="F")},
        files={f"/usr/bin/{name}-static": emulator},
    )
    return ask(made, platform)


def recorded(version: str) -> Facts:
    """Return facts on Debian 12 as it was recorded, with another version in each of its emulators."""
    content = (ROOT / "fixtures/hosts/debian12-entries-with-f.capture").read_bytes()
    assert b" version 7.2.22 (" in content
    changed = content.replace(b" version 7.2.22 (", f" version {version} (".encode())
    return Facts(RecordedHost(parse_capture(changed)), Question((PLATFORMS["linux/arm64"],)))


def test_rows_are_whole() -> None:
    assert len(BY_ID) == len(ROWS)
    known_causes = {x.id for x in causes()}
    for row in ROWS:
        edges = [x for span in row.spans for x in span]
        assert all(one < other for one, other in pairwise(edges)), row.id
        assert row.sources, row.id
        assert all(x.startswith("https://") for x in row.sources), row.id
        assert set(row.guests) <= set(BY_TARGET), row.id
        assert set(row.traits) <= LINKAGES | LIBRARIES, row.id
        assert set(row.kinds) <= set(KINDS), row.id
        assert set(row.causes) <= known_causes, row.id
        assert row.kinds or not row.signs, row.id
        assert row.is_fixed or not row.report, row.id
        assert row.report in ("", "info", "warning"), row.id
        assert row.is_fixed or not row.last or parse_version(row.last) is not None, row.id
        assert row.kinds or not row.is_certain, row.id
        assert row.signs or not row.confirms, row.id
        assert not (row.needs_patch and (row.confirms or row.report)), row.id
        for pattern in (*row.signs, row.unless):
            assert not re.search(r"[^\\]\.[*+]|\\s[*+]", pattern), row.id


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(SEGV, set(), id="a bare crash shows none"),
        pytest.param("qemu: uncaught target signal 6 (Aborted) - core dumped", set(), id="nor does an abort"),
        pytest.param(ILL, set(), id="nor an illegal instruction"),
        pytest.param("ERROR:../accel/tcg/cpu-exec.c:532: assertion failed: (cpu == current_cpu)", set(), id="TCG"),
        pytest.param(LFSTACK, {"go-lfstack"}, id="the word node in Go's own line"),
        pytest.param("runtime: taggedPointerPack invalid packing: ptr=0xffff", {"go-lfstack"}, id="Go since 1.25"),
        pytest.param(f"#9 [linux/amd64 2/2] RUN ./app\n{LFSTACK}\nqemu-x86_64", {"go-lfstack"}, id="amd64 guest"),
        pytest.param(f"qemu-aarch64: {LFSTACK} (linux/arm64)", set(), id="a fault of amd64 guests, on arm64"),
        pytest.param(f"kubelet: pod of node node7 died\n{SEGV}", set(), id="nodes of a cluster"),
        pytest.param(f"#9 [linux/arm64] RUN decode --beam search\n{SEGV}", set(), id="a beam that is not Erlang's"),
        pytest.param(f"jitter measured\n{SEGV}", set(), id="a jit within a word"),
        pytest.param(f"Nov 24 12:00:00 box systemd[1]: started\n{SEGV}", set(), id="systemd that only logs"),
        pytest.param(f"copying kernel/libc-binary\n{SEGV}", set(), id="a longer name than libc-bin"),
        pytest.param(f"visit example.net today\n{SEGV}", set(), id="a domain is not .NET"),
        pytest.param(f"RUN mix local.hex --force\n{SEGV}", {"jit-erlang"}, id="Elixir"),
        pytest.param(f"RUN dotnet restore\n{SEGV}", {"dotnet"}, id=".NET"),
        pytest.param(LIBC_BIN, {"ldconfig-4.2", "aslr-non-pie"}, id="libc-bin"),
        pytest.param(f"#9 [linux/s390x 2/2]\n{LIBC_BIN}", {"aslr-non-pie"}, id="libc-bin, a guest that 4.2 ran well"),
        pytest.param(
            f"FROM --platform=linux/amd64 a\nFROM --platform=linux/arm64 b\n{LIBC_BIN}",
            {"ldconfig-4.2", "aslr-non-pie"},
            id="libc-bin, of one of two guests",
        ),
        pytest.param(SYSTEMD, {"systemd-260"}, id="systemd 260"),
        pytest.param(SYSTEMD.replace("260", "252"), set(), id="an older systemd"),
        pytest.param(f"RUN npm ci\n{ILL}", {"node-22"}, id="npm, SIGILL"),
        pytest.param(f"FROM node:18-alpine\nRUN npm ci\n{ILL}", set(), id="npm, SIGILL, an older Node"),
        pytest.param(f"RUN npm ci\n{SEGV}", {"aslr-non-pie"}, id="npm, SIGSEGV"),
        pytest.param(
            f"#9 [linux/s390x 3/4] RUN npm ci\nqemu-s390x: {SEGV}\nstuck, cancelled",
            {"aslr-non-pie", "node-32"},
            id="npm hangs on s390x, and dies",
        ),
        pytest.param(TAR_ENOSYS, {"openat2-missing"}, id="tar, ENOSYS"),
        pytest.param(TAR_EINVAL, {"openat2-musl"}, id="tar, EINVAL"),
        pytest.param("qemu: Unsupported syscall: 437", {"openat2-missing"}, id="openat2 by its number"),
        pytest.param("qemu: Unsupported syscall: 435\nopenat2", set(), id="the number of another call"),
        pytest.param(f"FROM alpine:3.18\n{SEGV}", {"brk-8.0"}, id="musl"),
        pytest.param(f"FROM alpine:3.18\n{ILL}", set(), id="musl, with another signal"),
        pytest.param("Fatal glibc error: CPU does not support x86-64-v2", {"cpu-level"}, id="v2"),
        pytest.param("Fatal glibc error: CPU does not support x86-64-v4", set(), id="v4, which no version offers"),
        pytest.param(f"nixos/nix:2.35.1 nix --version\n{SEGV}", {"nix-2.35"}, id="nix"),
        pytest.param(f"nixos/nix:2.34.8 nix --version\n{SEGV}", set(), id="nix before mimalloc"),
        pytest.param(f"golang:1.23 go build\nit hangs\n{SEGV}", {"go-1.23-hang"}, id="Go 1.23 hangs"),
        pytest.param(f"golang:1.23 go build\n{SEGV}", set(), id="Go 1.23, no hang"),
        pytest.param("ls: reading directory: Value too large for defined data type", {"eoverflow"}, id="EOVERFLOW"),
        pytest.param(f"pkgsStatic.qemu-user: qemu-x86_64\n{SEGV}", {"static-pie-musl"}, id="static-pie with musl"),
        pytest.param(
            "rosetta error: failed to open elf at /lib64/ld-linux-x86-64.so.2\nTrace/breakpoint trap",
            set(),
            id="Rosetta",
        ),
    ],
)
def test_what_a_text_shows(text: str, expected: set[str]) -> None:
    assert explain_error(text).recognised
    assert told(text) == expected


@pytest.mark.parametrize(
    ("text", "kind", "errno", "expected"),
    [
        ("java: pthread_create failed (ENOSYS)", "function-missing", "ENOSYS", ["jvm-6.1"]),
        ("pthread_create failed (ENOSYS)", "function-missing", "ENOSYS", []),
        ("qemu-arm: mremap failed: Bad address", "refused-under-emulator", "EFAULT", ["mremap-efault"]),
        ("qemu-arm: mremap failed: Cannot allocate memory", "refused-under-emulator", "ENOMEM", []),
        ("archutil: signal: segmentation fault", "segv", None, ["flicker-5"]),
        ("the list of platforms\nsegmentation fault", "segv", None, []),
        ("multiarch/qemu-user-static:2.9.0: no such file", "engine:ENOENT", "ENOENT", ["multiarch-2.9.0"]),
        ("multiarch/qemu-user-static:2.9.1: no such file", "engine:ENOENT", "ENOENT", []),
        ("multiarch/qemu-user-static:12.9.0: no such file", "engine:ENOENT", "ENOENT", []),
    ],
)
def test_signs_of_rare_rows(text: str, kind: str, errno: str | None, expected: list[str]) -> None:
    assert [x.id for x in faults_shown(text, kind=kind, errno=errno)] == expected


def test_what_is_called_static_and_is_not_is_told_beside_its_own_cause() -> None:
    text = "docker run multiarch/qemu-user-static:2.9.0\nstandard_init_linux.go:190: exec user process caused "
    text += '"no such file or directory"'
    told_of = [x.id for x in explain_error(text).causes if any("2.9.0" in y for y in x.because)]
    assert told_of == ["interpreter-dynamic"]


@pytest.mark.parametrize(
    ("version", "traits", "guest", "machine", "expected"),
    [
        ((4, 2, 0), (), "s390x", "x86_64", {"openat2-missing", "jit-erlang", "dotnet", "go-1.23-hang", "node-32"}),
        ((7, 2, 22), ("static-pie",), "aarch64", "x86_64", {"openat2-missing", "pac-slow", "node-22", "jit-erlang"}),
        ((8, 1, 2), ("static-pie", "glibc"), "arm", "x86_64", {"brk-8.0", "openat2-missing"}),
        ((8, 1, 3), ("static-pie", "glibc"), "arm", "x86_64", {"openat2-missing"}),
        ((9, 2, 1), ("static", "musl"), "aarch64", "x86_64", {"aslr-non-pie", "openat2-musl", "systemd-260"}),
        ((9, 2, 1), ("static", "musl"), "aarch64", "aarch64", {"openat2-musl", "systemd-260"}),
        ((10, 1, 3), ("static", "musl"), "aarch64", "x86_64", {"systemd-260"}),
        ((10, 0, 10), ("static-pie", "glibc"), "aarch64", "x86_64", set()),
        ((10, 1, 0), ("static-pie", "glibc"), "aarch64", "x86_64", {"systemd-260"}),
        ((10, 2, 3), ("static-pie", "glibc"), "x86_64", "aarch64", {"go-lfstack", "nix-2.35"}),
        ((10, 0, 3), ("static", "musl"), "arm", "x86_64", set()),
        ((9, 0, 0), ("static-pie", "musl"), "x86_64", "aarch64", {"go-lfstack", "nix-2.35", "static-pie-musl"}),
        ((2, 9, 0), ("dynamic",), "s390x", "x86_64", {"multiarch-2.9.0"}),
        ((2, 9, 1), ("dynamic",), "s390x", "x86_64", set()),
        ((11, 0, 0), (), "aarch64", "armv7l", {"no-32-bit-hosts"}),
    ],
)
def test_what_a_version_has(
    version: Version, traits: tuple[str, ...], guest: str, machine: str, expected: set[str]
) -> None:
    always = {"dotnet", "go-1.23-hang", "node-22", "node-32", "eoverflow"}
    old = {"openat2-missing", "jit-erlang", "ldconfig-4.2", "cpu-level", "pac-slow"}
    found = {x.id for x in faults_of(version, traits, guest=guest, machine=machine)}
    assert expected <= found
    assert found - expected <= always | (
        old if version < (9, 2, 0) else {"pac-slow"} if version < (10, 0, 0) else set()
    )


def test_what_is_not_known_of_a_build_is_no_answer() -> None:
    row = BY_ID["openat2-musl"]
    assert row.has((10, 1, 0), ("static", "musl")) is True
    assert row.has((10, 1, 0), ("static", "glibc")) is False
    assert row.has((10, 1, 0), ("static",)) is None
    assert row.has((10, 1, 3), ("static",)) is False


@pytest.mark.parametrize(
    ("name", "version", "expected"),
    [
        ("go-lfstack", (7, 2, 22), False),
        ("go-lfstack", (10, 2, 3), True),
        ("go-lfstack", (10, 2, 4), None),
        ("nix-2.35", (11, 3, 0), None),
        ("node-22", (11, 3, 0), True),
        ("mremap-efault", (9, 2, 0), False),
        ("mremap-efault", (10, 0, 3), None),
        ("mremap-efault", (10, 0, 13), None),
    ],
)
def test_where_nobody_looked_nothing_is_sure(name: str, version: Version, expected: bool | None) -> None:
    assert BY_ID[name].has(version, ("static",)) is expected


@pytest.mark.parametrize("text", [LFSTACK, f"$ /nix/store/nix-2.35.1/bin/nix --version\n{SEGV}"], ids=["Go", "nix"])
@pytest.mark.parametrize(
    ("version", "standing", "words"),
    [
        ("10.2.3", Standing.CONFIRMED, "is QEMU 10.2.3 (static-pie), which has this fault"),
        ("11.3.0", Standing.LIKELY, "seen up to 10.2.3"),
    ],
)
def test_a_version_after_the_last_that_was_seen(text: str, version: str, standing: Standing, words: str) -> None:
    emulator = pie(version, target="x86_64", machine="aarch64")
    cause = first(text, host(emulator, target="x86_64", machine="aarch64", platform="amd64"))
    assert (cause.id, cause.standing) == ("qemu-crash", standing)
    assert any(words in x for x in cause.because), cause.because


@pytest.mark.parametrize("version", ["10.0.3", "10.0.13"])
@pytest.mark.parametrize("musl", [False, True])
def test_a_fault_of_a_patch_is_never_sure(version: str, musl: bool) -> None:
    text = f"malloc: mremap: Bad address\n{SEGV}"
    facts = host(pie(version, target="arm", musl=musl), target="arm", platform="arm/v7")
    causes = explain_error(text, facts).causes
    assert told(text, facts) == {"mremap-efault"}
    assert [x.id for x in causes if x.standing is Standing.CONFIRMED] == []
    assert not any("which has this fault" in y for x in causes for y in x.because)


@pytest.mark.parametrize(
    ("version", "words"),
    [
        ("7.2.22", "this host's qemu-aarch64 is QEMU 7.2.22 (static-pie), which has this fault: openat2 is missing"),
        ("11.0.5", "this host's qemu-aarch64 is QEMU 11.0.5 (static-pie), which no longer has it"),
    ],
)
def test_the_version_of_a_recorded_host_decides(version: str, words: str) -> None:
    cause = first(TAR_ENOSYS, recorded(version))
    assert any(words in x for x in cause.because), cause.because
    assert told(TAR_ENOSYS, recorded(version)) == {"openat2-missing"}


@pytest.mark.parametrize("version", ["7.2.22", "10.0.13", "11.0.5"])
def test_rows_that_a_recorded_host_does_not_have_are_left_out(version: str) -> None:
    assert told(LIBC_BIN, recorded(version)) == set()
    assert told(SEGV, recorded(version)) == set()


def test_a_version_before_a_fault_does_not_have_it_yet() -> None:
    (reason,) = first(SYSTEMD, recorded("7.2.22")).because
    assert "which does not have it yet" in reason


def test_another_build_of_a_bad_version_is_told_to_be_one() -> None:
    glibc = first(TAR_EINVAL, host(pie("10.1.0")))
    assert any("another build, which does not have it" in x for x in glibc.because)
    assert first(TAR_EINVAL, host(pie("10.1.0", musl=True))).standing is Standing.CONFIRMED


@pytest.mark.parametrize(
    ("text", "emulator", "standing"),
    [
        pytest.param(SEGV, pie("9.1.0"), Standing.LIKELY, id="a bare crash, whatever the version is known for"),
        pytest.param(SEGV, static_emulator("aarch64", version="7.2.0"), Standing.LIKELY, id="not pie, a bare crash"),
        pytest.param(LIBC_BIN, static_emulator("aarch64", version="7.2.0"), Standing.CONFIRMED, id="not pie, libc-bin"),
        pytest.param(LIBC_BIN, pie("7.2.0"), Standing.LIKELY, id="pie, libc-bin"),
        pytest.param(SYSTEMD, pie("10.1.0"), Standing.CONFIRMED, id="systemd 260, a version that has it"),
        pytest.param(SYSTEMD, pie("10.2.3"), Standing.LIKELY, id="systemd 260, a version that has it no more"),
        pytest.param(
            f"RUN mix deps.get\n{SEGV}", pie("7.2.0"), Standing.LIKELY, id="a row whose versions are not sure"
        ),
        pytest.param(f"RUN dotnet build\n{SEGV}", pie("7.2.0"), Standing.LIKELY, id="a row that every version has"),
    ],
)
def test_only_the_sign_and_the_version_together_confirm(text: str, emulator: MemoryFile, standing: Standing) -> None:
    cause = first(text, host(emulator))
    assert (cause.id, cause.standing) == ("qemu-crash", standing)
    assert cause.check == ("QD309" if standing is Standing.CONFIRMED else None)


@pytest.mark.parametrize(
    ("text", "row", "standing"),
    [
        pytest.param(f"I use gcc version 12\nmy own prog\n{SEGV}", "aslr-non-pie", Standing.LIKELY, id="a word before"),
        pytest.param(f"{SEGV}\nsee also node -v of npm", "aslr-non-pie", Standing.LIKELY, id="a word behind"),
        pytest.param(
            f"RUN apt-get update\nGet:1 deb\nRUN ./mything\n{SEGV}",
            "aslr-non-pie",
            Standing.LIKELY,
            id="one of two RUN",
        ),
        pytest.param(
            f"+ apt-get update\nGet:1 deb\n+ ./mything\n{SEGV}", "aslr-non-pie", Standing.LIKELY, id="a step before"
        ),
        pytest.param(
            f"#8 [2/3] RUN apt-get update\n#9 [3/3] RUN ./mything\n#8 1.0 Get:1 deb\n#9 2.0 {SEGV}",
            "aslr-non-pie",
            Standing.LIKELY,
            id="a step beside",
        ),
        pytest.param(
            f"#9 [2/3] RUN apt-get update\n#8 [3/3] RUN ./mything\n#8 1.0 is slow\n#9 2.0 {SEGV}",
            "aslr-non-pie",
            Standing.CONFIRMED,
            id="the step itself, and one beside",
        ),
        pytest.param(
            f"Setting up libc-bin (2.36) ...\nSetting up mine (1.0) ...\n{SEGV}\n"
            "dpkg: error processing package mine (--configure):",
            "aslr-non-pie",
            Standing.LIKELY,
            id="a package that was set up before",
        ),
        pytest.param(f"root@box:/# apt-get update\n{SEGV}", "aslr-non-pie", Standing.CONFIRMED, id="at a prompt"),
        pytest.param(f"RUN apt-get update\n{SEGV}", "aslr-non-pie", Standing.CONFIRMED, id="the only RUN"),
        pytest.param(
            f"{SEGV}\n------\n > [2/3] RUN apt-get update:\n", "aslr-non-pie", Standing.CONFIRMED, id="BuildKit's end"
        ),
        pytest.param(
            f'#9 {SEGV}\n#9 ERROR: process "/bin/sh -c apt-get update" did not complete successfully: exit code: 139',
            "aslr-non-pie",
            Standing.CONFIRMED,
            id="the line of the process",
        ),
        pytest.param(
            f"#9 2.0 E: Sub-process https received a segmentation fault.\n{SEGV}",
            "aslr-non-pie",
            Standing.CONFIRMED,
            id="apt's own words",
        ),
        pytest.param(
            "Segmentation fault (core dumped) gcc a.c qemu-aarch64",
            "aslr-non-pie",
            Standing.CONFIRMED,
            id="in its line",
        ),
    ],
)
def test_a_sign_confirms_only_where_it_is_said_of_what_died(text: str, row: str, standing: Standing) -> None:
    facts = host(static_emulator("aarch64", version="7.2.0"))
    assert row in told(text, facts)
    cause = first(text, facts)
    assert (cause.id, cause.standing) == ("qemu-crash", standing)
    is_doubted = any("though the text does not show that this is why" in x for x in cause.because)
    assert is_doubted == (standing is Standing.LIKELY)


def test_an_image_of_musl_does_not_confirm_its_fault() -> None:
    text = f"see also the alpine variant\nRUN ./server\n{SEGV}"
    for said in (text, f"+ apk add musl-dev\n{SEGV}"):
        cause = first(said, host(pie("8.0.2")))
        assert any("crashes of the heap" in x for x in cause.because)
        assert cause.standing is Standing.LIKELY


@pytest.mark.parametrize(
    ("kernel", "standing", "words"),
    [
        ("6.9.0", Standing.CONFIRMED, "which has this fault"),
        ("6.18.44-microsoft-standard-WSL2", Standing.CONFIRMED, "which has this fault"),
        ("5.10", Standing.LIKELY, "not known whether this host's kernel"),
        ("5.10.46", Standing.LIKELY, None),
        ("6.8.0-52-generic", Standing.LIKELY, "not known whether this host's kernel"),
        ("6.1.0-25-amd64", Standing.LIKELY, "not known whether this host's kernel"),
        ("4.9.337", Standing.LIKELY, None),
    ],
)
def test_the_kernel_has_to_have_what_the_fault_needs(kernel: str, standing: Standing, words: str | None) -> None:
    facts = host(static_emulator("aarch64", version="7.2.0"), kernel=kernel)
    cause = first(LIBC_BIN, facts)
    assert (cause.id, cause.standing) == ("qemu-crash", standing)
    assert ("aslr-non-pie" in told(LIBC_BIN, facts)) == (words is not None)
    assert words is None or any(words in x for x in cause.because), cause.because
    assert ("no-aslr" in [x.id for x in cause.remedies]) == (words is not None)


def test_what_a_version_is_known_for_is_mentioned_where_the_signal_fits() -> None:
    bad = host(static_emulator("aarch64", version="9.1.0"))
    assert told(SEGV, bad) == {"endianness-9.1.0", "aslr-non-pie"}
    assert all("the text does not show that this is why" in x for x in first(SEGV, bad).because)
    assert told(ILL, bad) == {"endianness-9.1.0"}


def test_of_several_emulators_none_is_said_to_be_the_one() -> None:
    entries = {f"qemu-{x}": entry_text(x, flags="F") for x in ("arm", "s390x")}
    files = {f"/usr/bin/{x}-static": pie("7.2.0", target=x.removeprefix("qemu-")) for x in entries}
    cause = first(TAR_ENOSYS, ask(linux(entries=entries, files=files)))
    assert cause.standing is Standing.LIKELY
    assert any("and 1 more have it" in x for x in cause.because)


def test_the_emulator_of_buildkit_is_not_that_of_the_host() -> None:
    text = 'ERROR: process "/dev/.buildkit_qemu_emulator /bin/sh -c apt-get update" did not complete: exit code: 139'
    assert told(text, host(pie("11.0.5"))) == {"aslr-non-pie"}
    assert told(text.replace("/dev/.buildkit_qemu_emulator ", ""), host(pie("11.0.5"))) == set()


def test_a_fault_of_other_machines_is_said_to_be_of_another_host() -> None:
    here = ask(linux(), "amd64")
    assert any("this host is x86_64" in x for x in first(LFSTACK, here).because)
    arm = host(pie("10.0.0", target="x86_64", machine="aarch64"), target="x86_64", machine="aarch64", platform="amd64")
    assert first(LFSTACK, arm).standing is Standing.CONFIRMED


@pytest.mark.parametrize(
    ("text", "ids", "title"),
    [
        pytest.param(LFSTACK, ["newer-go", "native"], "Go 1.25.4", id="no version of QEMU helps"),
        pytest.param(f"nixos/nix:2.35.1\n{SEGV}", ["guest-base", "native"], "another place", id="a setting helps"),
        pytest.param(f"RUN npm ci\n{ILL}", ["build-platform"], "own platform", id="only the native platform helps"),
        pytest.param(SYSTEMD, ["newer-qemu", "native"], "10.2.3 or later", id="a version helps, and which"),
        pytest.param(LIBC_BIN, ["newer-qemu", "native", "no-aslr"], "9.2.2", id="the newest of two, and addresses"),
        pytest.param(SEGV, ["newer-qemu", "native", "no-aslr"], "a newer QEMU", id="nothing is known"),
    ],
)
def test_remedies_fit_the_fault(text: str, ids: list[str], title: str) -> None:
    remedies = first(text).remedies
    assert [x.id for x in remedies] == ids
    assert title in remedies[0].title


def test_a_fault_that_this_host_does_not_have_asks_for_nothing() -> None:
    new, old = (first(TAR_ENOSYS, recorded(x)).remedies for x in ("11.0.5", "7.2.22"))
    assert not any("9.2" in x.title for x in new)
    assert any("9.2" in x.title for x in old)
    nix = f"$ /nix/store/nix-2.35.1/bin/nix --version\n{SEGV}"
    assert "guest-base" not in [
        x.id for x in first(nix, host(pie("10.0.0", target="x86_64"), target="x86_64")).remedies
    ]


def test_addresses_are_left_alone_where_the_build_does_not_mind() -> None:
    assert "no-aslr" not in [x.id for x in first(SEGV, host(pie("7.2.0"))).remedies]
    assert "no-aslr" in [x.id for x in first(SEGV, host(static_emulator("aarch64", version="7.2.0"))).remedies]


def test_the_check_gives_the_remedy_that_is_proven() -> None:
    remedies = first(LIBC_BIN, host(static_emulator("aarch64", version="7.2.0"))).remedies
    assert any(x.proven for x in remedies)
    assert "newer-qemu" not in [x.id for x in remedies]


def test_a_32_bit_host_is_not_sent_to_a_version_without_it() -> None:
    emulator = static_emulator("aarch64", machine="armv7l", version="7.2.0")
    remedies = first(SYSTEMD, host(emulator, machine="armv7l")).remedies
    assert any(x.note and "QEMU 10.x at most" in x.note for x in remedies)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
@pytest.mark.parametrize(
    "again",
    ["tar: ", f"tar: {'a' * 300}", "apt ", "apt-get update", "qemu-", "node ", "run node a/", "a/", "-", "\n", "mix "],
    ids=repr,
)
def test_signs_are_looked_for_quickly(row: KnownBad, again: str) -> None:
    """At most 10 microseconds a byte, on a slow machine."""
    text = again * ((1 << 15) // len(again))
    start = time.process_time()
    row.is_shown_in(text)
    assert time.process_time() - start < len(text) * 10e-6


def test_a_log_of_very_many_crashes_is_read_quickly() -> None:
    lines = (
        f"#9 {n}.0 /usr/bin/p{n}: line {n}: {n} Segmentation fault (core dumped) qemu-aarch64" for n in range(9000)
    )
    start = time.process_time()
    explain_error("\n".join(lines))
    assert time.process_time() - start < 3


@pytest.mark.parametrize(
    ("text", "version"),
    [("7.2.22", (7, 2, 22)), ("10.0", (10, 0, 0)), ("11.1.3.1", (11, 1, 3)), ("v7", None), ("7", None), ("", None)],
)
def test_versions(text: str, version: object) -> None:
    assert parse_version(text) == version
