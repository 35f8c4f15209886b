"""What else a text says: words around a symptom that make one cause more, another less probable."""

from qemudoctor.errors.evidence import exec_format, names, not_found, others, wanted
from qemudoctor.errors.evidence.feature import BUILD, EMULATION, Feature

__all__ = ["FEATURES", "NEEDS", "Feature"]

FEATURES: tuple[Feature, ...] = (*exec_format.ROWS, *wanted.ROWS, *names.ROWS, *not_found.ROWS, *others.ROWS)

# What a kind may need beside it in order to belong to the subject (kinds.py).
NEEDS: dict[str, str] = {
    "emulation": EMULATION,
    "emulation-and-status": rf"\A(?=[\s\S]*?\$\?)[\s\S]*?(?:{EMULATION})",
    "program": r"(?<!such )\bfile\b|ldd|readelf|\bls -l|-rwx|alpine|musl|glibc|ld-linux|32.?bit|64.?bit|i386|i686|x86"
    r"|arm|qemu|binfmt|docker|podman|container|chroot|exec|elf",
    "program-started": r"(?:subprocess|popen|_execute_child|spawn|cannot run program)",
    "starting": r"subprocess|popen|_execute_child|child_exception|spawn|fork/exec|forkandexec|cannot execute|\bexecv"
    r"|\bopen[23]\b|never executed|(?:web"
    r"|chrome|gecko|chromium)driver"
    r"|cannot run program",
    # What was written is not an entry where it goes to another file of the kernel.
    "not-written-elsewhere": r"binfmt|qemu-|\A(?![\s\S]{0,4000}?(?:(?:^|\n)/sys/|[>"
    r"|] {0,3}(?:sudo )?(?:tee )?(?:-a )?[\"']?/(?:sys|proc"
    r"|dev(?!/(?:null|std)))/"
    r"|cgroup|gpio|scaling_|\bpwm|hwmon|zram|\bi2c))",
    # A program without large file support that wrote, or read, more than 2 GiB, or only opened such a file.
    "no-large-file": rf"{EMULATION}|\A(?![\s\S]{{0,4000}}?(?:\b(?:2[2-9]|[3-9]\d|[2-9]\d\d)\d{{8}}\b"
    r"|(?:\b(?:opening file|could not open|can't open|cannot open|failed to open|open)\b"
    r"|statv?fs\(\))(?![^\n]{0,300}director)"
    r"[^\n]{0,300}value too large))",
    "binfmt": r"binfmt|qemu|interpreter|update-binfmts",
    "registry": r"binfmt|qemu|debootstrap|interpreter|register|multiarch",
    "container": r"docker|podman|container|containerd|kube|seccomp|run |apt|inrelease|#\d|alpine|armv7|arm64v8|arm32v7",
    "other-platform": r"\[linux/(?:arm|s390|ppc|riscv|mips|loong)|--platform|buildx|qemu",
    # By ls or which.
    "shown-to-be-there": r": (?P<name>[\w.+-]{1,60}): not found[\s\S]{0,600}?\n(?:-rwx[^\n]{0,120} )?"
    r"/[\w./-]{0,100}/(?P=name)\s",
    # An initial RAM disk that was cut short lacks any file.
    "unpacked": r"\A(?![\s\S]*?initramfs unpacking failed)",
    "pages": r"\b(?:16384|65536|16k|64k)\b",
    # Termux's proot, where programs run under another's hand: its hosts are called localhost.
    "emulation-or-proot": rf"{EMULATION}|proot|termux|startarch|\w@localhost:",
    "emulation-or-build": rf"{EMULATION}|{BUILD}",
    # Rosetta says why, and then ends itself with a trap.
    "emulation-or-build-but-rosetta": rf"\A(?![\s\S]*?rosetta error)[\s\S]*?(?:{EMULATION}|{BUILD})",
    # As they are named in messages, with or without the underscores.
    "syscall-name": r"copy.?file.?range|\bclone3\b|\bstatx\b|faccessat2|fchmodat2|openat2|close_range|clock_gettime"
    r"|io_uring(?!: |_)[^\n]{0,20}setup|\brseq\b|pidfd|libseccomp|seccomp",
    # Who unpacks packages or works below /root is root.
    "root": r"/root/|root@|\bsudo\b|dpkg|\bapt\b|apt-get|docker|podman|#\d{1,3} \d|\./control|build-deb",
    # Calls that emulators lack; where a kernel lacks one, it is an old one.
    "emulation-or-lacking": rf"\A(?![\s\S]{{0,4000}}?(?:semlock|/dev/shm|sem_open"
    rf"|synchronize))[\s\S]*?(?:{EMULATION}|inotify"
    r"|semop|futex|robust_list|getdomainname|subvolume|pi-lock"
    rf"|watcher|proot|ptrace|strace|\bgdb\b|io_uring|io_queue|libaio|epoll"
    r"|os error 38|/dev/video|v4l2|perf_event|openat2|faccessat2|clone3|close_range|pidfd)",
    "emulator": r"qemu|buildx|docker|podman|--platform|emulat|binfmt|cross",
    # Tools of every kind look for programs in $PATH.
    "engine-looked": r"\boci\b|container|daemon|runc\b|crun\b|docker|podman|kubelet|kubernetes|\bpod\b|rpc error"
    r"|buildkit|entrypoint|exec failed|#\d{1,4} \d"
    r"|stat /|open executable|executable file [`'\"]|exec: \"\.{0,2}/"
    # A shell that is missing is one of an image, unless another tool looked for it.
    r"|(?:^|\n)\W{0,4}exec: \"(?:ba|da|a|z)?sh\": executable file not found in \$path",
    "name-against-metadata": r"(?:^|\n)[^\n]{0,60}\binspect [^\n]{0,200}?(?<!linux)[-_:/](?:"
    r"(?:arm64|aarch64|armhf|arm64v8)\b(?:(?!\"architecture\")[\s\S]){0,600}\"architecture\": ?\"amd64\""
    r"|(?:amd64|x86_64)\b(?:(?!\"architecture\")[\s\S]){0,600}\"architecture\": ?\"arm)",
    "emulator-run": r"(?:^|[\n$#] ?|/)qemu-(?!system|img|nbd|kvm)[a-z0-9_]{2,16}(?:-static)? (?!failed)\S",
    "engine-run": r"(?:docker|podman|nerdctl)[^\n]{0,20} (?:run|start|exec|build)\b|\nstep \d",
    "engine": r"docker|podman|kubectl|exited with code|(?<![\w.-])[\w.-]{1,60}[_-]1 {1,32}\|",
    "entry": r"interpreter /",
    # sudo on a desktop has other reasons: nosuid, a wrong owner.
    "emulated-sudo": rf"{EMULATION}|{BUILD}|docker|podman|container",
}
