"""The files of this repository, for the tests that judge the source instead of running it."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "qemudoctor"


def files(*folders: str) -> tuple[str, ...]:
    """Return the files that are, or would be, committed: relative to ROOT, sorted, links as themselves.

    An unpacked archive has no git; there, every file counts that is not a cache.
    """
    if (ROOT / ".git").exists():
        return _git_files(folders)
    return _found_files(folders or (".",))


def _git_files(folders: tuple[str, ...]) -> tuple[str, ...]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *folders]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    # A file that is deleted but not yet committed is still listed.
    return tuple(sorted(name for name in set(listed.split("\0")) if name and _exists(ROOT / name)))


def _found_files(folders: tuple[str, ...]) -> tuple[str, ...]:
    found = {
        path.relative_to(ROOT).as_posix()
        for folder in folders
        for path in (ROOT / folder).rglob("*")
        if (path.is_symlink() or path.is_file()) and not _is_cache(path)
    }
    return tuple(sorted(found))


def _is_cache(path: Path) -> bool:
    parts = path.relative_to(ROOT).parts
    return "__pycache__" in parts or any(part.startswith(".") and part != ".ci" for part in parts[:1])


def _exists(path: Path) -> bool:
    return path.is_symlink() or path.exists()


def modules(*folders: str) -> tuple[str, ...]:
    """Return the Python files among `files`."""
    return tuple(name for name in files(*folders) if name.endswith(".py"))
