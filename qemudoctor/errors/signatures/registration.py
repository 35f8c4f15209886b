"""Whoever mounts binfmt_misc, loads its module or registers emulators."""

from qemudoctor.errors.signatures.signature import ERRNO, Signature

_REFUSALS = (
    r"(?P<errno>invalid argument|file exists|no such file or directory|no such device|permission denied"
    r"|operation not permitted|read-only file system|not permitted|i/o error|input/output error"
    r"|too many levels of symbolic links)"
)

ROWS: tuple[Signature, ...] = (
    # Before all others, whose words it holds.
    Signature(
        "register-was-read",
        "",
        "other",
        ("binfmt_misc/register: ",),
        r"(?:grep|cat|find|head|less|more|tar|rsync|cp): [^\n]{0,40}/binfmt_misc/register: (?:invalid argument"
        r"|permission denied)",
        source="Linux fs/binfmt_misc.c: the file can only be written",
    ),
    # The module
    Signature(
        "modprobe-refused",
        "register-permission",
        "kernel",
        ("binfmt_misc", "binfmt-misc"),
        r"(?:modprobe|insmod): [^\n]{0,200}binfmt[_-]misc[^\n]{0,20}: "
        r"(?P<errno>operation not permitted|permission denied)",
        source="kmod tools/modprobe.c: the module was found, and whoever loads it may not",
    ),
    Signature(
        "modprobe-of-another",
        "module-of-another",
        "kernel",
        ("binfmt_misc", "binfmt-misc"),
        r"(?:modprobe|insmod): [^\n]{0,200}binfmt[_-]misc[^\n]{0,20}: (?P<errno>exec format error|invalid argument)",
        source="kmod tools/modprobe.c: the module was built for another kernel",
    ),
    Signature(
        "modprobe",
        "module",
        "kernel",
        ("modprobe", "binfmt_misc not found", "module binfmt_misc"),
        r"modprobe: [^\n]{0,200}binfmt[_-]misc|module binfmt_misc (?:is )?not (?:found|loaded)"
        r"|could not insert '?binfmt_misc",
        errno="ENOENT",
        source="kmod tools/modprobe.c",
    ),
    Signature(
        "modprobe-without-modules",
        "module-index",
        "kernel",
        ("moddep file",),
        r"modprobe: [^\n]{0,100}moddep file",
        errno="ENOENT",
        source="kmod libkmod/libkmod.c: no modules of the kernel that runs",
    ),
    Signature(
        "no-support",
        "module",
        "binfmt-register-script",
        ("binfmt",),
        r"no binfmt support in the kernel|kernel (?:is missing|does not|doesn't|without)[^\n]{0,60}binfmt"
        r"|binfmt_misc (?:is )?not (?:available|supported)|need support for [\"']?misc binaries"
        r"|CONFIG_BINFMT_MISC[^\n]{0,40}(?:not set|is not|missing)|couldn't load the binfmt_misc module"
        r"|unknown filesystem type '?binfmt_misc|couldn't load binfmt_misc",
        errno="ENODEV",
        source="multiarch register.sh; update-binfmts; mount(8)",
    ),
    Signature(
        "module-but-no-directory",
        "not-mounted-or-module",
        "update-binfmts",
        ("binfmt_misc",),
        r"binfmt_misc module seemed to be loaded, but no|no /proc/sys/fs/binfmt_misc"
        r"|/proc/sys/fs/binfmt_misc(?: is)? not (?:mounted|found|a mount)|binfmt_misc(?: is)? not mounted"
        r"|binfmt_misc filesystem (?:is )?not",
        source="update-binfmts",
    ),
    # The mount
    Signature(
        "mount-point-missing",
        "mount-point-missing",
        "update-binfmts",
        ("mount point does not exist",),
        r"binfmt_misc[^\n]{0,40}mount point does not exist",
        errno="ENOENT",
        source="mount(8)",
    ),
    Signature(
        "mount-unit",
        "mount-unit",
        "systemd-binfmt",
        ("executable file formats", "arbitrary executable", "binfmt_misc.mount", "binfmt_misc.automount"),
        r"(?:\[(?:unsupp|failed|depend)\]|failed|not supported|unsupported|dependency)[^\n]{0,80}arbitrary executable"
        r"|arbitrary executable[^\n]{0,80}(?:not supported|failed|unsupported)|proc-sys-fs-binfmt_misc\.(?:auto)?mount:"
        r" [^\n]{0,80}(?:fail|not|hangup|process exited(?![^\n]{0,60}status=0))",
        source="systemd units/proc-sys-fs-binfmt_misc.automount",
    ),
    Signature(
        "busybox-mount",
        "mount-as-whom",
        "binfmt-register-script",
        ("are you root", "must be superuser", "only root can"),
        r"mount: (?:[^\n]{0,80}: )?(?:permission denied \(are you root|must be superuser|only root can)",
        errno="EPERM",
        source="busybox util-linux/mount.c, run by multiarch register.sh",
    ),
    Signature(
        "mount",
        "mount:*",
        "binfmt-register-script",
        ("binfmt_misc",),
        rf"(?:cannot mount|couldn't mount|mounting|mount(?:\(2\))?:? "
        rf"|failed to mount)[^\n]{{0,200}}binfmt_misc[^\n]{{0,200}}?{_REFUSALS}|(?:cannot"
        rf"|couldn't|could not|can't|unable to|failed to) mount (?:the )?[^\n]{{0,30}}binfmt_misc"
        rf"|failed to mount arbitrary executable",
        source="tonistiigi/binfmt cmd/binfmt/main.go; multiarch register.sh; update-binfmts; mount(8)",
    ),
    Signature(
        "binfmt-loop",
        "mount:ELOOP",
        "systemd-binfmt",
        ("binfmt",),
        r"binfmt[^\n]{0,200}too many levels of symbolic links",
        errno="ELOOP",
        source="a dead automount of systemd",
    ),
    # The register file
    Signature(
        "tonistiigi",
        "tonistiigi:*",
        "binfmt-register-script",
        ("cannot register",),
        rf"cannot register \"(?P<interpreter>[^\"]{{1,200}})\"[^\n]{{0,300}}?: {_REFUSALS}",
        source="tonistiigi/binfmt cmd/binfmt/main.go",
    ),
    Signature(
        "tonistiigi-early",
        "tonistiigi:*",
        "binfmt-register-script",
        ("installing: ",),
        rf"installing: \S{{1,20}} cannot write to [^\n]{{0,100}}: {_REFUSALS}",
        source="tonistiigi/binfmt cmd/binfmt/main.go before 2022",
    ),
    Signature(
        "entry-not-there",
        "entry-not-there",
        "other",
        ("binfmt_misc/",),
        r"/proc/sys/fs/binfmt_misc/(?!register\b|status\b)(?P<interpreter>[\w.-]{1,40})['\"]?"
        r"(?: for (?:reading|writing))?: (?:no such file or directory|nonexistent directory|directory nonexistent)",
        errno="ENOENT",
        source="ls, cat and shells: a file of one entry",
    ),
    Signature(
        "register-missing",
        "register-file-missing",
        "dash",
        ("nonexistent directory", "directory nonexistent", "binfmt_misc/"),
        r"(?:can't create|cannot create|cannot open|can't open|unable to open|could not open|cannot access|open|cat:"
        r"|ls:|tee:|bash:|sh:|line \d{1,4}:"
        r"|echo[^\n]{0,40}:)[^\n]{0,60}/proc/sys/fs/binfmt_misc(?:/[\w.-]{0,40})?['\"]?(?: for (?:reading"
        r"|writing))?: (?:nonexistent directory"
        r"|directory nonexistent|no such file or directory)",
        errno="ENOENT",
        source="shells; update-binfmts",
    ),
    Signature(
        "register-denied",
        "register-permission",
        "bash",
        ("binfmt_misc",),
        r"binfmt_misc[^\n]{0,120}?(?P<errno>permission denied|operation not permitted|read-only file system)",
        source="shells, tee, cp, mount",
    ),
    Signature(
        "register-avc",
        "register-permission",
        "kernel",
        ("avc:",),
        r"avc: +denied[^\n]{0,300}binfmt_misc",
        errno="EACCES",
        source="SELinux audit",
    ),
    Signature(
        "installer-already",
        "exists-notice",
        "binfmt-register-script",
        ("already registered",),
        r"installing: [\w-]{1,40} qemu-[a-z0-9_]{2,16} already registered",
        errno="EEXIST",
        source="tonistiigi/binfmt cmd/binfmt/main.go",
    ),
    Signature(
        "register-exists-words",
        "exists",
        "binfmt-register-script",
        ("already registered", "already installed by", "already exists"),
        r"(?:binfmt|interpreter|qemu-[a-z0-9_]{2,16}|format)[^\n]{0,200}(?:already registered|already installed by"
        r"|already exists)|already registered",
        errno="EEXIST",
        source="multiarch qemu-binfmt-conf.sh; tonistiigi/binfmt; update-binfmts",
    ),
    Signature(
        "update-binfmts-record",
        "record-missing",
        "update-binfmts",
        ("/var/lib/binfmts/",),
        r"update-binfmts: [^\n]{0,80}/var/lib/binfmts/(?P<interpreter>[\w.-]{1,60}): "
        r"(?P<errno>no such file or directory)",
        source="binfmt-support src/format.c: its own records of formats",
    ),
    Signature(
        "update-binfmts-register",
        "update-binfmts:*",
        "update-binfmts",
        ("binfmt",),
        rf"update-binfmts: [^\n]{{0,200}}(?:unable to (?:close|open|write)|write to)[^\n]{{0,200}}?{_REFUSALS}",
        source="binfmt-support src/update-binfmts.c",
    ),
    Signature(
        "update-binfmts-database",
        "not-registered",
        "update-binfmts",
        ("not in database",),
        r"(?P<interpreter>[\w.-]{1,40}) not in database of installed binary formats",
        source="binfmt-support src/update-binfmts.c",
    ),
    Signature(
        "update-binfmts-no-executable",
        "emulator-missing",
        "update-binfmts",
        ("no executable",),
        r"no executable (?P<interpreter>/\S{1,200}) found",
        errno="ENOENT",
        source="binfmt-support src/update-binfmts.c",
    ),
    Signature(
        "update-binfmts-manual",
        "exists",
        "update-binfmts",
        ("manually created entry",),
        r"found manually created entry for",
        errno="EEXIST",
        source="binfmt-support src/update-binfmts.c",
    ),
    Signature(
        "update-binfmts-already",
        "exists-notice",
        "update-binfmts",
        ("already enabled in kernel",),
        r"(?P<interpreter>[\w.-]{1,40}) already enabled in kernel",
        source="binfmt-support src/update-binfmts.c",
    ),
    Signature(
        "update-binfmts-enable",
        "update-binfmts-vague",
        "update-binfmts",
        ("unable to enable binary format",),
        r"unable to enable binary format (?P<interpreter>[\w.-]{1,40})",
        source="binfmt-support src/update-binfmts.c",
    ),
    Signature(
        "display-disabled",
        "disabled",
        "update-binfmts",
        ("(disabled)", "is disabled", "disabled"),
        r"(?:qemu-[a-z0-9_]{2,16}|binfmt[\w ]{0,40}) \(disabled\)|binfmt_misc(?:/status:?| support)?(?: is)? disabled"
        r"|^disabled$",
        source="update-binfmts --display; /proc/sys/fs/binfmt_misc",
    ),
    Signature(
        "systemd-binfmt-flush",
        "systemd-flush",
        "systemd-binfmt",
        ("flush binfmt_misc",),
        rf"failed to flush binfmt_misc rules[^\n]{{0,60}}?{_REFUSALS}",
        source="systemd src/binfmt/binfmt.c",
    ),
    Signature(
        "systemd-binfmt-add",
        "systemd-add:*",
        "systemd-binfmt",
        ("failed to add binary format", "failed to delete rule", "failed to write"),
        rf"(?:failed to (?:add|write) binary format|failed to delete rule"
        rf"|failed to add[^\n]{{0,40}}format)[^\n]{{0,200}}?{_REFUSALS}",
        source="systemd src/binfmt/binfmt.c",
    ),
    Signature(
        "systemd-binfmt-unit",
        "systemd-unit",
        "systemd-binfmt",
        ("binfmt", "binary formats", "executable file formats"),
        r"failed to start (?:systemd-bi|set up additional binary)|systemd-binfmt\.service:? (?:main process exited"
        r"|failed)|dependency failed for [^\n]{0,40}(?:binary formats|executable file formats)",
        source="systemd",
    ),
    Signature(
        "entry-shown-disabled",
        "shown-disabled",
        "update-binfmts",
        ("(disabled):",),
        r"^[\w.+-]{2,60} \(disabled\):$",
        source="binfmt-support: update-binfmts --display",
    ),
    Signature(
        "register-not-opened",
        "register-not-opened",
        "other",
        ("/binfmt_misc/register",),
        r"(?:failed|unable|could not|couldn't|cannot"
        r"|can't) (?:to )?open[^\n]{0,20}/proc/sys/fs/binfmt_misc/register['\"]?$",
        source="emulators that register themselves",
    ),
    Signature(
        "windows-interoperability",
        "windows-interoperability",
        "other",
        ("interop",),
        r"WSL Interop\w{0,12} is disabled",
        source="wslu: no entry WSLInterop can be seen",
    ),
    Signature(
        "invalid-entry",
        "register-refused:EINVAL",
        "dash",
        ("binfmt: invalid entry", "invalid entry on line"),
        r"binfmt: invalid entry|invalid entry on line \d{1,4} of [^\n]{0,80}binfmt",
        errno="EINVAL",
        source="openrc binfmt.sh and its copies",
    ),
    Signature(
        "script-write-error",
        "register-refused:*",
        "binfmt-register-script",
        ("write error", "echo: i/o error", "printf: i/o error", "write failed", "write:"),
        rf"(?:echo: |printf: |sh: |bash: |tee: |(?<!sysctl: )write(?:: | error: "
        rf"| failed: ))(?:[^\n]{{0,120}}?)(?:write error: "
        rf"|printf: |echo: |write: )?{_REFUSALS}",
        source="shells: echo and printf into the register file",
    ),
    Signature(
        "register-any",
        "register-refused:*",
        "binfmt-register-script",
        ("binfmt_misc/register", "binfmt-register"),
        rf"binfmt[_-](?:misc/)?register[^\n]{{0,120}}?{_REFUSALS}",
        source="whoever writes to the register file",
    ),
    Signature(
        "script-no-access",
        "register-permission",
        "binfmt-register-script",
        ("cannot write to /proc", "must be root", "permission"),
        r"cannot write to /proc/sys/fs/binfmt_misc|binfmt[^\n]{0,100}(?:must be root|requires root"
        r"|not have permission)",
        errno="EACCES",
        source="QEMU scripts/qemu-binfmt-conf.sh",
    ),
    # Pasted entries
    Signature(
        "entry-flags",
        "entry-flags",
        "kernel",
        ("flags:",),
        r"^flags: ?(?P<syscall>[POCF]{0,4})$",
        source="/proc/sys/fs/binfmt_misc/NAME",
    ),
    Signature(
        "binfmt-d-empty",
        "not-registered",
        "systemd-binfmt",
        ("binfmt.d was not met", "binary formats was skipped", "systemd-binfmt.service being skipped"),
        r"ConditionDirectoryNotEmpty=\|?/[\w/]{1,40}/binfmt\.d was not met|binary formats was skipped because"
        r"|systemd-binfmt\.service being skipped",
        source="systemd units/systemd-binfmt.service: no file says what to register",
    ),
    Signature(
        "directory-missing",
        "register-file-missing",
        "systemd-binfmt",
        ("binfmt_misc",),
        r"/proc/sys/fs/binfmt_misc['\"]?: (?P<errno>no such file or directory)",
        source="whoever looks for the directory",
    ),
    Signature(
        "seeming-refusal",
        "register-refused:*",
        "other",
        ("binfmt",),
        rf"binfmt[^\n]{{0,200}}{ERRNO}",
        source="anything that names binfmt_misc and an errno",
        turn=1,
    ),
)
