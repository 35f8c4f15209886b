"""What a start loads: each module, and each class of it, is time that every call pays."""

import subprocess
import sys

import pytest

from tests.support.repository import ROOT

# Modules that cost tens of milliseconds, or that only a diagnosis needs.
HEAVY = frozenset(
    {
        "asyncio",
        "concurrent.futures",
        "ctypes",
        "distro",
        "elftools",
        "email",
        "importlib.metadata",
        "logging",
        "packaging",
        "socket",
        "subprocess",
        "tabulate",
        "tempfile",
        "tomllib",
        "urllib.request",
        "xml",
        "zipfile",
    }
)
# Rooms that have no part in saying a version.
ROOMS = frozenset({"checks", "errors", "facts", "fleet", "images", "probe", "remedies", "runner"})
# Beyond those of a bare interpreter. argparse with all it needs is about 20 of them.
MOST_MODULES = 60

LIST = """
import sys
try:
    {code}
except SystemExit as stopped:
    status = stopped.code
else:
    status = 0
sys.stdout.flush()
print(status or 0, *sys.modules, sep="\\n", file=sys.stderr)
"""
RUN_VERSION = "sys.argv = ['qemu-doctor', '--version']; from qemudoctor.cli import main; sys.exit(main())"


def _loaded_by(code: str) -> frozenset[str]:
    program = LIST.format(code=code)
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    status, *loaded = result.stderr.splitlines()
    assert status == "0", result.stderr
    return frozenset(loaded)


@pytest.fixture(scope="module")
def loaded() -> frozenset[str]:
    # Less what the interpreter and its site-packages load on their own.
    return _loaded_by(RUN_VERSION) - _loaded_by("pass")


def _below(loaded: frozenset[str], names: frozenset[str]) -> list[str]:
    return sorted(module for module in loaded if any(module == name or module.startswith(f"{name}.") for name in names))


def test_version_loads_nothing_heavy(loaded: frozenset[str]) -> None:
    assert not _below(loaded, HEAVY)


def test_version_loads_no_room_of_the_diagnosis(loaded: frozenset[str]) -> None:
    assert not _below(loaded, frozenset(f"qemudoctor.{room}" for room in ROOMS))


def test_version_loads_few_modules(loaded: frozenset[str]) -> None:
    assert len(loaded) <= MOST_MODULES, sorted(loaded)


EXAMINE = """
from qemudoctor.report.jsonreport import render_json
    from qemudoctor.runner import builtin_checks, examine; from tests.support.hosts import {names}
    report = examine(ask({host}), builtin_checks()); render_json(report)
    import gc, typing; assert not [x for x in gc.get_objects() if isinstance(x, typing.ForwardRef)]
"""
# Only needed where something is wrong, or was executed, or is only supposed.
LATE = frozenset(
    {
        "qemudoctor.facts.behaviour",
        "qemudoctor.facts.docker",
        "qemudoctor.facts.pinned",
        "qemudoctor.kernel.instances",
        "qemudoctor.kernel.possible",
        "qemudoctor.kernel.script",
        "qemudoctor.remedies.cures",
        "qemudoctor.report.walk",
    }
)
OF_THE_WALK = frozenset({"qemudoctor.kernel.call", "qemudoctor.kernel.loader", "qemudoctor.kernel.mapping"})


def _examined(host: str) -> frozenset[str]:
    """Return what an examination loads; of a NamedTuple it must never evaluate an annotation that is a text.

    The first of those costs a third of a bare start: compile() then sets up every type of syntax trees.
    """
    names = "ask, entry_text, linux, static_emulator"
    return _loaded_by(EXAMINE.strip().format(host=host, names=names))


def test_a_healthy_host_is_examined_without_what_faults_need() -> None:
    emulator = 'files={"/usr/bin/qemu-aarch64-static": static_emulator("aarch64", version="11.0.0")}'
    loaded = _examined(f'linux(entries={{"qemu-aarch64": entry_text(flags="OCF")}}, {emulator})')
    assert loaded >= OF_THE_WALK
    assert sorted(loaded & (LATE | HEAVY | {"qemudoctor.facts.kernelconfig", "zlib"})) == []


def test_a_host_without_registry_is_examined_without_the_walk_of_execve() -> None:
    loaded = _examined('linux(mount="not-mounted")')
    assert sorted(loaded & (LATE | HEAVY | OF_THE_WALK | {"qemudoctor.remedies.proof"})) == []


CAPTURE = ("--capture", "fixtures/hosts/debian12-entry-without-f.capture")
# Checks that confirm no cause, and what only they need; dataclasses loads inspect, which costs half a bare start.
NOT_FOR_A_MESSAGE = HEAVY | {
    "dataclasses",
    "inspect",
    "json",
    "qemudoctor.checks.binfmt.order",
    "qemudoctor.checks.binfmt.reboot",
    "qemudoctor.checks.container.builds",
    "qemudoctor.checks.container.engines",
    "qemudoctor.facts.docker",
    "qemudoctor.facts.otherengines",
}


def _explaining(*arguments: str) -> frozenset[str]:
    given = ["qemu-doctor", "explain-error", *arguments, "exec /bin/sh: no such file or directory"]
    return _loaded_by(f"sys.argv = {given!r}; from qemudoctor.cli import main; sys.exit(main())")


@pytest.mark.parametrize("platform", [(), ("--platform", "arm64")], ids=["", "arm64"])
def test_a_message_is_explained_without_what_no_cause_needs(platform: tuple[str, ...]) -> None:
    loaded = _explaining(*CAPTURE, *platform)
    assert "qemudoctor.checks.binfmt.fix_binary" in loaded
    assert sorted(loaded & NOT_FOR_A_MESSAGE) == []


def test_a_message_without_a_host_is_explained_without_facts() -> None:
    assert _below(_explaining("--no-host"), frozenset({"qemudoctor.checks", "qemudoctor.facts"})) == []


def test_a_command_ends_without_a_look_for_garbage() -> None:
    run = "sys.argv = ['qemu-doctor', '--version']; from qemudoctor.cli import main; main()"
    assert _loaded_by(f"{run}; import gc; assert gc.get_freeze_count()")
