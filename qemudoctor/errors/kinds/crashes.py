"""Kinds of symptoms of programs that were killed, or that lost their way, as under an emulator."""

from qemudoctor.errors.kinds.kind import Kind

ROWS: dict[str, Kind] = {
    "emulated-failure": Kind(
        "a program for another platform ended before it did anything",
        (("qemu-crash", 0.6), ("qemu-unsupported-syscall", 0.3)),
        needs="other-platform",
        weight=0.5,
    ),
    "openj9-port": Kind(
        "OpenJ9 found the system calls of its platform layer answered otherwise than by Linux",
        (("qemu-crash", 0.5), ("qemu-unsupported-syscall", 0.3), ("seccomp-or-sandbox", 0.15)),
        weight=0.4,
    ),
    "emulated-crash": Kind(
        "a program was killed by a signal; under emulation that is mostly the emulator",
        (("qemu-crash", 0.85), ("cpu-feature", 0.08)),
        needs="emulation",
    ),
    "build-crash": Kind(
        "a step of a build was killed by a signal; under emulation that is mostly the emulator",
        (("qemu-crash", 0.75), ("cpu-feature", 0.15)),
        weight=0.5,
    ),
    "exited": Kind(
        "a container was killed by a signal",
        (("qemu-crash", 0.6), ("cpu-feature", 0.2), ("page-size", 0.05)),
        needs="emulation",
        weight=0.4,
    ),
    "contained-crash": Kind(
        "a container was killed by a signal",
        (("qemu-crash", 0.6), ("cpu-feature", 0.2), ("seccomp-or-sandbox", 0.15)),
        weight=0.4,
    ),
    "chromium-crash": Kind(
        "Chromium could not read its own memory map or counted more threads than it started, as under an emulator",
        (("qemu-crash", 0.75), ("qemu-unsupported-syscall", 0.1), ("seccomp-or-sandbox", 0.05), ("rosetta", 0.05)),
        weight=0.7,
    ),
    "exit-132": Kind(
        "exit status 132: killed by SIGILL, an instruction that the CPU, real or emulated, does not have",
        (("cpu-feature", 0.5), ("qemu-crash", 0.47)),
        weight=0.6,
    ),
    "exit-status": Kind(
        "an exit status above 128: killed by a signal",
        (("qemu-crash", 0.6), ("cpu-feature", 0.25)),
        needs="emulation",
        weight=0.4,
    ),
    "exit-sigsys": Kind(
        "exit status 159: killed by SIGSYS, which only a seccomp filter sends",
        (("seccomp-or-sandbox", 0.85), ("qemu-crash", 0.05), ("native-32bit-unsupported", 0.03)),
        needs="container",
        weight=0.5,
    ),
    "exit-status-typed": Kind(
        "an exit status above 128: killed by a signal",
        (("qemu-crash", 0.55), ("cpu-feature", 0.3)),
        weight=0.35,
    ),
    "exit-status-shown": Kind(
        "an exit status above 128: killed by a signal",
        (("qemu-crash", 0.55), ("cpu-feature", 0.3)),
        needs="emulation-and-status",
        weight=0.4,
    ),
    "segv": Kind(
        "a program was killed for what it did with memory",
        (("qemu-crash", 0.75), ("cpu-feature", 0.08), ("page-size", 0.05)),
        needs="emulation-or-build",
        weight=0.6,
    ),
    "trap": Kind(
        "a program was stopped by a trap, with which programs and emulators end themselves",
        (("qemu-crash", 0.75), ("cpu-feature", 0.08), ("page-size", 0.05)),
        needs="emulation-or-build-but-rosetta",
        weight=0.6,
    ),
    "sigill": Kind(
        "a program used an instruction that this CPU, real or emulated, does not have",
        (("cpu-feature", 0.8), ("qemu-crash", 0.14), ("binary-corrupt-or-empty", 0.03)),
        weight=0.7,
    ),
    "coreclr-crash": Kind(
        ".NET could not start, as under an emulator that it does not support",
        (("qemu-crash", 0.7), ("seccomp-or-sandbox", 0.1), ("rosetta", 0.1)),
        needs="emulation",
        weight=0.6,
    ),
    "compiler-crash": Kind(
        "a compiler was killed by a signal: under emulation mostly by the emulator, elsewhere by a fault of its own",
        (("qemu-crash", 0.8), ("cpu-feature", 0.05)),
        weight=0.4,
    ),
    "apt-method-crash": Kind(
        "a program with which apt fetches was killed by a signal, as under an emulator",
        (("qemu-crash", 0.8), ("cpu-feature", 0.1)),
        weight=0.5,
    ),
    "toolchain-crash": Kind(
        "a compiler that others run every day was killed by a signal: by an emulator below it, or by too little memory",
        (("qemu-crash", 0.7), ("rosetta", 0.2), ("cpu-feature", 0.03)),
        weight=0.4,
    ),
    "longjmp": Kind(
        "glibc's check of longjmp met a stack that it does not know: of coroutines, of a signal handler, or of a"
        " translator of programs",
        (("rosetta", 0.5), ("qemu-crash", 0.45)),
        weight=0.25,
    ),
    "dotnet-folder": Kind(
        ".NET read an empty folder where its versions are, as 32-bit programs do under an emulator",
        (("qemu-crash", 0.5), ("qemu-32bit-largefile", 0.4)),
        needs="emulation",
        weight=0.6,
    ),
    "jemalloc-not-zero": Kind(
        "memory that was given back was not empty when it was taken again, as under an emulator that ignores"
        " MADV_DONTNEED",
        (("qemu-crash", 0.6), ("qemu-unsupported-syscall", 0.35)),
        weight=0.7,
    ),
    "go-stack": Kind(
        "the Go runtime met a broken stack: an emulator broke it, or C code that wrote over it",
        (("qemu-crash", 0.85), ("cpu-feature", 0.03)),
        weight=0.3,
    ),
    "dotnet-null": Kind(
        ".NET lost its way while it restored packages, as under an emulator, which it does not support",
        (("qemu-crash", 0.85), ("rosetta", 0.05)),
        needs="emulation-or-build",
        weight=0.4,
    ),
    "sigaltstack": Kind(
        "the stack for signals was refused, as by some emulators",
        (("qemu-crash", 0.7), ("qemu-unsupported-syscall", 0.25)),
        weight=0.5,
    ),
    "coreclr": Kind(
        ".NET could not start its threads", (("seccomp-or-sandbox", 0.6), ("qemu-crash", 0.25)), weight=0.6
    ),
    "traced-crash": Kind(
        "a program under PRoot was killed by a signal: PRoot may run foreign programs in an emulator",
        (("qemu-crash", 0.6), ("seccomp-or-sandbox", 0.2), ("cpu-feature", 0.1)),
        needs="emulation",
        weight=0.5,
    ),
    "pal-crash": Kind(
        "the platform layer of SQL Server ended; there is no SQL Server for other processors than amd64",
        (("qemu-crash", 0.8), ("qemu-guest-address-space", 0.06), ("cpu-feature", 0.05), ("rosetta", 0.05)),
        weight=0.6,
    ),
}
