"""Random register strings, judged by the model and by a real `register` file."""

import os
from collections.abc import Callable
from random import Random

from qemudoctor.kernel import Entry, EntryFormatError, KernelRelease, NodeKind, RegisterError, Registry
from tests.live.differential.executor import make_files, name_of
from tests.live.differential.hosts import CaseTree, File, to_bytes
from tests.live.differential.lines import Lines
from tests.live.differential.sandbox import Sandbox
from tests.live.differential.shrink import shrink_lines

WRITER_ROOT = (
    ("/i", File(content=b"x")),
    ("/none", File(content=b"x", mode=0o644)),
    ("/dir/i", File(content=b"x")),
    ("/fifo", File(NodeKind.FIFO)),
    ("/link", File(NodeKind.LINK, target="dir/../i")),
    ("/loop", File(NodeKind.LINK, target="loop")),
    ("/noexec/i", File(content=b"x")),
)


def compare_lines(
    sandbox: Sandbox,
    kernel: KernelRelease,
    *,
    seed: int,
    cases: int,
    tell: Callable[[str], None],
    progress: Callable[[int], None],
) -> int:
    """Return the number of sequences of lines that the kernel and the model answer differently."""
    sandbox.clear()
    make_files(f"{sandbox.base}/host", WRITER_ROOT)
    tree = CaseTree.of(WRITER_ROOT)
    folder = os.open(sandbox.registry, os.O_RDONLY | os.O_DIRECTORY)
    os.chroot(f"{sandbox.base}/host")
    os.chdir("/")

    def differs(lines: tuple[bytes, ...]) -> tuple[object, object] | None:
        said, did = model_answer(lines, kernel, tree), kernel_answer(lines, folder)
        return None if said == did else (said, did)

    disagreements = done = 0
    while done < cases:
        lines = Lines(Random(seed)).sequence()
        seed += 1
        done += len(lines)
        progress(done)
        difference = differs(lines)
        if difference is None:
            continue
        disagreements += 1
        small = shrink_lines(lines, lambda candidate: differs(candidate) is not None)
        tell(f"seed {seed - 1}\n{small!r}\nmodel, kernel: {differs(small) or (difference, 'only once')}\n")
    os.fchdir(folder)
    os.chroot("../..")
    return disagreements


def model_answer(lines: tuple[bytes, ...], kernel: KernelRelease, tree: CaseTree) -> tuple[object, ...]:
    """Return what the model says to each line, and the listing and texts that follow."""
    registry, said = Registry(), []
    for line in lines:
        try:
            registry = registry.register(line, kernel=kernel, root=tree)
        except RegisterError as error:
            said.append(error.errno.name)
        else:
            said.append("ok")
    texts = tuple((to_bytes(entry.name), to_bytes(entry.to_procfs())) for entry in registry.entries)
    for entry in registry.entries:
        _require_round_trips(entry, kernel)
    return tuple(said), texts


def _require_round_trips(entry: Entry, kernel: KernelRelease) -> None:
    """The text and the register string of an entry give the entry again."""
    # A register string cannot say that an entry is disabled before Linux 7.3.
    bare = Entry.from_register(entry.to_register(), kernel)._replace(enabled=entry.enabled)
    assert bare.to_procfs() == entry.to_procfs(), entry
    try:
        read = Entry.from_procfs(entry.name, entry.to_procfs())
    except EntryFormatError as error:
        raise AssertionError(entry) from error
    assert read.to_procfs() == entry.to_procfs(), entry


def kernel_answer(lines: tuple[bytes, ...], folder: int) -> tuple[object, ...]:
    """Return what the kernel says to each line, and the listing and texts that follow, newest first."""
    said = [_write(folder, "register", line) for line in lines]
    texts: list[tuple[bytes, bytes]] = []
    if "ok" in said:
        names = [to_bytes(name) for name in os.listdir(folder)]
        texts = [(name, _read(folder, name)) for name in names if name not in (b"register", b"status")]
        _write(folder, "status", b"-1")
    return tuple(said), tuple(texts)


def _write(folder: int, name: str, content: bytes) -> str:
    descriptor = os.open(name, os.O_WRONLY, dir_fd=folder)
    try:
        os.write(descriptor, content)
    except OSError as error:
        return name_of(error.errno or 0)
    finally:
        os.close(descriptor)
    return "ok"


def _read(folder: int, name: bytes) -> bytes:
    descriptor = os.open(name, os.O_RDONLY, dir_fd=folder)
    try:
        # An entry's text is made for each read: a second one at an offset would be cut from a new text.
        return os.read(descriptor, 1 << 16)
    finally:
        os.close(descriptor)
