"""QEMU in user mode, Rosetta, box64 and FEX, and what the programs they run say."""

from qemudoctor.errors.signatures.signature import ERRNO, Signature

_QEMU = (
    r"(?:[\w./-]{0,200}/)?(?:qemu-(?!system|img|nbd)[a-z0-9_]{2,16}(?:-static)?|[a-z0-9_]{3,16}-binfmt(?:-P)?"
    r"|\.buildkit_qemu_emulator|qemu)"
)

ROWS: tuple[Signature, ...] = (
    Signature(
        "qemu-signal",
        "qemu-signal",
        "qemu",
        ("target signal",),
        r"qemu: uncaught target signal (?P<signal>\d{1,2})",
        source="QEMU linux-user/signal.c dump_core_and_abort",
    ),
    Signature(
        "qemu-own-signal",
        "qemu-crash-sure",
        "qemu",
        ("qemu: ", "qemu internal", "qemu_"),
        r"(?:QEMU internal SIG(?P<signal_name>[A-Z]{3,5})|qemu: unhandled CPU exception|qemu: fatal: "
        r"|qemu: host signal|qemu: uncaught host signal)",
        source="QEMU linux-user/signal.c, cpu_loop.c",
    ),
    Signature(
        "qemu-assertion",
        "qemu-crash-sure",
        "qemu",
        ("assert", "bail out", "error:..", "tcg", "qemu_thread_create"),
        r"(?:qemu|accel/tcg|linux-user|tcg/|target/|/cputlb|tb_gen_code|page_set_flags)[^\n]{0,300}assert"
        r"|(?:ERROR:|assertion|bail out)[^\n]{0,300}(?:accel/tcg|linux-user|tcg/|qemu|/qom/|target/)"
        r"|qemu[^\n]{0,60}(?:tcg[^\n]{0,20}fatal|qemu_thread_create)",
        source="QEMU: g_assert and assert",
    ),
    Signature(
        "qemu-guest-space",
        "guest-space",
        "qemu",
        (
            "guest_base",
            "guest address space",
            "virtual address space",
            "virtual address spac",
            "guest address mapping",
            "mmap_min_addr",
        ),
        r"(?:unable to reserve 0x[0-9a-f]{1,16} bytes of virtual address space|unable to find a guest_base"
        r"|for use as guest address space|requires (?:more than reserved )?virtual address spac"
        r"|guest address (?:space|mapping)|qemu[^\n]{0,100}mmap_min_addr|unable to mmap|cannot allocate guest)",
        source="QEMU linux-user/elfload.c probe_guest_base",
    ),
    Signature(
        "qemu-cpu-model",
        "qemu-cpu-model",
        "qemu",
        ("unable to find cpu model",),
        rf"{_QEMU}: unable to find CPU model",
        source="QEMU linux-user/main.c",
    ),
    Signature(
        "qemu-syscall",
        "qemu-syscall",
        "qemu",
        (
            "unsupported syscall",
            "unknown syscall",
            "unimplemented syscall",
            "unsupported ioctl",
            "unsupported setsockopt",
            "unsupported getsockopt",
            "unsupported socketcall",
            "unsupported ancillary",
            "unsupported semctl",
            "not yet supported",
            "unsupported clone",
        ),
        r"(?:(?:unsupported|unknown|unimplemented) syscall:? ?(?P<syscall>\d{1,4}|[a-z_0-9]{2,32})"
        r"|unsupported (?:ioctl|setsockopt|getsockopt|socketcall|ancillary data|semctl|clone)"
        r"|[gs]etsockopt level=\d{1,4} optname=\d{1,4} not yet supported)",
        errno="ENOSYS",
        source="QEMU linux-user/syscall.c, unimp log",
    ),
    Signature(
        "qemu-loader",
        "guest-loader",
        "qemu",
        ("could not open '",),
        rf"(?P<emulator>{_QEMU}): could not open '(?P<interpreter>[^']{{1,400}})'",
        errno="ENOENT",
        source="QEMU linux-user/elfload.c load_elf_interp",
    ),
    Signature(
        "loader-missing",
        "guest-loader",
        "qemu",
        ("could not open '/lib", "failed to open elf at"),
        r"(?:could not open|failed to open elf at) '?(?P<interpreter>/(?:lib|usr|system|nix)[^'\s:]{0,200})",
        errno="ENOENT",
        source="QEMU linux-user/elfload.c; Rosetta",
    ),
    Signature(
        "loader-named",
        "guest-loader",
        "qemu",
        ("/ld-", "/ld.so", "linker"),
        r"(?:^|: |['\" ])(?P<interpreter>/(?:lib|usr|system|nix)[\w./-]{0,120}/?(?:ld-(?:linux|musl"
        r"|uClibc)[\w.-]{0,40}|ld(?:64)?\.so\.\d|linker(?:64)?))['\"]?: no such file or directory",
        errno="ENOENT",
        source="QEMU before 5.2 linux-user/elfload.c",
    ),
    Signature(
        "box64-wrong",
        "qemu-wrong-elf",
        "other",
        ("not a x86", "not an x86", "not a valid elf", "not an elf", "reading elf header"),
        r"error: reading elf header of [^\n]{1,300}|(?:box(?:64|86)|fex)[^\n]{0,200}not an? (?:x86|valid elf|elf)"
        r"|not an? x86(?:_64)? elf",
        errno="ENOEXEC",
        source="box64, box86",
    ),
    Signature(
        "box64-loader",
        "guest-loader",
        "other",
        ("error loading needed lib", "box64", "box86"),
        r"(?:box64|box86)[^\n]{0,100}(?:error (?:loading|initializing) (?:needed )?(?:lib|dlopen)|cannot find"
        r"|file is not found)|error loading needed lib",
        errno="ENOENT",
        source="box64, box86",
    ),
    Signature(
        "qemu-wrong-elf",
        "qemu-wrong-elf",
        "qemu",
        ("invalid elf image", "not a elf", "is not an elf"),
        r"(?:(?P<program>[^\s:]{1,400}): )?invalid ELF image for this\W{1,3}architecture",
        errno="ENOEXEC",
        source="QEMU linux-user/elfload.c load_elf_image",
    ),
    Signature(
        "qemu-while-opening",
        "qemu-while-opening",
        "qemu",
        ("error while loading /", "error while loading ./"),
        r"^(?:[\w./-]{0,60}: )?error while loading (?!shared)(?P<program>[^\s:]{1,400}): no such file or directory",
        errno="ENOENT",
        source="QEMU linux-user/main.c: the program that it was given is not there",
    ),
    Signature(
        "qemu-while-loading",
        "qemu-while-loading",
        "qemu",
        ("error while loading /", "error while loading ./", "error while loading :"),
        rf"error while loading (?!shared)(?P<program>[^\s:]{{0,400}}): {ERRNO}",
        source="QEMU linux-user/main.c",
    ),
    Signature(
        "qemu-mapping-memory",
        "guest-space",
        "qemu",
        ("error mapping file",),
        r"error mapping file:\s{0,8}(?:cannot allocate memory|operation not permitted|$)",
        errno="ENOMEM",
        source="QEMU linux-user/elfload.c",
    ),
    Signature(
        "qemu-own-words",
        "qemu-own-words",
        "qemu",
        ("qemu: ", "qemu:"),
        r"^qemu: ?(?:handle_cpu_signal|unhandled|fatal|internal error|assert|uncaught)",
        source="QEMU linux-user, accel/tcg: what it says of itself",
    ),
    Signature(
        "qemu-mapping",
        "damaged-guest",
        "qemu",
        ("error mapping file",),
        r"error mapping file: (?P<errno>invalid argument|no such device|operation not permitted)",
        source="QEMU linux-user/elfload.c",
    ),
    Signature(
        "qemu-usage",
        "argv-shift",
        "qemu",
        ("qemu-",),
        rf"(?:usage: {_QEMU} \[options\] program|no user program specified|{_QEMU}: (?:no user program"
        rf"|unknown option))",
        source="QEMU linux-user/main.c",
    ),
    Signature(
        "qemu-cpu",
        "cpu-level",
        "qemu",
        ("tcg doesn't support requested feature", "unable to find cpu definition", "unable to find sparc cpu"),
        r"TCG doesn't support requested feature|unable to find CPU definition",
        source="QEMU target/i386/cpu.c",
    ),
    Signature(
        "rosetta-assertion",
        "rosetta",
        "rosetta",
        (
            "abi_info",
            "install-rosetta",
            "rosetta is not",
            "threadcontext",
            "emulated forward",
            "emulateforward",
            "assertion failed [",
        ),
        r"abi_info\.kind|install-rosetta|Rosetta is not (?:installed|supported|available)"
        r"|ThreadContext\w{0,40}\.cpp|emulated? ?forward"
        r"|assertion failed \[[^\n]{1,300}\]:",
        errno=None,
        source="Apple Rosetta",
    ),
    Signature(
        "glib-assertion",
        "qemu-crash-sure",
        "qemu",
        ("error:../", "bail out!"),
        r"ERROR:\.\./[\w./-]{1,80}\.(?:c|h|inc):\d{1,6}:\w{1,80}: assertion failed",
        source="QEMU: g_assert",
    ),
    Signature(
        "emulator-x86-permission",
        "noexec",
        "other",
        ("is not an executable file",),
        r"\bbox(?:86|64)\b[^\n]{0,300}is not an executable file",
        errno="EACCES",
        source="box86, box64",
    ),
    Signature(
        "mono-took-it",
        "wrong-entry",
        "other",
        ("valid cil image",),
        r"file does not contain a valid CIL image",
        errno="ENOEXEC",
        source="Mono: an entry for the magic MZ that takes other programs, too",
    ),
    Signature(
        "homebrew-rosetta",
        "rosetta",
        "rosetta",
        ("under rosetta",),
        r"cannot install under rosetta 2|not supported under rosetta|(?:fails|crashes|broken) under rosetta",
        source="Homebrew; programs that look whether Rosetta runs them",
    ),
    Signature(
        "rosetta-syscall",
        "rosetta",
        "rosetta",
        ("rosetta error", "rosetta is only intended", "rosetta:"),
        r"rosetta error: (?!failed to open elf at /lib)|rosetta is only intended to run on apple silicon|/rosetta: "
        r"|rosetta: ",
        source="Apple Rosetta for Linux",
    ),
)
