"""Builds of QEMU's user mode that are known to be bad, as data: one row a fault, with its source.

Source of the rows: the issue, changelog or commit named in each; what is marked as measured was run with the emulators
of Debian 12 (7.2.22), Debian 13 (10.0.13) and Debian sid (11.1.3).
"""

from typing import NamedTuple

Version = tuple[int, int, int]
NEVER: Version = (999, 0, 0)


class KnownBad(NamedTuple):
    """One fault. It is in versions from first up to, not including, fixed, if the build has the traits.

    symptom: the kinds or words by which it shows. guest: QEMU's name of the guest, "*" for all. build: "" for all;
    "static": not position-independent; "musl"; "static-pie".
    """

    id: str
    symptom: str
    kinds: tuple[str, ...]
    words: tuple[str, ...]
    guest: tuple[str, ...]
    first: Version
    fixed: Version
    build: str
    workaround: str
    source: str
    report: str = ""
    """The severity with which a check reports it; "" where the versions are not sure, or no version is without it."""


_CRASH = ("qemu-signal", "qemu-crash-sure", "emulated-crash", "build-crash", "segv", "exit-status")
_SYSCALL = ("qemu-syscall", "function-missing", "function-missing-weak", "emulated-syscall", "openat2-einval")

ROWS: tuple[KnownBad, ...] = (
    KnownBad(
        "ldconfig-4.2",
        "ldconfig and libc-bin die by SIGSEGV",
        _CRASH,
        ("libc-bin", "ldconfig"),
        ("aarch64",),
        (0, 0, 0),
        (5, 0, 0),
        "",
        "a newer QEMU",
        "https://github.com/moby/moby/issues/43039",
        "warning",
    ),
    KnownBad(
        "flicker-5",
        "the platform disappears from the list of the builder now and then",
        _CRASH,
        ("platforms",),
        ("aarch64",),
        (5, 1, 0),
        (6, 0, 0),
        "",
        "another version",
        "https://github.com/docker/buildx/issues/542",
        "info",
    ),
    KnownBad(
        "jvm-6.1",
        "pthread_create fails with ENOSYS in Java",
        _SYSCALL,
        ("java", "pthread"),
        ("aarch64",),
        (6, 1, 0),
        (6, 1, 1),
        "",
        "6.0, or a newer version",
        "https://github.com/tonistiigi/binfmt/issues/72",
        "info",
    ),
    KnownBad(
        "brk-8.0",
        "crashes of the heap with musl and static programs",
        _CRASH,
        ("musl", "alpine", "brk", "heap"),
        ("*",),
        (8, 0, 0),
        (8, 0, 4),
        "",
        "8.0.4 or 8.1",
        "https://bugs.debian.org/1040981",
        "warning",
    ),
    KnownBad(
        "endianness-9.1.0",
        "ELF files are read with the wrong byte order",
        _CRASH,
        (),
        ("*",),
        (9, 1, 0),
        (9, 1, 1),
        "",
        "9.1.1",
        "https://bugs.debian.org/1081849",
        "warning",
    ),
    KnownBad(
        "aslr-non-pie",
        "random SIGSEGV: libc-bin, gcc, node, apt",
        _CRASH,
        ("libc-bin", "segmentation", "signal 11", "139"),
        ("*",),
        (7, 0, 0),
        (9, 2, 2),
        "static",
        "a static-pie build, 9.2.2, or kernel.randomize_va_space=0",
        "https://github.com/tonistiigi/binfmt/issues/215",
        "warning",
    ),
    # Measured: 5.2 and 7.2.22 run those programs of systemd 262.
    KnownBad(
        "systemd-260-lts",
        "systemctl and systemd-tmpfiles of systemd 260 and later die by SIGSEGV",
        _CRASH,
        ("systemd", "systemctl"),
        ("aarch64",),
        (8, 0, 0),
        (10, 0, 10),
        "",
        "10.0.10 or 10.2.3",
        "https://github.com/systemd/systemd/issues/41279",
        "info",
    ),
    KnownBad(
        "systemd-260",
        "systemctl and systemd-tmpfiles of systemd 260 and later die by SIGSEGV",
        _CRASH,
        ("systemd", "systemctl"),
        ("aarch64",),
        (10, 1, 0),
        (10, 2, 3),
        "",
        "10.2.3",
        "https://github.com/systemd/systemd/issues/41279",
        "info",
    ),
    KnownBad(
        "openat2-missing",
        "openat2 is missing: tar says `Cannot open: Function not implemented`",
        _SYSCALL,
        ("tar:", "openat2", "bootc", "not implemented", "errno 38"),
        ("*",),
        (0, 0, 0),
        (9, 2, 0),
        "",
        "9.2, or bsdtar",
        "https://github.com/abiosoft/colima/issues/1613",
        "info",
    ),
    KnownBad(
        "openat2-musl",
        "openat2 with O_NOFOLLOW: tar says `Cannot open: Invalid argument`",
        _SYSCALL,
        ("tar:", "invalid argument"),
        ("aarch64",),
        (9, 2, 0),
        (10, 1, 3),
        "musl",
        "a glibc build, or binfmt 10.1.3",
        "https://github.com/tonistiigi/binfmt/issues/285",
        "warning",
    ),
    KnownBad(
        "node-22",
        "SIGILL or a hang in npm and pnpm with Node 22 and later",
        _CRASH,
        ("node", "npm", "pnpm", "yarn"),
        ("aarch64",),
        (7, 0, 0),
        (9, 2, 2),
        "",
        "do the step on $BUILDPLATFORM",
        "https://github.com/RackulaLives/Rackula/issues/2707",
    ),
    KnownBad(
        "cpu-level",
        "`CPU does not support x86-64-v2`: the default CPU is too small",
        ("cpu-level",),
        (),
        ("x86_64",),
        (0, 0, 0),
        (7, 2, 0),
        "",
        "a newer QEMU; do not set QEMU_CPU=qemu64",
        "https://github.com/containers/podman/issues/15456",
        "info",
    ),
    KnownBad(
        "go-lfstack",
        "Go: `lfstack.push invalid packing`, `taggedPointerPack`",
        _CRASH,
        ("lfstack", "taggedpointer"),
        ("x86_64",),
        (8, 0, 0),
        NEVER,
        "",
        "Go 1.25.4, QEMU_GUEST_BASE, or Rosetta",
        "https://github.com/golang/go/issues/69255",
    ),
    KnownBad(
        "jit-erlang",
        "JIT runtimes such as Erlang's die by SIGSEGV",
        _CRASH,
        ("erlang", "beam", "elixir", "jit"),
        ("*",),
        (0, 0, 0),
        (8, 1, 0),
        "",
        "8.1",
        "https://gitlab.com/qemu-project/qemu/-/issues/1034",
    ),
    KnownBad(
        "eoverflow",
        "readdir fails with EOVERFLOW in 32-bit guests on 64-bit hosts",
        ("largefile",),
        (),
        ("arm", "armeb", "i386", "mips", "mipsel", "ppc"),
        (0, 0, 0),
        NEVER,
        "",
        "a tmpfs, or programs with large file support",
        "https://gitlab.com/qemu-project/qemu/-/issues/263",
    ),
    KnownBad(
        "node-32",
        "npm hangs with Node 17 and later",
        _CRASH,
        ("npm", "node"),
        ("arm", "s390x"),
        (0, 0, 0),
        NEVER,
        "",
        "a native machine",
        "https://github.com/nodejs/docker-node/issues/1973",
    ),
    KnownBad(
        "dotnet",
        ".NET crashes or hangs; its vendor does not support it under QEMU",
        _CRASH,
        ("dotnet", ".net", "msbuild"),
        ("*",),
        (0, 0, 0),
        NEVER,
        "",
        "publish on $BUILDPLATFORM",
        "https://github.com/dotnet/dotnet-docker/issues/5355",
    ),
)


