"""What changed in execve() and binfmt_misc, and in which kernels: one row a change."""

import enum
from typing import NamedTuple

Version = tuple[int, int, int]


class Feature(enum.Enum):
    """A property of a kernel that changes what it answers."""

    FIX_BINARY = "flag F: the interpreter is opened at registration"
    REGISTER_1920 = "a register string may have 1920 bytes, not 256"
    REGISTER_ERRNO = "register returns the real error, not always EINVAL"
    OPEN_BEFORE_NAME = "F opens the interpreter before the name is looked up"
    STRICT_OFFSET = "the offset is a signed decimal number that must fit"
    LONG_INTERPRETER = "an interpreter path is not cut at 127 bytes"
    STRICT_SHEBANG = "a #! line cut by the buffer is refused, not run"
    BUFFER_256 = "the kernel looks at the first 256 bytes of a file, not 128"
    ONE_EXECFD_REWRITE = "after an entry with O or C only this one rewrite is allowed"
    EMPTY_SHEBANG_OPENS = "#! without a name opens the working directory"
    REGULAR_FILES_ONLY = "what is not a regular file is refused before it is opened"
    ARGV0_IN_AUXV = "flag P is told to the interpreter in AT_FLAGS"
    SHORT_PHDRS_ENOEXEC = "unreadable program headers give ENOEXEC and ELIBBAD"
    PHDRS_ONE_PAGE = "the program headers must fit into one page"
    SHORT_INTERPRETER_OK = "a loader needs an ELF header, not 128 bytes"
    X32_NEEDS_OPTION = "32-bit x86-64 files need CONFIG_X86_X32_ABI"
    WRITE_WHILE_RUNNING = "a file that is open for writing can be executed"
    SEGV_AFTER_POINT_OF_NO_RETURN = "a failed load ends in SIGSEGV, not SIGKILL"
    SEGMENTS_ONE_BY_ONE = "each ELF segment is mapped on its own, and the rest of its page cleared if possible"
    LOADER_SEGMENTS_ONE_BY_ONE = "the same for its dynamic loader, and a writable rest must be cleared"
    LOADER_TAIL_CLEARED = "the rest of a dynamic loader's last page is cleared even if no memory follows"
    ALIGNED_PIE = "a position-independent program with a loader is put where its p_align wants it"
    ALIGNED_STATIC_PIE = "a position-independent program without a loader is put where its p_align wants it"
    FLAG_DELIMITER_REFUSED = "a flag letter cannot be the delimiter of a register string"
    C_NEEDS_ABSOLUTE = "flags C and L without F need an absolute interpreter"
    LOADER_FLAGS = "flags T, L and D: transparent, loader substitution, registered disabled"
    USERNS_INSTANCE = "a registry for each user namespace that mounts one"
    UMOUNT_DROPS_ENTRIES = "entries vanish with the last mount of their registry"
    IA32_SWITCH = "ia32_emulation= can switch 32-bit x86 programs off"
    EMPTY_ARGV_FILLED = "an empty argument list gets one empty argument"
    SETID_NEEDS_EXECUTE = "a set-uid or set-gid bit counts only for a caller who may execute the file"
    ARGUMENTS_FIRST = "the arguments are copied before the program is opened"
    EXECVEAT = "a program can be called by an open descriptor: execveat()"

    # Members are compared by identity. Enum's own hash is that of the name, and slow.
    __hash__ = object.__hash__


class Support(enum.Enum):
    """Whether a kernel has a feature."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Span(NamedTuple):
    """Versions of one branch that have a feature: from `first` up to, not including, `before`.

    `maybe` is the earliest version that could have it already: between the two nobody looked.
    """

    first: Version | None
    before: Version | None = None
    maybe: Version | None = None


class FeatureRow(NamedTuple):
    """One change: where mainline and the stable branches have it, and vendors' kernels that differ."""

    feature: Feature
    spans: tuple[Span, ...]
    source: str
    vendors: tuple[tuple[str, int | None], ...] = ()
    """Vendor tag and the first build that has the change; None: that vendor never took it."""


def _since(version: Version, source: str, feature: Feature, **vendors: int | None) -> FeatureRow:
    return FeatureRow(feature, (Span(version),), source, tuple(vendors.items()))


