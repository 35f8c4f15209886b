"""Whatever the bytes are, only the documented errors come out, and no answer is outside the documented ones."""

from hypothesis import given, settings
from hypothesis import strategies as st

from qemudoctor.kernel import (
    Entry,
    EntryFormatError,
    Errno,
    KernelRelease,
    KernelReleaseError,
    RegisterError,
    Registry,
)
from qemudoctor.kernel.call import execve
from qemudoctor.kernel.script import parse_shebang
from tests.live.differential.execves import case_of
from tests.live.differential.hosts import CaseTree, File

RELEASES = (
    "3.10.49",
    "3.10.0-327.el7.x86_64",
    "4.9.0",
    "4.18.0-147.el8.x86_64",
    "5.4.286",
    "6.1.192",
    "6.18.44",
    "7.3.4",
)
KERNELS = tuple(KernelRelease.parse(text) for text in RELEASES)
kernels = st.sampled_from(KERNELS)
ROOT = CaseTree.of((("/i", File(content=b"x")),))
SIGNALS = {"SIGSEGV", "SIGKILL", "SIGBUS"}
lines = st.one_of(
    st.binary(max_size=400),
    st.lists(st.binary(max_size=30), max_size=9).map(b":".join).map(b":".__add__),
    st.text(alphabet=":MEPOCF\\x0/a\n,", max_size=60).map(str.encode),
)


@given(lines, kernels)
def test_register_strings(line: bytes, kernel: KernelRelease) -> None:
    try:
        registry = Registry().register(line, kernel=kernel, root=ROOT)
    except RegisterError:
        return
    entry = registry.entries[0]._replace(enabled=True)
    assert Entry.from_register(entry.to_register(), kernel).to_procfs() == entry.to_procfs()


@given(st.one_of(st.text(max_size=200), st.text(alphabet="enabled\nitrpfgsm: OCF/0.xk", max_size=80)))
def test_entry_texts(text: str) -> None:
    try:
        entry = Entry.from_procfs("a", text)
    except EntryFormatError:
        return
    assert Entry.from_procfs("a", entry.to_procfs()) == entry


@given(
    st.one_of(st.text(max_size=80), st.from_regex(r"\d{1,6}\.\d{1,6}(\.\d{1,6})?[-.+a-z0-9_]{0,30}", fullmatch=True))
)
def test_releases(text: str) -> None:
    try:
        release = KernelRelease.parse(text)
    except KernelReleaseError:
        return
    assert all(number >= 0 for number in release.version)


@given(st.binary(max_size=300), kernels)
def test_shebangs(head: bytes, kernel: KernelRelease) -> None:
    found = parse_shebang(head, kernel=kernel)
    assert found is None or b"\0" not in found.interpreter + (found.argument or b"")


@given(st.binary(max_size=500), st.sampled_from((b"", b"#!", b"\x7fELF\x02\x01\x01", b"\x7fELF\x01")), kernels)
def test_programs_of_any_bytes(tail: bytes, start: bytes, kernel: KernelRelease) -> None:
    root = CaseTree.of((("/p", File(content=start + tail)),))
    ran = execve("/p", root=root, registry=Registry(), kernel=kernel, machine="x86_64")
    assert ran.blocks or ran.signal in SIGNALS or ran.errno in Errno


@settings(max_examples=200)
@given(st.integers(0, 1 << 32), kernels, st.data())
def test_damaged_programs(seed: int, kernel: KernelRelease, data: st.DataObject) -> None:
    case = case_of(seed, ids=True)
    files = dict(case.host)
    for path, file in files.items():
        if file.content:
            at = data.draw(st.integers(0, len(file.content) - 1))
            content = file.content[:at] + data.draw(st.binary(max_size=4)) + file.content[at + 1 :]
            files[path] = File(content=content)
    ran = execve(case.program, root=CaseTree.of(files.items()), registry=Registry(), kernel=kernel, machine="x86_64")
    assert ran.outcome
    assert ran.steps
