"""What else a text says: words around a symptom that make one cause more, another less probable."""

from qemudoctor.errors.evidence import exec_format, names, not_found, others
from qemudoctor.errors.evidence.feature import BUILD, EMULATION, Feature

__all__ = ["FEATURES", "NEEDS", "Feature"]

FEATURES: tuple[Feature, ...] = (*exec_format.ROWS, *names.ROWS, *not_found.ROWS, *others.ROWS)

# What a kind may need beside it in order to belong to the subject (kinds.py).
NEEDS: dict[str, str] = {
    "emulation": EMULATION,
    "program": r"(?<!such )\bfile\b|ldd|readelf|\bls -l|-rwx|alpine|musl|glibc|ld-linux|32.?bit|64.?bit|i386|i686|x86"
    r"|arm|qemu|binfmt|docker|podman|container|chroot|exec|elf",
    "program-started": r"(?:subprocess|popen|_execute_child|spawn|cannot run program)",
    "starting": r"subprocess|popen|_execute_child|spawn|exec|driver",
    "binfmt": r"binfmt|qemu|interpreter|update-binfmts",
    "registry": r"binfmt|qemu|debootstrap|interpreter|register|multiarch",
    "container": r"docker|podman|container|containerd|kube|seccomp|run |apt|#\d",
    "other-platform": r"\[linux/(?:arm|s390|ppc|riscv|mips|loong)|--platform|buildx|qemu",
    "pages": r"\b(?:16384|65536|16k|64k)\b",
    "emulation-or-build": rf"{EMULATION}|{BUILD}",
    # As they are named in messages, with or without the underscores.
    "syscall-name": r"copy.?file.?range|\bclone3\b|\bstatx\b|faccessat2|fchmodat2|openat2|close_range|clock_gettime"
    r"|io_uring(?!: |_)[^\n]{0,20}setup|\brseq\b|pidfd|libseccomp|seccomp",
    "engine": r"docker|podman|kubectl|exited with code|[\w.-]{1,60}[_-]1 {1,32}\|",
    "entry": r"interpreter /",
    # sudo on a desktop has other reasons: nosuid, a wrong owner.
    "emulated-sudo": rf"{EMULATION}|{BUILD}|docker|podman|container",
}