def known_bad(
    *, kind: str, text: str, guest: str | None = None, version: Version | None = None, build: str = ""
) -> tuple[KnownBad, ...]:
    """Return the rows that fit a symptom, and, where they are known, the guest, the version and the build of QEMU.

    kind: of the symptom; "" for all. text: the lines around it, in lower case. build: its traits, in words.
    """
    return tuple(
        row
        for row in ROWS
        if (not kind or kind in row.kinds)
        and (not kind or not row.words or any(word in text for word in row.words))
        and (guest is None or "*" in row.guest or guest in row.guest)
        and (version is None or row.first <= version < row.fixed)
        and (version is None or not row.build or row.build in build.split())
    )


def parse_version(text: str) -> Version | None:
    """Return a version of QEMU as numbers; None if it is none. Format: "7.2.22", "10.0.13", "11.1", "10.0.0-rc1"."""
    plain = text.split(".")
    if 2 <= len(plain) <= 3 and all(x.isascii() and x.isdecimal() and len(x) < 5 for x in plain):
        major, minor, micro = (*map(int, plain), 0)[:3]
        return major, minor, micro
    from packaging.version import InvalidVersion
    from packaging.version import Version as Parsed

    try:
        parsed = Parsed(text[:40])
    except InvalidVersion:
        return None
    if len(parsed.release) < 2:
        return None
    return parsed.major, parsed.minor, parsed.micro
