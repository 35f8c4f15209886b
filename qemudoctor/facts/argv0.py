"""Whether an entry and its emulator agree on the flag P: on who passes the caller's argv[0], and where."""

import enum

from qemudoctor.facts.emulators import Emulator, is_qemu
from qemudoctor.kernel.entry import Entry
from qemudoctor.kernel.features import Feature, Support
from qemudoctor.kernel.release import KernelRelease

BY_NAME = "-binfmt-P"
"""How the file name ends by which Debian's builds of QEMU are told that the entry has P; of the entry's own text."""
_SINCE = (6, 0)
"""The first QEMU that asks AT_FLAGS. Source: QEMU 6e1c0d7b951, which takes argv[0] where the kernel says so."""
_BY_NAME_TO = (10, 0)
"""The newest QEMU whose build by Debian was seen to go by its name (5.2, 7.2, 10.0); 11.1 was seen not to."""
_HIGHEST = (1 << 16, 0)


class Argv0(enum.Enum):
    """How the arguments of a program arrive that an entry's emulator runs."""

    WHOLE = "as the caller gave them"
    SWALLOWED = "the emulator takes the first argument for argv[0], and it is gone"
    SHIFTED_BY_KERNEL = "argv[0] arrives as an argument, since this kernel does not tell the emulator of P"
    SHIFTED_BY_EMULATOR = "argv[0] arrives as an argument, since this emulator does not ask for P"
    UNKNOWN = "not known"


def argv0_of(entry: Entry, *, kernel: KernelRelease, emulator: Emulator | None) -> Argv0:
    """Return how arguments arrive, by the flags of an entry and what is known of its emulator.

    emulator: what lies at the interpreter's path, None where that is not known. F changes nothing in this: the name is
        the one that the entry has, whatever file is open behind it.
    Source: Linux 2347961b11d4 (AT_FLAGS, 5.12); Debian's patch linux-user-binfmt-P of qemu 1:5.2 and later.
    """
    if not is_qemu(entry.interpreter):
        return Argv0.UNKNOWN  # a wrapper may pass argv[0] on by itself
    by_name = entry.interpreter.endswith(BY_NAME)
    text = None if emulator is None else emulator.version
    version = _HIGHEST if text is None else _number(text)
    if "P" not in entry.flags:
        if not by_name:
            return Argv0.WHOLE  # but for argv[0] itself, which becomes the path
        return Argv0.SWALLOWED if _is_debians(emulator) and version <= _BY_NAME_TO else Argv0.UNKNOWN
    if by_name and (text is None or version <= _BY_NAME_TO):
        return Argv0.WHOLE
    told = kernel.support(Feature.ARGV0_IN_AUXV)
    if told is Support.NO:
        return Argv0.UNKNOWN if by_name else Argv0.SHIFTED_BY_KERNEL
    if emulator is None or text is None or ("F" in entry.flags and not emulator.exists):
        return Argv0.UNKNOWN
    if version < _SINCE:
        return Argv0.SHIFTED_BY_EMULATOR
    return Argv0.WHOLE if told is Support.YES else Argv0.UNKNOWN


def _is_debians(emulator: Emulator | None) -> bool:
    return emulator is not None and "debian" in (emulator.build or "").lower()


def _number(version: str) -> tuple[int, int]:
    """Return major and minor number of a version such as "7.2.22"; of a text that is none, a high one."""
    parts = version.split(".")[:2]
    if len(parts) < 2 or not all(x[:4].isdecimal() and len(x) < 5 for x in parts):
        return _HIGHEST
    return int(parts[0]), int(parts[1])
