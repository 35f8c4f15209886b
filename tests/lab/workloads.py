"""How each workload executes the program, and how its end is read."""

import errno
import json
import re
import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from tests.lab.case import ARM, ARM64, OK, Case
from tests.lab.world import Answer, Folder, Step

_PHRASES = (
    ("exec format error", "ENOEXEC"),
    ("no such file or directory", "ENOENT"),
    ("permission denied", "EACCES"),
    ("operation not permitted", "EPERM"),
    ("too many levels of symbolic links", "ELOOP"),
    ("accessing a corrupted shared library", "ELIBBAD"),
    ("invalid argument", "EINVAL"),
    ("not a directory", "ENOTDIR"),
)
_ERRNOS = {1: "EPERM", 2: "ENOENT", 8: "ENOEXEC", 13: "EACCES", 20: "ENOTDIR", 22: "EINVAL", 40: "ELOOP", 80: "ELIBBAD"}
_BY_SIGNAL = 128
_ARGUMENTS = {1: "argument lost", 3: "argument added"}
"""What became of the two arguments that every workload gives."""
IMAGES = {ARM64: "lab-arm64", ARM: "lab-arm"}
"""By platform, the tags of the image that engines execute: the same files, and another platform written on them."""


class Workload(NamedTuple):
    """One way to execute the image's program."""

    step: Callable[[Case, Folder], Step]
    reads: Callable[[Case, Answer], str]
    has_message: bool = True


def outcome_of_call(case: Case, answer: Answer) -> str:
    """Return how execve() and the program that it started ended."""
    if answer.errno is not None:
        return _ERRNOS.get(answer.errno, f"errno:{answer.errno}")
    return _ended(case, answer)


def outcome_of_runner(case: Case, answer: Answer) -> str:
    """Return how a program ended that something else started: a failed execve() is told in words."""
    if answer.status == 0:
        return _ended(case, answer)
    said = answer.said.lower()
    emulator_speaks = re.search(r"^\S*qemu-\S+: ", said, re.MULTILINE) is not None
    told = None if emulator_speaks else next((name for phrase, name in _PHRASES if phrase in said), None)
    return told or _ended(case, answer)


def _ended(case: Case, answer: Answer) -> str:
    status = answer.status
    assert status is not None
    if status > _BY_SIGNAL and status - _BY_SIGNAL in set(signal.Signals):
        status = _BY_SIGNAL - status  # as a shell or a runtime tells it
    if status < 0:
        return f"signal:{signal.Signals(-status).name}"
    if status > 0:
        return f"exit:{status}"
    if case.expected_output == answer.stdout:
        return OK
    if case.program == "arguments":
        return _ARGUMENTS.get(len(answer.stdout.split()), "arguments mixed up")
    return f"printed:{answer.stdout!r}"


def _execve(case: Case, folder: Folder) -> Step:
    return {
        "execute": f"/bin/{case.program}",
        "argv": [f"/bin/{case.program}", "-m"],
        "root": str(folder.root),
        "user": case.user,
    }


def _execve_on_host(case: Case, folder: Folder) -> Step:
    program = str(folder.root / "bin" / case.program)
    return {"execute": program, "argv": [f"/bin/{case.program}", "-m"], "user": case.user}


def _chroot(case: Case, folder: Folder) -> Step:
    return {"shell": f"exec chroot {folder.root} /bin/{case.program} -m"}


def _runc(case: Case, folder: Folder) -> Step:
    return _runc_of(folder.bundle([f"/bin/{case.program}", "-m"]))


def _runc_of(made: Path) -> Step:
    rootless = '$([ "$PLACE" = private ] && echo --rootless=true)'
    return {"shell": f"exec runc --root /run/lab-runc {rootless} run --bundle {made} lab-$$"}


