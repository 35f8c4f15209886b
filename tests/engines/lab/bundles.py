"""A root filesystem run by a runtime alone (runc, crun), or by chroot, without an engine around it."""

import json
import tempfile
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

from tests.engines.lab.namespace import ONE_CGROUP_HIERARCHY, entering
from tests.engines.lab.processes import Completed, need_programs, need_root, run

# What to bind into the root, and where there.
Binds: TypeAlias = Sequence[tuple[str, str]]

PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
_NAMESPACES = ("ipc", "mount", "network", "pid", "uts")


def bundle(folder: Path, root: Path, argv: Sequence[str], *, binds: Binds = ()) -> Path:
    """Return `folder` as a bundle that runs `argv` in `root`.

    It sets no rlimits: root of a container or of a small virtual machine often has no CAP_SYS_RESOURCE.
    Source: OCI runtime specification 1.0.2, config.md.
    """
    config = {
        "ociVersion": "1.0.2",
        "process": {
            "terminal": False,
            "user": {"uid": 0, "gid": 0},
            "args": list(argv),
            "env": [f"PATH={PATH}"],
            "cwd": "/",
        },
        "root": {"path": str(root.resolve())},
        "mounts": [
            {"destination": "/proc", "type": "proc", "source": "proc"},
            *(
                {"destination": inside, "type": "bind", "source": outside, "options": ["bind", "ro"]}
                for outside, inside in binds
            ),
        ],
        "linux": {"namespaces": [{"type": name} for name in _NAMESPACES]},
    }
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder


def runc_run(root: Path, *argv: str, binds: Binds = ()) -> Completed:
    need_programs("runc")
    return _run_bundle(("runc",), root, argv, binds)


def crun_run(root: Path, *argv: str, binds: Binds = ()) -> Completed:
    need_programs("crun", "unshare")
    inside = entering(setup=ONE_CGROUP_HIERARCHY)
    return _run_bundle((*inside, "crun", "--cgroup-manager=disabled"), root, argv, binds)


def chroot_run(root: Path, *argv: str) -> Completed:
    need_root()
    return run(["chroot", root, *argv], env={"PATH": f"/usr/local/sbin:/usr/local/bin:{PATH}"})


def _run_bundle(runtime: Sequence[str], root: Path, argv: Sequence[str], binds: Binds) -> Completed:
    need_root()
    with tempfile.TemporaryDirectory(prefix="qemu-doctor-bundle-") as name:
        folder = bundle(Path(name), root, argv, binds=binds)
        state = folder / "state"
        return run([*runtime, "--root", state, "run", "--bundle", folder, f"test-{uuid.uuid4().hex}"])
