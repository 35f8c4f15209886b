"""`register`: registrations for binfmt_misc, written for a kernel or judged by its rules."""

import argparse
from typing import TYPE_CHECKING

from qemudoctor.cli.options import Parser, UsageError, file_name
from qemudoctor.cli.streams import complain, say, say_bytes, wants_colour
from qemudoctor.exceptions import DoctorError

if TYPE_CHECKING:
    from qemudoctor.facts import Facts
    from qemudoctor.registration.given import Given
    from qemudoctor.registration.judging import Judged

_FORMATS = ("line", "binfmt.d", "update-binfmts")
_HINT = "--check takes a binfmt.d file, a format file of update-binfmts, or one register line in quotes."
_DESCRIPTION = """\
Writes registrations for binfmt_misc that the kernel in question takes, for any
architecture, or judges given ones (--check). Registers nothing itself."""
_EPILOG = """\
An ARCH is aarch64, arm64, linux/arm64, armv7l, linux/arm/v7, armhf and so on;
`all` is every one that is not of this machine's own family. Without --flags, F
is set where the kernel has it. What the kernel would refuse is not printed.

The format `line` is exactly what is written to the file `register`. The kernel
takes one line a write, so several architectures need a loop:
  qemu-doctor register all | while IFS= read -r line; do
      printf %s "$line" > /proc/sys/fs/binfmt_misc/register
  done

examples:
  qemu-doctor register aarch64 > /proc/sys/fs/binfmt_misc/register
  qemu-doctor register all --format binfmt.d -o /etc/binfmt.d/qemu.conf
  qemu-doctor register s390x --format update-binfmts -o /tmp/qemu-s390x
      (then: update-binfmts --import /tmp/qemu-s390x)
  qemu-doctor register armhf --kernel 3.10.0-327.el7.x86_64
  qemu-doctor register --check /usr/lib/binfmt.d/qemu-aarch64.conf
  qemu-doctor register --check ':qemu-arm:M::\\x7fELF:\\xff\\xff\\xff\\xff:/qemu:F'

exit status:
  0    written, or everything judged is good
  1    --check: something is refused, or does not do what its name says
  2    wrong usage, something that cannot be read, or nothing to be printed
       because the kernel would refuse it
"""


def run(arguments: list[str]) -> int:
    """Write or judge registrations and return the exit status."""
    given = _parse(arguments)
    from qemudoctor.examination import prepare
    from qemudoctor.facts import Unavailable
    from qemudoctor.host.output import absolute

    root = "/" if given.root is None else absolute(given.root)
    facts = prepare(root, probe=False, capture=file_name("--capture", given.capture), kernel=given.kernel)
    try:
        return _check(given, facts) if given.check is not None else _write(given, facts)
    except Unavailable as error:
        raise DoctorError(error.reason, hint="--kernel RELEASE says which kernel it is for.") from error


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = Parser(
        "qemu-doctor register",
        usage="qemu-doctor register ARCH... [options]\n       qemu-doctor register --check FILE|LINE [options]",
        description=_DESCRIPTION,
        epilog=_EPILOG,
    )
    parser.add_argument("architectures", metavar="ARCH", nargs="*", help="an architecture in any spelling, or `all`")
    parser.add_argument("--check", metavar="FILE|LINE", help="judge the registrations in a file, or one line")
    parser.add_argument("--flags", metavar="F", help="letters of P, O, C and F; default: F, where the kernel has it")
    parser.add_argument("--interpreter", metavar="PATH", help="the emulator; default: the static one on this host")
    parser.add_argument("--name", metavar="NAME", help="the name of the entry; default: qemu-ARCH")
    parser.add_argument("--format", choices=_FORMATS, help="default: line")
    parser.add_argument("--kernel", metavar="RELEASE", help="the kernel that it is for; default: this host's")
    parser.add_argument("--root", metavar="DIR", help="for the host whose root is mounted at DIR")
    parser.add_argument("--capture", metavar="FILE", help="for a recorded host")
    parser.add_argument("--json", action="store_true", help="print JSON (schema: registration)")
    parser.add_argument("-o", dest="output", metavar="FILE", help="write to FILE, not to standard output")
    given = parser.parse_args(arguments)
    _require_sense(given)
    return given


