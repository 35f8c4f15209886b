"""What programs say that run, or ran, under an emulator."""

from qemudoctor.errors.signatures.signature import PROGRAM, Signature

_QEMU = (
    r"(?:[\w./-]{0,200}/)?(?:qemu-(?!system|img|nbd)[a-z0-9_]{2,16}(?:-static)?|[a-z0-9_]{3,16}-binfmt(?:-P)?"
    r"|\.buildkit_qemu_emulator|qemu)"
)

ROWS: tuple[Signature, ...] = (
    Signature(
        "sudo-euid",
        "sudo",
        "other",
        (
            "effective uid is not 0",
            "effective user id is not 0",
            "nosuid",
            "setuid root",
            "must be suid",
            "setresuid",
            "unable to change to",
            "perm_",
        ),
        r"(?P<program>sudo|su|doas): (?:effective uid is not 0|[^\n]{0,40}(?:setresuid|setreuid"
        r"|unable to change to root|perm_root|perm_sudoers)|effective uid is not 0|[^\n]{0,120}nosuid|must be (?:suid"
        r"|setuid)|needs? to be setuid|setuid root)",
        errno="EPERM",
        source="sudo src/sudo.c sudo_check_suid",
    ),
    Signature(
        "largefile",
        "largefile",
        "other",
        ("value too large for defined data type", "value too large for data type"),
        r"value too large for (?:defined )?data type",
        errno="EOVERFLOW",
        source="strerror(EOVERFLOW)",
    ),
    Signature(
        "tar-enosys",
        "function-missing",
        "other",
        ("function not implemented",),
        r"tar: [^\n]{0,200}(?P<errno>function not implemented)",
        source="GNU tar with openat2",
    ),
    Signature(
        "tar-einval",
        "openat2-einval",
        "other",
        ("cannot open: invalid argument",),
        r"tar: [^\n]{0,200}cannot open: (?P<errno>invalid argument)",
        source="GNU tar with openat2",
    ),
    Signature(
        "ptrace",
        "emulated-syscall",
        "other",
        ("ptrace",),
        r"ptrace[^\n]{0,80}(?P<errno>function not implemented)",
        source="gdb, strace, proot: QEMU has no ptrace",
    ),
    Signature(
        "qemu-netlink",
        "emulated-syscall",
        "qemu",
        ("qemu_ifla", "qemu_rta", "qemu_nla"),
        r"unknown (?:host|target) QEMU_\w{2,30}",
        source="QEMU linux-user/fd-trans.c",
    ),
    Signature(
        "namespace-einval",
        "openat2-einval",
        "other",
        ("unshare", "clone", "setns", "bwrap", "failed to fork", "set up credentials", "iptables", "nft"),
        r"(?:unshare|clone3?|setns|bwrap|failed to fork|failed to set up credentials|iptables|initialize nft"
        r"|nftables)[^\n]{0,120}(?P<errno>invalid argument|function not implemented|protocol not supported"
        r"|iptables who)",
        source="QEMU linux-user/syscall.c: flags and options that it refuses",
    ),
    Signature(
        "jvm-crash",
        "segv",
        "java",
        ("fatal error has been detected by the java", "problematic frame", "sigsegv (0xb)"),
        r"fatal error has been detected by the java|(?P<signal_name>SIGSEGV|SIGILL) \(0x",
        source="OpenJDK vmError.cpp",
    ),
    Signature(
        "trap",
        "segv",
        "other",
        ("trace/breakpoint trap", "trace/bpt trap", "sigtrap"),
        r"(?P<signal_words>trace/breakpoint trap)|trace/bpt trap|(?P<signal_name>SIGTRAP)\b",
        source="strsignal(SIGTRAP)",
    ),
    Signature(
        "function-missing",
        "function-missing-weak",
        "other",
        ("function not implemented",),
        r"(?P<errno>function not implemented)",
        source="strerror(ENOSYS)",
    ),
    Signature(
        "kernel-too-old",
        "function-missing-weak",
        "other",
        ("kernel too old",),
        r"FATAL: kernel too old",
        source="glibc sysdeps/unix/sysv/linux/dl-sysdep.c",
    ),
    Signature(
        "sudo-owner",
        "sudo-owner",
        "other",
        ("have the setuid bit set",),
        r"(?P<program>sudo|su|doas)[\"' ]{1,3}must be owned by uid 0 and have the setuid bit set",
        source="sudo src/sudo.c sudo_check_suid",
    ),
    Signature(
        "dpkg-139",
        "emulated-crash",
        "other",
        ("returned error exit status 139", "error code 139", "exit status 139", "exit status 134", "exit status 132"),
        r"(?:subprocess returned error exit status|exit status) (?P<status>13[249])",
        source="dpkg",
    ),
    Signature(
        "exit-status",
        "exit-status",
        "other",
        ("exit code: 1", "exit code 1", "status 1", "exited with 1", "returned non-zero code: 1", "status code 1"),
        r"(?:exit(?:ed)?(?: with)?|terminated with|returned)(?: a)?(?: non-zero)?(?: status)?(?: code"
        r"|status)?[: ]{1,3}(?P<status>132|133|134|135|136|139|159)\b",
        source="shells: 128 and the number of the signal",
    ),
    Signature(
        "illegal-instruction",
        "sigill",
        "other",
        ("llegal instruction", "hardware instruction", "sigill"),
        r"(?:^|[\s:(])(?P<signal_name>SIGILL)\b|(?P<signal_words>illegal instruction)|illegal hardware instruction",
        source="strsignal(SIGILL)",
    ),
    Signature(
        "segmentation-fault",
        "segv",
        "other",
        ("egmentation fault", "sigsegv"),
        r"(?P<signal_name>SIGSEGV)\b|(?P<signal_words>segmentation fault)",
        source="strsignal(SIGSEGV)",
    ),
    Signature(
        "status-shown",
        "exit-status-shown",
        "other",
        ("139", "132", "134", "159"),
        r"^(?P<status>139|132|134|159)$",
        source="echo $?",
    ),
    Signature(
        "text-file",
        "",
        "other",
        ("kernel bug at",),
        r"kernel bug at|oops",
        source="a bug of the kernel itself",
    ),
    Signature(
        "named-program",
        "exec:*",
        "other",
        ("exec format error",),
        rf"(?:{PROGRAM}[:\"')\]\s]{{1,6}})?\(?(?P<errno>exec format error)",
        source="strerror(ENOEXEC)",
    ),
    Signature(
        "corrupted-library",
        "elibbad",
        "other",
        ("corrupted shared library",),
        r"(?:exec|cannot execute|: |^)[^\n]{0,200}(?P<errno>accessing a corrupted shared library)",
        source="strerror(ELIBBAD)",
    ),
)
