"""Hosts that are well, the unusual ones too: nothing may be found."""

from tests.lab.case import Case

_WELL = Case(
    id="healthy",
    title="a healthy host: the static emulator, registered by hand with F",
    breaks=":",
    ends="ok",
    check=None,
    cause=None,
)

CASES = (
    _WELL,
    _WELL._replace(
        id="healthy-debian",
        title="a healthy Debian host: qemu-user-static, aarch64-binfmt-P with OPF",
        host="debian",
    ),
    _WELL._replace(
        id="healthy-many",
        title="a healthy Debian host with six architectures, and entries of LLVM, Python and Java",
        host="busy",
    ),
    _WELL._replace(
        id="healthy-arm",
        title="the same, asked for 32-bit ARM",
        host="busy",
        program="uname32",
        platform="linux/arm/v7",
    ),
    _WELL._replace(
        id="healthy-tonistiigi",
        title="entries as tonistiigi/binfmt makes them: CF, and the emulator only inside its image",
        breaks="remove qemu-aarch64; mv $EMULATOR /usr/bin/qemu-aarch64; "
        " register qemu-aarch64 /usr/bin/qemu-aarch64 CF; rm /usr/bin/qemu-aarch64",
    ),
    _WELL._replace(
        id="healthy-tonistiigi-pocf",
        title="entries as newer releases of it make them: POCF",
        breaks="remove qemu-aarch64; mv $EMULATOR /usr/bin/qemu-aarch64; "
        " register qemu-aarch64 /usr/bin/qemu-aarch64 POCF; rm /usr/bin/qemu-aarch64",
    ),
    _WELL._replace(
        id="healthy-by-hand",
        title="a name, a place and a file name of one's own",
        breaks="remove qemu-aarch64; mv $EMULATOR /usr/local/sbin/emulate-arm64;"
        " register run-arm64-programs /usr/local/sbin/emulate-arm64 F",
    ),
    _WELL._replace(
        id="healthy-two-entries",
        title="two entries for the same programs, both with F",
        breaks="register arm64-again $EMULATOR F",
    ),
    _WELL._replace(
        id="healthy-good-over-bad",
        title="a good entry that hides an older one without F",
        breaks="remove qemu-aarch64; register arm64-old $EMULATOR ''; register qemu-aarch64 $EMULATOR F",
    ),
    _WELL._replace(
        id="healthy-disabled-others",
        title="entries of other architectures are switched off",
        host="busy",
        breaks="echo 0 > $REGISTRY/qemu-s390x; echo 0 > $REGISTRY/qemu-ppc64le",
    ),
    _WELL._replace(
        id="healthy-not-observable",
        title="user namespaces are forbidden, and whoever looks may not chroot: predicted and not observed",
        breaks="echo 0 > /proc/sys/user/max_user_namespaces",
        examined_by="setpriv --bounding-set -all --inh-caps -all",
        observed="None",
        workloads=("chroot",),
    ),
    _WELL._replace(
        id="healthy-extension",
        title="entries by extension beside it",
        breaks="printf ':windows:E::exe::/usr/bin/true:' > $REGISTRY/register",
    ),
)
