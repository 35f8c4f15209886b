"""Emulators that are executed and do not get far: dynamic ones, foreign ones, scripts."""

from collections.abc import Iterator

from qemudoctor.check import Check, Evidence, Facts, Finding, Severity
from qemudoctor.checks.diagnosis import Diagnosis, Fault, each_fault, takes_own
from qemudoctor.checks.emulator.finding import emulator_finding, result
from qemudoctor.checks.subjects import BINFMT_MISC, EXECVE
from qemudoctor.facts import Emulator, Unavailable
from qemudoctor.kernel.errnos import Errno
from qemudoctor.kernel.execution import Execution, Handler
from qemudoctor.platforms import ARCHITECTURES

DYNAMIC = """\
A dynamically linked program cannot start by itself: its file names a loader, for example
/lib64/ld-linux-x86-64.so.2, which the kernel has to open and which then loads the libraries. The
flag F makes the kernel keep the emulator open, and only the emulator. Its loader and its
libraries are looked up when a program is executed, in the root directory of whoever executes it.
In a container of another architecture they are not there, and execve() returns ENOENT: "no such
file or directory". If the image has a file at the loader's path, but for its own architecture,
the answer is ELIBBAD: "accessing a corrupted shared library".

So emulators for containers have to be static. The name tells nothing: there were builds named
-static which were not. Packages named qemu-user without -static were dynamic in Debian up to 12,
and are in Ubuntu up to 24.04, Fedora and others. Static-pie is static, too.

It is harmless if programs are only run on the host, or in images that contain the loader and the
libraries of this host's architecture.

To see it for yourself: file FILE, or readelf -l FILE | grep interpreter
"""

FOREIGN = """\
The emulator has to be a program for this machine. If somebody copied the wrong build, the file
that the entry names is itself a foreign program: the arm64 build of qemu-aarch64-static on an
x86-64 machine, for example, often taken out of an image. The kernel looks for an entry that runs
the emulator, and finds either none ("exec format error") or the very same entry, whose emulator
needs an emulator, and so on. The kernel gives up with "Too many levels of symbolic links"
(ELOOP), or, since Linux 5.8 and for entries with the flag O or C, with "Exec format error"
(ENOEXEC).

Every program of the platform is affected, on the host as well as in containers. It is never
harmless, unless another entry really runs the emulator.

To see it for yourself: file FILE, and compare it with uname -m
"""

SCRIPT = """\
The interpreter of an entry may be a script; NixOS and hand-made set-ups use one as a wrapper that
adds options to the emulator. The kernel then starts the program that the script's #! line names,
for example /bin/sh. That program is looked up in the root directory of whoever executes, the flag
F does not help there. In a container of another architecture /bin/sh is a foreign program or
missing.

Besides, an entry with the flag O or C passes the program as an open file, and only one such file
can be passed on. Since Linux 5.8 a script as the interpreter of such an entry ends in "Exec
format error" (ENOEXEC) everywhere.

It is harmless if programs are only run on the host and the entry has neither O nor C. In a
container the emulator itself has to be the interpreter.

To see it for yourself: head -1 FILE
"""


FAILING = """\
The file that the entry names is there, may be executed, and is a program for this machine, and
yet the kernel cannot start it. Most often the file is damaged: a download that broke off in the
middle, a full disk, a copy that was cut. Its header is in order, what the header points to is not
there. Other reasons are a dynamic loader that is itself damaged or of another architecture, and
an entry that takes the emulator for one of its own programs.

The evidence quotes the step at which the kernel gave up. A damaged program is often only noticed
after the old program has been given up; then there is no error to return and the process is
killed by a signal.

It is never harmless. Fetch or install the emulator again. An entry with F that was registered while
the file was in order goes on working with the file as it was, until the next registration or
reboot; then this is a warning.

To see it for yourself, run the emulator: FILE --version
"""


