"""Causes in the program, its image or its file system."""

from qemudoctor.errors.causes.cause import BUILDX, FILE, INSTALL, Cause, Step

ROWS: tuple[Cause, ...] = (
    Cause(
        "image-arch-mismatch",
        "The image or program is built for another platform",
        "A program holds the instructions of one CPU architecture. This one is for another than the machine it was "
        "started on. Often a build for the right platform exists and was not chosen.",
        "`file PROGRAM` or `docker image inspect` names another architecture than `uname -m`. If that platform is "
        "wanted here, an emulator has to be registered instead.",
        (
            Step(
                "right-image",
                "Take the build for this machine",
                (
                    "docker pull --platform $(docker version --format '{{.Server.Os}}/{{.Server.Arch}}') IMAGE",
                    "docker manifest inspect IMAGE",
                ),
                note="IMAGE: the image; a program: its download for this architecture",
            ),
            Step(
                "build-both",
                "Build for all platforms that are used",
                ("docker buildx build --platform linux/amd64,linux/arm64 .",),
            ),
            FILE,
            INSTALL,
        ),
        (BUILDX,),
    ),
    Cause(
        "image-metadata-mismatch",
        "The image says one architecture and holds another",
        "The platform in the manifest is only what the builder wrote there. A FROM with a fixed platform, or a "
        "program copied from elsewhere, puts files of another architecture under it.",
        "`docker image inspect` names this machine's platform, and the program is still foreign.",
        (
            Step(
                "look-inside",
                "Look inside the image without running it",
                ("docker create --name look IMAGE; docker cp look:PROGRAM ./program; docker rm look; file ./program",),
                note="IMAGE, PROGRAM: as in the message",
            ),
            Step(
                "by-digest",
                "Take an earlier tag, and tell the publisher",
                ("docker buildx imagetools inspect IMAGE",),
                note="IMAGE: the image",
            ),
        ),
        ("https://github.com/bitnami/minideb/issues/241",),
    ),
    Cause(
        "elf-loader-missing",
        "The program's own loader is missing",
        "A dynamic program names the loader that starts it, such as /lib64/ld-linux-x86-64.so.2 (glibc) or "
        "/lib/ld-musl-x86_64.so.1 (musl). If that file is not there, the kernel says `no such file or directory` of "
        "the program, though the program is there.",
        "The file exists (`ls -l`), and `file PROGRAM` names an `interpreter` that does not exist.",
        (
            Step(
                "name-loader",
                "Ask which loader the program wants",
                ("readelf -l PROGRAM | grep interpreter",),
                note="PROGRAM: the path that the message names",
            ),
            Step(
                "glibc-image",
                "Use an image with the C library it was built for, or build it static",
                ("CGO_ENABLED=0 go build",),
                note="Alpine has musl: a glibc program needs a Debian, Ubuntu or distroless base",
            ),
            Step(
                "sysroot",
                "Outside containers: install the guest's C library and tell QEMU where",
                ("QEMU_LD_PREFIX=/usr/aarch64-linux-gnu qemu-aarch64 PROGRAM",),
            ),
        ),
        ("https://github.com/docker/buildx/issues/1014",),
    ),
    Cause(
        "shebang-interpreter-missing",
        "The interpreter named in the #! line is not there",
        "A script is started by the program in its first line. If that is missing in the image, as bash is in "
        "Alpine, the kernel says `no such file or directory` of the script.",
        "`head -1 SCRIPT` names a program that `ls` does not find. If it looks right, look for a carriage return at "
        "its end.",
        (
            Step(
                "first-line",
                "Show the first line with its invisible characters",
                ("head -1 SCRIPT | cat -A",),
                note="SCRIPT: the path that the message names",
            ),
            Step(
                "install-interpreter",
                "Install it in the image, or use one that is there",
                ("apk add bash",),
                note="in an image of Alpine; elsewhere its own package manager",
            ),
        ),
        ("https://man7.org/linux/man-pages/man2/execve.2.html",),
    ),
    Cause(
        "shebang-crlf",
        "The script has Windows line ends",
        "A line that ends in carriage return and line feed makes the kernel look for an interpreter whose name ends "
        "in a carriage return. There is none, and the message hides the character.",
        "`head -1 SCRIPT | cat -A` ends in ^M$.",
        (
            Step(
                "unix-lines",
                "Give the script Unix line ends, and build again",
                ("sed -i 's/\\r$//' SCRIPT",),
                note="SCRIPT: the path that the message names",
            ),
            Step(
                "gitattributes",
                "Keep git from changing them on Windows",
                ("echo '*.sh text eol=lf' >> .gitattributes",),
            ),
        ),
        ("https://github.com/tomsquest/docker-radicale/issues/32",),
    ),
    Cause(
        "shebang-missing",
        "The script has no #! line",
        "The kernel starts a text file only if its first two bytes are #!. A shell runs such a file all the same; a "
        "container engine, systemd or another program does not, and reports `exec format error`.",
        "`file PROGRAM` says text, and `head -c 2 PROGRAM` is not #! (a space, an empty line or a byte order mark "
        "before it is enough).",
        (
            Step(
                "add-shebang",
                "Make #!/bin/sh the very first bytes",
                ("sed -i '1i #!/bin/sh' SCRIPT",),
                note="SCRIPT: the path that the message names",
            ),
        ),
        ("https://github.com/opencontainers/runc/issues/1773",),
    ),
    Cause(
        "entrypoint-missing",
        "The program asked for is not in the image",
        "The engine looked for the program before it asked the kernel, and did not find it: a wrong path, a word "
        "taken for the program, or a volume that hides it.",
        "The message says `executable file not found in $PATH` or `stat ...`. Where the program is there, its "
        "loader, its #! line or its emulator is what is missing.",
        (
            Step(
                "list", "Look what is there", ("docker run --rm --entrypoint ls IMAGE -l /",), note="IMAGE: the image"
            ),
            Step(
                "name-it",
                "Name the program by its path, and mount no volume over it",
                ("docker run --rm --entrypoint /PATH/PROGRAM IMAGE",),
                note="what follows the image are its arguments",
            ),
        ),
        ("https://docs.docker.com/reference/dockerfile/#entrypoint",),
    ),
    Cause(
        "binary-corrupt-or-empty",
        "The file is empty, cut short or damaged",
        "The kernel knows programs by their first bytes. A download that failed, a full disk or an error page saved "
        "as a program has others.",
        "`ls -l` shows 0 bytes or an odd size; `file` says data, empty or HTML.",
        (
            Step(
                "look",
                "Look at size and first bytes",
                ("ls -l PROGRAM; head -c 64 PROGRAM | od -c | head",),
                note="PROGRAM: the path that the message names",
            ),
            Step(
                "fetch-again",
                "Fetch image or program again",
                ("docker image rm IMAGE && docker pull IMAGE",),
                note="IMAGE: the image",
            ),
        ),
        ("https://man7.org/linux/man-pages/man2/execve.2.html",),
    ),
    Cause(
        "permission-noexec",
        "The program may not be executed: no x, a directory, or a noexec mount",
        "The kernel executes only files with an execute bit, on file systems that are not mounted noexec.",
        "`ls -l` shows no x, or a d; `findmnt -T PROGRAM` shows noexec. As root, too.",
        (
            Step(
                "chmod",
                "Give it the execute bit, in the image",
                ("chmod +x PROGRAM",),
                note="in a Dockerfile: COPY --chmod=755",
            ),
            Step("mount", "Look for noexec", ("findmnt -T PROGRAM -o TARGET,OPTIONS",)),
        ),
        ("https://man7.org/linux/man-pages/man2/execve.2.html",),
    ),
    Cause(
        "native-32bit-unsupported",
        "This CPU or kernel runs no 32-bit programs of its family",
        "Many 64-bit ARM CPUs (Apple, Ampere, Neoverse) have no 32-bit mode any more, and some kernels leave it out. "
        "Distributions do not register the emulator for it on such hosts, since it would be of the same family.",
        "64-bit programs of the same family run. `lscpu` shows no 32-bit among the CPU op-modes.",
        (
            Step(
                "register-32",
                "Register the 32-bit emulator all the same",
                ("docker run --privileged --rm tonistiigi/binfmt --install arm",),
                root=True,
                persistent=False,
            ),
            Step("modes", "Ask the CPU", ("lscpu | grep -i op-mode",)),
        ),
        ("https://github.com/armbian/build/pull/9820",),
    ),
    Cause(
        "cpu-feature",
        "The program needs instructions that this CPU does not have",
        "Programs can be built for newer CPUs of an architecture: x86-64-v2 or v3, AVX, ARMv7 or ARMv8.2. An older "
        "CPU, a virtual one (kvm64, qemu64) or an emulated one stops them with SIGILL, or they say so themselves.",
        "Other programs of that platform run. On a virtual machine the CPU type `host` helps; under QEMU a newer "
        "version or QEMU_CPU=max.",
        (
            Step(
                "levels",
                "Ask which levels this CPU has",
                ("/lib64/ld-linux-x86-64.so.2 --help | grep supported; grep -m1 flags /proc/cpuinfo",),
            ),
            Step("qemu-cpu", "Under QEMU: let it offer all it has", ("unset QEMU_CPU; export QEMU_CPU=max",)),
        ),
        ("https://github.com/containers/podman/issues/15456",),
    ),
    Cause(
        "page-size",
        "The program is built for 4 KiB pages, the kernel has larger ones",
        "Kernels of Raspberry Pi 5, Asahi and some ARM servers have pages of 16 or 64 KiB. Programs and allocators "
        "built for 4 KiB, and emulated x86 programs, stop there.",
        "`getconf PAGESIZE` is not 4096.",
        (
            Step("page-size", "Ask", ("getconf PAGESIZE",)),
            Step(
                "pi-kernel",
                "Raspberry Pi: boot the kernel with 4 KiB pages",
                ("echo kernel=kernel8.img | sudo tee -a /boot/firmware/config.txt",),
                root=True,
                persistent=True,
                note="Raspberry Pi OS, 64 bit; needs a reboot",
            ),
        ),
        ("https://github.com/jemalloc/jemalloc/issues/467",),
    ),
)
