"""What a row of evidence is made of, and the words that several rows look for."""

from typing import NamedTuple

FOREIGN = (
    r"arm32v[567]|arm64v8|amd64/|i386/|s390x|ppc64|riscv64|mips|armhf|armel|aarch64|arm64|linux/arm|linux/amd64"
    r"|linux/386"
    r"|--platform|--arch[ =]|rpi-|raspbian|raspberry|balenalib|resin/"
)
EMULATION = (
    r"qemu|binfmt|rosetta|buildx|buildkit|docker-container|--platform|--arch[ =]|emulat|linux/(?:arm|amd64|386|s390x"
    r"|ppc64|riscv|mips)"
    r"|(?:arm32v[567]|arm64v8|s390x|ppc64le|riscv64)\b|arm64|aarch64|armhf|armv[678]|\barm\b|libc-bin|python3[\w.]{0,4}-minimal|cross.?(?:build"
    r"|compil|platform)|multi-?arch|foreign|chroot|apple silicon|\bm[1-4]\b"
    # Where QEMU puts the code of 64-bit programs; kernels do not (the heap of Go does begin there on ARM).
    r"|\bpc=0x0{0,6}40[0-9a-f]{8}\b"
)
BUILD = (
    r"(?:^|\n|\] |> |: )run (?!')|#\d{1,4} \[|#\d{1,4} \d|step \d{1,3}/\d{1,3}|step \d{1,3}:|executor failed"
    r"|process \"/bin/sh -c|dockerfile|docker build|buildx|failed to solve|building (?:image|stage)|kaniko"
    r"|(?:^|\n)\d{1,4}\.\d{2,3} \S[^\n]{0,400}\n\d{1,4}\.\d{2,3} \S"
    r"|(?:^|\n)\d{3,5}\.\d \S[^\n]{0,400}\n\d{3,5}\.\d \S[^\n]{0,400}\n\d{3,5}\.\d \S"
    r"|buildah|did not complete successfully"
    r"|\brun --mount|returned a non-zero code"
)
SCRIPT = (
    r"\.(?:sh|bash|py|rb|pl|js|zsh|csh|ksh|php|lua)$|(?:^|/)(?:[\w-]{0,40}entry-?point[\w-]{0,40}|start|run"
    r"|wait-for-it|bootstrap|startup|launch|script)$|/init\.d/"
)
# An image that registers emulators is started, and the very next thing that is said is the failure.
REGISTRAR = (
    r"(?:docker|podman|nerdctl) run [^\n]{0,200}(?:multiarch/qemu-user-static|tonistiigi/binfmt|/qus\b|linuxkit/binfmt"
    r"|docker/binfmt)[^\n]{0,120}\n(?:(?:[^\n]{0,200}(?:pull|digest|status|unable to find|warning)[^\n]{0,300}|\s*)"
    r"\n){0,16}[^\n]{0,80}(?:exec format error|no such file or directory)"
)
BASIC = (
    r"^(?:/(?:usr/(?:local/)?)?s?bin/)?(?:sh|bash|ash|dash|zsh|busybox|uname|true|false|echo|ls|cat|env|sleep|id|date|apt-get|apk|arch"
    r"|ldconfig|node|python3?|java|nginx)$"
)


# What every root holds.
BASIC_TOOLS = r"(?:busybox|uname|true|false|echo|ls|cat|sleep|mkdir|rm|cp|mv|ln|chmod|chown|grep|sed|mount|tar)"


class Feature(NamedTuple):
    """One thing that a text may show, and the factors by which it moves causes.

    scope: kinds, or errnos that a kind's name ends in. where: "context", "line" or "program". words: substrings of
    which one is there, looked for before the pattern; with an empty pattern they are enough. Lower case all.
    """

    id: str
    scope: tuple[str, ...]
    where: str
    words: tuple[str, ...]
    pattern: str
    factors: tuple[tuple[str, float], ...]
    because: str
