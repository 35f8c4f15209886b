"""The drawing of a walk, and its JSON."""

import json
from textwrap import dedent

import pytest

from qemudoctor.facts import GuestLoader, RefusedLine
from qemudoctor.host import MemoryTree
from qemudoctor.kernel import Errno, KernelRelease, Registry, possible_answers
from qemudoctor.kernel.call import execve
from qemudoctor.kernel.tree import Node, NodeKind
from qemudoctor.platforms import BY_TARGET
from qemudoctor.report.document import dump
from qemudoctor.report.walk import Trace, Walk, draw_walk, walk_document
from tests.report.examples import HOSTILE
from tests.support.hosts import ask, centos_7, entry_text, linux, static_emulator, ubuntu_1604
from tests.support.schemas import errors

KERNEL = KernelRelease.parse("6.12")
HELLO = BY_TARGET["aarch64"].sample()


def _walk(registry: Registry, files: dict[str, bytes | Node], program: str, *, root: str, unseen: str | None) -> Walk:
    return under(KERNEL.text, registry, files, program)._replace(root=root, unseen=unseen)


def under(release: str, registry: Registry, files: dict[str, bytes | Node], program: str) -> Walk:
    """Return the walk of a kernel with all that it may be."""

    def ask(kernel: KernelRelease) -> Trace:
        ran = execve(program, root=MemoryTree(files), registry=registry, kernel=kernel, machine="x86_64")
        return Trace(registry, ran)

    possible = possible_answers(KernelRelease.parse(release), ask, same=lambda x: x.execution.outcome)
    ran = possible[0].answer.execution
    return Walk(program, "/", release, "x86_64", registry, "mounted", ran, possible=possible)


def uncertain() -> Walk:
    files: dict[str, bytes | Node] = {"/run.sh": b"#!/" + b"x" * 300 + b"\n"}
    return under("3.10.0-1160.90.1.vz7.200.7", Registry(), files, "/run.sh")


def without_f(*, root: str = "/srv/rootfs") -> Walk:
    return _walk(ask(centos_7()).registry.registry, {"/hello": HELLO}, "/hello", root=root, unseen=None)


def with_f() -> Walk:
    files: dict[str, bytes | Node] = {"/usr/bin/hello": HELLO, "/hello": Node(NodeKind.LINK, target="usr/bin/hello")}
    return _walk(ask(ubuntu_1604()).registry.registry, files, "/hello", root="/srv/rootfs", unseen=None)


def on_host() -> Walk:
    emulator = static_emulator("aarch64").data
    files: dict[str, bytes | Node] = {
        "/run.sh": b"#!/hello -x\n",
        "/hello": HELLO,
        "/usr/bin/qemu-aarch64-static": emulator,
    }
    return _walk(ask(centos_7()).registry.registry, files, "/run.sh", root="/", unseen=None)


def unseen() -> Walk:
    return _walk(Registry(), {"/hello": HELLO}, "/hello", root="/", unseen="binfmt_misc is not mounted here")


def hostile() -> Walk:
    name = HOSTILE.replace("\0", "").replace("\n", "")
    registry = ask(linux(entries={name: entry_text(interpreter=f"/{name}")})).registry.registry
    return _walk(registry, {f"/{name}": HELLO}, f"/{name}", root=f"/{name}", unseen=name)


WALKS = {"without F": without_f, "with F": with_f, "on the host": on_host, "unseen": unseen, "hostile": hostile}
WALKS["uncertain"] = uncertain

WITHOUT_F = """\
    execve("/hello") in the root /srv/rootfs
    Linux 6.12 on x86_64; registry: 1 entry

    [1] open         /hello
         |           opens  /hello  (in /srv/rootfs)
         |           the program itself
         |
    [2] binfmt_misc  /hello
         |           entry  qemu-aarch64
         |           opens  /usr/bin/qemu-aarch64-static  (in /srv/rootfs)
         |           /usr/bin/qemu-aarch64-static is not in this root: there is no
         |           /usr (ENOENT)
         |
         `-> ENOENT: No such file or directory
    """
WITH_F = """\
    execve("/hello") in the root /srv/rootfs
    Linux 6.12 on x86_64; registry: 1 entry

    [1] open         /hello
         |           opens  /usr/bin/hello  (in /srv/rootfs)
         |           the program itself
         |
    [2] binfmt_misc  /hello
         |           entry  qemu-aarch64
         |           opens  /usr/bin/qemu-aarch64-static
         |                  (open since its registration, on the host)
         |           the interpreter is the file that F keeps open since the
         |           registration: no lookup
         |
    [3] elf          /usr/bin/qemu-aarch64-static
         |           64-bit program of this architecture, static
         |
         `-> ok: /usr/bin/qemu-aarch64-static runs
             argv: "/usr/bin/qemu-aarch64-static" "/hello"
    """


