"""The temporary folder in which probe programs lie: the only place where a diagnosis writes."""

import os
from collections.abc import Iterator, Sequence

from qemudoctor.host.syscalls import encode

PROGRAM = "probe"
_STANDARD = ("/tmp", "/var/tmp", "/dev/shm")


class NoWorkspace(Exception):
    """There is no place where a program can be written and executed; the text says why."""


class Workspace:
    """One folder for each program, which serves as an empty root: it holds the program and nothing else.

    Used as `with Workspace(programs) as folders`; the folders are gone when it ends.
    Raises: NoWorkspace on entering.
    """

    def __init__(self, programs: Sequence[bytes]) -> None:
        self._programs = programs
        self._top = ""

    def __enter__(self) -> tuple[str, ...]:
        tried: list[str] = []
        for place in _places():
            try:
                if os.statvfs(encode(place)).f_flag & os.ST_NOEXEC:
                    tried.append(f"{place} is mounted noexec")
                    continue
                return self._fill(place)
            except OSError as error:
                self._remove()
                tried.append(f"{place}: {error.strerror}")
            except BaseException:
                self._remove()
                raise
        raise NoWorkspace(f"there is no folder to execute a program from ({', '.join(tried)})")

    def __exit__(self, *_: object) -> None:
        self._remove()

    def _fill(self, place: str) -> tuple[str, ...]:
        top = f"{place.rstrip('/')}/qemu-doctor-{os.urandom(8).hex()}"
        os.mkdir(top, 0o700)
        self._top = top
        folders = tuple(f"{top}/{number}" for number in range(len(self._programs)))
        for folder, program in zip(folders, self._programs, strict=True):
            os.mkdir(folder)
            os.chmod(folder, 0o755)
            _write(f"{folder}/{PROGRAM}", program)
        return folders

    def _remove(self) -> None:
        if not self._top:
            return
        try:
            for number in range(len(self._programs)):
                os.unlink(f"{self._top}/{number}/{PROGRAM}")
                os.rmdir(f"{self._top}/{number}")
            os.rmdir(self._top)
        except OSError:
            # Half filled, or an emulator left a core there.
            import shutil

            shutil.rmtree(self._top, ignore_errors=True)
        self._top = ""


def _places() -> Iterator[str]:
    own = (os.environ.get("TMPDIR", ""), *_STANDARD, os.environ.get("XDG_RUNTIME_DIR", ""))
    return (place for place in dict.fromkeys(own) if place.startswith("/"))


def _write(path: str, program: bytes) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o700)
    try:
        view = memoryview(program)
        while view:
            view = view[os.write(fd, view) :]
        # The mode of open() is cut by the umask.
        os.fchmod(fd, 0o755)
    finally:
        os.close(fd)