def find_dynamic(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each platform whose emulator lacks its loader where it runs."""
    for found in each_fault(facts, Fault.EMULATOR_DYNAMIC):
        if found.entry is None or found.emulator is None:
            continue
        loader, pinned = found.emulator.elf_loader, "F" in found.entry.flags
        where = "which F does not keep open and no foreign image contains" if pinned else "which is not there"
        message = (
            f"{found.entry.name}: its emulator {found.entry.interpreter} is dynamically linked and needs {loader},"
            f" {where}, so {result(found)}"
        )
        yield emulator_finding(facts, found, message, _read(found.emulator, _linked(facts, found.emulator)))


def _linked(facts: Facts, emulator: Emulator) -> str:
    """Return what a dynamic emulator needs of the root in which it runs."""
    text = f"dynamic, PT_INTERP {emulator.elf_loader}"
    try:
        libraries = facts.libraries(emulator)
    except Unavailable:
        return text
    return f"{text}, needs {', '.join(libraries)}" if libraries else text


def find_foreign(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each platform whose emulator is a program of another machine."""
    for found in each_fault(facts, Fault.EMULATOR_FOREIGN):
        if found.entry is None or found.emulator is None:
            continue
        kind = _architecture_name(found.emulator)
        loops = facts.registry.registry.match(found.emulator.head, found.entry.interpreter) is not None
        message = (
            f"{found.entry.name}: its emulator {found.entry.interpreter} is itself a program for {kind}, which this"
            f" {facts.machine.name} machine cannot run, so {result(found)}"
        )
        cause = "interpreter-loop" if loops else "qemu-wrong-target"
        yield emulator_finding(facts, found, message, _read(found.emulator, f"ELF program for {kind}"), cause=cause)


def _architecture_name(emulator: Emulator) -> str:
    wanted = (emulator.bits, emulator.order, emulator.e_machine)
    for architecture in ARCHITECTURES:
        if (architecture.bits, architecture.order, architecture.e_machine) == wanted:
            return architecture.uname[0] if architecture.uname else architecture.qemu_target
    return f"e_machine {emulator.e_machine}"


def find_scripts(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each platform whose interpreter is a script that cannot do its work."""
    for found in each_fault(facts, Fault.EMULATOR_SCRIPT):
        if found.entry is None or found.emulator is None:
            continue
        line = found.emulator.head.split(b"\n", 1)[0].decode("utf-8", "replace")
        message = (
            f"{found.entry.name}: its interpreter {found.entry.interpreter} is a script, {_why(facts, found)}, so"
            f" {result(found)}"
        )
        yield emulator_finding(facts, found, message, _read(found.emulator, line))


def _why(facts: Facts, found: Diagnosis) -> str:
    """Return what keeps a script from being an interpreter, in the container and, with O or C, on the host too."""
    last = found.walk.steps[-1]
    opens = f"{last.opens}, which its first line needs," if last.opens is not None else "it"
    inside = f"{opens} cannot be started {'on the host' if found.on_host else 'in a container'}"
    if not _is_second_rewrite(facts.prediction(found.platform).host):
        return f"and {inside}"
    rule = "since Linux 5.8 an entry with the flag O or C cannot have a script for its interpreter, on the host neither"
    return f"and {rule}" if _is_second_rewrite(found.walk) else f"and {inside}; besides, {rule}"


def _is_second_rewrite(walk: Execution) -> bool:
    return walk.errno is Errno.ENOEXEC and walk.steps[-1].handler is Handler.OPEN and len(walk.steps) > 1


def find_failing(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each platform whose emulator the kernel cannot start for a reason without a name here."""
    for found in each_fault(facts, Fault.EMULATOR_TAKEN):
        if found.entry is not None and found.emulator is not None:
            taking = facts.registry.registry.match(found.emulator.head, found.emulator.path)
            if taking is not None and takes_own(facts, taking):
                continue  # QD208 tells of all that such an entry takes
            name = found.entry.name if taking is None else taking.name
            message = (
                f"{found.entry.name}: its emulator {found.entry.interpreter} is matched by the entry {name} as if it"
                f" were a foreign program, so {result(found)}"
            )
            evidence = _read(found.emulator, f"begins with {found.emulator.head[:20].hex()}")
            yield emulator_finding(facts, found, message, evidence, cause="interpreter-loop")
    for found in each_fault(facts, Fault.EMULATOR_FAILS):
        if found.entry is None or found.emulator is None:
            continue
        message = (
            f"{found.entry.name}: the kernel cannot start the file that lies at {found.entry.interpreter}, its"
            f" emulator, so {result(found)}"
        )
        linkage = "no ELF program" if found.emulator.linkage is None else found.emulator.linkage.value
        evidence = _read(found.emulator, f"{linkage}, {found.emulator.size} bytes")
        yield emulator_finding(facts, found, message, evidence)


def _read(emulator: Emulator, text: str) -> Evidence:
    return Evidence(emulator.resolved or emulator.path, text)


CHECKS = (
    Check(
        id="QD303",
        slug="interpreter-dynamic",
        title="The emulator is dynamically linked",
        severity=Severity.ERROR,
        cause="interpreter-dynamic",
        family="emulator",
        run=find_dynamic,
        explanation=DYNAMIC,
        references=(
            BINFMT_MISC,
            EXECVE,
            "https://github.com/docker/docs/pull/14140",
            "https://github.com/multiarch/qemu-user-static/issues/24",
        ),
    ),
    Check(
        id="QD304",
        slug="interpreter-wrong-architecture",
        title="The emulator is a program of another machine",
        severity=Severity.ERROR,
        cause="interpreter-loop",
        family="emulator",
        run=find_foreign,
        explanation=FOREIGN,
        references=(BINFMT_MISC, EXECVE),
    ),
    Check(
        id="QD305",
        slug="interpreter-is-script",
        title="The interpreter is a script",
        severity=Severity.ERROR,
        cause="shebang-interpreter-missing",
        family="emulator",
        run=find_scripts,
        explanation=SCRIPT,
        references=(BINFMT_MISC, EXECVE),
    ),
    Check(
        id="QD307",
        slug="emulator-cannot-start",
        title="The kernel cannot start the emulator",
        severity=Severity.ERROR,
        cause="binary-corrupt-or-empty",
        family="emulator",
        run=find_failing,
        explanation=FAILING,
        references=(EXECVE,),
    ),
)
