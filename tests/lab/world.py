"""Attempts: a fresh world for each, in which a host is made, broken, and some steps are executed."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, TypeAlias

from tests.engines.lab.bundles import bundle
from tests.lab.case import HOSTS, STAND_INS, Case, Place
from tests.support.repository import ROOT as CHECKOUT

HERE = Path(__file__).parent
LONGEST_S = 300
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
Step: TypeAlias = dict[str, object]
_NAMESPACES = {
    Place.PRIVATE: ("unshare", "--user", "--map-root-user", "--mount", "--cgroup", "--propagation", "private"),
    Place.MACHINE: ("unshare", "--mount", "--propagation", "private"),
}


class WorldError(RuntimeError):
    """The world could not be made: the laboratory itself is at fault, or this machine cannot be one."""


class Answer(NamedTuple):
    """How one step ended. status: None if execve() itself failed, with `errno`."""

    status: int | None
    stdout: str
    stderr: str
    errno: int | None

    @property
    def said(self) -> str:
        return (self.stdout + self.stderr).strip()


class Folder(NamedTuple):
    """Where an attempt keeps its things. The world itself is in memory, over `base`."""

    path: Path

    @property
    def base(self) -> Path:
        return self.path / "base"

    @property
    def root(self) -> Path:
        """Return the image's root filesystem, as it is seen inside."""
        return self.base / "root"

    def bundle(self, argv: Sequence[str]) -> Path:
        """Return a bundle for runc and crun that executes `argv` in the image's root."""
        made = self.path / "bundle"
        made.mkdir(exist_ok=True)
        return bundle(made, self.root, argv)


@contextmanager
def attempt_folder() -> Iterator[Folder]:
    with tempfile.TemporaryDirectory(prefix="qemu-doctor-lab-") as name:
        folder = Folder(Path(name))
        folder.base.mkdir()
        folder.path.chmod(0o755)  # other users execute things below it
        yield folder


def run_steps(
    case: Case,
    place: Place,
    steps: Sequence[Step],
    *,
    image: Path,
    folder: Folder,
    environment: Mapping[str, str] | None = None,
    is_broken: bool = True,
    pasted: str = "",
) -> list[Answer]:
    """Return how the steps ended on the broken host, or on the one before it was broken.

    Raises: WorldError if the host could not be made.
    """
    order, answers = folder.path / "steps.json", folder.path / "answers.json"
    order.write_text(json.dumps(list(steps)), encoding="utf-8")
    stand_ins = "\n".join(f"stand_in {x} <<'END'{STAND_INS[x].program}END" for x in case.stand_ins)
    breaks = case.breaks if is_broken else ""
    host = HOSTS[case.host if place is Place.PRIVATE else case.machine_host]
    inside = f'exec {case.enters} "{sys.executable}" -I -S "{HERE / "inside.py"}" "{order}" "{answers}"'
    script = f'. "{HERE / "world.sh"}"\nprepare\n{stand_ins}\n{host}\n{breaks}\ncd "$BASE"\n{pasted}\n{inside}\n'
    given = {
        "BASE": str(folder.base),
        "IMAGE": str(image),
        "PLACE": place.value,
        "LAB": str(HERE),
        "PYTHON": sys.executable,
        **(environment or {}),
        **case.environment,
    }
    ran = subprocess.run(
        [*_NAMESPACES[place], "sh", "-c", script],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        env={"PATH": PATH, "HOME": str(folder.path), "LC_ALL": "C.UTF-8", "PYTHONPATH": str(CHECKOUT), **given},
    )
    if ran.returncode != 0 or not answers.exists():
        raise WorldError(f"{case.id}: status {ran.returncode}\n{ran.stdout}{ran.stderr}")
    found = [Answer(*x) for x in json.loads(answers.read_text(encoding="utf-8"))]
    answers.unlink()
    return found


def why_not(place: Place) -> str | None:
    """Return why this machine cannot be the laboratory, None if it can."""
    missing = [x for x in ("unshare", "mount", "qemu-aarch64-static", "qemu-arm-static") if shutil.which(x) is None]
    if missing:
        return f"not installed: {', '.join(missing)}"
    if place is Place.MACHINE:
        return None if os.geteuid() == 0 else "needs root"
    trial = "mount -t binfmt_misc none /proc/sys/fs/binfmt_misc && mkdir b && mount -t tmpfs none b && mkdir b/u b/w &&"
    trial += " mount -t overlay -o lowerdir=/usr/bin,upperdir=b/u,workdir=b/w,userxattr none /usr/bin"
    with tempfile.TemporaryDirectory() as folder:
        ran = subprocess.run(
            [*_NAMESPACES[place], "sh", "-c", trial], cwd=folder, capture_output=True, text=True, check=False
        )
    if ran.returncode == 0:
        return None
    return f"no registry and overlay for a user namespace (Linux before 6.7?): {ran.stderr.strip()}"
