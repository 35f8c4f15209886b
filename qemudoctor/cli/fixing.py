"""`fix`: the plan that makes everything work, and carrying it out."""

import argparse
import contextlib
import sys
from typing import TYPE_CHECKING

from qemudoctor.cli.examination import exit_status
from qemudoctor.cli.options import Parser, UsageError, add_what_if, file_name, words
from qemudoctor.cli.streams import OutputBroken, complain, deliver, is_terminal, say, wants_colour
from qemudoctor.exceptions import DoctorError

if TYPE_CHECKING:
    from qemudoctor.host.hands import Hands
    from qemudoctor.repair.apply import Result
    from qemudoctor.repair.journal import Journal
    from qemudoctor.repair.plan import Plan
    from qemudoctor.verdict import Report

ROUNDS_MAX = 3
FAILED_STATUS = 1
_NOT_UNDONE = (
    "Put that right, and call it again; or remove /var/lib/qemu-doctor/fix.json, and everything stays as it is now."
)
_DESCRIPTION = """\
Prints the plan that puts right what qemu-doctor finds: few steps, in order, each
proven on the model of the kernel and, where the kernel allows it, on the running
kernel in a registry that nobody else sees. With --apply it is carried out."""
_EPILOG = """\
--apply carries out one step after the other, executes programs to see whether
they run now, and puts everything back if a step fails or does not help. What was
there before is written down first, so that after a kill or a power failure the
next `qemu-doctor fix --apply` puts it back and begins anew, and `--undo` only
puts it back. Entries that are not QEMU's are never touched. A package that was
installed on the way stays installed.

examples:
  qemu-doctor fix --require linux/arm64
  sudo qemu-doctor fix --require linux/arm64 --apply
  qemu-doctor fix --capture node7.capture --require linux/arm64

exit status:
  0    nothing is wrong, or not any more
  1    something is wrong: the plan says what to do; or --apply has put
       everything back
  2    wrong usage, or an input that cannot be read
  3    a required platform could not be determined, or a check crashed
"""


def run(arguments: list[str]) -> int:
    """Print the plan or carry it out, and return the exit status."""
    given = _parse(arguments)
    return _change(given) if given.apply or given.undo else _show(given)


def _show(given: argparse.Namespace) -> int:
    report = _look(given)
    plan = _plan(report, rehearse=not given.no_probe)
    _put(given, plan)
    if report.facts.host.source.value == "live" and _is_unfinished():
        complain("an earlier repair was not finished: --apply puts back what was there and begins anew")
    return exit_status(report, "error")


def _is_unfinished() -> bool:
    """Return whether a repair is unfinished; false for whoever may not see it, who cannot repair anything either."""
    from qemudoctor.host.door import HostError
    from qemudoctor.host.hands import Hands

    try:
        return Hands().read_journal() is not None
    except HostError:
        return False


def _change(given: argparse.Namespace) -> int:
    from qemudoctor.host.execute import interruptible
    from qemudoctor.host.hands import Hands, only_one

    # Told to end, it ends the command that runs, puts everything back, and only then ends.
    with interruptible(), only_one():
        hands = Hands()
        journal = _unfinished(hands)
        if journal is not None:
            _put_back(journal, given, hands)
        elif given.undo:
            _tell(given, "there is nothing to put back")
        return _undone(given, was_unfinished=journal is not None) if given.undo else _apply(given, hands)


def _undone(given: argparse.Namespace, *, was_unfinished: bool) -> int:
    """Say as JSON how things are after an undo; as text that was told already."""
    if given.format == "json":
        from qemudoctor.repair.apply import Result
        from qemudoctor.repair.plan import Plan

        report = _look(given)
        failure = "an unfinished repair was put back" if was_unfinished else "there was nothing to put back"
        _put(given, Plan((), (), report, report), Result(report, failure))
    return 0


def _apply(given: argparse.Namespace, hands: "Hands") -> int:
    from qemudoctor.repair.apply import Repair

    report = _look(given)
    plan = _plan(report, rehearse=True)
    if given.format == "text":
        _put(given, plan)
    if not plan.steps:
        return _end(given, plan, None, report)
    if not given.yes and not _agreed(given, len(plan.steps)):
        say("nothing was changed\n")
        return FAILED_STATUS
    repair = Repair(hands, lambda: _look(given), lambda text: _tell(given, text))
    result = repair.carry_out(plan)
    rounds = 1
    while result.failure is None and plan.examine_again and rounds < ROUNDS_MAX:
        further = _plan(result.report, rehearse=True)
        plan = further._replace(steps=(*plan.steps, *further.steps), report=plan.report)
        if further.steps:
            result = repair.carry_out(further)
        rounds += 1
    if result.failure is None:
        repair.finish()
    return _end(given, plan, result, result.report)


def _end(given: argparse.Namespace, plan: "Plan", result: "Result | None", report: "Report") -> int:
    if given.format == "json":
        _put(given, plan, result)
    elif result is not None:
        from qemudoctor.report.plan_text import render_result

        say(render_result(result))
    if result is not None and result.failure is not None:
        return FAILED_STATUS
    return exit_status(report, "error")


