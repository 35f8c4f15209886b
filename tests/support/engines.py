"""Answers of container engines as literals."""

import json
from hashlib import sha256

from qemudoctor.host.door import HttpAnswer, NoAnswer
from qemudoctor.host.trees import Content
from qemudoctor.kernel.tree import Node, NodeKind
from tests.support.hosts import DEBIAN_12

SOCKET = "/var/run/docker.sock"
LISTENING = Node(NodeKind.SOCKET, mode=0o660)


def answer(content: object, *, status: int = 200, peer: int | None = None, **headers: str) -> HttpAnswer:
    """Return an answer with content as JSON, or as it is if it is bytes. headers: `api_version` for Api-Version."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return HttpAnswer(status, {name.replace("_", "-"): value for name, value in headers.items()}, body, peer)


def info(kernel: str = DEBIAN_12, **more: object) -> dict[str, object]:
    """Return what GET /info answers, as far as it is asked for."""
    told: dict[str, object] = {
        "KernelVersion": kernel,
        "OperatingSystem": "Debian GNU/Linux 12 (bookworm)",
        "OSType": "linux",
        "Architecture": "x86_64",
        "SecurityOptions": ["name=apparmor", "name=seccomp,profile=builtin", "name=cgroupns"],
        "Driver": "overlay2",
        "ServerVersion": "27.5.1",
    }
    return told | more


def docker(socket: str = SOCKET, *, peer: int | None = None, told: object = None) -> dict[tuple[str, str], HttpAnswer]:
    """Return the answers of a Docker daemon at a socket."""
    return {
        (socket, "/_ping"): answer(b"OK", peer=peer, server="Docker/27.5.1 (linux)", api_version="1.47"),
        (socket, "/info"): answer(info() if told is None else told, peer=peer),
    }


def silence(socket: str = SOCKET, *, peer: int | None = None) -> dict[tuple[str, str], NoAnswer]:
    """Return the answers of a daemon that hangs."""
    return {(socket, "/_ping"): NoAnswer(socket, "did not answer within 0.05 s", errno=110, peer=peer)}


def context(name: str, address: str, *, home: str = "/root") -> dict[str, Content]:
    """Return the files of a Docker client whose current context has an address."""
    identity = sha256(name.encode()).hexdigest()
    meta = {"Name": name, "Metadata": {}, "Endpoints": {"docker": {"Host": address, "SkipTLSVerify": False}}}
    return {
        f"{home}/.docker/config.json": json.dumps({"currentContext": name}),
        f"{home}/.docker/contexts/meta/{identity}/meta.json": json.dumps(meta),
    }


def process(number: int, name: str = "dockerd", *, state: str = "S", namespace: int = 1) -> dict[str, Content]:
    """Return what /proc holds of a process; whoever looks is in the namespaces 1."""
    return {
        f"/proc/{number}/stat": f"{number} ({name}) {state} 1 {number} {number} 0 -1\n",
        f"/proc/{number}/ns/user": Node(NodeKind.LINK, target=f"user:[{namespace}]"),
        f"/proc/{number}/ns/mnt": Node(NodeKind.LINK, target=f"mnt:[{namespace}]"),
        "/proc/self/ns/user": Node(NodeKind.LINK, target="user:[1]"),
        "/proc/self/ns/mnt": Node(NodeKind.LINK, target="mnt:[1]"),
    }
