"""Every recorded answer of a real kernel, from 3.10 to 7.2, is the model's answer too."""

import json
from pathlib import Path
from typing import Any

import pytest

from qemudoctor.host.trees import MemoryFile, MemoryTree
from qemudoctor.kernel import Entry, KernelRelease, Machine, Node, NodeKind, Program, RegisterError, Registry
from qemudoctor.kernel.call import execve
from qemudoctor.kernel.machine import native_executable

RECORDING = json.loads((Path(__file__).parents[2] / "fixtures/kernels/execve.json").read_text())
RELEASES = tuple(kernel["release"] for kernel in RECORDING["kernels"])
MACHINE = Machine.named("x86_64")
A64 = (
    r":qa:M::\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00"
    r":\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff:/native:F"
)
KINDS = {"link": NodeKind.LINK, "fifo": NodeKind.FIFO, "null": NodeKind.CHARACTER, "socket": NodeKind.SOCKET}


def memory_file(spec: dict[str, Any]) -> Node | MemoryFile:
    mode, kind = int(spec["mode"], 8), spec.get("kind", "file")
    if kind in KINDS:
        return Node(KINDS[kind], mode=mode, target=spec.get("to", ""))
    content = native_executable(MACHINE) if "same_as" in spec else bytes.fromhex(spec.get("hex", ""))
    return MemoryFile(content, mode=mode, noexec=kind == "noexec", busy=kind == "busy")


def tree(files: dict[str, dict[str, Any]]) -> MemoryTree:
    return MemoryTree({path: memory_file(spec) for path, spec in files.items()})


# Outside the root there is also Debian's static emulator and the program that the F: cases pin.
HOST = tree(
    RECORDING["host_files"]
    | {path: {"mode": "0o755", "same_as": "static"} for path in ("/usr/bin/qemu-aarch64-static", "/native")}
)


def answer(case: dict[str, Any], release: str) -> dict[str, Any]:
    kernel, registry, said = KernelRelease.parse(release), Registry(), []
    for operation in case["registry"]:
        try:
            if isinstance(operation, dict) and "write" in operation:
                registry = registry.write(operation["write"], operation["text"].encode())
            else:
                line = A64 if isinstance(operation, str) else operation["register"]
                registry = registry.register(line.encode("latin-1"), kernel=kernel, root=HOST)
        except RegisterError as error:
            said.append(error.errno.name)
        else:
            said.append("ok")
    ran = execve(case["program"], root=tree(case["files"]), registry=registry, kernel=kernel, machine=MACHINE)
    return {"registry": said, "outcome": ran.outcome}


CASES = [
    pytest.param(case, release, id=f"{case['case'].replace(' ', '-')}-{release}")
    for case in RECORDING["cases"]
    for release in RELEASES
    if release in case["observed"]
]


@pytest.mark.parametrize(("case", "release"), CASES)
def test_the_model_answers_as_the_kernel_did(case: dict[str, Any], release: str) -> None:
    assert answer(case, release) == case["observed"][release]


def test_a_pinned_program_stays_when_its_file_changes() -> None:
    entry = Entry.from_register(A64.encode(), KernelRelease.parse("6.12"))
    pinned = entry._replace(pinned=Program.from_bytes(b"hello\n"))
    foreign = MemoryTree({"/p": MemoryFile(bytes.fromhex(RECORDING["host_files"]["/tmp/qd-exec-lab/i-a64"]["hex"]))})
    ran = execve("/p", root=foreign, registry=Registry((pinned,)), kernel=KernelRelease.parse("6.12"), machine=MACHINE)
    assert ran.outcome == "ENOEXEC"