def _put_back(journal: "Journal", given: argparse.Namespace, hands: "Hands") -> None:
    """Put back what an unfinished repair has changed. Raises: DoctorError if that is not possible."""
    from qemudoctor.repair.apply import put_back

    _tell(given, f"an earlier repair was not finished ({journal.done} of {len(journal.steps)} steps): putting back")
    reason = put_back(journal, lambda: _look(given), hands)
    if reason is not None:
        raise DoctorError(f"not everything could be put back: {reason}", hint=_NOT_UNDONE)


def _unfinished(hands: "Hands") -> "Journal | None":
    from qemudoctor.host.door import HostError
    from qemudoctor.repair.journal import parse_journal

    try:
        content = hands.read_journal()
    except HostError as error:
        hint = "It is in the way of every repair: see what it is, and remove it."
        raise DoctorError(f"{error.path}: {error.reason}", hint=hint) from error
    return None if content is None else parse_journal(content)


def _agreed(given: argparse.Namespace, steps: int) -> bool:
    """Return whether whoever sits at the terminal agrees to what is shown there. Raises: UsageError if nobody can."""
    shown = given.format == "text" and given.output in (None, "-")
    if sys.stdin is None or not sys.stdin.isatty() or not is_terminal() or not shown:
        raise UsageError("nobody can be asked here", hint="With --yes the plan is carried out without asking.")
    say(f"Carry out {'this step' if steps == 1 else f'these {steps} steps'}? [y/N] ")
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _look(given: argparse.Namespace) -> "Report":
    from qemudoctor.examination import examine

    return examine(
        given.root,
        words("--require", given.require),
        not given.no_probe,
        capture=file_name("--capture", given.capture),
        kernel=given.kernel,
        registry=file_name("--registry", given.registry),
    )


def _plan(report: "Report", *, rehearse: bool) -> "Plan":
    from qemudoctor.examination import all_checks
    from qemudoctor.repair.plan import make_plan

    return make_plan(report, all_checks()[0], rehearse=rehearse and report.facts.host.source.value == "live")


def _tell(given: argparse.Namespace, text: str) -> None:
    if given.format != "text":
        return
    from qemudoctor.report.terminal import clean

    # Whoever listened may be gone: what was begun goes on, or is put back.
    with contextlib.suppress(OutputBroken):
        say(f"{clean(text)}\n")


def _put(given: argparse.Namespace, plan: "Plan", result: "Result | None" = None) -> None:
    if given.format == "json":
        from qemudoctor.report.plan_json import render_plan_json

        text = render_plan_json(plan, result)
    else:
        from qemudoctor.report.plan_text import render_plan
        from qemudoctor.report.terminal import Palette

        text = render_plan(plan, palette=Palette(enabled=wants_colour(given.color, given.output)))
    deliver(text, given.output)


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = Parser("qemu-doctor fix", usage="qemu-doctor fix [options]", description=_DESCRIPTION, epilog=_EPILOG)
    parser.add_argument("--apply", action="store_true", help="carry the plan out; needs root")
    parser.add_argument("--yes", action="store_true", help="with --apply: do not ask")
    parser.add_argument("--undo", action="store_true", help="put back what an unfinished --apply has changed")
    group = parser.add_argument_group("what is examined")
    group.add_argument(
        "--require",
        "--platform",
        metavar="PLATFORM",
        action="append",
        help="a platform that has to work; may be repeated, comma lists. Without it, those with an entry",
    )
    group.add_argument("--root", metavar="DIR", default="/", help="plan for the machine whose files are in DIR")
    group.add_argument("--capture", metavar="FILE", help="plan for the host that was recorded in FILE")
    group.add_argument("--no-probe", action="store_true", help="predict only: execute no test programs")
    add_what_if(parser)
    output = parser.add_argument_group("output")
    output.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    output.add_argument("--json", dest="format", action="store_const", const="json", help="short for --format json")
    output.add_argument("-o", "--output", metavar="FILE", help="write the plan to FILE, whole or not at all")
    output.add_argument("--color", choices=("auto", "always", "never"), default="auto", help="default: auto")
    given = parser.parse_args(arguments)
    _check(given)
    return given


def _check(given: argparse.Namespace) -> None:
    supposed = given.root != "/" or given.capture or given.kernel or given.registry or given.no_probe
    if given.output == "":
        raise UsageError("-o names no file", hint="Leave -o out, or name a file.")
    if given.root == "":
        raise UsageError("--root names no directory", hint="Leave --root out, or name a directory.")
    if given.apply and given.undo:
        raise UsageError("--apply and --undo", hint="--apply puts back what is unfinished by itself.")
    if (given.apply or given.undo) and supposed:
        raise UsageError(
            "only the running machine, as it is, can be changed",
            hint="Leave --root, --capture, --kernel, --registry and --no-probe out.",
        )
    if given.yes and not given.apply:
        raise UsageError("--yes without --apply", hint="--yes says that --apply need not ask.")