@pytest.mark.parametrize(("walk", "expected"), [(without_f(), WITHOUT_F), (with_f(), WITH_F)])
def test_drawing(walk: Walk, expected: str) -> None:
    assert draw_walk(walk) == dedent(expected)


def test_script_and_emulator_on_the_host() -> None:
    text = draw_walk(on_host())
    assert 'execve("/run.sh") on this host' in text
    assert "[2] script       /run.sh" in text
    assert "[3] binfmt_misc  /hello" in text
    assert 'argv: "/usr/bin/qemu-aarch64-static" "/hello" "-x" "/run.sh"' in text


def test_walk_without_entries_is_marked() -> None:
    text = draw_walk(unseen())
    assert "registry: entries not seen" in text
    assert "The entries cannot be seen: binfmt_misc is not mounted here." in text
    assert text.endswith("`-> not known; without entries: ENOEXEC: Exec format error\n")


@pytest.mark.parametrize("name", WALKS)
def test_drawing_is_clean_and_stable(name: str) -> None:
    text = draw_walk(WALKS[name]())
    assert all(line.isprintable() for line in text.split("\n"))
    assert text == draw_walk(WALKS[name]())


@pytest.mark.parametrize("name", WALKS)
def test_json_follows_its_schema(name: str) -> None:
    text = dump(walk_document(WALKS[name]()))
    assert text.isascii()
    assert errors("trace", json.loads(text)) == []


def test_json() -> None:
    assert json.loads(dump(walk_document(without_f()))) == {
        "schema": "qemu-doctor/trace/1",
        "program": "/hello",
        "root": "/srv/rootfs",
        "kernel": "6.12",
        "machine": "x86_64",
        "registry": {"state": "mounted", "refused": [], "reason": None},
        "steps": [
            {"handler": "open", "file": "/hello", "entry": None, "opens": "/hello", "note": "the program itself"},
            {
                "handler": "binfmt_misc",
                "file": "/hello",
                "entry": "qemu-aarch64",
                "opens": "/usr/bin/qemu-aarch64-static",
                "note": "/usr/bin/qemu-aarch64-static is not in this root: there is no /usr (ENOENT)",
            },
        ],
        "outcome": "ENOENT",
        "runs": None,
        "argv": [],
        "guest_loader": None,
        "possible": [
            {"outcome": "ENOENT", "runs": None, "argv": [], "refused": [], "has": [], "lacks": []},
        ],
    }


def test_json_without_entries_has_no_outcome() -> None:
    document = walk_document(unseen())
    assert (document["outcome"], document["runs"], document["argv"]) == (None, None, [])
    assert document["registry"]["reason"] == "binfmt_misc is not mounted here"


def test_an_outcome_that_no_entry_can_change_is_certain() -> None:
    walk = _walk(Registry(), {}, "/nowhere", root="/", unseen="binfmt_misc is not mounted here")
    assert walk_document(walk)["outcome"] == "ENOENT"
    assert draw_walk(walk).endswith("ENOENT: No such file or directory\n")


def test_the_loader_that_the_emulator_looks_for() -> None:
    missing = with_f()._replace(guest_loader=GuestLoader("/hello", "/lib/ld-linux-aarch64.so.1", False))
    assert "it is not there" in draw_walk(missing)
    document = walk_document(missing)
    assert document["guest_loader"] == {"path": "/lib/ld-linux-aarch64.so.1", "exists": False}
    assert errors("trace", document) == []


def test_a_kernel_of_which_not_all_is_known() -> None:
    text = draw_walk(uncertain())
    assert text.endswith(
        dedent(
            """\
                 `-> ENOENT: No such file or directory

            This depends on whether this kernel has:
              (a) a #! line cut by the buffer is refused, not run
            Its release does not say. The walk is that of a kernel without; otherwise:
              with (a): ENOEXEC: Exec format error
            """
        )
    )
    document = walk_document(uncertain())
    assert document["outcome"] == "ENOENT"
    assert [x["outcome"] for x in document["possible"]] == ["ENOENT", "ENOEXEC"]
    assert [[y["feature"] for y in x["has"]] for x in document["possible"]] == [[], ["strict-shebang"]]
    assert [[y["feature"] for y in x["lacks"]] for x in document["possible"]] == [["strict-shebang"], []]


def test_a_register_string_that_is_refused_only_perhaps() -> None:
    walk = uncertain()
    other = RefusedLine(":a:", "a", Errno.EINVAL, "too short", "my.conf:1", False)
    first, second = walk.possible
    spoiled = second._replace(answer=second.answer._replace(refused=(other,)))
    assert "with (a): ENOEXEC: Exec format error; refused then: my.conf:1\n" in draw_walk(
        walk._replace(possible=(first, spoiled))
    )
    refused = walk._replace(refused=(other,), possible=(first, second))
    assert "with (a): ENOEXEC: Exec format error; refused then: nothing\n" in draw_walk(refused)
