"""What a program that answers questions writes, made up; and a prober that saw such programs run."""

import struct
from collections.abc import Mapping, Sequence

from qemudoctor.facts import Observation, Observed, Prober
from qemudoctor.facts.behaviour import ANSWERS_BYTES, ARGV0, DUMP_BYTES
from qemudoctor.host.observation import Executable
from qemudoctor.platforms import BY_TARGET, Architecture

STACK_AT = 0x40000000


def dump(
    target: str,
    *,
    openat2: int = 3,
    argv: Sequence[str] = (ARGV0,),
    euid: int = 0,
    secure: int = 0,
    cpuid: tuple[int, int, int] = (0, 0, 0),
) -> bytes:
    """Return what the program of a target writes. openat2: what the call returned, as in its register."""
    architecture = BY_TARGET[target]
    size = architecture.bits // 8
    code = ("<" if architecture.order == "little" else ">") + ("Q" if size == 8 else "I")
    auxiliary = (12, euid, 23, secure, 0, 0)
    count = 1 + len(argv) + 1 + 1 + len(auxiliary)
    texts, pointers = b"", []
    for text in argv:
        pointers.append(STACK_AT + ANSWERS_BYTES + count * size + len(texts))
        texts += text.encode() + b"\0"
    stack = [len(argv), *pointers, 0, 0, *auxiliary]
    answers = b"".join(struct.pack(code, x % (1 << architecture.bits)) for x in (-38, openat2, STACK_AT))
    answers = answers.ljust(24, b"\0") + struct.pack("<3I", *cpuid)
    written = answers.ljust(ANSWERS_BYTES, b"\0") + b"".join(struct.pack(code, x) for x in stack) + texts
    return written.ljust(DUMP_BYTES, b"\0")


def answering(seen: Mapping[str, tuple[bytes, Executable | None]]) -> Prober:
    """Return a prober of whose programs those of the given targets ran in both ways, and wrote this."""

    def look(_host: object, architectures: tuple[Architecture, ...]) -> dict[str, Observed]:
        ran = {x.qemu_target: seen[x.qemu_target] for x in architectures if x.qemu_target in seen}
        return {
            target: Observed(Observation("ok"), Observation("ok", None, written, executable))
            for target, (written, executable) in ran.items()
        }

    return look
