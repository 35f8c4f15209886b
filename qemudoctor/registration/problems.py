"""What is wrong with an entry that a kernel accepts: it matches too much, too little, or starts what does not work."""

from collections.abc import Iterator
from typing import NamedTuple

from qemudoctor.facts import (
    Argv0,
    Emulator,
    Facts,
    Linkage,
    Unavailable,
    argv0_of,
    covered_architectures,
    has_own_rule,
    is_of_another_emulator,
    is_qemu,
    matches_pie,
    runs_programs_of,
    target_named_by,
)
from qemudoctor.kernel.entry import Entry
from qemudoctor.kernel.features import Feature
from qemudoctor.kernel.machine import MACHINES, native_executable
from qemudoctor.kernel.tree import NodeKind
from qemudoctor.platforms import BY_TARGET, Architecture, platform_names
from qemudoctor.remedies.emulators import is_native

ERROR, WARNING, INFO = "error", "warning", "info"
FLAG_MEANINGS = {
    "P": "the caller's argv[0] is passed on, as an argument more",
    "O": "the interpreter gets the program as an open file",
    "C": "setuid programs run with their owner's rights, through the interpreter",
    "F": "the interpreter is opened now, and works in containers and chroots",
    "T": "the program looks as if it had been started by itself",
    "L": "the interpreter takes the place of the program's loader",
}
_SCRIPT = b"#!/bin/sh\n"
_OSABI_OFFSET, _OSABI_GNU = 7, 3
_CUT_BYTES = 127
_SHOWN_MAX = 5
_ARGV0 = (Argv0.SWALLOWED, Argv0.SHIFTED_BY_KERNEL, Argv0.SHIFTED_BY_EMULATOR)


class Problem(NamedTuple):
    """One thing that is wrong with a registration, or good to know (severity info)."""

    id: str
    severity: str
    message: str


def purpose(entry: Entry) -> Architecture | None:
    """Return the architecture that an entry is named for: by its interpreter, or else by its own name."""
    target = target_named_by(entry.interpreter) or target_named_by(entry.name)
    return None if target is None else BY_TARGET.get(target)


def find_problems(entry: Entry, *, facts: Facts, looks: bool) -> Iterator[Problem]:
    """Yield what is wrong with an accepted entry, by the kernel and machine of these facts.

    looks: the interpreter is looked for on the host. Raises: Unavailable without kernel or machine.
    """
    if entry.extension is not None:
        text = f"it goes by file names that end in .{entry.extension}, whatever is in the files"
        yield Problem("by-extension", INFO, text)
    else:
        yield from _too_much(entry, facts)
        yield from _too_little(entry, facts)
    yield from _names(entry)
    yield from _flags(entry, facts)
    yield from _path(entry, facts)
    emulator = None
    if looks:
        try:
            emulator = facts.emulator(entry.interpreter)
        except Unavailable as error:
            yield Problem("interpreter-not-seen", INFO, f"the interpreter could not be looked at: {error.reason}")
        else:
            yield from interpreter_problems(entry, emulator, facts)
    said = argv0_of(entry, kernel=facts.kernel, emulator=emulator)
    if said in _ARGV0:
        yield Problem("argv0-disagreement", ERROR, f"{said.value}: flag P and the emulator do not agree")


def _too_much(entry: Entry, facts: Facts) -> Iterator[Problem]:
    machine = facts.machine
    if entry.matches(native_executable(machine), ""):
        text = f"its magic and mask match the programs of this {machine.name} machine itself, the interpreter included"
        yield Problem("hijacks-native", ERROR, text)
    else:
        siblings = [
            x for x in covered_architectures(entry) if x.native_loader(facts.machine_for(x), facts.kernel) is not None
        ]
        if siblings:
            names = ", ".join(platform_names(x)[0] for x in siblings)
            text = f"it matches programs of {names}, which a {machine.name} machine can run itself and far faster"
            yield Problem("hijacks-sibling", WARNING, text)
    if entry.matches(_SCRIPT, ""):
        yield Problem("hijacks-scripts", ERROR, "its magic and mask match every shell script")


def _too_little(entry: Entry, facts: Facts) -> Iterator[Problem]:
    own = purpose(entry)
    covered = covered_architectures(entry)
    if own is None:
        if not covered and not is_of_another_emulator(entry):
            yield Problem("no-platform", INFO, "it matches programs of no architecture that is known here")
        return
    if has_own_rule(entry, own) and own in covered:
        return
    others = tuple(x for x in covered if not runs_programs_of(own, x))
    if others:
        names = ", ".join(x.qemu_target for x in others[:_SHOWN_MAX])
        more = f" and {len(others) - _SHOWN_MAX} more" if len(others) > _SHOWN_MAX else ""
        text = f"its magic matches programs of {names}{more}, which an emulator for {own.qemu_target} refuses"
        yield Problem("matches-others", ERROR, text)
    if own not in covered:
        if _matches_old_number(entry, own):
            return
        yield Problem("matches-nothing", ERROR, _mismatch(entry, own))
        return
    if not matches_pie(entry, own):
        text = "it leaves out position-independent programs (e_type 3), as nearly all are today"
        yield Problem("misses-pie", ERROR, text)
    sample = own.sample()
    gnu = sample[:_OSABI_OFFSET] + bytes([_OSABI_GNU]) + sample[_OSABI_OFFSET + 1 :]
    if not entry.matches(gnu, ""):
        text = "it leaves out programs marked with OSABI 3 (GNU), as static ones of glibc often are"
        yield Problem("misses-gnu", WARNING, text)