def _runc_under_seccomp(case: Case, folder: Folder) -> Step:
    """Return runc with a filter that refuses execve(), as a profile that does not know a needed call does."""
    made = folder.bundle([f"/bin/{case.program}", "-m"]) / "config.json"
    config = json.loads(made.read_text(encoding="utf-8"))
    refused = {"names": ["execve"], "action": "SCMP_ACT_ERRNO", "errnoRet": errno.EPERM}
    config["linux"]["seccomp"] = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [refused]}
    made.write_text(json.dumps(config), encoding="utf-8")
    return _runc_of(made.parent)


def _crun(case: Case, folder: Folder) -> Step:
    made = folder.bundle([f"/bin/{case.program}", "-m"])
    return {"shell": f"exec crun --root /run/lab-crun --cgroup-manager=disabled run --bundle {made} lab-$$"}


def outcome_of_build(case: Case, answer: Answer) -> str:
    """Return how a RUN line of a build ended: builders print what it printed among much else."""
    if answer.status == 0:
        return OK if case.expected_output.strip() in answer.said else f"printed:{answer.said[-200:]!r}"
    return outcome_of_runner(case, answer)


def _docker_run(case: Case, folder: Folder) -> Step:
    return {"shell": f"exec docker run --rm --network none {IMAGES[case.platform]} /bin/{case.program} -m"}


def _docker_build(case: Case, folder: Folder) -> Step:
    return {"shell": _build(case, "docker build --network none --no-cache"), "env": {"DOCKER_BUILDKIT": "0"}}


def _buildkit(case: Case, folder: Folder) -> Step:
    text = _build(case, "docker build --network none --no-cache --progress plain")
    return {"shell": f"PATH=$MADE/buildkit:$PATH\n{text}", "env": {"DOCKER_BUILDKIT": "1"}}


def _podman_run(case: Case, folder: Folder) -> Step:
    return {"shell": f"exec $MADE/podman run --rm --network none {IMAGES[case.platform]} /bin/{case.program} -m"}


def _podman_build(case: Case, folder: Folder) -> Step:
    return {"shell": _repeated(case, "$MADE/podman build --network host --no-cache --pull=never")}


def _buildah(case: Case, folder: Folder) -> Step:
    return {"shell": _repeated(case, "$MADE/buildah bud --network host --no-cache --pull=never")}


def _repeated(case: Case, command: str) -> str:
    """Return the same, up to five times: buildah's helper may end before what it said was copied."""
    text = _build(case, command).replace("\nexec ", "\nfor _ in 1 2 3 4 5; do\n")
    told = "grep -q 'to start with\\|aarch64\\|armv7l\\|qemu' said && break"
    return f"{text} > said 2>&1; status=$?\n{told}\ndone\ncat said\nexit $status"


def _build(case: Case, command: str) -> str:
    """Return the shell text that builds an image whose one step executes the program."""
    image = IMAGES[case.platform]
    context = f'mkdir -p context; printf \'FROM %s\\nRUN ["/bin/%s", "-m"]\\n\' {image}'
    named = f"--platform {case.platform} --tag lab-built context"
    return f"{context} {case.program} > context/Dockerfile\nexec {command} {named}"


CALL = Workload(_execve, outcome_of_call, has_message=False)
CALL_ON_HOST = Workload(_execve_on_host, outcome_of_call, has_message=False)
WORKLOADS: Mapping[str, Workload] = {
    "chroot": Workload(_chroot, outcome_of_runner),
    "runc": Workload(_runc, outcome_of_runner),
    "crun": Workload(_crun, outcome_of_runner),
    "runc under seccomp": Workload(_runc_under_seccomp, outcome_of_runner),
    "docker run": Workload(_docker_run, outcome_of_runner),
    "docker build": Workload(_docker_build, outcome_of_build),
    "BuildKit": Workload(_buildkit, outcome_of_build),
    "podman run": Workload(_podman_run, outcome_of_runner),
    "podman build": Workload(_podman_build, outcome_of_build),
    "buildah": Workload(_buildah, outcome_of_build),
}
