"""What is said where a sandbox refuses: seccomp, SELinux, AppArmor, no-new-privileges."""

from qemudoctor.errors.signatures.signature import Signature

_QEMU = (
    r"(?:[\w./-]{0,200}/)?(?:qemu-(?!system|img|nbd)[a-z0-9_]{2,16}(?:-static)?|[a-z0-9_]{3,16}-binfmt(?:-P)?"
    r"|\.buildkit_qemu_emulator|qemu)"
)

ROWS: tuple[Signature, ...] = (
    Signature(
        "thread-eperm",
        "seccomp",
        "other",
        ("thread",),
        r"(?:creat|start)[^\n]{0,60}thread[^\n]{0,80}(?:operation not permitted|EPERM|errno:? ?1\b)"
        r"|thread[^\n]{0,40}creat[^\n]{0,60}(?:operation not permitted|EPERM)|can't start new thread"
        r"|assert[^\n]{0,80}uv_thread_create",
        errno="EPERM",
        source="C libraries: clone3 refused with EPERM instead of ENOSYS",
    ),
    Signature(
        "time64-clock",
        "seccomp",
        "other",
        ("can't initialize time", "clock_gettime("),
        r"can't initialize time|clock_gettime\(\w{1,20}\) failed",
        errno="EPERM",
        source="CPython, busybox: clock_gettime64 refused by an old libseccomp",
    ),
    Signature(
        "apt-post-invoke",
        "seccomp",
        "other",
        ("executing scripts apt::update::post-invoke",),
        r"problem executing scripts APT::Update::Post-Invoke",
        source="apt with glibc 2.34 and later, where clone3 is refused",
    ),
    Signature(
        "coreclr",
        "coreclr",
        "other",
        ("failed to create coreclr",),
        r"failed to create CoreCLR, HRESULT: 0x80070008",
        source=".NET host, where clone3 is refused or memory is short",
    ),
    Signature(
        "time64",
        "seccomp-weak",
        "other",
        ("at least one invalid signature was encountered",),
        r"at least one invalid signature was encountered",
        source="apt in images newer than the libseccomp of the host",
    ),
    Signature(
        "statx-eperm",
        "seccomp-weak",
        "other",
        ("ls: cannot",),
        r"ls: cannot (?:access|open)[^\n]{0,120}(?P<errno>operation not permitted)",
        source="statx refused by an old seccomp filter",
    ),
    Signature(
        "no-new-privileges",
        "no-new-privileges",
        "other",
        ("no new privileges",),
        r"\"?no new privileges\"? flag is set",
        errno="EPERM",
        source="sudo src/sudo.c",
    ),
    Signature(
        "unshare-eperm",
        "seccomp-weak",
        "other",
        ("unshare", "cannot clone", "re-exec"),
        r"(?:unshare|cannot clone|re-exec)[^\n]{0,80}(?P<errno>operation not permitted)",
        source="util-linux, buildah, podman inside a container",
    ),
    Signature(
        "bad-system-call",
        "seccomp",
        "other",
        ("bad system call",),
        r"bad system call",
        source="SIGSYS",
    ),
    Signature(
        "syscall-refused",
        "seccomp",
        "other",
        ("operation not permitted", "eperm"),
        r"\b(?:clone3|statx|faccessat2|fchmodat2|openat2|close_range|clock_\w{3,12}64|futex_time64|copy_file_range"
        r"|io_uring_setup|membarrier|rseq|pidfd_open|utimensat_time64|name_to_handle_at|memfd_create|personality"
        r"|mount_setattr)\b[^\n]{0,80}(?P<errno>operation not permitted|EPERM)",
        errno="EPERM",
        source="a system call that is younger than the seccomp filter, answered with EPERM instead of ENOSYS",
    ),
    Signature(
        "sudo-executes",
        "shell:ENOENT",
        "other",
        ("unable to execute",),
        r"sudo: unable to execute (?P<program>[^\s:]{1,400}): no such file or directory",
        errno="ENOENT",
        source="sudo src/exec.c: sudo found the file, so something that it needs is missing",
    ),
    Signature(
        "seccomp-audit",
        "seccomp",
        "kernel",
        ("type=1326", "sig=31"),
        r"type=1326|\bsig=31\b",
        errno="EPERM",
        source="seccomp audit",
    ),
    Signature(
        "apparmor-profile",
        "seccomp",
        "runc",
        ("apparmor",),
        r"apparmor[^\n]{0,80}(?:failed|unable|could not|denied)|(?:failed|unable|could not)[^\n]{0,60}apparmor",
        source="opencontainers/runc libcontainer/apparmor",
    ),
    Signature(
        "make-not-permitted",
        "seccomp",
        "other",
        ("operation not permitted",),
        r"make(?:\[\d\])?: (?P<program>[^\s:]{1,200}): (?P<errno>operation not permitted)",
        source="faccessat2 refused by an old libseccomp",
    ),
    Signature(
        "selinux-says",
        "seccomp",
        "kernel",
        ("selinux is preventing",),
        r"SELinux is preventing [^\n]{1,200} from (?:exec|read|map|entrypoint)\w{0,10} access",
        errno="EACCES",
        source="setroubleshoot",
    ),
    Signature(
        "system-error-eperm",
        "thread-weak",
        "other",
        ("what():",),
        r"what\(\): {1,4}(?P<errno>operation not permitted)",
        source="libstdc++ std::thread",
    ),
    Signature(
        "selinux",
        "seccomp",
        "kernel",
        ("avc:",),
        r"avc: +denied +\{ ?(?:execute|execute_no_trans|execmem|execmod|read|entrypoint|map)\b",
        errno="EACCES",
        source="SELinux audit",
    ),
    Signature(
        "apparmor",
        "seccomp",
        "kernel",
        ("apparmor=",),
        r"apparmor=\"?DENIED\"?[^\n]{0,200}operation=\"?(?:exec|mount|file_mmap)",
        errno="EACCES",
        source="AppArmor audit",
    ),
    # What is left when a program dies, named by nobody
)
