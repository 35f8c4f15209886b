"""What a vendor's kernel may answer, where nobody knows what was backported to it."""

import pytest

from qemudoctor.kernel import (
    Entry,
    Execution,
    Feature,
    KernelRelease,
    NodeKind,
    OpenBlocks,
    Possibility,
    RegisterError,
    Registry,
    Support,
    possible_answers,
    possible_outcomes,
    possible_registrations,
)
from qemudoctor.kernel.call import execve
from tests.live.differential.execves import case_of
from tests.live.differential.hosts import CaseTree, File
from tests.live.differential.rows import FOREIGN, NATIVE, entry, text

EL9 = "5.14.0-427.el9_4.x86_64"
UBUNTU = "4.15.0-74-generic"
VIRTUOZZO = "3.10.0-1160.90.1.vz7.200.7"
DEBIAN = "6.1.0-30-amd64"
LONG_LINE = text(b"#!/i" + b"x" * 200 + b"\n")


def possible(
    release: str, *, lines: tuple[str, ...] = (), argv: tuple[str, ...] | None = None, **files: File
) -> tuple[Possibility[Execution], ...]:
    root = CaseTree.of((f"/{name}", file) for name, file in files.items())
    registry = Registry.from_lines((x.encode() for x in lines), kernel=KernelRelease.parse("6.18"), root=root)
    kernel = KernelRelease.parse(release)
    found = possible_outcomes("/p", root=root, registry=registry, kernel=kernel, machine="x86_64", argv=argv)
    best = execve("/p", root=root, registry=registry, kernel=kernel, machine="x86_64", argv=argv)
    assert found[0].answer == best
    return found


def outcomes(found: tuple[Possibility[Execution], ...]) -> list[str]:
    return [x.answer.outcome for x in found]


@pytest.mark.parametrize("release", ["6.12.117", "3.10.49", "3.10.0-1160.el7.x86_64", "4.18.0-147.el8.x86_64"])
def test_a_kernel_of_which_all_is_known_has_one_answer(release: str) -> None:
    found = possible(release, p=FOREIGN, i=NATIVE, lines=(entry(flags="OC"),))
    assert outcomes(found) == ["ok"]
    assert found[0].settled == ()


@pytest.mark.parametrize("release", [EL9, UBUNTU, VIRTUOZZO, DEBIAN])
def test_what_is_unknown_and_makes_no_difference_is_not_asked(release: str) -> None:
    found = possible(release, p=FOREIGN, i=NATIVE, lines=(entry(),))
    assert [(x.answer.outcome, x.settled) for x in found] == [("ok", ())]


def test_virtuozzo_may_run_a_cut_script() -> None:
    files = {"/p": LONG_LINE, "/i" + "x" * 123: NATIVE}
    kernel, root = KernelRelease.parse(VIRTUOZZO), CaseTree.of(files.items())
    found = possible_outcomes("/p", root=root, registry=Registry(), kernel=kernel, machine="x86_64")
    assert outcomes(found) == ["ok", "ENOEXEC"]
    assert [x.lacks for x in found] == [(Feature.STRICT_SHEBANG,), ()]
    assert [x.has for x in found] == [(), (Feature.STRICT_SHEBANG,)]


def test_el9_may_drop_nothing_but_an_empty_argument_list() -> None:
    found = possible(EL9, p=NATIVE, argv=())
    assert [(x.answer.argv, x.has) for x in found] == [((), ()), (("",), (Feature.EMPTY_ARGV_FILLED,))]


def test_ubuntu_may_refuse_a_fifo() -> None:
    found = possible(UBUNTU, p=File(NodeKind.FIFO))
    assert outcomes(found) == ["blocks", "EACCES"]
    assert found[1].settled == ((Feature.REGULAR_FILES_ONLY, True),)


def test_debian_between_two_known_builds() -> None:
    kernel = KernelRelease.parse(DEBIAN)
    # The letter P as the delimiter of a register string.
    found = possible_registrations(b"PaPEPPabPP/iP\n", registry=Registry(), kernel=kernel, root=CaseTree.of(()))
    assert isinstance(found[0].answer, Entry)
    assert isinstance(found[1].answer, RegisterError)
    assert found[1].settled == ((Feature.FLAG_DELIMITER_REFUSED, True),)


