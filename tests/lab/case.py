"""What a fault of the laboratory is: one small declaration, and the words in which outcomes are told."""

import enum
from collections.abc import Mapping
from typing import NamedTuple

OK = "ok"
ARM64 = "linux/arm64"
ARM = "linux/arm/v7"
LISTED = "listed"
"""A cause that explain-error names among others: the message alone, and a host that is well, say no more."""
MACHINES: Mapping[str, str] = {ARM64: "aarch64\n", ARM: "armv7l\n"}
"""What `uname -m` prints under the emulator, by platform."""


class Place(enum.Enum):
    """Whose registry is broken: one of a user namespace that nobody else sees, or the machine's own."""

    PRIVATE = "private"
    MACHINE = "machine"


ENGINES = ("docker run", "docker build", "BuildKit", "podman run", "podman build", "buildah")
BOTH = (Place.PRIVATE, Place.MACHINE)


class Case(NamedTuple):
    """One way in which a host breaks. Outcomes are "ok", the name of an errno, "exit:N" or "signal:NAME"."""

    id: str
    title: str
    breaks: str
    """Shell text, with the words of world.sh, that makes the healthy host the broken one."""
    ends: str
    """How the program really ends in a root of its own: in chroot, runc and crun alike."""
    check: str | None
    """The check that names the fault. None: the host is well, and nothing may be found."""
    cause: str | None
    """The cause that the check names."""
    host: str = "plain"
    """What the host is before, a key of HOSTS."""
    machine_host: str = "docker"
    """The same for a case on the machine's registry."""
    engines: tuple[str, ...] = ()
    """What executes the program besides, on the machine's registry: "docker run", "BuildKit" and others."""
    on_host: str | None = None
    """How the program ends on the host itself; None: as in a root of its own."""
    predicted: str | None = None
    """What the model says of a root of its own; None: what really happens."""
    observed: str | None = None
    """How the probe of the examination ends there; None: as the program."""
    program: str = "uname"
    """The program in /bin of the image: a key of guests.PROGRAMS or guests.SCRIPTS."""
    prints: str | None = None
    """What it prints if all is well; None: what `uname -m` prints for the platform."""
    user: int | None = None
    """Who executes it, if not root. Only on the machine's registry: a user namespace of one has no other."""
    platform: str = ARM64
    workloads: tuple[str, ...] = ("chroot", "runc", "crun")
    ends_otherwise: Mapping[str, str] = {}
    """Workloads that end otherwise than the system call, by name."""
    supposed: str | None = None
    """A register line that makes the host one on which nothing can be executed any more, the examination neither: it is
    examined before, with the line given to --registry, and cured from the shell that is still there."""
    only_looks: tuple[str, ...] = ()
    """Remedies that change nothing: they show how it is somewhere else."""
    severity: str = "error"
    also: tuple[str, ...] = ()
    """Other checks that may warn or object as well, each about a consequence of the same fault."""
    explained: str | None = None
    """The cause that explain-error names first, where it is not the check's."""
    standing: str = "confirmed"
    """What explain-error says of that cause: "confirmed", "likely", "possible" or LISTED."""
    traced: str | None = None
    """What `trace` says of the program in the image, where the host is well and the program is not."""
    is_explained: bool = True
    """Whether there is a message to explain: some faults are silent."""
    stand_ins: tuple[str, ...] = ()
    """Programs that printed commands call and that are replaced, keys of STAND_INS: downloads and reboots."""
    no_cure: str | None = None
    """Why nothing is printed that cures it on this host; None: every printed remedy has to, and there is one."""
    starts_healthy: bool = True
    """Whether the program runs before the host is broken."""
    ends_cured: str = OK
    """How the program ends after a remedy; otherwise than well where the remedy takes rights away on purpose."""
    examined_by: str = ""
    """Words before the command that examines: fewer capabilities."""
    enters: str = ""
    """Words before the command that executes everything: a further namespace."""
    environment: Mapping[str, str] = {}
    """What the environment of everything that is executed holds besides."""
    places: tuple[Place, ...] = (Place.PRIVATE,)
    needs_bare_machine: bool = False
    """Whether it needs a machine without a mount of its own, which would be seen in place of the one that is gone."""
    note: str | None = None
    """What to know about the row."""

    @property
    def expected_output(self) -> str:
        return MACHINES[self.platform] if self.prints is None else self.prints


class Impossible(NamedTuple):
    """A fault that cannot be produced where the laboratory runs, and why."""

    id: str
    title: str
    why: str


class StandIn(NamedTuple):
    """What takes the place of a program that downloads or needs a booted system, and why that is the same."""

    program: str
    """The text of a shell script."""
    reason: str


