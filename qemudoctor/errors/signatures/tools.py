"""Tools that look for an entry or an emulator before they start, and what they say where there is none."""

from qemudoctor.errors.signatures.signature import ERRNO, PROGRAM, Signature

ROWS: tuple[Signature, ...] = (
    Signature(
        "not-executable-here",
        "not-registered",
        "other",
        (
            "can neither be executed natively",
            "unable to execute target architecture",
            "not supported on this machine/kernel",
            "not supported binfmt",
            "is not a supported binfmt",
            "unable to execute",
        ),
        r"can neither be executed natively nor via qemu|unable to execute target architecture"
        r"|(?P<program>[\w]{2,12}: )?not supported on this machine/kernel|is not a supported binfmt name",
        errno="ENOEXEC",
        source="mmdebstrap; debootstrap; arch-test",
    ),
    Signature(
        "emulator-not-installed",
        "emulator-missing",
        "other",
        ("qemu-",),
        r"(?P<interpreter>qemu-(?!system|img)[a-z0-9_]{2,16}(?:-static)?)[\"']?:?(?: binary"
        r"| executable(?: file)?)? (?:is "
        r"|was )?(?:not (?:found|installed"
        r"|available|present)|missing)|(?:missing|install"
        r"|required)[^\n]{0,40}(?P<interpreter2>qemu-[a-z0-9_]{2,16}-static)[^\n]{0,20}(?:missing|not|first)",
        errno="ENOENT",
        source="build scripts",
    ),
    Signature(
        "entry-absent",
        "entry-absent",
        "other",
        ("/proc/sys/fs/binfmt_misc/",),
        r"(?:grep|cat|ls|head|more|less|cannot access|can't open)[^\n]{0,20}/proc/sys/fs/binfmt_misc/"
        r"(?!register|status)"
        r"[\w*.?-]{2,60}['\"]?: no such file or directory",
        errno="ENOENT",
        source="coreutils, grep: somebody looked for an entry",
    ),
    Signature(
        "registrar-missing",
        "registrar-missing",
        "other",
        ("update-binfmts", "qemu-binfmt-conf"),
        r"(?:update-binfmts|qemu-binfmt-conf\.sh)[\"']?:? (?:(?:command )?not found|no such file or directory"
        r"|is not installed)|cannot find update-binfmts",
        errno="ENOENT",
        source="shells: binfmt-support is not installed",
    ),
    Signature(
        "emulator-wanted",
        "emulator-missing",
        "other",
        ("qemu-",),
        r"(?:could not|couldn't|cannot|can't|unable to|failed to) (?:find|locate"
        r"|access)(?: the)?(?![^\n]{0,20}(?:package|binfmt))"
        r"[^\n]{0,30}(?P<interpreter>qemu-(?!system|img)[a-z0-9_]{2,16}(?:-static)?)\b"
        r"|(?P<interpreter2>qemu-user(?:-static)?) is (?:required|needed)"
        r"|package '?(?P<interpreter5>qemu-user-(?:static|binfmt))'? has no installation candidate"
        r"|requires? (?:the )?(?P<interpreter3>qemu-user(?:-static)?)[\w.-]{0,20} (?:package )?(?:to be )?installed"
        r"|(?:missing|no) (?:file )?(?P<interpreter4>/\S{1,100}/qemu-(?!system|img|nbd"
        r"|ga\b)[a-z0-9_]{2,16}(?:-static)?)\b",
        errno="ENOENT",
        source="build scripts",
    ),
    Signature(
        "builder-platform",
        "other-builder",
        "other",
        ("is required to build", "required system:"),
        r"an? '(?P<platform>\w{3,10})-linux' with features \{[^}]{0,80}\} is required to build [^\n]{1,300}but I am "
        r"an? '\w{3,10}-(?:linux|darwin)'|required system: '\w{3,10}-linux'",
        source="Nix src/libstore/build: neither this system nor one of extra-platforms",
    ),
    Signature(
        "builder-exec",
        "chroot:*",
        "other",
        ("executing '",),
        rf"(?:error: |setting up the build environment: )executing {PROGRAM}: {ERRNO}",
        source="Nix src/libstore/build: the builder of a derivation",
    ),
    Signature(
        "cargo-runner",
        "emulator-missing",
        "rust",
        ("could not execute process",),
        r"could not execute process [`'\"]?(?P<interpreter>(?:/\S{1,200}/)?qemu-(?!system)[a-z0-9_]{2,16}"
        r"(?:-static)?)[ `]",
        errno="ENOENT",
        source="cargo: the runner of a target",
    ),
    Signature(
        "crun-memfd",
        "memfd-reexec",
        "crun",
        ("re-execute libcrun",),
        r"failed to re-execute libcrun via memory file descriptor",
        source="crun src/libcrun/cloned_binary.c",
    ),
    Signature(
        "appimage-launcher",
        "wrong-package",
        "other",
        ("failed to execute patched runtime",),
        r"failed to execute patched runtime: exec format error",
        errno="ENOEXEC",
        source="AppImageLauncher src/binfmt-bypass",
    ),
    Signature(
        "namespace-exec",
        "chroot:*",
        "other",
        ("unshare", "nsenter", "setpriv", "proot", "runuser", "arch-chroot", "nspawn"),
        rf"(?:unshare|nsenter|setpriv|runuser|proot|arch-chroot|nspawn)(?: (?:warning|error))?: "
        rf"(?:failed to execute|execv\w{{0,2}}|exec|can't execute|failed to exec)\(? ?{PROGRAM}\)?: {ERRNO}",
        source="util-linux, proot: a program in another root",
    ),
    Signature(
        "sandbox-exec",
        "exec:*",
        "other",
        ("bwrap: exec", "firejail"),
        rf"(?:bwrap|firejail): (?:execv\w{{0,2}}|exec|cannot start application:?) ?{PROGRAM}?:? ?{ERRNO}",
        source="bubblewrap, firejail: a program of this system, shut in",
    ),
    Signature(
        "windows-program-with-spaces",
        "windows-program",
        "bash",
        (".exe: ",),
        r"/mnt/[a-z]/(?P<program>[^\n:]{1,300}\.exe): (?:cannot execute binary file: )?exec format error",
        errno="ENOEXEC",
        source="dash, bash under WSL",
    ),
    Signature(
        "package-trigger",
        "children-not-started",
        "other",
        (".trigger: ",),
        r"busybox-[\w.-]{1,30}\.trigger: (?:script )?exited with error 127",
        source="apk: what a package starts after it was unpacked",
    ),
    Signature(
        "second-stage",
        "second-stage",
        "chroot",
        ("failure trying to run:",),
        r"failure trying to run: (?:chroot [^\n]{1,300}(?P<program>/true|second-stage|/sbin/ldconfig"
        r"|\bdpkg(?= --))"
        r"| {0,2}(?P<program2>/sbin/ldconfig|/bin/true|/usr/bin/\w{1,20}))",
        source="debootstrap functions",
    ),
    Signature(
        "rosetta-share",
        "rosetta",
        "rosetta",
        ("/mnt/rosetta", "/run/rosetta", "/media/rosetta"),
        r"/(?:mnt|run|media)/rosetta[\w/]{0,20}['\"]?: no such file or directory",
        errno="ENOENT",
        source="Linux guests on Apple silicon: the share that holds Rosetta",
    ),
    Signature(
        "armbian-binfmts",
        "not-registered",
        "other",
        ("failed to update binfmts",),
        r"failed to update binfmts",
        source="Armbian lib/functions/rootfs/qemu-static.sh",
    ),
)
