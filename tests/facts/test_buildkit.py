"""Which emulator a build by BuildKit uses."""

import pytest

from qemudoctor.facts.buildkit import BuildChoice, Uses, choose
from qemudoctor.facts.engines import Engine, EngineState, RegistryUsed, Role, Where
from qemudoctor.host.trees import Content, MemoryFile
from qemudoctor.kernel.entry import Entry
from qemudoctor.platforms import parse_platform
from tests.support.engines import process
from tests.support.hosts import FakeHost, ask, entry_text, linux, observing, static_emulator

ENGINE = Engine("docker", Role.ENGINE, EngineState.RUNNING, Where.HERE, RegistryUsed.HOST)
EMULATOR: dict[str, Content] = {"/usr/bin/qemu-aarch64-static": static_emulator("aarch64")}
BUNDLED: dict[str, Content] = {"/usr/bin/buildkit-qemu-aarch64": MemoryFile(b"x", 0o755)}
USUAL = "the usual PATH of a service"


def chosen(host: FakeHost, platform: str = "linux/arm64", engine: Engine = ENGINE) -> BuildChoice:
    return choose(ask(host, platform), engine, parse_platform(platform))


def with_f(**files: Content) -> FakeHost:
    return linux(entries={"qemu-aarch64": entry_text(flags="F")}, files={**EMULATOR, **files})


def test_native() -> None:
    assert chosen(linux(), "linux/amd64").uses is Uses.NATIVE


def test_a_good_entry_goes_first() -> None:
    assert chosen(with_f()).uses is Uses.KERNEL
    both = chosen(with_f(**BUNDLED))
    assert both == BuildChoice(Uses.KERNEL, "/usr/bin/buildkit-qemu-aarch64", USUAL)


@pytest.mark.parametrize(
    "host",
    [
        pytest.param(linux(files=BUNDLED), id="no entry"),
        pytest.param(
            linux(entries={"qemu-aarch64": entry_text()}, files={**EMULATOR, **BUNDLED}), id="entry without F"
        ),
    ],
)
def test_an_emulator_that_came_along(host: FakeHost) -> None:
    assert chosen(host) == BuildChoice(Uses.BUNDLED, "/usr/bin/buildkit-qemu-aarch64", USUAL)


def test_nobody() -> None:
    assert chosen(linux()).uses is Uses.NOBODY
    assert chosen(linux(files={"/usr/bin/buildkit-qemu-aarch64": MemoryFile(b"x", 0o644)})).uses is Uses.NOBODY


def test_unknown() -> None:
    assert chosen(linux(mount="not-mounted", files=BUNDLED)).uses is Uses.UNKNOWN


def test_what_was_observed_goes_before_what_was_predicted() -> None:
    facts = ask(linux(files=BUNDLED), "linux/arm64", prober=observing(aarch64=("ok", "ok")))
    assert choose(facts, ENGINE, parse_platform("linux/arm64")).uses is Uses.KERNEL


@pytest.mark.parametrize(
    ("platform", "name"),
    [("linux/386", "i386"), ("linux/arm/v7", "arm"), ("linux/s390x", "s390x"), ("linux/mips64le", "mips64le")],
)
def test_names_of_emulators(platform: str, name: str) -> None:
    host = linux(files={f"/usr/local/bin/buildkit-qemu-{name}": MemoryFile(b"x", 0o755)}, config=None, machine="s390x")
    if platform == "linux/s390x":
        host = linux(files={f"/usr/local/bin/buildkit-qemu-{name}": MemoryFile(b"x", 0o755)})
    assert chosen(host, platform).emulator == f"/usr/local/bin/buildkit-qemu-{name}"


def test_the_path_of_the_daemon_counts() -> None:
    engine = ENGINE._replace(process=7)
    files = {**process(7), "/proc/7/environ": "A=b\0PATH=relative:/opt/bk:/usr/bin\0", **BUNDLED}
    found = chosen(linux(files=files), engine=engine)
    assert found == BuildChoice(Uses.BUNDLED, "/usr/bin/buildkit-qemu-aarch64", "PATH in /proc/7/environ")
    files["/opt/bk/buildkit-qemu-aarch64"] = MemoryFile(b"x", 0o755)
    assert chosen(linux(files=files), engine=engine).emulator == "/opt/bk/buildkit-qemu-aarch64"


def test_a_daemon_in_a_container_has_files_of_its_own() -> None:
    files = {
        **process(7, "buildkitd", namespace=2),
        "/proc/7/environ": "PATH=/usr/bin\0",
        "/proc/7/root/usr/bin/buildkit-qemu-aarch64": MemoryFile(b"x", 0o755),
    }
    found = chosen(linux(files=files), engine=ENGINE._replace(process=7))
    assert found.emulator == "/proc/7/root/usr/bin/buildkit-qemu-aarch64"
    assert chosen(linux(files={**files, **BUNDLED}), engine=ENGINE).emulator == "/usr/bin/buildkit-qemu-aarch64"


def test_an_engine_with_a_registry_of_its_own() -> None:
    entry = Entry.from_procfs("qemu-aarch64", entry_text(flags="F"))
    own = ENGINE._replace(registry=RegistryUsed.OWN, own_entries=())
    assert chosen(with_f(), engine=own).uses is Uses.NOBODY
    assert chosen(linux(), engine=own._replace(own_entries=(entry,))).uses is Uses.KERNEL
    assert chosen(with_f(), engine=own._replace(own_entries=None)).uses is Uses.UNKNOWN
