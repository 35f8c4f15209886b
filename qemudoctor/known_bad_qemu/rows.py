"""The table of faults of QEMU's user mode, as data: each row with the places where it was reported or mended.

Rows marked as measured were run with the emulators of Debian 12 (7.2.22), Debian 13 (10.0.13), Debian sid (11.1.3).
"""

from qemudoctor.known_bad_qemu.row import NEVER, Cure, KnownBad

_CRASH = (
    *("qemu-signal", "qemu-crash-sure", "emulated-crash", "build-crash", "contained-crash", "exited", "segv"),
    *("exit-132", "exit-status", "exit-status-typed", "exit-status-shown", "sigill"),
    *("compiler-crash", "toolchain-crash", "apt-method-crash"),
)
_SYSCALL = (
    *("qemu-syscall", "function-missing", "function-missing-weak", "emulated-syscall", "openat2-einval", "tar-einval"),
    "refused-under-emulator",
)
_OF_SYSCALLS = ("qemu-unsupported-syscall", "qemu-crash")
_32_BIT = ("arm", "armeb", "i386", "mips", "mipsel", "ppc")

# A program as it is called, and not the word: clusters have nodes, too, and so have lists.
_NODE = (
    r"\b(?:npm|pnpm|yarn|corepack|nodejs)\b|\bnode\.js\b|\bnode:\d|/node(?![\w.-])"
    r"|(?:^|[\n\"'`;&]|\brun|\bexec) ?node (?:-|[\w./@-]{1,80}\.[cm]?js\b)"
)
_HANGS = r"\b(?:hang|hangs|hung|hanging|stuck|timed? ?out|deadlocked|no output)\b"
_TAR_OR_OPENAT2 = r"\btar: [^\n]{0,200}: cannot \w{2,20}: |\bopenat2\b"

_ON_BUILDPLATFORM = Cure(
    "build-platform",
    "Run that step on the machine's own platform, and copy what it makes",
    ("FROM --platform=$BUILDPLATFORM node AS build",),
    note="in a Dockerfile",
)

