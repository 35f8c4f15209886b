"""The capture format: what it says, and what a damaged or hostile one does."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qemudoctor.host import capture_sections
from qemudoctor.host.capture import Answer, Capture, CaptureError, Extent, Found, Record, Refusal, Unanswered, unescape
from qemudoctor.host.capture_reader import parse_capture, read_capture
from qemudoctor.host.capture_writer import escape, serialize_capture
from qemudoctor.host.door import CommandResult, HostError, HttpAnswer, Uname
from qemudoctor.host.recorded import RecordedHost
from qemudoctor.kernel.tree import Node, NodeKind
from tests.host.samples import SAMPLE

HEAD = b"qemu-doctor-capture 1\n"


def parse(*lines: str) -> Capture:
    """Return a capture of some lines, head and end added."""
    return parse_capture(HEAD + "".join(f"{line}\n" for line in (*lines, "[end]")).encode("utf-8", "surrogateescape"))


def record(capture: Capture, path: str) -> Record:
    found = capture.paths[path]
    assert isinstance(found, Record)
    return found


def test_sample_is_understood() -> None:
    capture = parse_capture(SAMPLE)
    assert capture.comments == ("origin: made up for tests, with one of everything", "reconstructed: yes")
    assert capture.uname == Uname(
        system="Linux",
        node="node7",
        release="3.10.0-327.el7.x86_64",
        version="#1 SMP Thu Nov 19 22:10:57 UTC 2015",
        machine="x86_64",
    )
    assert capture.euid == 0
    assert capture.environment == {"PATH": "/usr/bin:/bin", "QEMU_CPU": None, "EMPTY": ""}
    assert capture.programs == {"docker": "/usr/bin/docker", "podman": None}
    emulator = record(capture, "/usr/bin/qemu-aarch64-static")
    assert emulator.node == Node(NodeKind.FILE, mode=0o755, size=6113856)
    assert (emulator.device, emulator.inode, emulator.noexec) == (64768, 1234, False)
    assert emulator.extents == (
        Extent(0, bytes.fromhex("7f454c4602010103000000000000000002003e00")),
        Extent(4096, b"/lib64/ld-linux-x86-64.so.2\0"),
    )
    assert emulator.found == (
        Found(b"qemu-aarch64 version ", b"qemu-aarch64 version 2.12.0 (qemu-2.12.0-1.el7)"),
        Found(b"qemu-arm version ", None),
    )
    assert record(capture, "/etc/odd name\udcff").extents == (Extent(0, b"a\\b\0\xff\nc\n"),)
    assert record(capture, "/etc/hostname").extents == (Extent(0, b"node7"),)
    assert capture.paths["/mnt/share"] == Refusal(Answer.UNREADABLE, "Too many levels of symbolic links", errno="ELOOP")
    argv = ("docker", "version", "--format", "{{json .}}", "")
    assert capture.commands[argv] == CommandResult(argv, 0, None, '{"Client": 1}\n', "WARNING: old\n")


def test_sample_comes_back_the_same() -> None:
    capture = parse_capture(SAMPLE)
    text = serialize_capture(capture)
    assert parse_capture(text) == capture
    assert serialize_capture(parse_capture(text)) == text


@pytest.mark.parametrize("text", [SAMPLE, serialize_capture(parse_capture(SAMPLE))], ids=["written", "serialized"])
def test_every_truncation_is_noticed(text: bytes) -> None:
    # Without the newline behind [end], nothing is missing.
    assert parse_capture(text[:-1]) == parse_capture(text)
    for length in range(len(text) - 1):
        with pytest.raises(CaptureError):
            parse_capture(text[:length])


def test_message_names_file_line_and_expectation() -> None:
    with pytest.raises(CaptureError) as caught:
        parse_capture(HEAD + b"[uname]\n|system=Linux\n[end]\n", name="node7.txt")
    assert caught.value.message.startswith("node7.txt, line 2: [uname] expected once, with system, node,")
    assert caught.value.hint


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "line 1: expected `qemu-doctor-capture 1`"),
        (b"hello\n", "line 1: expected `qemu-doctor-capture 1`"),
        (b"qemu-doctor-capture 2\n[end]\n", "line 1: expected version 1, found '2'"),
        (b"qemu-doctor-capture 1\r\n[end]\r\n", "line 1: the line ends were changed"),
        (HEAD, "cut off"),
        (HEAD + b"[end]\n[end]\n", "line 3: expected nothing behind"),
        (HEAD + b"[end]\n|x\n", "line 3: expected nothing behind"),
        (HEAD + b"|x\n[end]\n", "line 2: expected a section"),
        (HEAD + b"text\n[end]\n", "line 2: expected a line that starts with"),
        (HEAD + b"[FILE] /a\n[end]\n", "line 2: expected \\[KIND"),
        (HEAD + b"[file mode=1 mode=2] /a\n[end]\n", "line 2: an attribute stands twice"),
    ],
)
def test_frame_is_checked(data: bytes, message: str) -> None:
    with pytest.raises(CaptureError, match=message):
        parse_capture(data)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["[folder] /a"], "no known kind"),
        (["[file colour=red] /a"], "has no attribute colour="),
        (["[uname mode=1]"], "has no attribute mode="),
        (["[file]"], "absolute path"),
        (["[file] a"], "absolute path"),
        (["[file] /a/"], "absolute path"),
        (["[file] /a/../b"], "absolute path"),
        (["[file] //a"], "absolute path"),
        (["[file] /a\\x00"], "absolute path"),
        (["[file] /a\\q"], "backslash"),
        (["[file] /" + "/".join("a" * 65)], "too long"),
        (["[file] /" + "a" * 5000], "too long"),
        (["[file] /" + "a" * 70000], "expected \\[KIND"),
        (["[file mode=0999] /a"], "no possible value"),
        (["[file size=-1] /a"], "no possible value"),
        (["[file size=99999999999999999999] /a"], "no possible value"),
        (["[file noexec=maybe] /a"], "expected noexec=unknown|yes|no"),
        (["[file content=most] /a"], "expected content="),
        (["[file content=part] /a", "|x"], "needs size="),
        (["[file content=none] /a", "|x"], "has no body"),
        (["[file encoding=hex] /a", "|7f4"], "is no hex"),
        (["[file encoding=hex] /a", "|\xff"], "is no hex"),
        (["[file encoding=base64] /a", "|====="], "is no base64"),
        (["[file encoding=escape] /a", "|\\"], "is no escape"),
        (["[file encoding=rot13] /a"], "expected encoding="),
        (["[file] /a", "[absent] /a"], "recorded before"),
        (["[directory] /a", "|b/c"], "no name of a file"),
        (["[directory] /a", "|.."], "no name of a file"),
        (["[directory] /a", "|"], "no name of a file"),
        (["[directory] /a", "|b", "|b"], "stands twice"),
        (["[directory content=none] /a", "|b"], "has no body"),
        (["[link] /a"], "expected one line"),
        (["[link] /a", "|b", "|c"], "expected one line"),
        (["[link] /a", "|"], "expected the target"),
        (["[link] /a", "|b", "[file] /a/b"], "lies below /a, which is recorded as a link"),
        (["[file] /a/b/c", "[file] /a"], "lies below /a, which is recorded as a file"),
        (["[absent] /a", "[file] /a/b"], "lies below /a, which is recorded as absent"),
        (["[data offset=1] /a", "|x"], "expected a \\[file\\]"),
        (["[file] /a", "|x", "[data offset=1] /a", "|x"], "expected a \\[file\\]"),
        (["[file content=part size=9] /a", "|xyz", "[data offset=2 newline=no] /a", "|x"], "expected bytes inside"),
        (["[file content=part size=9] /a", "[data offset=9 newline=no] /a", "|x"], "expected bytes inside"),
        (["[file content=part size=9] /a", "[data offset=3] /a"], "expected bytes inside"),
        (["[find needle=x] /a", "|x"], "expected a \\[file\\] before"),
        (["[file] /a", "[find] /a", "|x"], "expected needle="),
        (["[file] /a", "[find needle=x] /a", "|y"], "starts with the needle"),
        (["[file] /a", "[find needle=x] /a", "|x", "[find needle=x] /a", "|x"], "each once"),
        (["[euid] root"], "with a number"),
        (["[euid] 0", "[euid] 0"], "expected once"),
        (["[environment]", "[environment]"], "expected once"),
        (["[which] "], "expected the name"),
        (["[which] a", "|/a", "|/b"], "expected one line"),
        (["[run status=0]"], "expected an argument"),
        (["[run] a"], "expected one of"),
        (["[run status=0 signal=SIGHUP] a"], "expected one of"),
        (["[run status=1000] a"], "no possible value"),
        (["[run error=sad] a"], "expected error="),
        (["[run status=0] a", "[run status=0] a"], "recorded before"),
        (["[stderr] a", "|x"], "expected a \\[run\\]"),
        (["[run error=absent] a", "[stderr] a"], "expected a \\[run\\]"),
        (["[run status=0] a", "[stderr] a", "[stderr] a"], "recorded before"),
    ],
)
def test_sections_are_checked(lines: list[str], message: str) -> None:
    with pytest.raises(CaptureError, match=message):
        parse(*lines)


def test_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("SIZE_LIMIT_BYTES", 200), ("LINE_LIMIT", 20), ("SECTION_LIMIT", 5)):
        monkeypatch.setattr(capture_sections, name, value)
    for lines, message in (
        ([f"#{'x' * 300}"], "larger than"),
        ([""] * 21, "more than 20 lines"),
        ([f"[absent] /{number}" for number in range(5)], "more than 5 sections"),
    ):
        with pytest.raises(CaptureError, match=message):
            parse(*lines)


def test_unreadable_file_is_a_capture_error() -> None:
    for file in ("/no/such/file", "/", "nul\0byte"):
        with pytest.raises(CaptureError):
            read_capture(file)


@pytest.mark.parametrize(
    ("content", "head"),
    [
        (b"plain\ntext\n", "[file mode=0644 uid=0 gid=0 size=11] /f"),
        (b"no newline", "[file mode=0644 uid=0 gid=0 size=10 newline=no] /f"),
        (b"mostly text, and a \0\n", "[file mode=0644 uid=0 gid=0 size=21 encoding=escape] /f"),
        (b"\x7fELF\x02\x01", "[file mode=0644 uid=0 gid=0 size=6 encoding=hex] /f"),
        (bytes(range(256)) * 17, "[file mode=0644 uid=0 gid=0 size=4352 encoding=base64] /f"),
        (b"", "[file mode=0644 uid=0 gid=0 size=0] /f"),
    ],
)
def test_content_is_written_as_readably_as_it_can_be(content: bytes, head: str) -> None:
    node = Node(NodeKind.FILE, mode=0o644, size=len(content))
    extents = (Extent(0, content),) if content else ()
    capture = Capture(paths={"/f": Record(node, complete=True, extents=extents)})
    text = serialize_capture(capture)
    assert text.split(b"\n")[1].decode() == head
    assert parse_capture(text) == capture


def test_nothing_in_a_content_passes_for_a_head() -> None:
    content = b"[end]\n[uname]\n|x\n#y\n\nqemu-doctor-capture 1\n"
    node = Node(NodeKind.FILE, mode=0o644, size=len(content))
    capture = Capture(paths={"/f": Record(node, complete=True, extents=(Extent(0, content),))})
    assert parse_capture(serialize_capture(capture)) == capture


def test_control_characters_never_reach_the_reader() -> None:
    text = escape("a\x1b[31m\u202eb\n ")
    assert text == r"a\x1b[31m\xe2\x80\xaeb\n\x20"
    assert unescape(text.encode()).decode() == "a\x1b[31m\u202eb\n "


names = st.text(min_size=1, max_size=8).filter(lambda name: "/" not in name and "\0" not in name)
safe_names = names.filter(lambda name: name not in (".", ".."))
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
numbers = st.integers(0, 1 << 40)
refusals = st.builds(
    Refusal,
    st.sampled_from([Answer.FORBIDDEN, Answer.UNREADABLE]),
    st.text(max_size=12),
    st.sampled_from(["", "ELOOP", "EIO"]),
)
absences = st.builds(Refusal, st.just(Answer.ABSENT), st.text(max_size=5), errno=st.just(""))
results = st.one_of(
    refusals,
    absences,
    st.tuples(st.integers(0, 255), texts, texts).map(lambda made: CommandResult((), made[0], None, *made[1:])),
    st.tuples(st.just("SIGSEGV"), texts, texts).map(lambda made: CommandResult((), None, *made)),
)


@st.composite
def files(draw: st.DrawFn) -> Record:
    mode, uid, gid = draw(st.integers(0, 0o7777)), draw(numbers), draw(numbers)
    noexec = draw(st.sampled_from([None, True, False]))
    content = draw(st.binary(max_size=40))
    found = tuple(
        Found(needle, None if rest is None else needle + rest)
        for needle, rest in draw(
            st.dictionaries(st.binary(min_size=1, max_size=4), st.none() | st.binary(max_size=9), max_size=2)
        ).items()
    )
    refusal = draw(st.none() | refusals)
    complete = refusal is None and draw(st.booleans())
    extents: tuple[Extent, ...] = ()
    if content and refusal is None:
        extents = (Extent(0 if complete else draw(st.integers(0, 50)), content),)
    size = draw(st.integers(100, 200))
    if not complete and extents and draw(st.booleans()):
        extents += (Extent(extents[0].end + draw(st.integers(0, 5)), b"more"),)
    node = Node(NodeKind.FILE, mode=mode, uid=uid, gid=gid, size=size, noexec=bool(noexec))
    return Record(node, draw(numbers), draw(numbers), noexec, complete, refusal, extents, (), found)


@st.composite
def folders(draw: st.DrawFn) -> Record:
    node = Node(NodeKind.DIRECTORY, mode=draw(st.integers(0, 0o7777)))
    listed = tuple(draw(st.lists(safe_names, unique=True, max_size=4)))
    return draw(
        st.sampled_from(
            [
                Record(node, complete=True, names=listed),
                Record(node),
                Record(node, refusal=Refusal(Answer.FORBIDDEN, "no")),
            ]
        )
    )


links = names.map(lambda target: Record(Node(NodeKind.LINK, mode=0o777, size=5, target=target)))
specials = st.sampled_from([NodeKind.FIFO, NodeKind.SOCKET, NodeKind.CHARACTER, NodeKind.BLOCK]).map(
    lambda kind: Record(Node(kind, mode=0o600))
)


asked = st.tuples(st.text(min_size=1, max_size=6), st.text(min_size=1, max_size=6))
headers = st.dictionaries(st.sampled_from(["server", "api-version"]), st.text("ab c]\\:/1.", max_size=6), max_size=2)
answers = st.one_of(
    st.builds(HttpAnswer, st.integers(100, 599), headers, st.binary(max_size=40), st.none() | st.integers(1, 99999)),
    st.builds(Unanswered, st.one_of(refusals, absences), st.none() | st.integers(1, 99999)),
)


@st.composite
def captures(draw: st.DrawFn) -> Capture:
    commands = draw(
        st.dictionaries(st.lists(st.text(max_size=6), min_size=1, max_size=3).map(tuple), results, max_size=3)
    )
    return Capture(
        comments=tuple(draw(st.lists(st.sampled_from(["origin: x", "a  b", "[x", ""]), max_size=2))),
        uname=draw(st.none() | st.builds(Uname, *[st.text(max_size=9)] * 5)),
        euid=draw(st.none() | st.integers(0, 99999)),
        environment=draw(
            st.dictionaries(names.filter(lambda name: "=" not in name), st.none() | st.text(max_size=9), max_size=3)
        ),
        paths=draw(
            st.dictionaries(
                safe_names.map(lambda name: f"/{name}"),
                st.one_of(files(), folders(), links, specials, refusals, absences),
                max_size=4,
            )
        ),
        programs=draw(st.dictionaries(st.text(min_size=1, max_size=5), st.none() | st.text(max_size=9), max_size=2)),
        commands={
            argv: CommandResult(argv, result.status, result.signal, result.stdout, result.stderr)
            if isinstance(result, CommandResult)
            else result
            for argv, result in commands.items()
        },
        answers=draw(st.dictionaries(asked, answers, max_size=3)),
    )


@settings(deadline=None)
@given(captures())
def test_what_is_written_is_read_back(capture: Capture) -> None:
    text = serialize_capture(capture)
    assert parse_capture(text) == capture
    assert serialize_capture(parse_capture(text)) == text


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for text in (data, HEAD + data, HEAD + data + b"\n[end]\n"):
        _exercise(text)


SAMPLE_LINES = SAMPLE.split(b"\n")


@settings(deadline=None)
@given(st.data())
def test_damaged_captures_are_read_or_refused(data: st.DataObject) -> None:
    lines = list(SAMPLE_LINES)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(1, len(lines) - 3))
        match data.draw(st.sampled_from(["drop", "repeat", "exchange", "change"])):
            case "drop":
                del lines[at]
            case "repeat":
                lines.insert(data.draw(st.integers(1, len(lines) - 3)), lines[at])
            case "exchange":
                lines[at], lines[at + 1] = lines[at + 1], lines[at]
            case _:
                cut = data.draw(st.integers(0, len(lines[at])))
                lines[at] = lines[at][:cut] + data.draw(st.binary(max_size=5)) + lines[at][cut + 1 :]
    _exercise(b"\n".join(lines))


def _exercise(text: bytes) -> None:
    """Read a capture and ask its host everything: only the named exceptions may come out."""
    try:
        host = RecordedHost(parse_capture(text))
    except CaptureError:
        return
    for path in (*host.capture.paths, "/", "/bin/sh", "/usr/lib/binfmt.d/x", "/nowhere"):
        for ask in (
            lambda: host.read(path),  # noqa: B023  # called at once
            lambda: host.read_at(path, 1, 1 << 62),  # noqa: B023
            lambda: host.find_in_file(path, b"x", 5),  # noqa: B023
            lambda: host.stat(path),  # noqa: B023
            lambda: host.stat(path, follow=False),  # noqa: B023
            lambda: host.readlink(path),  # noqa: B023
            lambda: host.listdir(path),  # noqa: B023
            lambda: host.exists(path),  # noqa: B023
            lambda: host.mount_is_noexec(path),  # noqa: B023
            host.uname,
            host.hostname,
            host.euid,
            lambda: host.environment("PATH"),
            lambda: host.which("docker"),
            lambda: host.run(["docker", "info"], timeout_s=1),
        ):
            with contextlib.suppress(HostError):
                ask()


def test_an_attribute_ends_at_a_space_and_at_nothing_else() -> None:
    with pytest.raises(CaptureError, match="line 2"):
        parse_capture(b"qemu-doctor-capture 1\n[file mode=0644\x0b\x80] /x\n[end]\n", name="c")
