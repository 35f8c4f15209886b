"""Evidence in the name of the program, in what stands about it, and in what its starter is known to do."""

from qemudoctor.errors.evidence.feature import BASIC, BUILD, Feature

_ENOEXEC = ("ENOEXEC", "binary-as-script")
_X86 = r"x86-64|80386|intel 80|x86_64"
_ARM = r"aarch64|arm aarch64|arm, eabi|\barm\b"

ROWS: tuple[Feature, ...] = (
    # exec format error
    Feature(
        "bash-looks-inside",
        ("shell:ENOEXEC",),
        "line",
        (": cannot execute binary file",),
        "",
        (("shebang-missing", 0.35), ("binary-corrupt-or-empty", 1.25)),
        "bash reads a text without #! itself, and says this only of what is no text",
    ),
    Feature(
        "text-by-name",
        _ENOEXEC,
        "program",
        (),
        r"(?:^|[/_-])(?:notices?|licen[cs]es?)\b|(?:^|/)(?:readme|changelog)\b|\.(?:txt|md|html?|json|ya?ml|zip|t?gz|xz|deb|sha256)$",
        (("binary-corrupt-or-empty", 25.0), ("image-arch-mismatch", 0.5)),
        "what was started is no program by its name",
    ),
    Feature(
        "fetched-by-a-tool",
        ("runtime:ENOEXEC", "exec:ENOEXEC"),
        "program",
        (),
        r"/\.(?:wdm|cache|local|terraform\.d|terraform|npm|cargo|m2|gradle|nvm|config)/|/(?:plugins?|node_modules"
        r"|site-packages|dist-packages|downloads?)/|terraform-provider|driver",
        (("binary-corrupt-or-empty", 1.8), ("binfmt-not-registered", 0.8), ("shebang-missing", 0.5)),
        "the program was fetched by a tool, and what was fetched may be a page or half a file",
    ),
    Feature(
        "name-against-content",
        _ENOEXEC,
        "context",
        (": elf ",),
        rf"(?:arm64|aarch64|armv[678]|armhf)[^\n:]{{0,60}}: elf [^\n]{{0,60}}(?:{_X86})"
        rf"|(?:amd64|x86_64|x64)[^\n:]{{0,60}}: elf [^\n]{{0,60}}(?:{_ARM})",
        (("image-metadata-mismatch", 60.0),),
        "the name says one architecture, and `file` another",
    ),
    Feature(
        "architecture-shown",
        _ENOEXEC,
        "context",
        (
            '"architecture":',
            "architecture: ",
            "docker inspect",
            "image inspect",
            "manifest inspect",
            "buildx imagetools",
        ),
        r'"architecture":|architecture: |(?<!\+ )(?:docker )(?:(?:image |manifest )?inspect|buildx imagetools)',
        (("image-metadata-mismatch", 6.0), ("binfmt-not-registered", 0.6)),
        "what the image says of its architecture stands beside an error that says otherwise",
    ),
    Feature(
        "rosetta-of-a-mac",
        ("engine:ENOEXEC",),
        "context",
        ("linux/amd64", "rosetta", "docker desktop"),
        r"--platform[ =]linux/amd64|rosetta|docker desktop[^\n]{0,80}(?:mac|apple|\bm[1-4]\b)",
        (("rosetta", 60.0),),
        "who asks for linux/amd64 often sits at a Mac, where Rosetta runs such programs, and sometimes fails to",
    ),
    Feature(
        "shown-for-another-host",
        _ENOEXEC,
        "context",
        ('"architecture":',),
        r'"architecture": ?"amd64"[\s\S]{0,2000}?uname -[ma][\s\S]{0,160}?\b(?:aarch64|arm64|armv7l)\b'
        r'|"architecture": ?"arm(?:64)?"[\s\S]{0,2000}?uname -[ma][\s\S]{0,160}?\b(?:x86_64|amd64)\b',
        (("image-metadata-mismatch", 0.2), ("image-arch-mismatch", 2.0)),
        "the image says that it is for another architecture than the one that `uname -m` shows",
    ),
    Feature(
        "program-inside-an-image",
        ("shell:ENOEXEC",),
        "context",
        ("docker run", "podman run", "docker exec", "kubectl exec"),
        "",
        (("image-metadata-mismatch", 2.5),),
        "the shell of the image runs, and a program in the same image does not",
    ),
    Feature(
        "shell-met-by-emulator",
        ("buildkit-emulator",),
        "program",
        (),
        BASIC,
        (("image-metadata-mismatch", 12.0), ("image-arch-mismatch", 2.0)),
        "BuildKit's emulator was handed the image's own shell, so the image is not what it says it is",
    ),
    Feature(
        "package-named-otherwise",
        ("package-architecture",),
        "context",
        (".deb",),
        r"_(?:arm64|armhf|armel)\.deb[\s\S]{0,400}?\((?:amd64|i386)\)[^\n]{0,60}\((?:arm64|armhf)\)"
        r"|_(?:amd64|i386)\.deb[\s\S]{0,400}?\((?:arm64|armhf)\)[^\n]{0,60}\((?:amd64|i386)\)",
        (("image-metadata-mismatch", 60.0),),
        "the package is named after this architecture, and says inside that it is for another",
    ),
    Feature(
        "program-of-another-system",
        _ENOEXEC,
        "context",
        (": mach-o ",),
        "",
        (("image-arch-mismatch", 4.0), ("binary-corrupt-or-empty", 0.5)),
        "`file` says that it is a program of macOS",
    ),
    Feature(
        "architecture-in-name",
        ("shell:ENOEXEC", "exec:ENOEXEC"),
        "program",
        (),
        r"(?:arm64|aarch64|armv[678]|armhf|amd64|x86[_-]64|riscv64|s390x|ppc64)",
        (("image-metadata-mismatch", 3.0),),
        "the name of the program says for which architecture it should be",
    ),
    Feature(
        "appimage",
        ("shell:ENOEXEC", "exec:ENOEXEC", "runtime:ENOEXEC"),
        "program",
        (".appimage",),
        "",
        (("qemu-wrong-target", 25.0),),
        "an AppImage has bytes of its own in its ELF header, which the masks of many entries exclude",
    ),
    Feature(
        "docker-in-chroot-build",
        ("chroot:ENOEXEC",),
        "context",
        ("dockerfile", "docker run", "docker build", "boot2docker", "/.dockerenv", "kaniko", "in container"),
        "",
        (("register-permission", 2.0),),
        "the root was entered from inside a container",
    ),
    # no such file or directory
    Feature(
        "entry-shown-with-f",
        ("ENOENT",),
        "context",
        ("flags:",),
        r"flags: ?[poc]{0,3}f",
        (("f-flag-missing", 0.02), ("interpreter-missing-on-host", 0.1), ("interpreter-dynamic", 6.0)),
        "the entry that is shown has F, so the emulator was found; what it needs itself may be missing",
    ),
    Feature(
        "entry-shown-without-f",
        ("ENOENT",),
        "context",
        ("flags:",),
        r"flags: ?[poc]{0,3}\s{0,4}(?:\n|$)",
        (("f-flag-missing", 6.0), ("interpreter-dynamic", 1.5)),
        "the entry that is shown has no F",
    ),
    # permission denied
    Feature(
        "selinux-near",
        ("engine:EACCES", "lookup:EACCES", "exec:EACCES", "runtime:EACCES", "noexec"),
        "context",
        ("selinux", "avc:", "_u:object_r", "_t:s0", "label=", "apparmor", "audit(", "enforcing"),
        "",
        (("seccomp-or-sandbox", 14.0),),
        "SELinux, AppArmor or the audit log is named nearby",
    ),
    # crashes
    Feature(
        "crash-in-build",
        ("exit-132", "sigill"),
        "context",
        (),
        BUILD,
        (("qemu-crash", 2.4),),
        "it happened in a step of a build, and builds for several platforms run in QEMU",
    ),
)