ROWS: tuple[KnownBad, ...] = (
    KnownBad(
        "multiarch-2.9.0",
        "the emulators of multiarch/qemu-user-static 2.9.0 that are called -static are dynamic",
        (((2, 9, 0), (2, 9, 1)),),
        ("https://github.com/multiarch/qemu-user-static/issues/24",),
        "2.9.1; ask `file` of the emulator, and not its name",
        traits=("dynamic",),
        kinds=("engine:ENOENT", "exec:ENOENT", "any-loader", "emulator-dynamic"),
        signs=(r"\bqemu-user-static\b|\bqemu-[a-z0-9_]{2,16}-static\b", r"(?<![\d.])2\.9\.0(?![\d.]\d)"),
        causes=("interpreter-dynamic",),
    ),
    KnownBad(
        "ldconfig-4.2",
        "ldconfig and libc-bin die by SIGSEGV",
        (((0, 0, 0), (5, 0, 0)),),
        ("https://github.com/moby/moby/issues/43039",),
        "QEMU 5.0 or later",
        guests=("aarch64",),
        hosts=("x86_64",),
        kinds=_CRASH,
        signs=(r"\blibc-bin\b|\bldconfig\b",),
        signals=("SIGSEGV",),
        report="warning",
    ),
    KnownBad(
        "flicker-5",
        "BuildKit's own test program dies now and then, and the platform disappears from its list",
        (((5, 1, 0), (6, 0, 0)),),
        ("https://github.com/docker/buildx/issues/542",),
        "QEMU 6.0 or later, or 5.0.1",
        guests=("aarch64",),
        hosts=("x86_64",),
        kinds=_CRASH,
        signs=(r"\barchutil\b",),
        is_certain=True,
        report="info",
    ),
    KnownBad(
        "jvm-6.1",
        "pthread_create fails with ENOSYS in Java",
        (((6, 1, 0), (6, 1, 1)),),
        ("https://github.com/tonistiigi/binfmt/issues/72",),
        "QEMU 6.2 or later, or 6.0",
        guests=("aarch64",),
        kinds=_SYSCALL,
        signs=(r"\bpthread_create\b", r"\bjava\b|\bjvm\b|\bopenjdk\b"),
        errnos=("ENOSYS",),
        causes=_OF_SYSCALLS,
        is_certain=True,
        report="info",
    ),
    KnownBad(
        "brk-8.0",
        "crashes of the heap with musl and static programs",
        (((8, 0, 0), (8, 0, 4)), ((8, 1, 0), (8, 1, 3))),
        (
            "https://bugs.debian.org/1040981",
            "https://bugs.debian.org/1042808",
            "https://github.com/chimera-linux/cports/pull/224",
        ),
        "QEMU 8.1.3 or later, or 8.0.4",
        kinds=_CRASH,
        signs=(r"\bmusl\b|\balpine(?:linux)?\b|\bbrk\b",),
        signals=("SIGSEGV", "SIGABRT"),
        report="warning",
    ),
    KnownBad(
        "endianness-9.1.0",
        "ELF files are read with the wrong byte order",
        (((9, 1, 0), (9, 1, 1)),),
        ("https://bugs.debian.org/1081849", "https://bugs.debian.org/1081850"),
        "QEMU 9.1.1 or later",
        kinds=_CRASH,
        report="warning",
    ),
    # The addresses that such a build wants are taken on kernels with commit 44c76825d6ee, which is for x86.
    KnownBad(
        "aslr-non-pie",
        "random SIGSEGV: libc-bin, gcc, node, apt",
        (((7, 0, 0), (9, 2, 2)),),
        (
            "https://github.com/tonistiigi/binfmt/issues/215",
            "https://gitlab.com/qemu-project/qemu/-/issues/1913",
            "https://bugs.debian.org/1087822",
            "https://bugs.debian.org/1053101",
            "https://bugs.launchpad.net/bugs/2096782",
            "https://github.com/multiarch/qemu-user-static/issues/212",
        ),
        "QEMU 9.2.2 or later, a static-pie build, or kernel.randomize_va_space=0",
        hosts=("x86_64",),
        traits=("static",),
        kinds=_CRASH,
        signs=(
            r"\blibc-bin\b|\bldconfig\b|\b(?:gcc|cc1|cc1plus|collect2)\b|\bg\+\+"
            rf"|\bapt(?:-get)? [^\n]{{0,60}}\b(?:update|install|upgrade)\b|\bsub-process [^\n]{{0,80}}received|{_NODE}",
        ),
        signals=("SIGSEGV",),
        report="warning",
    ),
    # Measured: 5.2 and 7.2.22 run those programs of systemd 262. No 10.1.x is named that is without it.
    KnownBad(
        "systemd-260",
        "systemctl and systemd-tmpfiles of systemd 260 and later die by SIGSEGV",
        (((8, 0, 0), (10, 0, 10)), ((10, 1, 0), (10, 2, 3))),
        (
            "https://github.com/systemd/systemd/issues/41279",
            "https://github.com/spinnaker/spinnaker/pull/7970",
            "https://github.com/tonistiigi/binfmt/issues/316",
            "https://github.com/tonistiigi/binfmt/issues/328",
        ),
        "QEMU 10.2.3 or later, or 10.0.10",
        guests=("aarch64",),
        kinds=_CRASH,
        signs=(
            r"\bsystemctl\b|\bsystemd-tmpfiles\b|\bsystemd\.postinst\b|\bsetting up systemd \(|\bpackage systemd \(",
        ),
        unless=r"\bsystemd(?:-minimal)?[ -]\(?(?:1\d\d|2[0-5]\d)\b",
        signals=("SIGSEGV",),
        is_certain=True,
        report="info",
    ),
    # Measured: 7.2.22 answers ENOSYS, 10.0.13 and 11.1.3 open the file. QEMU's commit is 9651cead2f1b.
    KnownBad(
        "openat2-missing",
        "openat2 is missing: tar says `Cannot open: Function not implemented`",
        (((0, 0, 0), (9, 2, 0)),),
        (
            "https://github.com/abiosoft/colima/issues/1613",
            "https://github.com/armbian/build/issues/10713",
            "https://github.com/spinnaker/spinnaker/pull/7970",
        ),
        "QEMU 9.2 or later, or bsdtar in place of tar",
        kinds=_SYSCALL,
        signs=(rf"{_TAR_OR_OPENAT2}|\bbootc\b",),
        errnos=("ENOSYS",),
        syscalls=("437", "openat2"),
        causes=_OF_SYSCALLS,
        is_certain=True,
        report="info",
    ),
    # Measured: 10.0.13 built with glibc is without it.
    KnownBad(
        "openat2-musl",
        "openat2 with O_NOFOLLOW: tar says `Cannot open: Invalid argument`",
        (((9, 2, 0), (10, 1, 3)),),
        (
            "https://github.com/tonistiigi/binfmt/issues/285",
            "https://github.com/tonistiigi/binfmt/pull/287",
            "https://gitlab.com/qemu-project/qemu/-/issues/3262",
            "https://github.com/elastic/elasticsearch/pull/155888",
            "https://github.com/myoung34/docker-github-actions-runner/pull/650",
        ),
        "tonistiigi/binfmt with QEMU 10.1.3 or later, or a build with glibc",
        guests=("aarch64",),
        traits=("musl",),
        kinds=_SYSCALL,
        signs=(_TAR_OR_OPENAT2,),
        errnos=("EINVAL",),
        syscalls=("437", "openat2"),
        causes=_OF_SYSCALLS,
        is_certain=True,
        report="warning",
    ),
    # Measured: the default of 7.2.22 is 17 to 20 times slower than impdef, that of 10.0.13 is impdef.
    KnownBad(
        "pac-slow",
        "programs with pointer authentication (Debian 13, EL 10) run several times slower",
        (((0, 0, 0), (10, 0, 0)),),
        ("https://github.com/docker-library/python/issues/1072", "https://github.com/lueschem/edi-pi/issues/34"),
        "QEMU 10.0 or later, or QEMU_CPU=max,pauth-impdef=on (from 6.0 on)",
        guests=("aarch64",),
    ),
    KnownBad(
        "mremap-efault",
        "mremap is answered with EFAULT in place of ENOMEM by the packages of Alpine and Void",
        (((10, 0, 0), NEVER),),
        ("https://github.com/void-linux/void-packages/issues/57156",),
        "a build without the patch mmap-mremap-efault.patch",
        guests=("arm",),
        kinds=(*_SYSCALL, *_CRASH),
        signs=(r"\bmremap\b", r"\befault\b|\bbad address\b"),
        errnos=("EFAULT",),
        causes=_OF_SYSCALLS,
        last="10.0.3",
        is_certain=True,
    ),
    # Reported well with 9.2.2 once; others still hit it, and say no version.
    KnownBad(
        "node-22",
        "SIGILL in npm and pnpm, or a hang, with Node 22 and later",
        (((7, 0, 0), NEVER),),
        ("https://github.com/RackulaLives/Rackula/issues/2707", "https://github.com/raaymax/quack/pull/312"),
        "the step on $BUILDPLATFORM",
        guests=("aarch64",),
        kinds=_CRASH,
        signs=(_NODE,),
        unless=r"\bnode(?:js)?[:@/ -]{1,2}v?(?:[4-9]|1\d|2[01])(?:\.\d|\b)",
        signals=("SIGILL",),
        causes=("qemu-crash", "cpu-feature"),
        cures=(_ON_BUILDPLATFORM,),
    ),
    KnownBad(
        "node-32",
        "npm hangs with Node 17 and later",
        (((0, 0, 0), NEVER),),
        ("https://github.com/nodejs/docker-node/issues/1973",),
        "a native machine",
        guests=("arm", "s390x"),
        kinds=_CRASH,
        signs=(r"\bnpm\b", _HANGS),
        cures=(_ON_BUILDPLATFORM,),
    ),
    # Measured: 7.2.22 and later offer x86-64-v3 by default; no version offers v4.
    KnownBad(
        "cpu-level",
        "`CPU does not support x86-64-v2`: the default CPU is too small",
        (((0, 0, 0), (7, 2, 0)),),
        (
            "https://github.com/containers/podman/issues/15456",
            "https://github.com/kubevirt/containerized-data-importer/issues/2652",
        ),
        "QEMU 7.2 or later; do not set QEMU_CPU=qemu64",
        guests=("x86_64",),
        kinds=("cpu-level",),
        signs=(r"\bx86-64-v[23]\b",),
        causes=("cpu-feature",),
        is_certain=True,
        report="info",
    ),
    KnownBad(
        "go-lfstack",
        "Go: `lfstack.push invalid packing`, `taggedPointerPack`",
        (((8, 0, 0), NEVER),),
        (
            "https://github.com/golang/go/issues/69255",
            "https://github.com/rancher-sandbox/rancher-desktop/issues/8606",
            "https://github.com/containerd/nerdctl/issues/3948",
            "https://github.com/editorconfig-checker/editorconfig-checker/issues/613",
        ),
        "a program built with Go 1.25.4 or later, or Rosetta",
        guests=("x86_64",),
        hosts=("aarch64",),
        kinds=_CRASH,
        signs=(r"\blfstack\.push\b|\btaggedpointerpack\b",),
        cures=(
            Cure(
                "newer-go",
                "Use a program that was built with Go 1.25.4 or later",
                ("FROM golang:1.25.4 AS build",),
                note="in its Dockerfile; for a program of others, a later release of it",
            ),
        ),
        last="10.2.3",
        is_certain=True,
    ),
    KnownBad(
        "nix-2.35",
        "nix 2.35.1 dies by SIGSEGV when it starts",
        (((8, 0, 0), NEVER),),
        ("https://github.com/NixOS/nix/issues/16184",),
        "QEMU_GUEST_BASE=0x800000000000, nix 2.34, or Rosetta",
        guests=("x86_64",),
        hosts=("aarch64",),
        kinds=_CRASH,
        signs=(r"\bnix(?:-2\.35|[:@/ ](?:\(nix\) )?2\.35)\.\d",),
        signals=("SIGSEGV",),
        cures=(
            Cure(
                "guest-base",
                "Give the memory of the guest another place",
                ("docker run -e QEMU_GUEST_BASE=0x800000000000 --platform linux/amd64 IMAGE",),
                note="IMAGE: the image; in a Dockerfile, ENV QEMU_GUEST_BASE=0x800000000000",
            ),
        ),
        last="10.2.3",
        is_certain=True,
    ),
    # By its date, QEMU's commit 9719f125b803 of July 2023 is in 8.1.
    KnownBad(
        "jit-erlang",
        "JIT runtimes such as Erlang's die by SIGSEGV",
        (((0, 0, 0), (8, 1, 0)),),
        ("https://gitlab.com/qemu-project/qemu/-/issues/1034", "https://github.com/docker/for-mac/issues/6657"),
        "QEMU 8.1 or later",
        kinds=_CRASH,
        signs=(
            r"\berlang\b|\belixir\b|\bbeam(?:jit|\.smp)\b|\berlexec\b|\brebar3\b"
            r"|\bmix (?:local|deps|compile|release|do|phx|assets)\b",
        ),
        signals=("SIGSEGV",),
    ),
    KnownBad(
        "eoverflow",
        "readdir fails with EOVERFLOW in 32-bit guests on 64-bit hosts",
        (((0, 0, 0), NEVER),),
        (
            "https://gitlab.com/qemu-project/qemu/-/issues/263",
            "https://github.com/rust-lang/cargo/issues/9545",
            "https://github.com/ntop/nDPI/pull/3088",
        ),
        "a tmpfs, or programs with large file support",
        guests=_32_BIT,
        kinds=("largefile",),
        signs=(r"\bvalue too large for (?:defined )?data type\b|\beoverflow\b",),
        causes=("qemu-32bit-largefile",),
    ),
    KnownBad(
        "dotnet",
        ".NET crashes or hangs; its vendor does not support it under QEMU",
        (((0, 0, 0), NEVER),),
        ("https://github.com/dotnet/dotnet-docker/issues/5355", "https://github.com/dotnet/runtime/issues/95120"),
        "publish on $BUILDPLATFORM",
        kinds=(*_CRASH, "coreclr-crash", "dotnet-null", "dotnet-folder", "emulated-failure"),
        signs=(r"\bdotnet\b|(?<![\w-])\.net (?:core|sdk|runtime|\d)|\bmsbuild\b|\bnuget\b|\bcoreclr\b|: error msb\d",),
        cures=(
            Cure(
                "cross-publish",
                "Publish on the machine's own platform, for the other one",
                (
                    "FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk AS build",
                    "RUN dotnet publish -a $TARGETARCH",
                ),
                note="in a Dockerfile, with ARG TARGETARCH",
            ),
        ),
    ),
    KnownBad(
        "go-1.23-hang",
        "a build with Go 1.23 hangs",
        (((0, 0, 0), NEVER),),
        ("https://github.com/golang/go/issues/70329",),
        "a build on $BUILDPLATFORM, for the other platform",
        kinds=_CRASH,
        signs=(r"\bgo(?:lang)?(?: version go)?[ :@-]?v?1\.23(?!\d)", _HANGS),
    ),
    # Measured nowhere: reported for the builds of nixpkgs only.
    KnownBad(
        "static-pie-musl",
        "the emulator itself dies by SIGSEGV when it starts",
        (((0, 0, 0), NEVER),),
        ("https://github.com/NixOS/nixpkgs/issues/366902",),
        "a build with --disable-pie",
        hosts=("aarch64",),
        traits=("static-pie", "musl"),
        kinds=_CRASH,
        signs=(r"\bpkgsstatic\b|\bpreferstaticemulators\b|\b__init_libc\b", r"\bqemu\b"),
        signals=("SIGSEGV",),
    ),
    # No emulator of these versions runs there: it is why a newer one is not offered.
    KnownBad(
        "no-32-bit-hosts",
        "there are no emulators for 32-bit hosts any more",
        (((11, 0, 0), NEVER),),
        ("https://github.com/tonistiigi/binfmt/pull/349",),
        "QEMU 10.x",
        hosts=("arm", "armv6l", "armv7l", "armv8l", "i386", "i486", "i586", "i686", "mips", "ppc"),
    ),
)
