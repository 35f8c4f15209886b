"""Boots a kernel that runs the differential test inside, with Debian's Python: user-mode Linux or a machine."""

import gzip
import importlib.util
import io
import json
import os
import re
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.kernels.fetch import Kernel, Kind
from tests.kernels.guest import DONE, STATUS
from tests.kernels.guest_tool import REPORT

ROOT = Path(__file__).resolve().parents[2]
PYTHON = Path("/usr/bin/python3")
NOBODY = 65534
POLL_S = 0.2
SILENCE_S = 900
"""A guest that says nothing for so long has come to a stop; one that is only slow tells how far it is."""
TOLD_CHARACTERS = 20_000
"""How much of a guest's output a failure shows: the end of it."""
SOURCES = ("qemudoctor/kernel", "tests/live/differential")
SINGLE = ("qemudoctor/_override.py", "tests/kernels/guest.py")
TOOL = ("qemudoctor", "checks")
LIBRARIES = ("distro", "elftools", "packaging", "tabulate")
LEFT_OUT = re.compile(
    r"/(test|tests|idlelib|lib2to3|tkinter|turtledemo|ensurepip|pydoc_data|__pycache__|dist-packages)/"
)


class CannotBoot(Exception):
    """This machine has not what a guest needs."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the guest printed, and the exit status of each command."""

    text: str
    statuses: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Ended:
    """How a guest ended, and all that it said, whatever became of it."""

    text: str
    how: str

    def require_end(self, kind: Kind) -> str:
        """Return the text of a guest that came to its end. Raises: AssertionError with what it said up to then."""
        if DONE not in self.text:
            raise AssertionError(f"{kind.name} did not come to its end: {self.how}\n{self.text[-TOLD_CHARACTERS:]}")
        return self.text


@dataclass(frozen=True, slots=True)
class Report:
    """How the tool ended inside a guest, and what it said."""

    status: int
    out: str
    err: str