HOSTS: Mapping[str, str] = {
    # An emulator, its entry made by hand with F, no systemd, no engine, no package that would bring anything back.
    "plain": "without_engines; without_packages; register qemu-aarch64 $EMULATOR F",
    "systemd": "without_engines; without_packages; with_systemd; register qemu-aarch64 $EMULATOR F",
    # As Debian 12 boots with qemu-user-static.
    "debian": "without_engines; with_systemd; configured qemu-aarch64",
    # With what other packages of Debian register besides: byte code of LLVM, Python and Java.
    "busy": "without_engines; with_systemd; for name in qemu-aarch64 qemu-arm qemu-ppc64le qemu-riscv64 qemu-s390x"
    " qemu-mips64el; do configured $name; done; registered_elsewhere",
    "docker": "without_packages; rm -f /usr/bin/podman /usr/bin/buildah; register qemu-aarch64 $EMULATOR F",
}

_SYSTEMCTL = """
case "$*" in
    "restart systemd-binfmt") exec /usr/lib/systemd/systemd-binfmt ;;
    "start proc-sys-fs-binfmt_misc.mount") exec mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc ;;
    "unmask systemd-binfmt") exec rm /etc/systemd/system/systemd-binfmt.service ;;
    "add-wants multi-user.target proc-sys-fs-binfmt_misc.mount") exit 0 ;;
esac
echo "no stand-in for systemctl $*" >&2; exit 64
"""
_DOCKER = """
real=$(PATH=${PATH#/usr/local/sbin:}; command -v docker)
case " $* " in
    *" --privileged "*) ;;
    *" -v "*)
        for word; do
            shift
            case $last in
                -v) source=${word%%:*}
                    cp "$source" "$MADE/bound"
                    set -- "$@" "$MADE/bound:${word#*:}" ;;
                *) set -- "$@" "$word" ;;
            esac
            last=$word
        done
        exec "$real" "$@" ;;
    *) exec "$real" "$@" ;;
esac
"$real" "$@" && exit 0
[ $? -eq 125 ] || exit 1
for word; do
    shift
    case $word in
        --privileged) set -- "$@" --cap-add SYS_ADMIN --security-opt systempaths=unconfined ;;
        *) set -- "$@" "$word" ;;
    esac
done
exec "$real" "$@"
"""
_SSH = """
while [ "${1#-}" != "$1" ]; do
    [ "$1" != -o ] || shift
    [ "$1" != -- ] || { shift; break; }
    shift
done
shift
export DOCKER_HOST=$LAB_DOCKER_HOST
[ "$1" != qemu-doctor ] || { shift; exec "$PYTHON" -m qemudoctor "$@"; }
exec "$@"
"""
_APT_GET = """
case "$*" in
    update) exit 0 ;;
    "install -y qemu-user-static"|"install -y --reinstall qemu-user-static")
        name=qemu-aarch64-static source=$GENUINE/qemu-aarch64-static ;;
    "install -y -t bookworm-backports qemu-user qemu-user-binfmt")
        name=qemu-aarch64 source=$MADE/trixie ;;
    *) echo "no stand-in for apt-get $*" >&2; exit 64 ;;
esac
mkdir -p /usr/libexec/qemu-binfmt
rm -rf "/usr/bin/$name" /usr/libexec/qemu-binfmt/aarch64-binfmt-P
cp "$source" "/usr/bin/$name"
ln -s "../../bin/$name" /usr/libexec/qemu-binfmt/aarch64-binfmt-P
cp "$GENUINE"/binfmt.d/qemu-*.conf /usr/lib/binfmt.d/
[ ! -d /run/systemd/system ] || exec /usr/lib/systemd/systemd-binfmt
"""
STAND_INS: Mapping[str, StandIn] = {
    "systemctl": StandIn(_SYSTEMCTL, "systemd is not process 1 here; the stand-in does what the unit's ExecStart does"),
    "docker": StandIn(
        _DOCKER,
        "where root has not all capabilities, no container can be privileged: then it gets SYS_ADMIN and a writable"
        " /proc/sys. What is bound into a container is bound from a copy: the daemon sees the machine, not the broken"
        " host. tonistiigi/binfmt and multiarch/qemu-user-static are local images that register as those do",
    ),
    "ssh": StandIn(
        _SSH, "another machine; the stand-in executes the command here, where the engine of that machine is"
    ),
    "apt-get": StandIn(
        _APT_GET,
        "a download; the stand-in lays the package's files where they belong and, where systemd runs, registers"
        " binfmt.d as dpkg's trigger of systemd does. For the backport it takes the emulator of Debian 13",
    ),
}
