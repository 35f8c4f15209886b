"""The walks of several kernels in one drawing, and their JSON."""

import json
from textwrap import dedent

import pytest

from qemudoctor.facts import RefusedLine
from qemudoctor.host import MemoryTree
from qemudoctor.kernel import Entry, Errno, KernelRelease, Program, Registry
from qemudoctor.kernel.call import execve
from qemudoctor.platforms import BY_TARGET
from qemudoctor.report.terminal import Palette
from qemudoctor.report.walk import Walk
from qemudoctor.report.walks import draw_walks, walks_document
from tests.report.test_walk import hostile, uncertain, unseen
from tests.support.repository import PACKAGE
from tests.support.schemas import errors

HELLO = BY_TARGET["aarch64"].sample()
EMULATOR = Program.from_bytes(BY_TARGET["x86_64"].sample())
ENTRY = Entry("arm64", "/usr/bin/qemu", "F", magic=HELLO[:20], pinned=EMULATOR)
REFUSED = RefusedLine(":arm64:", "arm64", Errno.EINVAL, "the flag F is not known before Linux 4.8", "my.conf:1", True)


def walk(release: str, *, files: dict[str, bytes] | None = None, program: str = "/hello") -> Walk:
    kernel = KernelRelease.parse(release)
    is_old = kernel.version < (4, 8, 0)
    registry = Registry() if is_old else Registry((ENTRY,))
    root = MemoryTree(dict(files or {"/hello": HELLO}))
    ran = execve(program, root=root, registry=registry, kernel=kernel, machine="x86_64")
    refused = (REFUSED,) if is_old else ()
    return Walk(program, "/srv/root", release, "x86_64", registry, "mounted", ran, refused)


OLD_AND_NEW = """\
    execve("/hello") in the root /srv/root

      Linux 3.10  ENOEXEC: Exec format error
      Linux 6.12  ok: /usr/bin/qemu runs

    [1] open         /hello
         |           opens  /hello  (in /srv/root)
         |           the program itself
         |
         +-- Linux 3.10
         |  on x86_64; registry: 0 entries
         |  refused: my.conf:1: EINVAL: the flag F is not known before Linux 4.8
         |
         |  [2] elf          /hello
         |       |           no entry matches this program, and it is for another
         |       |           architecture, e_machine 183 (ENOEXEC)
         |       |
         |       `-> ENOEXEC: Exec format error
         |
         `-- Linux 6.12
            on x86_64; registry: 1 entry

            [2] binfmt_misc  /hello
                 |           entry  arm64
                 |           opens  /usr/bin/qemu
                 |                  (open since its registration, on the host)
                 |           the interpreter is the file that F keeps open since the
                 |           registration: no lookup
                 |
            [3] elf          /usr/bin/qemu
                 |           64-bit program of this architecture, static
                 |
                 `-> ok: /usr/bin/qemu runs
                     argv: "/usr/bin/qemu" "/hello"
    """


def test_two_kernels_that_differ() -> None:
    text = draw_walks((walk("3.10"), walk("6.12")))
    assert text == dedent(OLD_AND_NEW)
    assert all(len(line) <= 80 for line in text.splitlines())


def test_kernels_that_are_alike_are_drawn_once() -> None:
    text = draw_walks((walk("3.10"), walk("4.8"), walk("4.4"), walk("6.12")))
    assert "+-- Linux 3.10 and 4.4\n" in text
    assert "`-- Linux 4.8 and 6.12\n" in text
    assert text.count("[1]") == 1
    same = draw_walks((walk("4.8"), walk("6.12")))
    assert same.splitlines()[1] == "Linux 4.8 and 6.12, all alike, on x86_64; registry: 1 entry"
    assert "+--" not in same


def test_kernels_that_differ_from_the_first_step_on() -> None:
    files = {"/hello": b"#!" + b"/" * 126 + b"n\n", "/n": BY_TARGET["x86_64"].sample()}
    text = draw_walks((walk("5.0", files=files), walk("5.1", files=files)))
    assert text.count("[1]") == 1
    assert text.count("[2]") == 2


def test_what_is_not_certain_says_so() -> None:
    text = draw_walks((uncertain(), uncertain()._replace(kernel="6.12", possible=())))
    assert "ENOENT: No such file or directory (probably,\n" in text
    assert "     |  This depends on whether this kernel has:\n     |    (a) a #! line cut" in text
    assert all(len(line) <= 80 for line in text.splitlines() if "xxx" not in line)


def test_colours_and_hostile_names() -> None:
    text = draw_walks((hostile(), hostile()._replace(kernel="\x1b[2J")), palette=Palette(enabled=False))
    assert all(line.isprintable() for line in text.splitlines())
    assert "\x1b[31m" in draw_walks((walk("3.10"), walk("6.12")), palette=Palette(enabled=True))
    assert "not known; without entries" in draw_walks((unseen(), walk("6.12")))


@pytest.mark.parametrize("releases", [("3.10", "6.12"), ("6.12", "6.12", "5.4")])
def test_json_follows_its_schema(releases: tuple[str, ...]) -> None:
    document = walks_document(tuple(walk(x) for x in releases))
    assert [x["kernel"] for x in document["traces"]] == list(releases)
    assert errors("traces", json.loads(json.dumps(document))) == []
    document["traces"][0]["outcome"] = 1
    assert errors("traces", document) != []


def test_the_schema_holds_that_of_a_single_walk() -> None:
    both = [json.loads((PACKAGE / f"schemas/{name}.json").read_text(encoding="utf-8")) for name in ("trace", "traces")]
    assert both[1]["$defs"]["trace"] == both[0]
