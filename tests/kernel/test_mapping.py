"""The limits of the address space, where one byte more or less decides."""

import pytest

from qemudoctor.kernel import KernelRelease, Machine
from tests.live.differential.elves import Ph
from tests.live.differential.hosts import Case
from tests.live.differential.predict import predict
from tests.live.differential.rows import RWX, called, elf

TASK = (1 << 47) - 4096


def outcome(case: Case, release: str = "6.18.44") -> str:
    return predict(case, kernel=KernelRelease.parse(release), machine=Machine.named("x86_64")).observation.outcome


@pytest.mark.parametrize(
    ("segment", "said"),
    [
        (Ph(flags=7, vaddr=TASK - 8192, filesz=1, memsz=8192), "ok"),
        (Ph(flags=7, vaddr=TASK - 8192, filesz=1, memsz=8193), "signal:SIGSEGV"),
        (Ph(flags=7, vaddr=0x600000, offset=(1 << 63) - 4096, filesz=4095, memsz=4095), "ok"),
        (Ph(flags=7, vaddr=0x600000, offset=(1 << 63) - 4096, filesz=4096, memsz=4096), "signal:SIGSEGV"),
        (Ph(flags=7, vaddr=0x600000, filesz=2, memsz=1), "signal:SIGSEGV"),
        (Ph(flags=7, vaddr=0x600010, filesz=1), "signal:SIGSEGV"),
        (Ph(flags=7, vaddr=0x600010, offset=0x10, filesz=1), "ok"),
    ],
)
def test_a_second_segment(segment: Ph, said: str) -> None:
    assert outcome(called(p=elf(segments=(Ph(), segment)))) == said


def test_only_a_segment_with_more_memory_than_file_has_a_rest_to_clear() -> None:
    """Another one has none, even if the file ends before its last page and the kernel could not write there."""
    larger = Ph(flags=7, vaddr=0x600000, filesz=1, memsz=2)
    for memsz, said in ((0x10001, "ok"), (0x10002, "signal:SIGSEGV")):
        cut = Ph(flags=6, vaddr=0x700000, filesz=0x10001, memsz=memsz)
        assert outcome(called(p=elf(segments=(Ph(), larger, cut)))) == said


@pytest.mark.parametrize(
    ("vaddr", "interp", "said"),
    [
        (TASK - TASK // 4096 - 1, None, "ok"),
        (TASK - TASK // 4096, None, "signal:SIGSEGV"),
        (TASK // 3 - 1, b"/ld\0", "ok"),
        (TASK // 3, b"/ld\0", "signal:SIGSEGV"),
    ],
)
def test_the_room_for_a_program_that_moves(vaddr: int, interp: bytes | None, said: str) -> None:
    # Without a part from the file, the address need not agree with an offset.
    far = Ph(flags=7, vaddr=vaddr, filesz=0, memsz=1)
    assert outcome(called(p=elf(kind=3, interp=interp, segments=(Ph(), far)), ld=RWX)) == said


@pytest.mark.parametrize(
    ("vaddr", "lowest", "said"),
    [
        (0xFFFF, 65536, "signal:SIGSEGV"),
        (0x10000, 65536, "ok"),
        (0x10FFF, 65536, "ok"),
        (0xFFF, 4096, "signal:SIGSEGV"),
        (0x1000, 4096, "ok"),
    ],
)
def test_the_lowest_address(vaddr: int, lowest: int, said: str) -> None:
    low = Ph(flags=7, vaddr=vaddr, filesz=0, memsz=1)
    machine = Machine.named("x86_64")._replace(lowest_address=lowest)
    kernel = KernelRelease.parse("6.18.44")
    for case in (
        called(p=elf(segments=(Ph(), low))),
        called(p=elf(interp=b"/ld\0"), ld=elf(segments=(Ph(flags=7), low))),
    ):
        assert predict(case, kernel=kernel, machine=machine).observation.outcome == said
    moving = called(p=elf(kind=3, segments=(Ph(flags=6, vaddr=0, filesz=0, memsz=0), low)))
    entry_outside = "signal:SIGSEGV"
    assert predict(moving, kernel=kernel, machine=machine).observation.outcome == entry_outside


@pytest.mark.parametrize(("vaddr", "said"), [(TASK // 3 - 1, "ok"), (TASK // 3, "signal:SIGSEGV")])
def test_the_room_begins_with_the_page_of_the_first_segment(vaddr: int, said: str) -> None:
    first, far = Ph(vaddr=0x800, offset=0x800, filesz=16), Ph(flags=7, vaddr=vaddr, filesz=0, memsz=1)
    assert outcome(called(p=elf(kind=3, interp=b"/ld\0", segments=(first, far)), ld=RWX)) == said


@pytest.mark.parametrize(("align", "said"), [(1 << 47, "ok"), (1 << 48, "signal:SIGSEGV")])
def test_the_address_space_of_another_machine(align: int, said: str) -> None:
    case = called(p=elf(machine=183, kind=3, segments=(Ph(align=align),)))
    arm64 = predict(case, kernel=KernelRelease.parse("6.18.44"), machine=Machine.named("aarch64"))
    assert arm64.observation.outcome == said


@pytest.mark.parametrize(("align", "said"), [((1 << 46) + 1, "ok"), ((1 << 47) + 1, "ok"), (1 << 47, "signal:SIGSEGV")])
def test_only_powers_of_two_align(align: int, said: str) -> None:
    assert outcome(called(p=elf(kind=3, segments=(Ph(align=align),)))) == said


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (0x400000, "ok"),
        (0x3FFFFF, "signal:SIGSEGV"),
        (0x400FFF, "ok"),
        (0x401000, "signal:SIGSEGV"),
    ],
)
def test_the_entry_point(entry: int, said: str) -> None:
    assert outcome(called(p=elf(entry=entry, mute=True))) == said


def test_an_entry_point_behind_the_end_of_the_file() -> None:
    behind = Ph(vaddr=0x600000, offset=0x10000, filesz=16)
    assert outcome(called(p=elf(segments=(Ph(), behind), entry=0x600000, mute=True))) == "signal:SIGBUS"
    # There the memory is the kernel's own, and the file has ended long before.
    memory = Ph(flags=7, vaddr=0x600000, filesz=0, memsz=16)
    assert outcome(called(p=elf(segments=(Ph(), memory), entry=0x600000, mute=True))) == "ok"


@pytest.mark.parametrize(("release", "said"), [("5.10.46", "signal:SIGSEGV"), ("4.4.155", "ok")])
def test_a_loader_whose_file_ends_in_a_page_that_cannot_be_written(release: str, said: str) -> None:
    assert outcome(called(p=elf(interp=b"/ld\0"), ld=elf()), release) == said
    two = elf(segments=(Ph(), Ph(flags=6, vaddr=0x600000, filesz=10)))
    assert outcome(called(p=elf(interp=b"/ld\0"), ld=two), release) == "ok"
