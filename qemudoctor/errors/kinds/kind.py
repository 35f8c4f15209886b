"""What a kind of symptom is made of, and what several kinds share."""

from typing import NamedTuple


class Kind(NamedTuple):
    """One kind of symptom. needs: a word of evidence.NEEDS that the lines around must show; empty: none."""

    says: str
    shares: tuple[tuple[str, float], ...]
    needs: str = ""
    weight: float = 1.0
    """How much the kind counts against others that stand beside it."""


ENOEXEC = "the kernel had nothing that runs this file: no emulator for it, or no program in it"
ENOENT = "the kernel did not find what the program needs in order to start, or the program itself"
EACCES = "the kernel may not execute the program"
REGISTER = "the kernel refused a registration"

ENGINE_ENOEXEC = (
    ("image-arch-mismatch", 0.5),
    ("binfmt-not-registered", 0.23),
    ("image-metadata-mismatch", 0.115),
    ("shebang-missing", 0.06),
    ("binary-corrupt-or-empty", 0.04),
    ("native-32bit-unsupported", 0.03),
    ("binfmt-disabled", 0.01),
    ("binfmt-not-mounted", 0.01),
    ("binfmt-module-missing", 0.01),
    ("rosetta", 0.002),
)
ENGINE_ENOENT = (
    ("shebang-crlf", 0.265),
    ("f-flag-missing", 0.17),
    ("shebang-interpreter-missing", 0.2),
    ("elf-loader-missing", 0.23),
    ("entrypoint-missing", 0.05),
    ("interpreter-missing-on-host", 0.03),
    ("interpreter-dynamic", 0.03),
    ("image-arch-mismatch", 0.002),
)
MAC_CPU = (
    ("image-arch-mismatch", 0.52),
    ("rosetta", 0.43),
    ("native-32bit-unsupported", 0.05),
    ("image-metadata-mismatch", 0.03),
)
PERMISSION = (("permission-noexec", 0.85), ("seccomp-or-sandbox", 0.10), ("interpreter-missing-on-host", 0.02))