def _require_sense(given: argparse.Namespace) -> None:
    hint = "`qemu-doctor register --help` shows what can be given."
    if given.check is None:
        if not given.architectures:
            raise UsageError("which architecture? None is named", hint=hint)
        if given.name is not None and len(given.architectures) > 1:
            raise UsageError("--name is for one architecture", hint=hint)
        return
    writing = (given.flags, given.interpreter, given.name, given.format)
    if given.architectures or any(x is not None for x in writing):
        raise UsageError("--check judges what is given; nothing else can be asked for beside it", hint=hint)


def _write(given: argparse.Namespace, facts: "Facts") -> int:
    from qemudoctor.registration.given import UPDATE_BINFMTS
    from qemudoctor.registration.writing import Wanted, content_of, find_architectures, summarise, write_registration

    form = given.format or "line"
    wanted = Wanted(form, given.flags, given.interpreter, given.name)
    found = find_architectures(given.architectures, facts=facts)
    if form == UPDATE_BINFMTS and len(found) > 1:
        raise UsageError("update-binfmts reads one format a file", hint="Ask for one architecture at a time.")
    if given.name is not None and len(found) > 1:
        raise UsageError("--name is for one architecture", hint="`all` names many.")
    written = tuple(write_registration(x, wanted, facts=facts) for x in found)
    content = content_of(written, form=form, facts=facts)
    notes = summarise(written)
    if given.json:
        judged = tuple(x.judged for x in written)
        _deliver(given, _document(judged, facts, form=form, looks=False, content=content, notes=notes).encode())
        return 0
    for note in notes:
        complain(f"# {note}")
    _deliver(given, content)
    return 0


def _check(given: argparse.Namespace, facts: "Facts") -> int:
    from qemudoctor.registration.judging import judge_all

    form, lines = _given(given.check)
    # A root or a capture is the very host that is asked about; of a mere release nobody knows the files.
    looks = given.kernel is None
    judged = judge_all(lines, form=form, facts=facts, looks=looks)
    if given.json:
        text = _document(judged, facts, form=form, looks=looks)
    else:
        from qemudoctor.report.registration_text import render_judged
        from qemudoctor.report.terminal import Palette

        palette = Palette(enabled=wants_colour("auto", given.output))
        text = render_judged(judged, kernel=facts.kernel.text, looks=looks, palette=palette)
    _deliver(given, text.encode("utf-8", "backslashreplace"))
    return 1 if any(x.is_wrong for x in judged) else 0


def _given(text: str) -> "tuple[str, tuple[Given, ...]]":
    """Return the format and what is to be judged. Raises: DoctorError."""
    from qemudoctor.examination import REGISTRY_LIMIT_BYTES
    from qemudoctor.facts.registry import ENTRIES_MAX
    from qemudoctor.host.output import is_there, read_given
    from qemudoctor.registration.given import LINE, Given, is_line, parse_given

    path = file_name("--check", text) or text
    if is_line(text) and not is_there(path):
        return LINE, (Given("the line", text.encode("utf-8", "surrogateescape")),)
    form, lines = parse_given(read_given(path, limit=REGISTRY_LIMIT_BYTES, hint=_HINT), path=text)
    if not lines:
        raise DoctorError(f"{text} holds no registration", hint=_HINT)
    if len(lines) > ENTRIES_MAX:
        raise DoctorError(f"{text} holds {len(lines)} lines, which is no real configuration", hint=_HINT)
    return form, lines


def _document(
    judged: "tuple[Judged, ...]",
    facts: "Facts",
    *,
    form: str,
    looks: bool,
    content: bytes | None = None,
    notes: tuple[str, ...] = (),
) -> str:
    from qemudoctor.report.registration_json import render_registration_json

    kernel, machine = facts.kernel.text, facts.machine.name
    return render_registration_json(
        judged, form=form, kernel=kernel, machine=machine, looks=looks, content=content, notes=notes
    )


def _deliver(given: argparse.Namespace, content: bytes) -> None:
    if given.output not in (None, "-"):
        from qemudoctor.host.output import write_file

        write_file(given.output, content)
    elif content.isascii():
        say(content.decode())
    else:
        say_bytes(content)
