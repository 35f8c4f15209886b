"""`trace`: the walk of the kernel through one execve."""

import argparse
from typing import TYPE_CHECKING

from qemudoctor.cli.options import Parser, UsageError, add_what_if, file_name
from qemudoctor.cli.streams import complain, say, wants_colour
from qemudoctor.exceptions import DoctorError

if TYPE_CHECKING:
    from collections.abc import Hashable

    from qemudoctor.facts import Facts, GuestLoader, RefusedLine
    from qemudoctor.host import Host
    from qemudoctor.kernel import Execution, KernelRelease, Registry, Tree
    from qemudoctor.report.walk import Trace, Walk

UNDETERMINED_STATUS = 3
_DESCRIPTION = """\
Draws the walk that the kernel takes through execve(PROGRAM): who handles which
file, what it opens and in which root, and how it ends. Nothing is executed."""
_EPILOG = """\
A PROGRAM without a slash that is not in the current directory is looked up as a
shell does it. With --root, as after chroot: paths are looked up in DIR, but the
registry stays that of this host, and so do the interpreters that F keeps open.

examples:
  qemu-doctor trace ./hello-arm64
  qemu-doctor trace /bin/sh --root /srv/arm64-rootfs
  qemu-doctor trace ./hello-arm64 --kernel 3.10.0-327.el7.x86_64
  qemu-doctor trace ./hello-arm64 --kernel 3.10 --kernel 6.12    (compare)

exit status:
  0    the program would start, under each kernel that was named
  1    it would not
  2    wrong usage, or something that cannot be read
  3    not known: the registry cannot be read
"""


def run(arguments: list[str]) -> int:
    """Draw one walk, or those of several kernels, and return the exit status."""
    given = _parse(arguments)
    from qemudoctor.facts import Unavailable

    try:
        walks = tuple(_walk(given, kernel) for kernel in given.kernel or [None])
    except Unavailable as error:
        complain(f"the walk is not known: {error.reason}")
        return UNDETERMINED_STATUS
    say(_rendered(walks, given))
    if any(walk.is_open for walk in walks):
        return UNDETERMINED_STATUS
    return 0 if all(walk.execution.outcome == "ok" for walk in walks) else 1


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = Parser(
        "qemu-doctor trace",
        usage="qemu-doctor trace PROGRAM [options]",
        description=_DESCRIPTION,
        epilog=_EPILOG,
    )
    parser.add_argument("program", metavar="PROGRAM", help="the path that execve() is called with")
    parser.add_argument("--root", metavar="DIR", help="look paths up in DIR, as after chroot into it")
    parser.add_argument("--json", action="store_true", help="print JSON (schema: trace; traces for several kernels)")
    add_what_if(parser, several=True)
    given = parser.parse_args(arguments)
    if given.root == "":
        raise UsageError("--root names no directory", hint="Leave --root out, or name a directory.")
    return given


def _walk(given: argparse.Namespace, kernel: str | None) -> "Walk":
    """Return the walk that is asked for. Raises: DoctorError; Unavailable without kernel or machine."""
    from qemudoctor.examination import prepare
    from qemudoctor.host import DirectoryTree, HostError, open_host
    from qemudoctor.host.output import absolute, credentials
    from qemudoctor.kernel import possible_answers
    from qemudoctor.kernel.call import execve
    from qemudoctor.report.walk import Trace, Walk

    registry_file = file_name("--registry", given.registry)
    facts = prepare(probe=False, kernel=kernel, registry=registry_file)
    host = facts.host if given.root is None else open_host(root=absolute(given.root))
    tree = DirectoryTree(host.root)
    cwd = _working_directory(given)
    who = credentials()

    def ask(release: "KernelRelease") -> "Trace":
        registry, refused, unseen = _registry(_supposing(facts, release))
        execution = execve(
            program, root=tree, registry=registry, kernel=release, machine=facts.machine, cwd=cwd, credentials=who
        )
        return Trace(registry, execution, refused, unseen)

    try:
        program = _found(given.program, host, tree, cwd)
        possible = possible_answers(facts.kernel, ask, same=_essence)
        best = possible[0].answer
        guest_loader = _guest_loader(best.execution, tree, cwd)
    except HostError as error:
        hint = "Look as root: it may be hidden from you only."
        raise DoctorError(f"{error.path} cannot be read: {error.reason}", hint=hint) from error
    return Walk(
        program,
        host.root,
        facts.kernel.text,
        facts.machine.name,
        best.registry,
        facts.registry_state,
        best.execution,
        best.refused,
        best.unseen,
        guest_loader,
        possible,
    )


def _supposing(facts: "Facts", release: "KernelRelease") -> "Facts":
    """Return the facts under a kernel release: the host's own entries are as they are, others it may refuse."""
    from qemudoctor.facts import Facts

    question = facts.question
    return Facts(facts.host, question._replace(kernel=release)) if question.is_hypothetical else facts


def _essence(trace: "Trace") -> "tuple[Hashable, ...]":
    """Return in what the answers of two kernels differ: in what the call comes to, or in what they refuse."""
    from qemudoctor.kernel.possible import ending

    return ending(trace.execution), trace.unseen, tuple((x.source, x.errno) for x in trace.refused)


def _guest_loader(execution: "Execution", tree: "Tree", cwd: str) -> "GuestLoader | None":
    """Return the loader that QEMU will look for, where the walk ends in QEMU."""
    from qemudoctor.facts import is_qemu, read_guest_loader
    from qemudoctor.kernel import Handler

    foreign = next((x.file for x in reversed(execution.steps) if x.handler is Handler.MISC), None)
    if execution.outcome != "ok" or foreign is None or not is_qemu(execution.runs or ""):
        return None
    return read_guest_loader(tree, foreign, cwd=cwd)


def _working_directory(given: argparse.Namespace) -> str:
    """Return where a relative path starts: chroot(8) goes to the new root, and only a relative path needs ours."""
    from qemudoctor.host.output import working_directory

    return "/" if given.root is not None or given.program.startswith("/") else working_directory()


def _found(program: str, host: "Host", tree: "Tree", cwd: str) -> str:
    """Return the path by which a shell would call a program."""
    from qemudoctor.kernel import LookupFailed, walk

    if "/" in program or not program:
        return program
    try:
        walk(tree, program, cwd=cwd)
        return program
    except LookupFailed:
        return host.which(program) or program


def _registry(facts: "Facts") -> "tuple[Registry, tuple[RefusedLine, ...], str | None]":
    """Return the registry, the lines it refused, and why entries of it cannot be seen."""
    from qemudoctor.facts import Unavailable
    from qemudoctor.kernel import Registry

    try:
        if facts.has_no_registry:
            return Registry(), (), None
        known = facts.registry
    except Unavailable as error:
        return Registry(), (), error.reason
    damaged = next((f"the entry {x.name} cannot be read: {x.reason}" for x in known.damaged), None)
    return known.registry, known.refused, damaged


def _rendered(walks: "tuple[Walk, ...]", given: argparse.Namespace) -> str:
    from qemudoctor.report.walk import draw_walk, walk_document
    from qemudoctor.report.walks import draw_walks, walks_document

    if given.json:
        from qemudoctor.report.document import dump

        return dump(walk_document(walks[0]) if len(walks) == 1 else walks_document(walks))
    from qemudoctor.report.terminal import Palette

    palette = Palette(enabled=wants_colour("auto", None))
    return draw_walk(walks[0], palette=palette) if len(walks) == 1 else draw_walks(walks, palette=palette)
