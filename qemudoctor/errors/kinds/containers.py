"""Kinds of symptoms of container engines and images."""

from qemudoctor.errors.kinds.kind import EACCES, ENGINE_ENOENT, ENGINE_ENOEXEC, ENOENT, ENOEXEC, PERMISSION, Kind

ROWS: dict[str, Kind] = {
    # A container engine, which executes whatever the image names
    "engine:ENOEXEC": Kind(ENOEXEC, ENGINE_ENOEXEC),
    "engine:ENOENT": Kind(ENOENT, ENGINE_ENOENT),
    # All of the message is the errno: that it is the engine that says so must be seen beside it.
    "alone:engine:ENOENT": Kind(ENOENT, ENGINE_ENOENT, needs="engine-run"),
    "engine:EACCES": Kind(EACCES, PERMISSION),
    "early-engine:ENOEXEC": Kind(
        ENOEXEC,
        (
            ("image-arch-mismatch", 0.45),
            ("shebang-missing", 0.22),
            ("binfmt-not-registered", 0.24),
            ("binary-corrupt-or-empty", 0.04),
            ("image-metadata-mismatch", 0.03),
        ),
    ),
    "engine:EPERM": Kind(EACCES, (("seccomp-or-sandbox", 0.6), ("permission-noexec", 0.3))),
    "build:ENOEXEC": Kind(
        ENOEXEC,
        (
            ("binfmt-not-registered", 0.7),
            ("image-arch-mismatch", 0.15),
            ("binfmt-not-mounted", 0.04),
            ("binfmt-disabled", 0.03),
        ),
    ),
    "build:ENOENT": Kind(
        ENOENT,
        (
            ("f-flag-missing", 0.5),
            ("elf-loader-missing", 0.15),
            ("entrypoint-missing", 0.15),
            ("interpreter-missing-on-host", 0.1),
        ),
    ),
    "lookup:ENOENT": Kind(
        "the engine did not find the program in the image, so the kernel was never asked",
        (
            ("entrypoint-missing", 0.82),
            ("shebang-crlf", 0.05),
            ("shebang-interpreter-missing", 0.045),
            ("permission-noexec", 0.09),
            ("elf-loader-missing", 0.03),
            ("f-flag-missing", 0.02),
        ),
        needs="engine-looked",
    ),
    "windows-engine": Kind(
        "an engine for Windows containers was asked for an image that is for Linux only, or for another Windows",
        (("image-arch-mismatch", 0.9),),
    ),
    "no-command": Kind(
        "neither the image nor the command line names a program",
        (("entrypoint-missing", 0.9),),
        weight=0.6,
    ),
    "words-as-program": Kind(
        "a command with its arguments was taken for the name of a program",
        (("entrypoint-missing", 0.9),),
    ),
    "early-lookup:ENOENT": Kind(
        "the program is not in the image, or what it needs to start is not",
        (
            ("entrypoint-missing", 0.6),
            ("elf-loader-missing", 0.15),
            ("shebang-crlf", 0.08),
            ("shebang-interpreter-missing", 0.07),
        ),
    ),
    "lookup:EPERM": Kind(
        "the engine may not execute the program in the image",
        (("permission-noexec", 0.6), ("seccomp-or-sandbox", 0.25), ("entrypoint-missing", 0.1)),
    ),
    "lookup:EACCES": Kind("the program in the image has no execute permission, or is a directory", PERMISSION),
    "lookup:ENOEXEC": Kind(ENOEXEC, ENGINE_ENOEXEC),
    "wrong-word": Kind(
        "a shell was given a program as if it were a script",
        (("entrypoint-missing", 0.8), ("image-arch-mismatch", 0.1), ("binfmt-not-registered", 0.05)),
    ),
    "wrong-entry": Kind(
        "an entry took a file that its interpreter cannot run",
        (("qemu-wrong-target", 0.6), ("interpreter-missing-on-host", 0.2), ("binfmt-not-registered", 0.1)),
    ),
    "buildkit-fallback": Kind(
        "BuildKit found no entry in the kernel that works in a container, and ran its own emulator",
        (("binfmt-not-registered", 0.6), ("f-flag-missing", 0.25), ("qemu-crash", 0.05), ("qemu-wrong-target", 0.05)),
    ),
    "sandboxed-engine": Kind(
        "an engine inside a container, or without rights, may not mount what a container needs",
        (("seccomp-or-sandbox", 0.75), ("register-permission", 0.1)),
        weight=0.5,
    ),
    "lookup-weak:ENOENT": Kind(
        "a shell did not find the script that it was to run", (("entrypoint-missing", 0.85),), weight=0.5
    ),
    "lookup-contained:ENOENT": Kind(
        "the script that the image was to run is not in it",
        (("entrypoint-missing", 0.85),),
        needs="engine",
        weight=0.4,
    ),
    # The platform of images
    "no-image": Kind(
        "the image is not there for the platform asked for",
        (("image-arch-mismatch", 0.95), ("image-metadata-mismatch", 0.05)),
    ),
    "wrong-image": Kind(
        "the image at hand is for another platform", (("image-arch-mismatch", 0.75), ("image-metadata-mismatch", 0.25))
    ),
    "base-image-platform": Kind(
        "an image says it is for one platform and is for another",
        (("image-metadata-mismatch", 0.7), ("image-arch-mismatch", 0.3)),
    ),
    "platform-warning": Kind(
        "the image is for another platform than this host",
        (("image-arch-mismatch", 0.7), ("image-metadata-mismatch", 0.1), ("binfmt-not-registered", 0.1)),
        weight=0.05,
    ),
    "platforms-of-builder": Kind(
        "the builder runs only programs of its own architecture",
        (("binfmt-not-registered", 0.8), ("image-arch-mismatch", 0.1), ("f-flag-missing", 0.05)),
        weight=0.6,
    ),
    "wrong-package": Kind(
        "a package holds a native program for another platform", (("image-arch-mismatch", 0.95), ("rosetta", 0.03))
    ),
    "said-for-another": Kind(
        "whoever was to start it looked, and it is for another architecture than this host",
        (
            ("image-arch-mismatch", 0.68),
            ("binfmt-not-registered", 0.14),
            ("image-metadata-mismatch", 0.06),
            ("binfmt-not-mounted", 0.06),
        ),
    ),
    "package-architecture": Kind(
        "the package is for another architecture", (("image-arch-mismatch", 0.93), ("image-metadata-mismatch", 0.04))
    ),
    "wrong-library": Kind(
        "a library is for another architecture than the program that loads it",
        (("image-arch-mismatch", 0.9), ("native-32bit-unsupported", 0.03), ("image-metadata-mismatch", 0.03)),
    ),
    "name-against-content": Kind(
        "a program is for another architecture than its name says",
        (("image-metadata-mismatch", 0.85), ("image-arch-mismatch", 0.15)),
        weight=0.5,
    ),
    "bootstrap-missing": Kind(
        "the program with which a runtime of one's own begins is not there",
        (("entrypoint-missing", 0.85), ("shebang-interpreter-missing", 0.05)),
        weight=0.6,
    ),
    "name-against-metadata": Kind(
        "an image says it is for another architecture than its name says",
        (("image-metadata-mismatch", 0.9), ("image-arch-mismatch", 0.1)),
        needs="name-against-metadata",
        weight=0.5,
    ),
    "windows-format": Kind(
        "Windows cannot run or load the file: it is for another architecture, or damaged",
        (("image-arch-mismatch", 0.85), ("binary-corrupt-or-empty", 0.1)),
        weight=0.5,
    ),
    "lambda-bootstrap": Kind(
        "Lambda could not start the program of the function",
        (
            ("image-arch-mismatch", 0.35),
            ("entrypoint-missing", 0.25),
            ("permission-noexec", 0.15),
            ("shebang-interpreter-missing", 0.1),
            ("elf-loader-missing", 0.08),
            ("shebang-crlf", 0.07),
        ),
        weight=0.5,
    ),
    "executable-stack": Kind(
        "a library wants an executable stack, which a security policy refuses",
        (("seccomp-or-sandbox", 0.85), ("permission-noexec", 0.05)),
    ),
    "library-refused": Kind(
        "a program that started may not read a library of its own: its rights, or a profile of the host's",
        (("seccomp-or-sandbox", 0.5), ("permission-noexec", 0.4), ("interpreter-dynamic", 0.05)),
        needs="container",
        weight=0.5,
    ),
    "library-unreadable": Kind(
        "a library could be opened and not read: the disk failed, or an emulator reads wrongly",
        (("qemu-crash", 0.4), ("elf-loader-missing", 0.25), ("binary-corrupt-or-empty", 0.2)),
        needs="emulation",
        weight=0.5,
    ),
    "native-part": Kind(
        "a library that was named by its path could not be loaded: the C library passes over those of other machines",
        (("image-arch-mismatch", 0.6), ("image-metadata-mismatch", 0.25), ("elf-loader-missing", 0.15)),
        weight=0.8,
    ),
    "library-format": Kind(
        "a library is damaged or for another architecture",
        (("binary-corrupt-or-empty", 0.5), ("image-arch-mismatch", 0.45), ("elf-loader-missing", 0.05)),
    ),
    "no-elf-library": Kind(
        "what was to be loaded as a library is none of this system: damaged, a text, or of another operating system",
        (("binary-corrupt-or-empty", 0.5), ("image-arch-mismatch", 0.42), ("image-metadata-mismatch", 0.05)),
    ),
    "damaged-library": Kind(
        "a library is damaged, cut short or no library",
        (("binary-corrupt-or-empty", 0.7), ("image-arch-mismatch", 0.25), ("image-metadata-mismatch", 0.05)),
    ),
    "damaged-guest": Kind(
        "the emulator could not map the program",
        (
            ("binary-corrupt-or-empty", 0.45),
            ("page-size", 0.25),
            ("qemu-guest-address-space", 0.2),
            ("qemu-wrong-target", 0.1),
        ),
    ),
    "glibc-on-musl": Kind("a glibc program on a system with musl", (("elf-loader-missing", 0.95),)),
    "glibc-relocating": Kind(
        "a program and a C library that do not fit together",
        (("elf-loader-missing", 0.85), ("binary-corrupt-or-empty", 0.1)),
        weight=0.3,
    ),
    "guest-library": Kind(
        "a library of the guest was not found",
        (("elf-loader-missing", 0.75), ("interpreter-dynamic", 0.1), ("image-arch-mismatch", 0.1)),
        needs="emulation",
        weight=0.6,
    ),
}