FEATURES: tuple[FeatureRow, ...] = (
    _since((4, 8, 0), "948b701a607f; never in RHEL 7, recorded in RHEL 8", Feature.FIX_BINARY, el7=None, el8=0),
    _since((3, 18, 0), "bbaecc088245; 256 in RHEL 7 up to -1160", Feature.REGISTER_1920, el7=None),
    _since((4, 8, 0), "948b701a607f; recorded EEXIST on 4.9.0, EINVAL on 3.10.49", Feature.REGISTER_ERRNO, el7=None),
    FeatureRow(
        Feature.OPEN_BEFORE_NAME,
        (
            Span((5, 12, 0), maybe=(5, 11, 1)),
            Span((4, 19, 304), (4, 20, 0), maybe=(4, 19, 1)),
            Span((5, 4, 286), (5, 5, 0), maybe=(5, 4, 1)),
            Span((5, 10, 46), (5, 11, 0), maybe=(5, 10, 1)),
        ),
        "e7850f4d844e; sources of 4.19.304 and 5.4.286; booted 5.10.46",
        (("el8", None),),
    ),
    FeatureRow(
        Feature.STRICT_OFFSET,
        (
            Span((4, 18, 0)),
            Span((4, 4, 155), (4, 5, 0), maybe=(4, 4, 1)),
            Span(None, (4, 10, 0), maybe=(4, 9, 1)),
            Span((4, 14, 177), (4, 15, 0), maybe=(4, 14, 1)),
        ),
        "5cc41e099504; recorded on 4.4.155, not on 4.9.0; sources of 4.14.177, RHEL 7 -1062 (no) and -1127 (yes)",
        (("el7", 1127),),
    ),
    _since((4, 14, 0), "43a4f2619038", Feature.LONG_INTERPRETER, el7=None),
    FeatureRow(
        Feature.STRICT_SHEBANG,
        (
            Span((5, 0, 0)),
            Span((4, 19, 304), (4, 20, 0), maybe=(4, 19, 1)),
            Span((4, 14, 177), (4, 15, 0), maybe=(4, 14, 1)),
            Span(None, (4, 10, 0), maybe=(4, 9, 1)),
            Span(None, (4, 5, 0), maybe=(4, 4, 201)),
        ),
        "b5372fe5dc84; recorded on 4.19.304, not on 4.18.0-147.el8",
        (("el7", None), ("el8", None)),
    ),
    _since((5, 1, 0), "6eb3c3d0a52d; 256 in RHEL 8 from its first commit", Feature.BUFFER_256, el7=None, el8=0),
    _since((5, 8, 0), "bc2bf338d54b; recorded ELOOP on 5.4.286", Feature.ONE_EXECFD_REWRITE, el7=None, el8=None),
    _since((5, 8, 0), "ccbb18b67323; recorded ENOEXEC on 5.4.286", Feature.EMPTY_SHEBANG_OPENS, el7=None, el8=None),
    FeatureRow(
        Feature.REGULAR_FILES_ONLY,
        (
            Span((5, 9, 0)),
            Span((4, 19, 304), (4, 20, 0), maybe=(4, 19, 1)),
            Span((5, 4, 286), (5, 5, 0), maybe=(5, 4, 1)),
        ),
        "633fb6ac3980, 0fd338b2d2cd; recorded on 4.19.304 and 5.4.286, blocks on 4.18.0-147.el8",
        (("el7", None), ("el8", None)),
    ),
    FeatureRow(
        Feature.ARGV0_IN_AUXV,
        (Span((5, 12, 0)), Span((5, 10, 262), (5, 11, 0), maybe=(5, 10, 47))),
        "2347961b11d4; recorded on 5.10.262, not on 5.10.46",
        (("el7", None), ("el8", None)),
    ),
    _since((3, 19, 0), "sources of 3.18.20 and 3.19.8; recorded EIO on 3.10.49", Feature.SHORT_PHDRS_ENOEXEC, el7=None),
    FeatureRow(
        Feature.PHDRS_ONE_PAGE,
        (Span((3, 19, 0), (6, 17, 0)),),
        "sources of 3.19.8 and 6.17.0; booted 6.16.3 (yes); recorded on 6.12.117, not on 3.10.49 and 6.18.44",
        (("el7", None),),
    ),
    _since((4, 4, 0), "sources of 4.3.0 and 4.4.0", Feature.SHORT_INTERPRETER_OK, el7=None),
    FeatureRow(
        Feature.X32_NEEDS_OPTION,
        (Span((4, 9, 0), maybe=(3, 11, 0)),),
        "recorded: 3.10.49 runs them without the option, 4.9.0 does not",
        (("el7", None),),
    ),
    FeatureRow(
        Feature.WRITE_WHILE_RUNNING,
        (Span((6, 11, 0), (6, 11, 11)), Span((6, 12, 0), (6, 12, 2))),
        "2a010c412853, reverted by 3b832035387f",
    ),
    _since((3, 18, 0), "sources of 3.16.0 and 3.18.20", Feature.SEGV_AFTER_POINT_OF_NO_RETURN, el7=1062),
    FeatureRow(
        Feature.SEGMENTS_ONE_BY_ONE,
        (
            Span((6, 7, 0), maybe=(6, 6, 1)),
            Span((6, 1, 176), (6, 2, 0), maybe=(6, 1, 60)),
            Span(None, (5, 16, 0), maybe=(5, 15, 137)),
        ),
        "585a018627b4; booted 5.10.262 (no), 6.1.176 and 6.1.192 (yes)",
        (("el7", None), ("el8", None)),
    ),
    _since(
        (6, 7, 0),
        "8b04d32678e3, f9c0a39d9530; booted 6.1.192 (no) and 6.12.117 (yes)",
        Feature.LOADER_SEGMENTS_ONE_BY_ONE,
        el7=None,
        el8=None,
    ),
    _since((4, 8, 0), "0036d1f7eb95; booted 5.10.46 (yes)", Feature.LOADER_TAIL_CLEARED, el7=None),
    _since((5, 10, 0), "ce81bb256a22; live on 6.18.44", Feature.ALIGNED_PIE, el7=None, el8=None),
    FeatureRow(
        Feature.ALIGNED_STATIC_PIE,
        (
            Span((6, 10, 0)),
            Span((6, 1, 192), (6, 2, 0), maybe=(6, 1, 60)),
            Span(None, (6, 7, 0), maybe=(6, 6, 1)),
        ),
        "3545deff0ec7; booted 5.10.262 (no), 6.1.192 and 6.12.117 (yes)",
        (("el7", None), ("el8", None)),
    ),
    FeatureRow(
        Feature.FLAG_DELIMITER_REFUSED,
        (
            Span((7, 2, 0)),
            Span((6, 18, 44), (6, 19, 0), maybe=(6, 18, 36)),
            Span((6, 12, 117), (6, 13, 0), maybe=(6, 12, 91)),
            Span((6, 1, 192), (6, 2, 0), maybe=(6, 1, 177)),
        ),
        "8e85d50ba111 and its backports; not on 5.10.262 and 6.1.176, on 6.1.192, 6.12.117 and 6.18.44",
        (("el7", None), ("el8", None)),
    ),
    _since((7, 3, 0), "afc6cdf457fb; booted 7.3.4", Feature.C_NEEDS_ABSOLUTE, el7=None, el8=None),
    _since((7, 3, 0), "3e5fda71fac2; booted 7.3.4", Feature.LOADER_FLAGS, el7=None, el8=None),
    _since((6, 7, 0), "21ca59b365c0; recorded on 6.12.117, not 6.1.192", Feature.USERNS_INSTANCE, el7=None, el8=None),
    FeatureRow(
        Feature.UMOUNT_DROPS_ENTRIES,
        (
            Span((6, 6, 63), maybe=(6, 6, 32)),
            Span((5, 4, 283), (5, 5, 0)),
            Span((6, 1, 107), (6, 2, 0)),
            Span((5, 15, 167), (5, 16, 0), maybe=(5, 15, 101)),
            Span((5, 10, 262), (5, 11, 0), maybe=(5, 10, 220)),
            Span(None, (4, 20, 0), maybe=(4, 19, 305)),
        ),
        "1c5976ef0f7a and its stable backports of 2024; booted 5.10.46 (no), 5.10.262, 6.1.176 and 6.1.192 (yes)",
        (("el7", None), ("el8", None)),
    ),
    _since((6, 7, 0), "arch/x86/include/asm/elf.h of 6.6.9 and 6.8.1", Feature.IA32_SWITCH, el7=None, el8=None),
    FeatureRow(
        Feature.EMPTY_ARGV_FILLED,
        (
            Span((5, 18, 0)),
            Span((4, 19, 304), (4, 20, 0), maybe=(4, 19, 1)),
            Span((5, 15, 85), (5, 16, 0), maybe=(5, 15, 1)),
            Span((5, 10, 262), (5, 11, 0), maybe=(5, 10, 47)),
        ),
        "sources of 4.19.304 and 5.15.85; booted 5.10.262",
        (("el7", None),),
    ),
    FeatureRow(
        Feature.SETID_NEEDS_EXECUTE,
        (
            Span((6, 10, 6)),
            Span((4, 19, 320), (4, 20, 0)),
            Span((5, 4, 282), (5, 5, 0)),
            Span((5, 10, 224), (5, 11, 0)),
            Span((5, 15, 165), (5, 16, 0)),
            Span((6, 1, 106), (6, 2, 0)),
            Span((6, 6, 47), (6, 7, 0)),
        ),
        "f50733b45d86, CVE-2024-43882; booted 5.10.46 (no), 5.10.262, 6.1.176, 6.1.192, 6.12.117 and 7.3.4 (yes)",
        (("el7", None),),
    ),
    FeatureRow(
        Feature.ARGUMENTS_FIRST,
        (Span((5, 9, 0), (6, 8, 0)),),
        "0c9cdff054ae, 978ffcbf00d8; booted 5.10.262 and 6.1.192 (yes), 6.12.117 (no), live on 6.18.44 (no)",
    ),
    _since((3, 19, 0), "51f39a1f0cea; sources of 3.18.20 and 3.19.8", Feature.EXECVEAT, el7=None),
)

ROWS = {row.feature: row for row in FEATURES}
