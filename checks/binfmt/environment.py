"""QEMU's own environment variables, set for whoever executes programs."""

from collections.abc import Iterator

from qemudoctor.check import Check, Evidence, Facts, Finding, Remedy, Severity

_MAIN = "https://gitlab.com/qemu-project/qemu/-/blob/master/linux-user/main.c"

EXPLANATION = """\
QEMU's user mode takes its options from the environment as well as from the command line, and under
binfmt_misc there is no other way to give it any. A variable that somebody set once, in a profile,
in /etc/environment, in a CI job or by `ENV` in a Dockerfile, then concerns every emulated program
that is started with that environment.

Some stop every program: with QEMU_VERSION the emulator prints its version and ends, with QEMU_GDB
it waits for a debugger, with an unknown QEMU_CPU it says "unable to find CPU model". A QEMU_CPU
that is too small gives "Illegal instruction", "CPU does not support x86-64-v2" or "CPU ISA level is
lower than required"; QEMU_LD_PREFIX lets a program find the loader and the libraries of another
installation; QEMU_RESERVED_VA and QEMU_GUEST_BASE can ask for addresses that are not free. Others
only slow down (QEMU_SINGLESTEP, QEMU_ONE_INSN_PER_TB) or write into standard error (QEMU_STRACE,
QEMU_LOG), which breaks whoever parses it.

A container does not get the environment of the engine or of the caller, only what the image, `-e`
and `--build-arg` give it: look there for the same names. qemu-doctor executes its test programs in
an environment of their own, without these variables, so a platform that it says to work can fail
for you.

It is harmless if it was set on purpose: QEMU_CPU=max,pauth-impdef=on, for example, makes some
emulators faster.

To see it for yourself: env | grep QEMU_, and `qemu-aarch64-static --help`, which lists them all
"""
_OPTION = "is an option of every emulator"
_EFFECTS: dict[str, tuple[Severity, str, str | None]] = {
    "QEMU_VERSION": (Severity.WARNING, "makes every emulator print its version and run nothing", None),
    "QEMU_GDB": (Severity.WARNING, "makes every emulator wait for a debugger", None),
    "QEMU_CPU": (Severity.WARNING, "decides over the processor that every emulator shows its programs", "cpu-feature"),
    "QEMU_LD_PREFIX": (
        Severity.WARNING,
        "makes every emulator look there first for the loader and the libraries of its programs",
        "elf-loader-missing",
    ),
    "QEMU_RESERVED_VA": (
        Severity.WARNING,
        "makes every emulator reserve that much of the address space",
        "qemu-guest-address-space",
    ),
    "QEMU_GUEST_BASE": (
        Severity.WARNING,
        "fixes the address at which every emulator puts its programs",
        "qemu-guest-address-space",
    ),
    "QEMU_ARGV0": (Severity.WARNING, "gives every emulated program another name", "argv0-flag"),
    "QEMU_STRACE": (Severity.INFO, "makes every emulator write all system calls to standard error", None),
    "QEMU_LOG": (Severity.INFO, "makes every emulator write a log to standard error, and slower", None),
    "QEMU_SINGLESTEP": (Severity.INFO, "makes every emulator many times slower", None),
    "QEMU_ONE_INSN_PER_TB": (Severity.INFO, "makes every emulator many times slower", None),
}


def find_variables(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each of QEMU's variables that is set for whoever looks, where something is emulated."""
    if facts.question.is_hypothetical or not facts.settings.qemu_variables:
        return
    if all(facts.is_native(x) for x in facts.judged):
        return
    for variable in facts.settings.qemu_variables:
        severity, effect, cause = _EFFECTS.get(variable.name, (Severity.INFO, _OPTION, None))
        sources = ("environment", *((variable.file,) if variable.file is not None else ()))
        yield Finding(
            subject=variable.name,
            message=f"{variable.name}: is set, which {effect}, for all that is started with this environment",
            severity=severity,
            cause=cause,
            evidence=tuple(Evidence(x, f"{variable.name}={variable.value}") for x in sources),
            remedies=_unset(facts, variable.name, variable.file),
        )


def _unset(facts: Facts, name: str, file: str | None) -> tuple[Remedy, ...]:
    note = "Not proven: the model knows of no environment. A service or a container has an environment of its own"
    found = Remedy(
        id="unset-variable",
        title="Take the variable out of this shell",
        commands=(f"unset {name}",),
        root=False,
        persistent=None if file is None else False,
        note=note,
    )
    if file is None:
        return (found,)
    from qemudoctor.remedies.shell import as_root

    pattern = rf"/^\(export \)\{{0,1\}}{name}=/d"
    lasting = Remedy(
        id="unset-variable-for-all",
        title=f"Take it out of {file}, and out of this shell",
        commands=(as_root(facts, f"sed -i '{pattern}' {file}"), f"unset {name}"),
        root=True,
        persistent=True,
        note=f"{note}. Whoever is logged in keeps it until the next login",
    )
    return (found, lasting)


CHECKS = (
    Check(
        id="QD217",
        slug="qemu-environment",
        title="The environment holds options of QEMU",
        severity=Severity.WARNING,
        family="binfmt",
        run=find_variables,
        explanation=EXPLANATION,
        references=(_MAIN, "https://www.qemu.org/docs/master/user/main.html"),
    ),
)
