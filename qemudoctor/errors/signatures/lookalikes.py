"""What looks alike and does not belong to the subject: an empty kind."""

from qemudoctor.errors.signatures.signature import Signature

_EXECVE = (
    "exec format",
    "no such file",
    "ermission denied",
    "not permitted",
    "symbolic links",
    "corrupted shared",
    "nvalid argument",
)

ROWS: tuple[Signature, ...] = (
    # What looks alike and is something else
    Signature(
        "full-emulator",
        "",
        "qemu",
        ("qemu-system", "qemu-img", "qemu-kvm", "qemu-nbd", "qemu-ga"),
        r"qemu-(?:system-\w{1,16}|img|kvm|nbd|ga)\b",
        source="QEMU, the full system emulator",
    ),
    Signature(
        "copy-in-build",
        "",
        "docker",
        ("copy failed", "add failed", "failed to compute cache key", "failed to calculate checksum"),
        r"(?:copy|add) failed: (?![^\n]{0,200}qemu-)|failed to (?:compute cache key"
        r"|calculate checksum)(?![^\n]{0,200}qemu-)",
        source="moby builder",
    ),
    Signature(
        "engine-mount-for-binfmt",
        "register-permission",
        "runc",
        ("error mounting", "rootfs_linux"),
        r"(?:error mounting|mounting)[^\n]{0,200}(?:binfmt|\"(?:sysfs"
        r"|proc)\")[^\n]{0,200}(?P<errno>operation not permitted|permission denied)",
        source="opencontainers/runc libcontainer/rootfs_linux.go, rootless and privileged",
    ),
    Signature(
        "engine-mount-denied",
        "sandboxed-engine",
        "runc",
        ("error mounting", "rootfs_linux"),
        r"(?:error mounting|mounting) \"?(?:proc|sysfs|cgroup|tmpfs|devpts"
        r"|mqueue)[^\n]{0,300}(?P<errno>operation not permitted|permission denied)",
        source="opencontainers/runc libcontainer/rootfs_linux.go, inside another container",
    ),
    Signature(
        "engine-mount",
        "",
        "runc",
        ("rootfs_linux", "error mounting", "bind source path", "not a directory"),
        r"rootfs_linux|error mounting|bind source path does not exist|are you trying to mount a directory",
        source="opencontainers/runc libcontainer/rootfs_linux.go: a volume",
    ),
    Signature(
        "npm-optional",
        "",
        "node",
        ("bug related to optional dependencies",),
        r"npm has a bug related to optional dependencies",
        source="rollup: the message names its own cause",
    ),
    Signature(
        "engine-socket",
        "",
        "docker",
        ("docker.sock", "docker daemon", "podman.sock", "containerd.sock"),
        r"(?:docker|podman|containerd)\.sock|connect to the docker daemon",
        source="the client's socket",
    ),
    Signature(
        "engine-namespace",
        "",
        "runc",
        ("unshare", "newuidmap", "cgroup"),
        r"(?:newuidmap|newgidmap|cgroup)[^\n]{0,200}(?:not permitted|no such file|permission denied|invalid argument)",
        source="user namespaces and cgroups",
    ),
)
