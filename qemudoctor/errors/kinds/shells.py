"""Kinds of symptoms of shells and of whoever starts a program by its name."""

from qemudoctor.errors.kinds.kind import EACCES, ENOENT, ENOEXEC, MAC_CPU, PERMISSION, Kind

ROWS: dict[str, Kind] = {
    # Shells
    "shell:ENOEXEC": Kind(
        ENOEXEC,
        (
            ("image-arch-mismatch", 0.54),
            ("binfmt-not-registered", 0.18),
            ("shebang-missing", 0.05),
            ("binary-corrupt-or-empty", 0.075),
            ("native-32bit-unsupported", 0.07),
            ("image-metadata-mismatch", 0.065),
            ("binfmt-not-mounted", 0.02),
            ("binfmt-disabled", 0.01),
            ("qemu-wrong-target", 0.008),
        ),
    ),
    "shell-text:ENOEXEC": Kind(
        ENOEXEC,
        (
            ("image-arch-mismatch", 0.45),
            ("shebang-missing", 0.27),
            ("binfmt-not-registered", 0.2),
            ("binary-corrupt-or-empty", 0.06),
        ),
    ),
    "shell:ENOENT": Kind(
        "the program is not there, or what it needs to start is not: its loader, its #! interpreter or its emulator",
        (
            ("elf-loader-missing", 0.52),
            ("shebang-interpreter-missing", 0.13),
            ("entrypoint-missing", 0.12),
            ("shebang-crlf", 0.1),
            ("f-flag-missing", 0.06),
            ("image-arch-mismatch", 0.04),
            ("interpreter-missing-on-host", 0.03),
        ),
    ),
    "there:shell:ENOENT": Kind(
        "the program is there, but not what it needs to start: its loader, its #! interpreter or its emulator",
        (
            ("elf-loader-missing", 0.55),
            ("shebang-interpreter-missing", 0.14),
            ("shebang-crlf", 0.1),
            ("f-flag-missing", 0.08),
            ("image-arch-mismatch", 0.05),
            ("interpreter-missing-on-host", 0.03),
        ),
    ),
    "shell-weak:ENOENT": Kind(
        "the program is not there, or what it needs to start is not",
        (
            ("elf-loader-missing", 0.45),
            ("entrypoint-missing", 0.2),
            ("shebang-crlf", 0.1),
            ("shebang-interpreter-missing", 0.1),
            ("f-flag-missing", 0.05),
        ),
        needs="program",
    ),
    "shell-said:ENOENT": Kind(
        "the program is not there, or what it needs to start is not",
        (
            ("elf-loader-missing", 0.45),
            ("entrypoint-missing", 0.2),
            ("shebang-crlf", 0.1),
            ("shebang-interpreter-missing", 0.1),
            ("f-flag-missing", 0.05),
        ),
        weight=0.5,
    ),
    "shell-shown:ENOENT": Kind(
        "the program is there, as is shown below, but not what it needs to start",
        (("elf-loader-missing", 0.7), ("shebang-interpreter-missing", 0.12), ("shebang-crlf", 0.1)),
        needs="shown-to-be-there",
    ),
    "windows-program": Kind(
        "a Windows program on Linux: under WSL an entry of its own, WSLInterop, starts these",
        (
            ("binfmt-not-registered", 0.8),
            ("binfmt-disabled", 0.1),
            ("binfmt-module-missing", 0.05),
            ("image-arch-mismatch", 0.04),
        ),
    ),
    "binary-as-script": Kind(
        "the kernel refused the program with ENOEXEC, and the shell then read it as a script",
        (
            ("image-arch-mismatch", 0.68),
            ("image-metadata-mismatch", 0.15),
            ("binfmt-not-registered", 0.07),
            ("native-32bit-unsupported", 0.05),
            ("binary-corrupt-or-empty", 0.05),
            ("qemu-wrong-target", 0.01),
        ),
    ),
    "binary-as-script-weak": Kind(
        "a shell could not read what it was given; a program for another machine looks like this to it",
        (("image-arch-mismatch", 0.7), ("shebang-missing", 0.1), ("binary-corrupt-or-empty", 0.1)),
        weight=0.5,
    ),
    "download-is-text": Kind(
        "what was saved as a program is an error page",
        (("binary-corrupt-or-empty", 0.85), ("image-arch-mismatch", 0.1)),
    ),
    "mac-cpu": Kind("macOS: the program is for another CPU, or for 32 bits", MAC_CPU),
    "noexec": Kind(EACCES, PERMISSION),
    "noexec-interpreter": Kind(
        "the program named in the #! line may not be executed, or is a directory",
        (("permission-noexec", 0.7), ("shebang-interpreter-missing", 0.15), ("seccomp-or-sandbox", 0.1)),
    ),
    "shebang-after-mark": Kind(
        "the shell took the #! line for a command: something invisible, as a byte order mark, stands before it",
        (("shebang-missing", 0.9), ("shebang-crlf", 0.04), ("shebang-interpreter-missing", 0.04)),
    ),
    "noexec-map": Kind(
        "a library may not be mapped for execution, as from a file system mounted noexec",
        (("permission-noexec", 0.85), ("seccomp-or-sandbox", 0.1), ("page-size", 0.02)),
    ),
    "crlf": Kind(
        "the #! line ends in a carriage return, so the kernel looked for an interpreter of that name",
        (("shebang-crlf", 0.97),),
    ),
    "name-hidden": Kind(
        "a message without the name that it is about: a carriage return at its end took the cursor back",
        (("shebang-crlf", 0.85), ("shebang-interpreter-missing", 0.1)),
        weight=0.4,
    ),
    "noexec-said": Kind("a script may not execute a program, or not write what it names", PERMISSION, weight=0.4),
    "crlf-in-script": Kind(
        "a shell took the carriage return at the end of a line for a word",
        (("shebang-crlf", 0.9),),
        weight=0.8,
    ),
    "bad-interpreter": Kind(
        "the program named in the #! line was not found",
        (("shebang-interpreter-missing", 0.88), ("shebang-crlf", 0.1), ("entrypoint-missing", 0.01)),
    ),
    "env-words": Kind(
        "env took all words of the #! line for the name of one program",
        (("shebang-interpreter-missing", 0.95),),
    ),
    "bad-interpreter-format": Kind(
        "the program named in the #! line cannot be executed itself",
        (("image-arch-mismatch", 0.55), ("binfmt-not-registered", 0.2), ("shebang-interpreter-missing", 0.15)),
    ),
    "other-builder": Kind(
        "a build tool that takes only programs of its own platform and of those that it was told are emulated",
        (("binfmt-not-registered", 0.8), ("image-arch-mismatch", 0.12)),
    ),
    # chroot
    "chroot:ENOEXEC": Kind(
        ENOEXEC,
        (
            ("binfmt-not-registered", 0.58),
            ("binfmt-disabled", 0.075),
            ("binfmt-module-missing", 0.085),
            ("binfmt-not-mounted", 0.05),
            ("register-permission", 0.05),
            ("image-arch-mismatch", 0.09),
            ("native-32bit-unsupported", 0.075),
            ("interpreter-missing-on-host", 0.04),
            ("shebang-missing", 0.01),
            ("binary-corrupt-or-empty", 0.01),
        ),
    ),
    "chroot:ENOENT": Kind(
        ENOENT,
        (
            ("f-flag-missing", 0.42),
            ("interpreter-dynamic", 0.24),
            ("entrypoint-missing", 0.13),
            ("interpreter-missing-on-host", 0.11),
            ("elf-loader-missing", 0.1),
            ("shebang-interpreter-missing", 0.03),
            ("shebang-crlf", 0.01),
        ),
    ),
    # Whoever executes something by name
    "exec:ENOEXEC": Kind(
        ENOEXEC,
        (
            ("image-arch-mismatch", 0.45),
            ("binfmt-not-registered", 0.2),
            ("shebang-missing", 0.15),
            ("image-metadata-mismatch", 0.065),
            ("binary-corrupt-or-empty", 0.06),
            ("native-32bit-unsupported", 0.03),
        ),
    ),
    "exec:ENOENT": Kind(
        ENOENT,
        (
            ("elf-loader-missing", 0.3),
            ("shebang-interpreter-missing", 0.2),
            ("entrypoint-missing", 0.2),
            ("f-flag-missing", 0.15),
            ("shebang-crlf", 0.1),
            ("binfmt-not-registered", 0.03),
        ),
        needs="program",
    ),
    "exec:EACCES": Kind(EACCES, PERMISSION),
    "exec:EPERM": Kind(EACCES, (("seccomp-or-sandbox", 0.6), ("permission-noexec", 0.35)), weight=0.6),
    "loop": Kind(
        "interpreters lead in a circle, or symbolic links do",
        (("interpreter-loop", 0.75), ("shebang-interpreter-missing", 0.15), ("binfmt-not-mounted", 0.05)),
    ),
    "exec:ELOOP": Kind(
        "interpreters lead in a circle, or symbolic links do",
        (("interpreter-loop", 0.75), ("shebang-interpreter-missing", 0.15), ("binfmt-not-mounted", 0.05)),
        needs="registry",
    ),
    "chroot:ELOOP": Kind(
        "interpreters lead in a circle, or symbolic links do",
        (("interpreter-loop", 0.75), ("shebang-interpreter-missing", 0.15), ("entrypoint-missing", 0.05)),
    ),
    "build:ELOOP": Kind(
        "interpreters lead in a circle, or symbolic links do",
        (("interpreter-loop", 0.75), ("shebang-interpreter-missing", 0.15), ("entrypoint-missing", 0.05)),
    ),
    "engine:ELOOP": Kind(
        "interpreters lead in a circle, or symbolic links do",
        (("interpreter-loop", 0.75), ("shebang-interpreter-missing", 0.15), ("entrypoint-missing", 0.05)),
    ),
    "exec:ELIBBAD": Kind(
        "the loader of the program, or of its emulator, has a foreign or damaged ELF header",
        (("elf-loader-missing", 0.4), ("binary-corrupt-or-empty", 0.3), ("interpreter-dynamic", 0.2)),
    ),
    "exec:EBADARCH": Kind("macOS: the program is for another CPU, or for 32 bits", MAC_CPU),
    "runtime:ENOEXEC": Kind(
        ENOEXEC,
        (
            ("image-arch-mismatch", 0.6),
            ("shebang-missing", 0.13),
            ("binfmt-not-registered", 0.12),
            ("binary-corrupt-or-empty", 0.08),
            ("image-metadata-mismatch", 0.05),
        ),
    ),
    "init-refused:ENOEXEC": Kind(
        "the kernel refused the first program of the system with ENOEXEC",
        (
            ("image-arch-mismatch", 0.5),
            ("native-32bit-unsupported", 0.16),
            ("shebang-missing", 0.12),
            ("binary-corrupt-or-empty", 0.15),
        ),
    ),
    "init-refused:ENOENT": Kind(
        "the kernel found the first program of the system, and not what it needs to start",
        (("elf-loader-missing", 0.55), ("shebang-interpreter-missing", 0.2), ("entrypoint-missing", 0.15)),
        needs="unpacked",
    ),
    "unknown-elf": Kind(
        "the kernel looked for a module that runs this ELF file: it is for a machine or a word size that it lacks",
        (("image-arch-mismatch", 0.5), ("native-32bit-unsupported", 0.35), ("binfmt-not-registered", 0.1)),
    ),
    "runtime:ENOENT": Kind(
        ENOENT,
        (
            ("entrypoint-missing", 0.3),
            ("elf-loader-missing", 0.3),
            ("shebang-interpreter-missing", 0.2),
            ("shebang-crlf", 0.1),
        ),
        needs="emulation",
    ),
    "exec-form": Kind(
        "a list of words was given to a shell, which took its bracket for a program",
        (("entrypoint-missing", 0.9), ("shebang-missing", 0.05)),
        weight=0.7,
    ),
    "apprun:ENOENT": Kind(
        "an AppImage did not find the program in it, or its loader",
        (("elf-loader-missing", 0.6), ("image-arch-mismatch", 0.2), ("entrypoint-missing", 0.15)),
        weight=0.7,
    ),
    "apprun:EACCES": Kind(EACCES, PERMISSION, weight=0.7),
    "init:ENOENT": Kind(
        ENOENT,
        (
            ("entrypoint-missing", 0.4),
            ("shebang-interpreter-missing", 0.2),
            ("elf-loader-missing", 0.2),
            ("shebang-crlf", 0.15),
        ),
        weight=0.7,
    ),
    "supervised-missing": Kind(
        "the program of a service is not there",
        (("entrypoint-missing", 0.85), ("shebang-interpreter-missing", 0.05)),
        weight=0.5,
    ),
    "quarantine": Kind(
        "macOS does not execute the file: it was downloaded, or a policy forbids it",
        (("seccomp-or-sandbox", 0.75), ("permission-noexec", 0.2)),
        weight=0.7,
    ),
    "s6:ENOENT": Kind(
        "a program was searched for by its name and not found: mostly that of a #! line",
        (("shebang-interpreter-missing", 0.55), ("entrypoint-missing", 0.25), ("elf-loader-missing", 0.15)),
        weight=0.7,
    ),
    "fork-exec:ENOENT": Kind(
        "a program is not there, or what it needs to start is not",
        (
            ("entrypoint-missing", 0.35),
            ("elf-loader-missing", 0.32),
            ("shebang-interpreter-missing", 0.2),
            ("shebang-crlf", 0.08),
        ),
        weight=0.5,
    ),
    "runtime:EACCES": Kind(EACCES, PERMISSION, needs="starting"),
    "script:ENOENT": Kind(
        "a script is not there, or the interpreter of its #! line is not",
        (("shebang-interpreter-missing", 0.5), ("shebang-crlf", 0.22), ("entrypoint-missing", 0.2)),
    ),
    "runtime-path:ENOENT": Kind(
        ENOENT,
        (
            ("elf-loader-missing", 0.45),
            ("entrypoint-missing", 0.2),
            ("shebang-interpreter-missing", 0.15),
            ("shebang-crlf", 0.1),
            ("f-flag-missing", 0.03),
            ("interpreter-missing-on-host", 0.03),
            ("image-arch-mismatch", 0.05),
        ),
        needs="program-started",
    ),
    "systemd:ENOEXEC": Kind(
        ENOEXEC,
        (
            ("image-arch-mismatch", 0.42),
            ("shebang-missing", 0.4),
            ("binary-corrupt-or-empty", 0.06),
            ("binfmt-not-registered", 0.06),
        ),
    ),
    "systemd:ENOENT": Kind(
        ENOENT,
        (
            ("entrypoint-missing", 0.4),
            ("shebang-interpreter-missing", 0.2),
            ("shebang-crlf", 0.2),
            ("elf-loader-missing", 0.15),
        ),
    ),
    "systemd:203": Kind(
        "systemd could not execute the program of the unit",
        (
            ("shebang-missing", 0.28),
            ("image-arch-mismatch", 0.25),
            ("entrypoint-missing", 0.24),
            ("permission-noexec", 0.22),
        ),
        weight=0.3,
    ),
}
