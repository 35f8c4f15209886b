"""What looks alike and does not belong to the subject: an empty kind."""

from qemudoctor.errors.signatures.signature import Signature

_DATA = r"(?:midi?|mp[34]|wav|ogg|flac|avi|mkv|mov|png|jpe?g|gif|bmp|svg|pdf|docx?|xlsx?|pptx?|csv|iso|o|obj)"

ROWS: tuple[Signature, ...] = (
    # What looks alike and is something else
    Signature(
        "data-as-program",
        "",
        "other",
        ("cannot execute binary file", "exec format error"),
        rf"\.{_DATA}['\"]?: (?:cannot execute binary|exec format)|exec format error: \S{{1,300}}\.{_DATA}$",
        source="shells: a document, or an object file that was not linked, is none of any architecture's programs",
    ),
    Signature(
        "kernel-module",
        "",
        "kernel",
        ("insert", "insmod", "modprobe", "modinfo", "init_module", "module format", "kexec"),
        r"^(?![^\n]{0,300}iptables who)[^\n]{0,300}?(?:(?:could not|failed to|cannot|can't|unable to|error) ?"
        r"(?:inserting|insert)|\binsmod\b|\bmodprobe: |\bmodinfo: "
        r"|init_module|invalid module format|kexec)",
        source="kmod: a module of the kernel with the errno of its own format, ENOEXEC",
    ),
    Signature(
        "unit-file",
        "",
        "systemd",
        ("not loaded properly", "reason: exec format", "bad-setting", "failed to load"),
        r"is not loaded properly: exec format error|failed to load [^\n]{0,40}\bunit\b|reason: exec format error"
        r"|bad-setting",
        source="systemd src/core/load-fragment.c: a unit file with a line that systemd cannot read",
    ),
    Signature(
        "npm-refused-platform",
        "",
        "node",
        ("notsup", "ebadplatform"),
        r"\bnotsup\b|EBADPLATFORM",
        source="npm: a package that says itself for which systems it is",
    ),
    Signature(
        "size-of-a-file",
        "",
        "other",
        ("value too large",),
        r"file_write|too large for current mkisofs|^(?![^\n]{0,400}(?:director|readdir|getdents"
        r"|stat)).{0,300}\.(?!(?:d|so|conf|git|cargo|lock)\b)[a-z0-9]{2,5}"
        r"['\"]?: value too large",
        source="strerror(EOVERFLOW): a file of more than 2 GiB and a program without large file support",
    ),
    Signature(
        "newer-musl",
        "",
        "other",
        ("_time64",),
        r"error relocating [^\n]{1,300}_time64: symbol not found",
        source="musl ldso/dynlink.c: a program built against a newer musl of the same architecture",
    ),
    Signature(
        "linker-of-rust",
        "",
        "rust",
        ("= note: no such file",),
        r"= note: no such file or directory \(os error 2\)",
        source="rustc: the linker named in its configuration is not installed",
    ),
    Signature(
        "engine-without-proc",
        "",
        "runc",
        ("open /proc/",),
        r"caused:? \W{0,3}(?:[\w.]{1,40}:\d{1,5}: )?(?:container init caused:? \W{0,3})?(?:write sysctl key"
        r" [\w.]{1,60}: )?\W{0,3}open /proc/",
        source="opencontainers/runc: a container that lost its /proc, or a sysctl that this kernel or namespace lacks",
    ),
    Signature(
        "text-busy",
        "",
        "bash",
        ("text file busy",),
        r"bad interpreter: text file busy",
        errno="ETXTBSY",
        source="bash execute_cmd.c: somebody writes to the file at that moment",
    ),
    Signature(
        "sysctl-refused",
        "",
        "other",
        ("sysctl: ",),
        r"(?:^|\s)sysctl: (?![^\n]{0,200}binfmt)",
        source="procps, busybox: another setting of the kernel",
    ),
    Signature(
        "linker-script",
        "",
        "other",
        ("invalid elf header", "file too short"),
        r"/lib(?:c|m|z|fl|pthread|ncurses|readline|usb)\.so: invalid ELF header"
        r"|/lib(?:cuda|nvidia-ml)\.so[\d.]{0,12}: file too short",
        source="glibc elf/dl-load.c: a text for the linker, or the stand-in of a driver, where a library was"
        " looked for",
    ),
    Signature(
        "preloaded-for-all",
        "",
        "other",
        ("cannot be preloaded",),
        r"/(?:gameoverlayrenderer|libextest)\.so' from LD_PRELOAD cannot be preloaded",
        source="glibc elf/rtld.c: preloaded into programs of both word sizes, and passed over in one of them",
    ),
    Signature(
        "elf-editor",
        "",
        "other",
        ("elf_open: ", "isn't an elf file"),
        r"elf_open: |probably isn't an ELF file",
        source="chrpath: it was given a file that it cannot edit",
    ),
    Signature(
        "helper-not-installed",
        "",
        "other",
        ("cannot exec: ", "couldn't exec ", "execvp: ", "execute child process"),
        r"\(child\): [\w.+-]{1,40}: cannot exec: no such|couldn't exec [\w.+-]{1,40}: no such"
        r"|(?:exec|trying to exec) '[\w.+/-]{1,200}': execvp: no such"
        r"|failed to execute child process \W{0,2}[\w.+-]{1,60}\W{1,3}"
        r"no such",
        source="tar, groff, gcc, GLib: a program that they search for in $PATH",
    ),
    Signature(
        "owner-not-mapped",
        "",
        "other",
        ("value too large",),
        r"\b(?:l?chown|fchownat|symlink(?:at)?|mkdir(?:at)?)\b[^\n]{0,300}value too large",
        source="strerror(EOVERFLOW): an owner that has no number in this user namespace, or on this mount",
    ),
    Signature(
        "cross-compiler-missing",
        "",
        "go",
        ("fork/exec",),
        r"fork/exec \S{0,300}-(?:gcc|g\+\+|cc|c\+\+|ld|ar|clang)(?:-\d{1,2})?: no such file",
        source="Go: a compiler that is not installed, or not yet built, or a 32-bit one without its loader",
    ),
    Signature(
        "other-version-missing",
        "",
        "other",
        ("error while loading shared libraries: lib",),
        r"error while loading shared libraries: lib(?:ssl|crypto|GL|EGL)\.so[\d.]{0,12}: cannot open",
        source="glibc elf/dl-load.c: mostly another version of the library than the program wants, of the same machine",
    ),
    Signature(
        "wheel-for-windows",
        "",
        "python",
        ("not a supported wheel",),
        r"win(?:32|_amd64|_arm64)\.whl is not a supported wheel",
        source="pip on Windows: mostly the version of Python",
    ),
    Signature(
        "image-for-windows",
        "",
        "docker",
        ("image operating system",),
        r"image operating system \"?windows\"? cannot be used",
        source="moby distribution: an engine for Linux containers was asked for a Windows one",
    ),
    Signature(
        "full-emulator",
        "",
        "qemu",
        ("qemu-system", "qemu-img", "qemu-kvm", "qemu-nbd", "qemu-ga"),
        r"qemu-(?:system-\w{1,16}|img|kvm|nbd|ga)\b",
        source="QEMU, the full system emulator",
    ),
    Signature(
        "copy-in-build",
        "",
        "docker",
        ("copy failed", "add failed", "failed to compute cache key", "failed to calculate checksum"),
        r"(?:copy|add) failed: (?![^\n]{0,200}qemu-)|failed to (?:compute cache key"
        r"|calculate checksum)(?![^\n]{0,200}qemu-)",
        source="moby builder",
    ),
    Signature(
        "engine-mount-for-binfmt",
        "register-permission",
        "runc",
        ("error mounting", "rootfs_linux"),
        r"(?:error mounting|mounting)[^\n]{0,200}binfmt[^\n]{0,200}(?P<errno>operation not permitted"
        r"|permission denied)",
        source="opencontainers/runc libcontainer/rootfs_linux.go, rootless and privileged",
    ),
    Signature(
        "engine-mount-denied",
        "sandboxed-engine",
        "runc",
        ("error mounting", "rootfs_linux"),
        r"(?:error mounting|mounting) \"?(?:proc|sysfs|cgroup|tmpfs|devpts"
        r"|mqueue)[^\n]{0,300}(?P<errno>operation not permitted|permission denied)",
        source="opencontainers/runc libcontainer/rootfs_linux.go, inside another container",
    ),
    Signature(
        "engine-mount",
        "",
        "runc",
        ("rootfs_linux", "error mounting", "bind source path", "not a directory"),
        r"rootfs_linux|error mounting|bind source path does not exist|are you trying to mount a directory",
        source="opencontainers/runc libcontainer/rootfs_linux.go: a volume",
    ),
    Signature(
        "npm-optional",
        "",
        "node",
        ("bug related to optional dependencies",),
        r"npm has a bug related to optional dependencies",
        source="rollup: the message names its own cause",
    ),
    Signature(
        "command-of-a-host",
        "",
        "go",
        ("executable file not found",),
        r"exec: \"(?:new[ug]idmap|docker-init|conmon|slirp4netns|fuse-overlayfs|iptables)\": executable file not found"
        r"|^(?![^\n]{0,400}(?:oci runtime|starting container|start container|runc))[^\n]{0,600}?exec: \"(?:docker-"
        r"(?:credential|buildx|compose)[\w.-]{0,40}|docker-compose|gcc|g\+\+|cc|clang|git|hg|xdg-open|wslview|ssh)\": "
        r"executable file not found",
        source="Go os/exec: a command that a tool on the host needs is not installed",
    ),
    Signature(
        "engine-socket",
        "",
        "docker",
        ("docker.sock", "docker daemon", "podman.sock", "containerd.sock"),
        r"(?:docker|podman|containerd)\.sock|connect to the docker daemon",
        source="the client's socket",
    ),
    Signature(
        "engine-namespace",
        "",
        "runc",
        ("unshare", "newuidmap", "cgroup"),
        r"(?:newuidmap|newgidmap|cgroup)[^\n]{0,200}(?:not permitted|no such file|permission denied|invalid argument)",
        source="user namespaces and cgroups",
    ),
    Signature(
        "cross-compiler-part",
        "",
        "other",
        ("cannot execute '", "error trying to exec '"),
        r"(?:cannot execute|error trying to exec) '(?:cc1|cc1plus|as|ld|collect2|cc1obj|f951|lto1)': execvp: no such",
        source="GCC gcc/gcc.cc: a part of the compiler that is not where it looks for it",
    ),
    Signature(
        "linker-of-objects",
        "",
        "other",
        ("in generic elf", "in wrong format", "format not recognized"),
        r"relocations in generic ELF|\.(?:o|a|so[\d.]{0,12}): (?:error adding symbols|could not read symbols"
        r"|file not recognized): file (?:in wrong format|format not recognized)",
        source="binutils ld: objects of several machines are linked, and none is executed",
    ),
    Signature(
        "volume-of-container",
        "",
        "podman",
        ("stat'ing file",),
        r"error stat'ing file (?![^\n]{0,200}qemu-)[^\n]{1,300}permission denied",
        source="crun: the folder of a volume may not be looked at",
    ),
    Signature(
        "runc-self-missing",
        "",
        "runc",
        ("fork/exec /proc/self/exe",),
        r"fork/exec /proc/self/exe: (?:no such file|no space left|invalid argument)",
        source="opencontainers/runc: it lost its own file, or the /proc of the container",
    ),
    Signature(
        "mount-of-another",
        "",
        "other",
        ("mount failed",),
        r"^mount: (?![^\n]{0,200}(?:binfmt|qemu-|rosetta|function not))[^\n]{0,200}mount failed: ",
        source="util-linux mount: another file system",
    ),
    Signature(
        "musl-without-libraries",
        "",
        "other",
        ("error relocating",),
        r"error relocating [^\n]{1,300}: (?:_ZN?K?St\w{1,300}|_ZTVN10__cxxabi\w{1,60}|_Z[nd][wal]\w{1,20}"
        r"|__once_proxy|lt_dl\w{1,30}|__cxa_\w{1,60}"
        r"|_Unwind_\w{1,40}): symbol not found",
        source="musl ldso/dynlink.c: libstdc++, libgcc or libltdl is not installed, or is another one",
    ),
    Signature(
        "working-directory-refused",
        "",
        "runc",
        ("chdir to cwd",),
        r"chdir to cwd [^\n]{1,300}(?:permission denied|not a directory)",
        source="opencontainers/runc libcontainer/init_linux.go: the user of the container may not enter the folder",
    ),
    Signature(
        "session-bus",
        "",
        "crun",
        ("sd-bus ",),
        r"\bsd-bus (?:add|call|open|message|method)\b",
        source="crun, conmon: the session bus of systemd, for control groups",
    ),
    Signature(
        "interpreter-of-mono",
        "",
        "update-binfmts",
        ("no executable ",),
        r"no executable /(?:\S{1,200}/)?(?:cli|mono|wine|jexec|jarwrapper|llvm[\w.-]{0,20}|python[\d.]{0,5}"
        r"|run-detectors)"
        r" found, but continuing anyway",
        source="binfmt-support src/update-binfmts.c: a format whose package comes later, as that of Mono",
        turn=-1,
    ),
)
