"""What is said of architectures, emulators and entries in words of its own, without the words of an errno."""

from qemudoctor.errors.signatures.signature import PROGRAM, Signature

_ARCH = (
    r"(?:linux[/_-])?(?:amd64|x86[_-]64|x64|i[3-6]86|arm64|aarch64|armhf|armel|armv[5-8]l?|arm32|arm(?:/v\d)?|riscv64"
    r"|s390x|ppc64(?:le|el)?|mips\w{0,6}|loong\w{2,8})\b"
)
_CANNOT = (
    r"(?:cannot|can not|can't|could not|couldn't|unable to|not able to|incapable of|doesn't|does not|will not|won't"
    r"|failed to)"
)
_NOT = r"(?:n.t|not|no longer)"
_NOT_THERE = (
    rf"(?:{_NOT} (?:enabled|found|registered|available|configured|installed|set up|supported|present|loaded)|missing)"
)
_QEMU = r"qemu-(?!system|img|nbd|kvm|ga\b|guest|server|utils)[a-z0-9_]{2,16}(?:-static)?"

ROWS: tuple[Signature, ...] = (
    Signature(
        "no-entry-in-words",
        "not-registered",
        "other",
        ("binfmt", "emulat"),
        rf"(?:no|{_CANNOT} (?:find|locate|detect|get)|missing|without)(?: an?| any| the)? binfmt(?:[_-]misc)?"
        rf"(?: (?:entry|entries|handler|registration|interpreter|format|support|config\w{{0,10}}))?(?: found)?"
        rf"(?: for|,)[^\n]{{0,40}}(?:qemu|{_ARCH})"
        rf"|binfmt(?:[_-]misc)?(?: (?:entry|handler|registration|interpreter|format|support))?(?: for)? "
        rf"(?:{_QEMU}|{_ARCH})[^\n]{{0,20}}(?:is |was |are )?{_NOT_THERE}"
        rf"|emulat(?:ion|or) (?:for|of) {_ARCH}[^\n]{{0,20}}(?:is |was )?{_NOT_THERE}"
        rf"|\bno emulat(?:or|ion)(?: found)? for[^\n]{{0,20}}{_ARCH}"
        rf"|binfmt(?:[_-](?:misc|support)| and qemu)? (?:is |was |are )?(?:{_NOT} |un)(?:configured|enabled"
        rf"|set up|installed"
        rf"|registered)",
        errno="ENOEXEC",
        source="build scripts that look for an entry before they start",
    ),
    Signature(
        "image-runs-not-here",
        "said-for-another",
        "other",
        ("image", "architecture"),
        rf"(?:image|container|sif)(?:'s)?[^\n]{{0,40}}(?:targets|architecture|built for|is for)[^\n]{{0,20}}{_ARCH}"
        rf"[^\n]{{0,40}}(?:{_CANNOT}|but)[^\n]{{0,40}}{_ARCH}",
        errno="ENOEXEC",
        source="Apptainer, Singularity pkg/image; wrappers of engines",
    ),
    Signature(
        "built-for-another",
        "said-for-another",
        "other",
        ("built for", "compiled for", "meant for", "intended for", "made for", "targets "),
        rf"\b(?:built|compiled|meant|intended|made|targets) (?:for )?[^\n]{{0,24}}{_ARCH}[^\n]{{0,40}}"
        rf"\b(?:but|however|not|while|cannot|can't)\b[^\n]{{0,60}}{_ARCH}",
        errno="ENOEXEC",
        source="programs and installers that look at the machine before they start",
    ),
    Signature(
        "architecture-not-of-this-host",
        "said-for-another",
        "other",
        ("architecture",),
        rf"\bthe architecture is (?:{_NOT} |un)supported\W{{0,3}}$"
        rf"|architecture did not match \([^\n)]{{1,40}}, expected"
        rf"|architecture (?:is |was )?(?:{_NOT} |un)supported (?:by|on) this (?:host|machine|system|server)"
        rf"|architecture isn't supported by this host"
        rf"|(?:wrong|incompatible|different|mismatched|foreign) (?:cpu )?architecture[^\n]{{0,60}}{_ARCH}"
        rf"|(?:executable|binary|program|image) (?:is|was)[^\n]{{0,20}} for (?:a different|another|the wrong)"
        rf" (?:cpu |machine )?architecture"
        rf"|architecture mismatch\b[^\n]{{0,60}}{_ARCH}[^\n]{{0,60}}{_ARCH}",
        errno="ENOEXEC",
        source="LXD and Incus instance_utils; installers",
    ),
    Signature(
        "name-against-content",
        "name-against-content",
        "other",
        (": elf ",),
        # Emulators and cross tools bear the name of another architecture, and are right to.
        r"^(?![^:\n]{0,200}(?:qemu-|box64|box86|fex|-linux-(?:gnu|musl)|-none-|-eabi|-elf-|toolchain|cross|(?:arm64|aarch64)[^:\n]{0,60}(?:amd64|x86_64)|(?:amd64|x86_64)[^:\n]{0,60}(?:arm64|aarch64)))[^:\n]{0,200}?"
        r"(?:(?:arm64|aarch64|armv[678]|armhf)[^:\n]{0,100}: elf [^\n]{0,60}(?:x86-64|80386)"
        r"|(?:x86_64|amd64|x64)[^:\n]{0,100}: elf [^\n]{0,60}(?:aarch64|\bARM\b))",
        source="file(1): the name says one architecture, and the content is of another",
    ),
    Signature(
        "name-against-metadata",
        "name-against-metadata",
        "docker",
        ('"architecture":',),
        r'"architecture": ?"(?:amd64|arm64|arm)"',
        source="docker inspect, manifest inspect: the name says one architecture, and the configuration another",
    ),
    Signature(
        "no-build-for-this-platform",
        "wrong-package",
        "other",
        ("platform", "architecture", "available ", "cpu", "processor", "machine", "host", "must support"),
        rf"(?:does {_NOT}|doesn't) have (?:a|any) (?:package|build|binary"
        rf"|release)s? (?:available )?for your current platform"
        rf"|is {_NOT} available[^\n]{{0,20}} for this architecture|must support (?:amd64/linux|linux/amd64)"
        rf"|{_NOT} available (?:for|on) {_ARCH}|(?:only (?:supports|runs on|works on)|requires an?|requires) {_ARCH}"
        rf" (?:cpu|processor|architecture|system|machine|platform|host)"
        rf"|{_NOT} (?:supported|available|compatible)[^\n]{{0,30}}(?:your|this|the current|host)"
        rf" (?:platform|architecture|cpu|machine)[^\n]{{0,12}}{_ARCH}",
        source="Terraform internal/getproviders; snapd; Cloud Run; installers",
    ),
    Signature(
        "host-cannot-run",
        "not-registered",
        "other",
        ("cannot ", "can't ", "unable to", "could not"),
        rf"(?:host|system|machine|kernel|builder|runner|e:|error:)[^\n]{{0,30}}{_CANNOT} (?:run|execute|emulate) "
        rf"(?:foreign )?{_ARCH}[^\n]{{0,12}} (?:binar|executable|program|code|image|container)"
        rf"|foreign architecture {_ARCH}[^\n]{{0,12}}{_CANNOT} be (?:run|executed)",
        errno="ENOEXEC",
        source="build scripts that try before they start",
    ),
    Signature(
        "emulator-to-be-installed",
        "emulator-advised",
        "other",
        ("qemu",),
        rf"(?:please|need to|needs|must|have to|should|required?:?|requires|first)[^\n]{{0,60}}(?:install|package)"
        rf"[^\n]{{0,40}}(?P<interpreter>qemu-user(?:-static)?|{_QEMU})\b"
        rf"|(?P<interpreter2>qemu-user(?:-static)?)\b[^\n]{{0,30}} (?:must be|needs to be|has to be) installed",
        errno="ENOENT",
        source="build scripts",
    ),
    Signature(
        "emulator-named-in-words",
        "emulator-missing",
        "other",
        ("qemu",),
        rf"{_CANNOT} find[^\n]{{0,30}}(?P<interpreter>qemu[ -](?:user|static)\b)"
        rf"|\bqemu[ -](?:user[ -]?)?(?:static|emulator|interpreter)(?: binary)? (?:is |was |for [^\n]{{1,20}} )?"
        rf"(?:not (?:found|installed|available)|missing)",
        errno="ENOENT",
        source="build scripts",
    ),
    Signature(
        "registration-failed",
        "register-failed",
        "binfmt-register-script",
        ("regist", "set up binfmt", "setup binfmt"),
        rf"(?:fail\w{{0,4}}|unable|could not|couldn't|cannot|can't|error)[^\n]{{0,24}}\bregist\w{{2,7}}\b[^\n]{{0,40}}"
        rf"(?:binfmt|{_QEMU})|binfmt(?:[_-]misc)?: (?:register|registration) failed"
        rf"|registration of [^\n]{{0,30}}(?:binfmt|{_QEMU})[^\n]{{0,20}} failed",
        source="init scripts that register emulators",
    ),
    Signature(
        "interpreter-not-installed-in-kernel",
        "register-refused:ENOENT",
        "kernel",
        ("failed to install interpreter file",),
        r"failed to install interpreter file (?P<interpreter>\S{1,200})",
        errno="ENOENT",
        source="Linux fs/binfmt_misc.c bm_register_write: an entry with F",
    ),
    Signature(
        "kernel-init-format",
        "init-refused:ENOEXEC",
        "kernel",
        ("error -8)",),
        rf"(?:init|execute) ?{PROGRAM}[^\n]{{0,60}}\(error -8\)",
        errno="ENOEXEC",
        source="Linux init/main.c",
    ),
    Signature(
        "kernel-init-missing",
        "init-refused:ENOENT",
        "kernel",
        ("error -2)",),
        r"(?:exists but couldn't execute it|failed to execute (?P<program>/\S{1,200})) \(error -2\)",
        errno="ENOENT",
        source="Linux init/main.c",
    ),
    Signature(
        "kernel-format-module",
        "unknown-elf",
        "kernel",
        ("binfmt-464c",),
        r"binfmt-464c\b",
        errno="ENOEXEC",
        source="Linux fs/exec.c search_binary_handler: 464c are bytes of the magic of ELF",
    ),
    Signature(
        "emulator-memory-refused",
        "seccomp",
        "qemu",
        ("jit buffer", "mprotect failed"),
        r"(?:jit buffer|mprotect failed)[^\n]{0,20}: (?P<errno>permission denied|operation not permitted)",
        errno="EACCES",
        source="QEMU tcg/region.c, util/osdep.c: memory to write and execute, refused by SELinux",
    ),
    Signature(
        "emulator-memory-short",
        "guest-space",
        "qemu",
        ("jit buffer", "mmap", "guest commpage", "guest stack"),
        rf"jit buffer: cannot allocate memory|^mmap stack: cannot allocate"
        rf"|{_QEMU}: [^\n]{{0,40}}mmap[^\n]{{0,40}}(?:failed|cannot allocate)"
        r"|(?:allocating|protecting|mapping|reserving) guest \w{2,16}",
        errno="ENOMEM",
        source="QEMU tcg/region.c, linux-user/elfload.c init_guest_commpage",
    ),
    Signature(
        "fex-rootfs",
        "guest-loader",
        "other",
        ("rootfs", "fexinterpreter"),
        r"misconfigured x86(?:-64)? rootfs|rootfs path[^\n]{0,40}(?:doesn't|does not) exist",
        errno="ENOENT",
        source="FEX Source/Tools/FEXInterpreter",
    ),
    Signature(
        "32-bit-libraries",
        "32-bit-libraries",
        "other",
        ("32-bit lib",),
        r"missing the following 32-bit libraries",
        errno="ENOENT",
        source="Steam's launcher",
    ),
    Signature(
        "own-name-twice",
        "argv-shift",
        "other",
        ("unrecognized command", "unknown command", "unrecognised command"),
        r"(?:unrecogni[sz]ed|unknown) command [\"'](?P<program>[\w.-]{2,40})(?: (?P=program)"
        r"|[\"'] for [\"'](?P=program))[\"']"
        r"|unrecognized command [\"'](?P<program2>podman|buildah|skopeo) /"
        r"|unknown command [\"']/[\"'] for [\"'](?P<program3>podman|buildah|skopeo)",
        source="spf13/cobra: the program met its own name, or what it started itself with, among its arguments",
    ),
    Signature(
        "emulator-to-be-configured",
        "other-builder",
        "other",
        ("binfmt",),
        r"(?:emulat\w{1,4}|binfmt)[^\n]{0,60}must be (?:configured|registered|installed|enabled|set up)"
        r"|requires (?:qemu|binfmt)[^\n]{0,40}to be (?:configured|registered|installed|enabled|set up)",
        source="openSUSE osc: a native build that is none",
    ),
    Signature(
        "emulator-not-bound",
        "emulator-missing",
        "mount",
        ("mount: mounting",),
        r"mount: mounting [^\n]{0,300}(?P<interpreter>/[\w./-]{1,200}/qemu-[a-z0-9_]{2,16}-static) failed",
        source="busybox mount: there is no emulator on the host that could be bound into the root",
    ),
)