def registrations(release: str, line: bytes, root: CaseTree | None = None) -> list[str]:
    kernel = KernelRelease.parse(release)
    found = possible_registrations(line, registry=Registry(), kernel=kernel, root=root or CaseTree.of(()))
    return [x.answer.name if isinstance(x.answer, Entry) else type(x.answer).__name__ for x in found]


def test_a_register_line_may_be_refused() -> None:
    line = b":a:M:+0:x::/interpreter:"
    assert registrations(UBUNTU, line) == ["RegisterError", "a"]
    assert registrations("4.18.0-20-generic", line) == ["a"]


@pytest.mark.parametrize("release", [EL9, VIRTUOZZO])
def test_a_plain_line_is_accepted_by_all(release: str) -> None:
    assert registrations(release, b":a:M::abc::/i:") == ["a"]


def test_the_flag_f_came_with_4_8_and_was_never_backported() -> None:
    assert len(registrations(VIRTUOZZO, b":a:M::abc::/i:F")) == 1


def test_a_fifo_that_f_opens() -> None:
    root = CaseTree.of((("/i", File(NodeKind.FIFO)),))
    kernel = KernelRelease.parse(UBUNTU)
    found = possible_registrations(b":a:M::abc::/i:F", registry=Registry(), kernel=kernel, root=root)
    assert [type(x.answer) for x in found] == [OpenBlocks, RegisterError]


def test_too_many_unknown_features_are_not_all_asked() -> None:
    kernel = KernelRelease.parse(VIRTUOZZO)
    unknown = [feature for feature in Feature if kernel.support(feature) is Support.UNKNOWN]
    assert len(unknown) > 10
    asked = []

    def ask(release: KernelRelease) -> tuple[bool, ...]:
        asked.append(1)
        return tuple(release.supports(feature) for feature in unknown)

    found = possible_answers(kernel, ask, same=lambda answer: answer)
    assert len(found) == 1024
    assert all(not any(x.answer[10:]) for x in found)


@pytest.mark.parametrize("release", [EL9, UBUNTU, VIRTUOZZO, DEBIAN, "5.4.17-2136.el7uek.x86_64"])
def test_the_answers_are_those_of_the_kernels_that_it_may_be(release: str) -> None:
    kernel = KernelRelease.parse(release)
    for seed in range(150):
        case = case_of(seed, ids=False)
        root = CaseTree.of(case.host)

        def ask(kernel: KernelRelease, root: CaseTree = root, path: str = case.program) -> str:
            ran = execve(path, root=root, registry=Registry(), kernel=kernel, machine="x86_64")
            return f"{ran.outcome} {ran.runs} {ran.argv}"

        found = possible_answers(kernel, ask, same=lambda answer: answer)
        assert found[0].answer == ask(kernel)
        for possibility in found:
            settled = kernel
            for feature, value in possibility.settled:
                assert kernel.support(feature) is Support.UNKNOWN
                settled = settled.assume(feature, value)
            assert ask(settled) == possibility.answer


def test_a_relative_path_starts_at_the_root() -> None:
    root = CaseTree.of((("/p", NATIVE),))
    kernel = KernelRelease.parse(EL9)
    found = possible_outcomes("p", root=root, registry=Registry(), kernel=kernel, machine="x86_64")
    assert outcomes(found) == ["ok"]
    root = CaseTree.of((("/i", File(content=b"x")),))
    accepted = possible_registrations(b":a:M::abc::i:F", registry=Registry(), kernel=kernel, root=root)
    assert [type(x.answer) for x in accepted] == [Entry]


def test_the_errno_of_a_name_that_is_taken_may_be_either() -> None:
    kernel, root = KernelRelease.parse(VIRTUOZZO), CaseTree.of(())
    registry = Registry((Entry("a", "/i", magic=b"x"),))
    found = possible_registrations(b":a:M::abc::/i:", registry=registry, kernel=kernel, root=root)
    errors = [x.answer for x in found]
    assert [x.errno.name for x in errors if isinstance(x, RegisterError)] == ["EINVAL", "EEXIST"]
    assert [x.has for x in found] == [(), (Feature.REGISTER_ERRNO,)]
