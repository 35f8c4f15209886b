"""Causes in the emulator."""

from qemudoctor.errors.causes.cause import INSTALL, INSTALL_PACKAGE, QEMU_USER, TONISTIIGI, Cause, Step

_NEWER = Step(
    "newer-qemu",
    "Use a newer QEMU, of another build than the one that failed",
    (
        "docker run --privileged --rm tonistiigi/binfmt --uninstall 'qemu-*'",
        "docker run --privileged --rm tonistiigi/binfmt:latest --install all",
    ),
    root=True,
    persistent=False,
    note="pull the image first: a `latest` of last year is not the latest",
)
_NATIVE = Step(
    "native",
    "Do that step natively: on a machine of that architecture, or cross-compiled on $BUILDPLATFORM",
    ("FROM --platform=$BUILDPLATFORM golang AS build",),
    note="in a Dockerfile",
)

ROWS: tuple[Cause, ...] = (
    Cause(
        "interpreter-missing-on-host",
        "The emulator itself is not installed where it is looked for",
        "An entry names the emulator by its path, and with the flag F the kernel opens it when it is registered. "
        "There is no such file, or a script copies an emulator that is not installed.",
        "`ls -l` of the path in the entry fails on the host. If it is there on the host and not in the container, "
        "the flag F is what is missing.",
        (INSTALL_PACKAGE, INSTALL),
        (QEMU_USER,),
    ),
    Cause(
        "interpreter-dynamic",
        "The emulator needs libraries that are not there",
        "A dynamic emulator needs its own loader and libraries in the root where it runs. Inside a container or "
        "chroot of another architecture they are not there, even if the emulator was copied into it.",
        "`file` says `dynamically linked` of the emulator. Names deceive: some called -static are not.",
        (
            Step(
                "static",
                "Use the static emulators",
                ("sudo apt-get install qemu-user-static",),
                root=True,
                persistent=True,
                note="NixOS: boot.binfmt.preferStaticEmulators = true",
            ),
            INSTALL,
        ),
        ("https://github.com/multiarch/qemu-user-static/issues/24",),
    ),
    Cause(
        "qemu-crash",
        "The emulator crashes or computes wrongly",
        "QEMU emulates CPU and system calls in software, and has bugs that make programs die by SIGSEGV, SIGABRT or "
        "SIGILL that run well on real hardware. Which ones depends on its version and on how it was built.",
        "The same image runs on a real machine of that architecture. Random crashes of libc-bin, gcc or node point "
        "at a non-PIE static build and address randomisation.",
        (
            _NEWER,
            _NATIVE,
            Step(
                "no-aslr",
                "To know: switch address randomisation off for a while",
                ("sudo sysctl kernel.randomize_va_space=0",),
                root=True,
                persistent=False,
                note="it protects the whole host: switch it on again (2)",
            ),
        ),
        ("https://github.com/tonistiigi/binfmt/issues/215",),
    ),
    Cause(
        "qemu-unsupported-syscall",
        "QEMU does not know a system call that the program needs",
        "QEMU passes system calls on one by one, and each has to be written. New ones (openat2, clone3 flags, "
        "io_uring) and rare ones (ptrace) are missing or answered wrongly, so the program sees `function not "
        "implemented` or `invalid argument`.",
        "The program runs on a real machine. QEMU_STRACE=1 shows the call that fails.",
        (
            _NEWER,
            Step(
                "strace",
                "See which call fails",
                ("docker run --rm -e QEMU_STRACE=1 --platform {platform} IMAGE",),
                note="IMAGE: the image",
            ),
            _NATIVE,
        ),
        ("https://github.com/abiosoft/colima/issues/1613",),
    ),
    Cause(
        "qemu-wrong-target",
        "The wrong emulator got the file",
        "An entry matches more than it should, by a short magic or mask, or an emulator for one architecture was "
        "called for a program of another (qemu-arm for arm64).",
        "The message names the emulator: compare it with what `file` says of the program.",
        (
            Step("entries", "See which entries match", ("grep -H . /proc/sys/fs/binfmt_misc/qemu-*",)),
            Step(
                "right-emulator",
                "Use the emulator of the program's architecture",
                ("qemu-aarch64-static PROGRAM",),
                note="PROGRAM: the path that the message names; arm64 is aarch64, arm/v7 is arm",
            ),
        ),
        (QEMU_USER,),
    ),
    Cause(
        "qemu-32bit-largefile",
        "A value of the host's file system does not fit a 32-bit guest",
        "Under emulation a 32-bit program gets directory offsets and inode numbers of the 64-bit host. Programs "
        "built without large file support then fail with EOVERFLOW.",
        "It happens with 32-bit guests only (arm/v7, 386) and when directories are read.",
        (
            Step(
                "tmpfs",
                "Put the directory on a tmpfs or another file system",
                ("RUN --mount=type=tmpfs,target=/root/.cargo cargo build",),
                note="in a Dockerfile",
            ),
            Step(
                "64-bit",
                "Build on the 64-bit platform and cross-compile",
                ("docker buildx build --platform linux/arm64 .",),
            ),
        ),
        ("https://github.com/rust-lang/cargo/issues/9545", "https://gitlab.com/qemu-project/qemu/-/issues/263"),
    ),
    Cause(
        "qemu-guest-address-space",
        "QEMU finds no room for the memory of the guest",
        "The guest's addresses have to be mapped somewhere in the memory of QEMU's own process. A limit on virtual "
        "memory, vm.mmap_min_addr, or a non-PIE emulator in the way prevents it.",
        "The message comes before the program does anything.",
        (
            Step(
                "limits",
                "Lift the limits",
                ("ulimit -v unlimited", "sysctl vm.mmap_min_addr vm.overcommit_memory"),
            ),
            _NEWER,
        ),
        (QEMU_USER,),
    ),
    Cause(
        "rosetta",
        "Rosetta, not QEMU, runs the program, and is the cause",
        "On Apple silicon Docker Desktop, Lima, OrbStack and podman can run amd64 programs through Apple's Rosetta. "
        "It has its own gaps, and does not work on every kernel.",
        "The message begins with `rosetta error`, or the program runs once Rosetta is switched off in the settings of "
        "Docker Desktop (or of what else runs the virtual machine).",
        (
            Step(
                "switch-off",
                "Switch Rosetta off, so that QEMU is used",
                (
                    "mkdir -p ~/.config/containers/containers.conf.d",
                    "printf '[machine]\\nrosetta = false\\n' > ~/.config/containers/containers.conf.d/rosetta.conf",
                    "podman machine stop",
                    "podman machine start",
                ),
                note="for podman on macOS; Docker Desktop: Settings, General, Use Rosetta; colima: start with "
                "--vz-rosetta=false",
            ),
            Step(
                "native-image",
                "Use an arm64 image",
                ("docker pull --platform linux/arm64 IMAGE",),
                note="IMAGE: the image",
            ),
        ),
        (TONISTIIGI,),
    ),
)