def _matches_old_number(entry: Entry, own: Architecture) -> bool:
    """Return whether an entry is for the same programs under another number that their kernels take: microblaze."""
    machines = [x for x in MACHINES if x.name in own.uname or x.name == own.qemu_target]
    # Of the loaders for its own kind of program: that for a 32-bit sibling takes other programs.
    loaders = (y for x in machines for y in x.loaders if (y.bits, y.order) == (own.bits, own.order))
    numbers = {number for loader in loaders for number in loader.machines} - {own.e_machine}
    sample = own.sample()
    numbered = (x.to_bytes(2, "little") if own.order == "little" else x.to_bytes(2, "big") for x in numbers)
    return any(entry.matches(sample[:18] + x + sample[20:], "") for x in numbered)


def _mismatch(entry: Entry, own: Architecture) -> str:
    """Return why an entry matches no program of its architecture, by the first field of the ELF header that differs."""
    text = f"its magic matches no program of {own.qemu_target}"
    if entry.magic.startswith(b"x7f"):
        return f"{text}: it begins with the text x7f, so the backslashes were lost in a shell"
    if entry.offset:
        return f"{text}: its offset is {entry.offset}, and the ELF mark is at 0"
    parts = ((0, 4, "the ELF mark"), (4, 5, "the word size"), (5, 6, "the byte order"), (6, 16, "the identification"))
    sample, pattern = own.sample(), entry.magic
    mask = entry.mask or b"\xff" * len(pattern)
    for start, end, what in (*parts, (16, 18, "e_type"), (18, 20, "e_machine"), (20, len(pattern), "the rest")):
        span = range(start, min(end, len(pattern)))
        if any((sample[at] ^ pattern[at]) & mask[at] for at in span if at < len(sample)):
            return f"{text}: {what} is another, {pattern[start:end].hex()} in place of {sample[start:end].hex()}"
    return text


def _names(entry: Entry) -> Iterator[Problem]:
    by_name, by_path = target_named_by(entry.name), target_named_by(entry.interpreter)
    meant, runs = BY_TARGET.get(by_name or ""), BY_TARGET.get(by_path or "")
    if meant is not None and runs is not None and not runs_programs_of(runs, meant):
        text = f"it is named for {by_name}, and its interpreter is the emulator for {by_path}"
        yield Problem("wrong-emulator", ERROR, text)


def _flags(entry: Entry, facts: Facts) -> Iterator[Problem]:
    emulates = is_qemu(entry.interpreter) or bool(covered_architectures(entry))
    if "F" not in entry.flags and emulates and facts.kernel.supports(Feature.FIX_BINARY):
        text = "without F the interpreter is looked for in the container or chroot, where it usually is not (ENOENT)"
        yield Problem("no-fix-binary", WARNING, text)
    if "C" in entry.flags:
        text = "with C a setuid program gets its owner's rights: whoever can replace the interpreter has them too"
        yield Problem("credentials", INFO, text)
    if not entry.enabled:
        yield Problem("disabled", WARNING, "D registers it switched off: it does nothing before 1 is written to it")


def _path(entry: Entry, facts: Facts) -> Iterator[Problem]:
    if not entry.interpreter.startswith("/"):
        text = "the path of the interpreter is relative: it is looked for in whatever directory a program is started"
        yield Problem("interpreter-relative", ERROR, text)
    size = len(entry.interpreter.encode("utf-8", "surrogateescape"))
    if size > _CUT_BYTES and not facts.kernel.supports(Feature.LONG_INTERPRETER):
        text = f"the path of the interpreter has {size} bytes, and this kernel cuts it at {_CUT_BYTES} without a word"
        yield Problem("interpreter-cut", ERROR, text)


def interpreter_problems(entry: Entry, emulator: Emulator, facts: Facts) -> Iterator[Problem]:
    """Yield what is wrong with the interpreter as it lies on the host."""
    path = entry.interpreter
    if not emulator.exists:
        yield Problem("interpreter-missing", ERROR, f"{path} is not on this host")
    elif emulator.kind is not NodeKind.FILE:
        yield Problem("interpreter-unusable", ERROR, f"{path} is no regular file")
    elif not emulator.executable or emulator.noexec:
        why = "lies on a filesystem mounted noexec" if emulator.noexec else "is not executable"
        yield Problem("interpreter-unusable", ERROR, f"{path} {why}")
    elif emulator.linkage is None:
        if emulator.head.startswith(b"#!"):
            text = f"{path} is a script: in a container its own interpreter has to be there"
            yield Problem("interpreter-script", WARNING, text)
        else:
            yield Problem("interpreter-unusable", ERROR, f"{path} is no program")
    elif not is_native(facts, emulator):
        yield Problem("interpreter-foreign", ERROR, f"{path} is a program for another machine")
    elif emulator.linkage is Linkage.DYNAMIC and "F" in entry.flags:
        loader = emulator.elf_loader or "its loader"
        text = f"{path} is dynamic: {loader} and its libraries are looked for in the container, F or not"
        yield Problem("interpreter-dynamic", WARNING, text)
