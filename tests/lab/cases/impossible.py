"""Faults that cannot be produced where the laboratory runs, and why."""

from tests.lab.case import Impossible

IMPOSSIBLE: tuple[Impossible, ...] = (
    Impossible(
        "kernel-too-old-for-f",
        "a kernel before 4.8, which refuses F",
        "the laboratory has one kernel, and it is newer; tests/kernels boots older ones, from 5.10 on, and the kernels"
        " before are known from recordings (fixtures/hosts/centos7-*.capture, tests/kernel/pinned.py)",
    ),
    Impossible(
        "module-missing",
        "binfmt_misc is a module whose file is gone",
        "binfmt_misc is built into the kernel of the laboratory; fixtures/hosts has a recorded host with the module",
    ),
    Impossible(
        "user-namespaces-forbidden",
        "user namespaces are forbidden on the whole machine (QD104)",
        "the limit of the first user namespace is everybody's: it would stop the rest of the machine."
        " healthy-not-observable has the limit of a namespace; tables with literal facts test the check",
    ),
    Impossible(
        "selinux",
        "SELinux forbids the emulator",
        "SELinux is built into the kernel of the laboratory and not started: that takes a boot with lsm=selinux, and a"
        " policy",
    ),
    Impossible(
        "apparmor",
        "AppArmor forbids the emulator, or user namespaces",
        "the kernel of the laboratory is built without AppArmor",
    ),
)
