"""Kinds of symptoms of emulators and of what runs in them."""

from qemudoctor.errors.kinds.kind import Kind

ROWS: dict[str, Kind] = {
    # The emulator and what runs in it
    "buildkit-emulator": Kind(
        "BuildKit found no entry in the kernel, ran its own emulator, and that met a program for this host",
        (
            ("binfmt-not-registered", 0.6),
            ("qemu-wrong-target", 0.17),
            ("image-metadata-mismatch", 0.15),
            ("image-arch-mismatch", 0.08),
        ),
    ),
    "guest-loader": Kind(
        "whoever starts the program, most probably an emulator, did not find the loader that the program names",
        (
            ("elf-loader-missing", 0.82),
            ("image-arch-mismatch", 0.1),
            ("image-metadata-mismatch", 0.04),
            ("qemu-wrong-target", 0.03),
        ),
    ),
    "other-loader": Kind(
        "the loader that the program names is not there",
        (("elf-loader-missing", 0.88), ("image-arch-mismatch", 0.07), ("binary-corrupt-or-empty", 0.03)),
    ),
    "32-bit-libraries": Kind(
        "a program for 32-bit x86 on a system without the libraries for it",
        (("elf-loader-missing", 0.8), ("image-arch-mismatch", 0.1), ("native-32bit-unsupported", 0.08)),
        weight=0.3,
    ),
    "any-loader": Kind(
        "the loader that the program names is not there",
        (("elf-loader-missing", 0.9), ("image-arch-mismatch", 0.05), ("interpreter-dynamic", 0.02)),
        needs="emulation",
    ),
    "qemu-wrong-elf": Kind(
        "the emulator was given a program for another architecture than its own",
        (("qemu-wrong-target", 0.62), ("image-arch-mismatch", 0.25), ("elf-loader-missing", 0.05)),
    ),
    "qemu-while-loading": Kind(
        "the emulator was given a file that is no program",
        (
            ("shebang-missing", 0.3),
            ("image-arch-mismatch", 0.27),
            ("binfmt-not-registered", 0.3),
            ("qemu-wrong-target", 0.15),
            ("argv0-flag", 0.1),
            ("binary-corrupt-or-empty", 0.1),
        ),
    ),
    "qemu-while-opening": Kind(
        "the emulator started, and did not find the program that it was to run",
        (
            ("entrypoint-missing", 0.3),
            ("elf-loader-missing", 0.25),
            ("f-flag-missing", 0.22),
            ("argv0-flag", 0.1),
            ("qemu-wrong-target", 0.1),
            ("binfmt-not-registered", 0.1),
        ),
    ),
    "argv-shift": Kind(
        "the arguments reached the program shifted by one", (("argv0-flag", 0.85), ("shebang-missing", 0.05))
    ),
    "rosetta-file": Kind(
        "Rosetta could not open the program, or the loader that it names",
        (("rosetta", 0.6), ("elf-loader-missing", 0.3), ("image-arch-mismatch", 0.05)),
    ),
    "qemu-cpu-model": Kind(
        "the emulator was told, by QEMU_CPU or -cpu, to be a processor that it does not know",
        (("cpu-feature", 0.9), ("qemu-wrong-target", 0.05), ("qemu-crash", 0.04)),
    ),
    "guest-space": Kind(
        "the emulator found no room for the memory of the guest",
        (("qemu-guest-address-space", 0.85), ("qemu-crash", 0.1)),
    ),
    "qemu-signal": Kind(
        "the program under the emulator was killed by a signal that it, or the emulator, caused",
        (("qemu-crash", 0.85), ("cpu-feature", 0.08), ("qemu-unsupported-syscall", 0.03), ("page-size", 0.02)),
    ),
    "qemu-crash-sure": Kind(
        "the emulator went wrong",
        (
            ("qemu-crash", 0.93),
            ("qemu-guest-address-space", 0.02),
            ("qemu-unsupported-syscall", 0.02),
            ("cpu-feature", 0.02),
        ),
    ),
    "build-255": Kind(
        "a step of a build for another platform ended before its program did anything",
        (
            ("binfmt-not-registered", 0.5),
            ("elf-loader-missing", 0.2),
            ("image-metadata-mismatch", 0.1),
            ("image-arch-mismatch", 0.09),
            ("qemu-crash", 0.1),
        ),
        needs="other-platform",
        weight=0.4,
    ),
    "cpu-level": Kind(
        "the program needs instructions that this CPU, real or emulated, does not have", (("cpu-feature", 0.97),)
    ),
    "page-size": Kind(
        "the program was built for another page size than that of this kernel",
        (("page-size", 0.95), ("binary-corrupt-or-empty", 0.02), ("image-arch-mismatch", 0.02)),
    ),
    "page-size-asked": Kind(
        "this kernel has larger pages than 4 KiB", (("page-size", 0.9),), needs="pages", weight=0.5
    ),
    "sudo-owner": Kind(
        "a setuid program ran without the rights of its owner",
        (("credential-flag-missing", 0.7), ("permission-noexec", 0.1)),
        needs="emulation-or-proot",
        weight=0.7,
    ),
    "largefile": Kind(
        "a number of the host's file system does not fit into the 32 bits of the guest",
        (("qemu-32bit-largefile", 0.95),),
        needs="no-large-file",
    ),
    "qemu-syscall": Kind(
        "QEMU does not know a system call that the program made",
        (("qemu-unsupported-syscall", 0.93), ("qemu-crash", 0.04)),
    ),
    "emulated-syscall": Kind(
        "a system call was answered as no Linux kernel would: an emulator did",
        (("qemu-unsupported-syscall", 0.82), ("qemu-crash", 0.14)),
    ),
    "function-missing": Kind(
        "a system call that whoever runs the program does not know",
        (("qemu-unsupported-syscall", 0.85), ("seccomp-or-sandbox", 0.1)),
    ),
    "function-missing-weak": Kind(
        "a system call that whoever runs the program does not know",
        (("qemu-unsupported-syscall", 0.75), ("seccomp-or-sandbox", 0.15), ("rosetta", 0.05)),
        needs="emulation-or-lacking",
    ),
    "guest-kernel-too-old": Kind(
        "the C library of the guest wants a newer kernel than the emulator says it is",
        (("qemu-unsupported-syscall", 0.75), ("qemu-crash", 0.15)),
        needs="emulator",
        weight=0.6,
    ),
    "tar-einval": Kind(
        "openat2 was answered wrongly, as by QEMU 9.2 to 10.1.2 built with musl",
        (("qemu-crash", 0.6), ("qemu-unsupported-syscall", 0.35)),
        needs="emulation-or-build",
    ),
    "openat2-einval": Kind(
        "a system call was refused for a flag or an option that an emulator does not know",
        (("qemu-unsupported-syscall", 0.75), ("qemu-crash", 0.15)),
        needs="emulation",
    ),
    "sudo": Kind(
        "a setuid program ran without the rights of its owner",
        (("credential-flag-missing", 0.9), ("seccomp-or-sandbox", 0.05)),
        needs="emulated-sudo",
    ),
    "user-not-switched": Kind(
        "a program may not become another user: the container lacks CAP_SETUID, was not started as root, or an"
        " emulator "
        "lost the rights",
        (("seccomp-or-sandbox", 0.45), ("credential-flag-missing", 0.45)),
        needs="emulation",
        weight=0.5,
    ),
    "sudo-bare": Kind(
        "sudo is installed as it should be, and ran without the rights of its owner: lost in an emulator whose entry "
        "has no C, under no-new-privileges, or on a file system mounted nosuid",
        (("credential-flag-missing", 0.75), ("seccomp-or-sandbox", 0.2), ("permission-noexec", 0.05)),
        weight=0.6,
    ),
    "seccomp": Kind("a sandbox refused a system call", (("seccomp-or-sandbox", 0.93),)),
    "root-refused": Kind(
        "a system call that is younger than the seccomp filter: the rights of a file's owner were refused to root",
        (("seccomp-or-sandbox", 0.9), ("qemu-unsupported-syscall", 0.05)),
        needs="root",
    ),
    "syscall-refused": Kind(
        "a system call that a sandbox refused", (("seccomp-or-sandbox", 0.85),), needs="syscall-name", weight=0.5
    ),
    "seccomp-weak": Kind(
        "a system call that a sandbox refused", (("seccomp-or-sandbox", 0.85),), needs="container", weight=0.5
    ),
    "clock-or-emulator": Kind(
        "V8 came where it never should, as where reading the clock is refused, or under an emulator",
        (("seccomp-or-sandbox", 0.6), ("qemu-crash", 0.3)),
        needs="container",
        weight=0.5,
    ),
    "thread-weak": Kind(
        "a thread could not be started, as where clone3 is refused", (("seccomp-or-sandbox", 0.85),), weight=0.4
    ),
    "box-memory-map": Kind(
        "box64 could not place a program in memory, as on a kernel with large pages",
        (("page-size", 0.6), ("qemu-guest-address-space", 0.2), ("qemu-crash", 0.1)),
        weight=0.6,
    ),
    "wine-format": Kind(
        "Wine was given a program, or a library of its own, for another architecture",
        (("image-arch-mismatch", 0.5), ("page-size", 0.3), ("elf-loader-missing", 0.1)),
        weight=0.5,
    ),
    "qemu-own-words": Kind(
        "QEMU says of itself that it went wrong",
        (("qemu-crash", 0.85), ("qemu-unsupported-syscall", 0.05)),
        weight=0.8,
    ),
    "refused-under-emulator": Kind(
        "a program under an emulator had a system call refused",
        (("qemu-unsupported-syscall", 0.6), ("qemu-crash", 0.3)),
        needs="emulator-run",
        weight=0.5,
    ),
    "namespace-refused": Kind(
        "a sandbox may not make namespaces here",
        (("seccomp-or-sandbox", 0.8), ("qemu-unsupported-syscall", 0.1)),
        weight=0.5,
    ),
    "children-not-started": Kind(
        "an emulator ran the first program only; what that starts needs an entry in the kernel",
        (("binfmt-not-registered", 0.7), ("f-flag-missing", 0.15), ("elf-loader-missing", 0.1)),
        needs="emulation-or-build",
        weight=0.6,
    ),
    "own-executable": Kind(
        "a program looked for its own file and found that of the emulator, or nothing",
        (("qemu-crash", 0.7), ("qemu-unsupported-syscall", 0.1), ("argv0-flag", 0.1)),
        weight=0.6,
    ),
    "personality-unknown": Kind(
        "setarch knows no such personality on this machine, or uname does not follow it, as under an emulator or a "
        "seccomp filter",
        (
            ("seccomp-or-sandbox", 0.4),
            ("image-arch-mismatch", 0.2),
            ("native-32bit-unsupported", 0.2),
            ("qemu-unsupported-syscall", 0.1),
        ),
        weight=0.5,
    ),
    "personality": Kind(
        "personality(2) was refused, as by the seccomp filter of an engine",
        (("seccomp-or-sandbox", 0.8), ("native-32bit-unsupported", 0.1)),
        weight=0.5,
    ),
    "go-exec-refused": Kind(
        "the kernel, or an emulator in its place, refused the way in which a program was to be started",
        (
            ("qemu-unsupported-syscall", 0.45),
            ("qemu-crash", 0.35),
            ("page-size", 0.1),
            ("binary-corrupt-or-empty", 0.05),
        ),
        needs="emulation",
        weight=0.4,
    ),
    "seccomp-filter-refused": Kind(
        "no filter of system calls could be set: QEMU's user mode has none, nor has a kernel without seccomp",
        (("qemu-unsupported-syscall", 0.75), ("seccomp-or-sandbox", 0.12), ("rosetta", 0.1)),
        weight=0.7,
    ),
    "qemu-unreadable": Kind(
        "the emulator may not read the program: it opens it as the user who started it, unless the entry has C or O",
        (("credential-flag-missing", 0.5), ("permission-noexec", 0.4), ("seccomp-or-sandbox", 0.05)),
    ),
    "seccomp-absent": Kind(
        "no seccomp: the kernel was built without it, or Rosetta or QEMU runs the engine itself",
        (("rosetta", 0.4), ("seccomp-or-sandbox", 0.35), ("qemu-unsupported-syscall", 0.2)),
        weight=0.3,
    ),
    "emulator-refused": Kind(
        "an emulator may not be executed: a sandbox forbids it, or its file does",
        (("seccomp-or-sandbox", 0.6), ("permission-noexec", 0.35)),
        weight=0.6,
    ),
    "ioctl-unknown": Kind(
        "an ioctl that the file, or whoever runs the program, does not know",
        (("qemu-unsupported-syscall", 0.85), ("qemu-crash", 0.05)),
        needs="emulation",
        weight=0.5,
    ),
    "mount-namespace-refused": Kind(
        "systemd may not make a mount namespace for a service, as in a container",
        (("seccomp-or-sandbox", 0.8), ("qemu-unsupported-syscall", 0.1)),
        weight=0.4,
    ),
    "mount-namespace": Kind(
        "systemd could not make a mount namespace for a service, as in a container or under an emulator",
        (("qemu-unsupported-syscall", 0.5), ("seccomp-or-sandbox", 0.45)),
        weight=0.5,
    ),
    "inotify": Kind(
        "inotify could not be set up: an emulator that lacks the call, or too many instances of it",
        (("qemu-unsupported-syscall", 0.85), ("rosetta", 0.1)),
        weight=0.4,
    ),
    "memfd-reexec": Kind(
        "a program could not start itself anew from memory, which has no path that an emulator could open",
        (("qemu-unsupported-syscall", 0.6), ("qemu-crash", 0.15), ("seccomp-or-sandbox", 0.15)),
        weight=0.6,
    ),
    "no-new-privileges": Kind(
        "a sandbox keeps setuid programs from getting rights",
        (("seccomp-or-sandbox", 0.8), ("credential-flag-missing", 0.1)),
    ),
    "rosetta": Kind("Rosetta says so, not QEMU", (("rosetta", 0.93), ("qemu-unsupported-syscall", 0.02))),
}
