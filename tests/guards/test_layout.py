"""checks/ at the top is the code, qemudoctor/checks a link to it, and every archive holds each file once."""

import json
import os
import subprocess
import sys
import tarfile
import zipfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pytest

from tests.support.repository import PACKAGE, ROOT, files

IMPORT_ALL = """
import importlib, pkgutil, sys
import qemudoctor
for module in pkgutil.walk_packages(qemudoctor.__path__, "qemudoctor."):
    if module.name.rpartition(".")[2] != "__main__":
        importlib.import_module(module.name)
print(qemudoctor.__file__)
print(*sys.modules, sep="\\n")
"""


@dataclass(frozen=True, slots=True)
class Archives:
    sdist: tuple[str, ...]
    wheel: tuple[str, ...]
    wheel_from_sdist: tuple[str, ...]
    wheel_path: Path
    entry_points: str


def _run(*command: str, cwd: Path, env: dict[str, str] | None = None) -> str:
    result = subprocess.run(command, cwd=cwd, capture_output=True, text=True, env=env)
    assert result.returncode == 0, f"{command}\n{result.stdout}{result.stderr}"
    return result.stdout


def _build(folder: Path, *options: str) -> None:
    # Without isolation, so that nothing is downloaded: hatchling is among the tools of a developer.
    _run(sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), *options, cwd=ROOT)


def _wheel_names(wheel: Path) -> tuple[str, ...]:
    with zipfile.ZipFile(wheel) as archive:
        return tuple(archive.namelist())


def _sdist_names(sdist: Path) -> tuple[str, ...]:
    with tarfile.open(sdist) as archive:
        return tuple(str(PurePosixPath(*PurePosixPath(name).parts[1:])) for name in archive.getnames())


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> Archives:
    direct, both = tmp_path_factory.mktemp("direct"), tmp_path_factory.mktemp("both")
    _build(direct, "--wheel")
    _build(both)  # an sdist, and a wheel from the unpacked sdist as pip makes it
    (wheel,) = direct.glob("*.whl")
    (sdist,) = both.glob("*.tar.gz")
    (second,) = both.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("entry_points.txt"))
        entry_points = archive.read(name).decode()
    return Archives(
        sdist=_sdist_names(sdist),
        wheel=_wheel_names(wheel),
        wheel_from_sdist=_wheel_names(second),
        wheel_path=wheel,
        entry_points=entry_points,
    )


def _in_package() -> set[str]:
    """Return what an installed package has to hold, from the names in the repository."""
    own = {name for name in files("qemudoctor") if name != "qemudoctor/checks"}
    return own | {f"qemudoctor/{name}" for name in files("checks")}


def test_package_reaches_checks_through_a_relative_link() -> None:
    link = PACKAGE / "checks"
    assert link.is_symlink()
    assert os.readlink(link) == "../checks"
    assert not (ROOT / "checks").is_symlink()


def test_checks_are_loaded_once() -> None:
    loaded = _run(sys.executable, "-c", IMPORT_ALL, cwd=ROOT).splitlines()
    assert "qemudoctor.checks" in loaded
    assert not [name for name in loaded if name.partition(".")[0] == "checks"]


def test_coverage_measures_checks(tmp_path: Path) -> None:
    env = {**os.environ, "COVERAGE_FILE": str(tmp_path / "coverage")}
    program = tmp_path / "program.py"
    program.write_text("import qemudoctor.checks\n", encoding="utf-8")
    _run(sys.executable, "-m", "coverage", "run", str(program), cwd=ROOT, env={**env, "PYTHONPATH": str(ROOT)})
    report = tmp_path / "report.json"
    _run(sys.executable, "-m", "coverage", "json", "-q", "-o", str(report), cwd=ROOT, env=env)
    assert "checks/__init__.py" in json.loads(report.read_text(encoding="utf-8"))["files"]


def test_wheel_holds_every_file_once(archives: Archives) -> None:
    packed = [name for name in archives.wheel if ".dist-info/" not in name]
    assert not [name for name, count in Counter(packed).items() if count > 1]
    assert set(packed) == _in_package()
    assert "qemudoctor/checks/__init__.py" in packed
    assert "qemudoctor/py.typed" in packed


def test_sdist_holds_every_file_once(archives: Archives) -> None:
    counts = Counter(archives.sdist)
    assert not [name for name, count in counts.items() if count > 1]
    expected = {name for name in files("qemudoctor", "checks") if name != "qemudoctor/checks"}
    assert expected <= set(counts)
    # The code of checks/ is there under its own name; a second copy under the link would shadow it.
    assert not [name for name in counts if name.startswith("qemudoctor/checks")]
    assert {"LICENSE", "PKG-INFO", "README.md", "pyproject.toml"} <= set(counts)


def test_wheel_from_the_sdist_is_the_same(archives: Archives) -> None:
    assert sorted(archives.wheel_from_sdist) == sorted(archives.wheel)


def test_wheel_carries_its_licence_and_command(archives: Archives) -> None:
    assert [name for name in archives.wheel if name.endswith(".dist-info/licenses/LICENSE")]
    assert "qemu-doctor = qemudoctor.cli:main" in archives.entry_points


def test_wheel_works_when_installed(archives: Archives, tmp_path: Path) -> None:
    site = tmp_path / "site"
    options = ("--quiet", "--disable-pip-version-check", "--no-deps", "--no-index")
    _run(
        *(sys.executable, "-m", "pip", "install", *options, "--target", str(site), str(archives.wheel_path)),
        cwd=tmp_path,
    )
    env = {**os.environ, "PYTHONPATH": str(site)}
    origin, *loaded = _run(sys.executable, "-c", IMPORT_ALL, cwd=tmp_path, env=env).splitlines()
    assert Path(origin).is_relative_to(site), "the checkout was imported instead of the installed package"
    assert "qemudoctor.checks" in loaded
    _run(str(site / "bin" / "qemu-doctor"), "--version", cwd=tmp_path, env=env)
    _run(sys.executable, "-m", "qemudoctor", "--version", cwd=tmp_path, env=env)
