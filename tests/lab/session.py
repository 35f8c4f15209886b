"""One laboratory for a whole run: what it is made of, and all cases at once, as many as there are processors."""

import os
import shlex
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.engines.lab.dockerd import running_docker
from tests.engines.lab.emulators import RELEASES, emulator
from tests.engines.lab.images import layer
from tests.engines.lab.podman import Podman, installed_podman
from tests.engines.lab.registry import MachineRegistry, borrowed_registry
from tests.lab.case import ARM64, Case, Place
from tests.lab.cases import CASES
from tests.lab.emulators import make_emulators
from tests.lab.engine import Result, run_case
from tests.lab.guests import make_root
from tests.lab.installers import load_installers
from tests.lab.laboratory import Laboratory
from tests.lab.workloads import IMAGES


@contextmanager
def private_laboratory() -> Iterator[Laboratory]:
    """Lend a laboratory whose registries are of user namespaces: nothing of the machine is touched."""
    with tempfile.TemporaryDirectory(prefix="qemu-doctor-lab-") as name:
        folder = Path(name)
        image = make_root(folder / "image")
        made = make_emulators(folder / "made")
        yield Laboratory(image, Place.PRIVATE, {"MADE": str(made)})


@contextmanager
def machine_laboratory() -> Iterator[Laboratory]:
    """Lend a laboratory on the machine's own registry, with engines; the registry is given back as it was.

    Whoever else wants it waits: one lock is for all that borrow it, in this process and in others.
    """
    with ExitStack() as stack:
        name = stack.enter_context(tempfile.TemporaryDirectory(prefix="qemu-doctor-lab-"))
        folder = Path(name)
        image = make_root(folder / "image")
        made = make_emulators(folder / "made")
        registry = stack.enter_context(borrowed_registry())
        docker = stack.enter_context(running_docker())
        podman = stack.enter_context(installed_podman())
        archive = layer(image, folder / "layer.tar")
        for platform, tag in IMAGES.items():
            docker.import_image(archive, tag=tag, platform=platform)
            podman.import_image(archive, tag=tag, platform=platform)
        docker.import_image(archive, tag="alpine", platform=ARM64)
        load_installers(docker, folder)
        _write_podman(podman, made)
        for release in RELEASES:
            shutil.copy(emulator(release, "aarch64"), made / release.suite)
        client = Path(docker.environment["DOCKER_CONFIG"])
        client.mkdir(exist_ok=True)
        (client / "config.json").write_text("{}", encoding="utf-8")  # podman looks there, too
        (made / "buildkit").mkdir()
        (made / "buildkit" / "docker").symlink_to(docker.buildkit_client)
        environment = {
            "MADE": str(made),
            "LAB_DOCKER_HOST": docker.environment["DOCKER_HOST"],
            **{name: docker.environment[name] for name in ("DOCKER_HOST", "DOCKER_CONFIG")},
            **{name: podman.environment[name] for name in podman.environment.keys() - os.environ.keys()},
        }
        yield Laboratory(image, Place.MACHINE, environment, {"IMAGE": IMAGES[ARM64]}, lambda: _reset(registry))


def _reset(registry: MachineRegistry) -> None:
    registry.clear()
    registry.write("status", b"1")


def _write_podman(podman: Podman, made: Path) -> None:
    """Write commands that start the real podman and buildah, also where the host of a case has none."""
    for name in ("podman", "buildah"):
        words = shlex.join(podman.words(name)[:-1])
        program = made / name
        program.write_text(f'#!/bin/sh\nexec {words} "$GENUINE/bin/{name}" "$@"\n', encoding="utf-8")
        program.chmod(0o755)


@contextmanager
def all_at_once(cases: Sequence[Case], laboratory: Laboratory) -> Iterator[Mapping[str, "Future[Result]"]]:
    """Run cases side by side, and hand out their results as they come."""
    pool = ThreadPoolExecutor(max_workers=os.cpu_count() or 1)
    try:
        yield {case.id: pool.submit(run_case, case, laboratory) for case in cases}
    finally:
        pool.shutdown(cancel_futures=True)


def everything(tell: Callable[[str], None]) -> tuple[dict[str, list[Result]], list[str]]:
    """Run every case wherever it can be run. Return the results by case, and what went wrong."""
    results: dict[str, list[Result]] = {case.id: [] for case in CASES}
    problems: list[str] = []
    with private_laboratory() as laboratory, all_at_once(at(Place.PRIVATE), laboratory) as running:
        for id, future in running.items():
            _gather(id, future.result(), results, problems, tell)
    with machine_laboratory() as laboratory:
        for case in at(Place.MACHINE):
            _gather(case.id, run_case(case, laboratory), results, problems, tell)
    return results, problems


def at(place: Place) -> tuple[Case, ...]:
    """Return the cases that are run at a place."""
    return tuple(case for case in CASES if place in case.places)


def _gather(
    id: str, result: Result, results: dict[str, list[Result]], problems: list[str], tell: Callable[[str], None]
) -> None:
    results[id].append(result)
    problems += [f"{id}: {x}" for x in result.wrong]
    tell(f"{'as declared' if not result.wrong else 'OTHERWISE'}: {id} ({result.place})")
