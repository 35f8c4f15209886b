"""Every recorded write to a real registry, from 3.10 to 7.3, is answered by the model as the kernel answered."""

import json
import re
from pathlib import Path

import pytest

from qemudoctor.host.trees import MemoryFile, MemoryTree
from qemudoctor.kernel import KernelRelease, Machine, RegisterError, Registry
from qemudoctor.kernel.machine import native_executable

RECORDING = json.loads((Path(__file__).parents[2] / "fixtures/kernels/registry.json").read_text())
RELEASES = tuple(kernel["version"] for kernel in RECORDING["kernels"])
NATIVE = MemoryFile(native_executable(Machine.named("x86_64")))
HOST = MemoryTree(
    dict.fromkeys(("/usr/bin/qemu-aarch64-static", "/bin/interp", "/bin/interp2", "/t/file.lo", "/t/file.fl"), NATIVE)
)
JAIL = MemoryTree({"/jinterp": NATIVE})
NOT_MODELLED = {
    "3.10.49": "writes answer with another length",
}


def shown(registry: Registry, name: str) -> str:
    entry = registry.named(name)
    if name == "status":
        text = "enabled\n" if registry.enabled else "disabled\n"
    elif entry is None:
        return "open-errno=2"
    else:
        text = entry.to_procfs()
    return "text=" + "".join(escaped(c) for c in text)


def escaped(character: str) -> str:
    if character in "\n\\":
        return {"\n": "\\n", "\\": "\\\\"}[character]
    return character if " " <= character < "\x7f" else f"\\x{ord(character):02x}"


def listing(registry: Registry) -> str:
    names = [*(entry.name for entry in registry.entries), "register", "status"]
    return " ".join("".join(escaped(c) for c in name) for name in names)


@pytest.mark.parametrize("release", RELEASES)
def test_the_registry_answers_as_the_kernel_did(release: str) -> None:
    kernel, registry, differences = KernelRelease.parse(release), Registry(), []
    for operation in RECORDING["operations"]:
        observed = operation["observed"].get(release)
        match operation["do"]:
            case "cat":
                said = shown(registry, operation["args"][0])
            case "ls":
                said = listing(registry)
            case "register" | "regfrom" | "write":
                said, registry = write(registry, operation, kernel)
            case _:
                continue
        if observed is not None and not same(said, observed, release):
            differences.append((operation["id"], said, observed))
    assert differences == []


def write(registry: Registry, operation: dict[str, object], kernel: KernelRelease) -> tuple[str, Registry]:
    args = operation.get("args")
    try:
        if operation["do"] == "write":
            assert isinstance(args, list)
            return "errno=0", registry.write(args[0], args[1].encode())
        if operation["do"] == "regfrom":
            assert isinstance(args, list)
            return "errno=0", registry.register(bytes.fromhex(args[1]), kernel=kernel, root=JAIL)
        line = str(operation["string"]).encode("latin-1")
        return "errno=0", registry.register(line, kernel=kernel, root=HOST)
    except RegisterError as error:
        return f"errno={int(error.errno)}", registry


def same(said: str, observed: str, release: str) -> bool:
    """Linux 3.10 answers a write of commands with a length of its own: the recording shows that as -1."""
    if release in NOT_MODELLED and observed == "errno=-1":
        return bool(re.fullmatch("errno=0", said))
    return said == observed
