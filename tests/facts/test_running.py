"""The emulator that an entry runs, and what of the host decides whether it runs well."""

import pytest

from qemudoctor.facts.running import Running, has_wide_heap, machine_of, running, wide_heap_of
from qemudoctor.kernel import KernelRelease
from tests.support.hosts import ask, entry_text, linux, static_emulator


@pytest.mark.parametrize(
    ("release", "expected"),
    [
        ("6.9.0", True),
        ("6.11.0-26-generic", True),
        ("6.12.0-55.el10.x86_64", True),
        ("6.8.0", False),
        ("6.8.2", None),
        ("6.8.0-52-generic", None),
        ("6.1.82", False),
        ("6.1.83", None),
        ("6.1", None),
        ("6.1.0-25-amd64", None),
        ("5.10.0-8-amd64", False),
        ("5.14.0-503.el9.x86_64", None),
        ("4.18.0-553.el8.x86_64", None),
        ("5.15.49-microsoft-standard-WSL2", None),
        ("6.5.13", False),
        ("4.9.337", False),
    ],
)
def test_which_kernels_put_heaps_anywhere(release: str, expected: bool | None) -> None:
    assert has_wide_heap(KernelRelease.parse(release)) is expected


def test_what_is_not_known_of_a_host() -> None:
    strange = ask(linux(kernel="strange", machine="strange"))
    assert (machine_of(strange), wide_heap_of(strange)) == (None, None)
    assert (machine_of(ask(linux())), wide_heap_of(ask(linux(kernel="6.12.9")))) == ("x86_64", True)


@pytest.mark.parametrize(("needed", "traits"), [(False, ("static",)), (True, ("static", "glibc"))])
def test_the_c_library_is_looked_for_only_where_it_matters(needed: bool, traits: tuple[str, ...]) -> None:
    files = {"/usr/bin/qemu-aarch64-static": static_emulator("aarch64")}
    facts = ask(linux(entries={"qemu-aarch64": entry_text(flags="F")}, files=files), "linux/arm64")
    asked = []

    def needs_library(version: str, linkage: str) -> bool:
        asked.append((version, linkage))
        return needed

    found = running(facts, facts.registry.entries[0], needs_library=needs_library)
    assert found == Running("7.2.22", traits)
    assert asked == [("7.2.22", "static")]