def run(kind: Kind, kernel: Kernel, commands: list[list[str]]) -> Answer:
    """Return what the commands of the differential test say under a kernel. Raises: CannotBoot."""
    if not PYTHON.exists():
        raise CannotBoot(f"no {PYTHON}")
    # /tmp and not the directory of the tests: user-mode Linux runs as nobody and must reach it.
    with tempfile.TemporaryDirectory(prefix="qemu-doctor-kernel-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        _copy_sources(folder)
        ended = _run_uml(folder, kernel, commands) if kind.is_uml else _run_vm(folder, kernel, commands)
    text = ended.require_end(kind)
    return Answer(text, tuple(int(x) for x in re.findall(rf"(?m)^{STATUS} (-?\d+)", text)))


def examine(kind: Kind, kernel: Kernel, scenarios: dict[str, str]) -> dict[str, Report]:
    """Return what the tool itself says inside user-mode Linux, of a registry with one string each.

    Raises: CannotBoot.
    """
    if not PYTHON.exists():
        raise CannotBoot(f"no {PYTHON}")
    with tempfile.TemporaryDirectory(prefix="qemu-doctor-kernel-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        for source in (*(ROOT / x for x in TOOL), *map(_library, LIBRARIES)):
            if source.is_dir():
                ignored = shutil.ignore_patterns("__pycache__")
                shutil.copytree(source, folder / source.name, ignore=ignored, symlinks=True)
            else:
                shutil.copy(source, folder / source.name)
        shutil.copy(ROOT / "tests/kernels/guest_tool.py", folder)
        text = json.dumps({"module": str(folder / "binfmt_misc.ko"), "scenarios": scenarios})
        (folder / "plan.json").write_text(text, encoding="utf-8")
        said = _boot_uml(folder, kernel, "guest_tool.py").require_end(kind)
    rows = [json.loads(line.removeprefix(REPORT)) for line in said.splitlines() if line.startswith(REPORT)]
    return {name: Report(status, out, err) for name, status, out, err in rows}


def _library(name: str) -> Path:
    """Return where a library that the tool needs is installed."""
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise CannotBoot(f"no {name}")
    place = Path(found.origin)
    return place.parent if place.name == "__init__.py" else place


def _copy_sources(folder: Path) -> None:
    for name in SOURCES:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in SINGLE:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    # Without its own __init__, which would pull in the rest of the program.
    for package in ("qemudoctor", "tests", "tests/live", "tests/kernels"):
        (folder / package / "__init__.py").touch()


def _plan(folder: Path, module: str, base: str, commands: list[list[str]]) -> None:
    text = json.dumps({"module": module, "base": base, "commands": commands})
    (folder / "plan.json").write_text(text, encoding="utf-8")


def _run_uml(folder: Path, kernel: Kernel, commands: list[list[str]]) -> Ended:
    _plan(folder, str(folder / "binfmt_misc.ko"), "/mnt", commands)
    return _boot_uml(folder, kernel, "tests/kernels/guest.py")


def _boot_uml(folder: Path, kernel: Kernel, script: str) -> Ended:
    image, module, home = folder / "linux.uml", folder / "binfmt_misc.ko", folder / "home"
    shutil.copy(kernel.image, image)
    shutil.copy(kernel.module, module)
    home.mkdir()
    command: tuple[str, ...] = (
        *(str(image), "mem=256M", "root=/dev/root", "rootfstype=hostfs", "rootflags=/", "ro", f"init={PYTHON}"),
        *("con=null", "con0=fd:0,fd:1", "quiet", "panic=-1", "--", f"{folder}/{script}"),
        f"{folder}/plan.json",
    )
    if os.getuid() == 0:
        os.chown(home, NOBODY, NOBODY)
        command = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", *command)
    environment = {"HOME": str(home), "PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}
    return _run(command, folder / "said.txt", env=environment)


def _run(command: tuple[str, ...], output: Path, *, env: dict[str, str] | None = None, serial: bool = False) -> Ended:
    """Return how a guest ended; serial: it writes the output itself, and only complaints come from the command."""
    start = last = time.monotonic()
    with output.with_suffix(".err").open("wb") if serial else output.open("wb") as stream:
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                env=env,
                # User-mode Linux makes processes of its own, which end with it.
                start_new_session=True,
            )
        except FileNotFoundError as error:
            raise CannotBoot(str(error)) from error
        size, how = -1, ""
        while process.poll() is None and not how:
            time.sleep(POLL_S)
            now, before = time.monotonic(), size
            size = output.stat().st_size if output.exists() else 0
            last = now if size != before else last
            how = f"it said nothing for {SILENCE_S} s and was ended" if now - last > SILENCE_S else ""
        if how:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    how = how or f"status {process.returncode}"
    files = [output, output.with_suffix(".err")] if serial else [output]
    text = "".join(x.read_text(errors="replace") for x in files if x.exists()).replace("\r", "")
    return Ended(text, f"{how}, after {time.monotonic() - start:.0f} s")


def _run_vm(folder: Path, kernel: Kernel, commands: list[list[str]]) -> Ended:
    shutil.copy(kernel.module, folder / "binfmt_misc.ko")
    _plan(folder, "/lab/binfmt_misc.ko", "/run", commands)
    archive, output = folder / "initrd.gz", folder / "serial.txt"
    archive.write_bytes(gzip.compress(_initramfs(folder), 1))
    arguments = (
        f"console=ttyS0 quiet rdinit={PYTHON} panic=-1 mitigations=off -- /lab/tests/kernels/guest.py /lab/plan.json"
    )
    # Without 57-bit addresses: the model has the address space of a processor with 48, as nearly all are.
    return _run(
        (
            *("qemu-system-x86_64", "-accel", "tcg", "-M", "pc", "-cpu", "max,la57=off", "-m", "512", "-smp", "1"),
            *("-display", "none", "-monitor", "none", "-no-reboot", "-nodefaults", "-no-user-config"),
            *("-serial", f"file:{output}", "-kernel", str(kernel.image), "-initrd", str(archive), "-append", arguments),
        ),
        output,
        serial=True,
    )


def _initramfs(folder: Path) -> bytes:
    """Return a cpio archive with Python, its library and the sources below /lab."""
    archive = _Cpio()
    for name in ("dev", "proc", "run", "tmp", "lab"):
        archive.add(name, stat.S_IFDIR | 0o755)
    archive.add("dev/console", stat.S_IFCHR | 0o600, device=(5, 1))
    library = Path(f"/usr/lib/{PYTHON.resolve().name}")
    modules = [x for x in sorted(library.rglob("*")) if x.is_file() and not LEFT_OUT.search(f"{x}/")]
    programs = [PYTHON.resolve(), *(x for x in modules if x.suffix == ".so")]
    for path in sorted({*modules, *_shared_libraries(programs), PYTHON.resolve()}):
        archive.add_file(str(path)[1:], path)
    archive.add_file(str(PYTHON)[1:], PYTHON.resolve())
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix != ".gz":
            archive.add_file(f"lab/{path.relative_to(folder)}", path)
    return archive.finished()


def _shared_libraries(programs: list[Path]) -> list[Path]:
    said = subprocess.run(("ldd", *programs), capture_output=True, text=True).stdout
    return [Path(x) for x in sorted(set(re.findall(r"(/\S+\.so\S*) \(0x", said)))]


class _Cpio:
    """A cpio archive of the kernel's format, newc."""

    def __init__(self) -> None:
        self.out = io.BytesIO()
        self.names: set[str] = set()

    def add(self, name: str, mode: int, content: bytes = b"", *, device: tuple[int, int] = (0, 0)) -> None:
        above = name.rpartition("/")[0]
        if above and above not in self.names:
            self.add(above, stat.S_IFDIR | 0o755)
        self.names.add(name)
        raw = name.encode() + b"\0"
        links = 2 if stat.S_ISDIR(mode) else 1
        fields = (len(self.names), mode, 0, 0, links, 0, len(content), 0, 0, *device, len(raw), 0)
        self.out.write(b"070701" + b"".join(b"%08X" % field for field in fields) + raw)
        self.out.write(b"\0" * (-self.out.tell() % 4) + content)
        self.out.write(b"\0" * (-self.out.tell() % 4))

    def add_file(self, name: str, path: Path) -> None:
        self.add(name, stat.S_IFREG | (path.stat().st_mode & 0o755), path.read_bytes())

    def finished(self) -> bytes:
        self.add("TRAILER!!!", 0)
        return self.out.getvalue()


__all__ = ["Answer", "CannotBoot", "Ended", "Report", "examine", "run"]
