"""Loaders of libraries, and programs that look at the CPU before they start."""

from qemudoctor.errors.signatures.signature import Signature

# Names of glibc that musl has not, or had not for long.
_OF_GLIBC = (
    r"__\w{2,40}_chk|__(?:register_atfork|strdup|strtok_r|strftime_l|strtol_internal|isnan[fl]?|isinf[fl]?|finite[fl]?"
    r"|res_\w{1,20}|sched_cpucount|rawmemchr|open64|read|write|pread64|pwrite64|lseek64|l?f?xstat(?:64)?)"
    r"|backtrace\w{0,20}|gnu_get_libc\w{0,20}|pthread_\w{1,40}_np|qsort_r|fts_\w{1,12}|mallinfo2?|mallopt|malloc_trim"
    r"|initstate_r|s?random_r|(?:fopen|open|lseek|[fl]?stat|fcntl|mmap|pread|pwrite|f?truncate|readdir|f?statfs|mkstemp"
    r"|[gs]etrlimit)64"
)

ROWS: tuple[Signature, ...] = (
    # Loaders of libraries
    Signature(
        "wrong-elf-class",
        "wrong-library",
        "other",
        ("wrong elf class",),
        r"(?:(?<![^\s:])(?P<program>[^\s:]{1,300}): )?wrong ELF class: _?(?P<platform>ELFCLASS\d\d)",
        source="glibc elf/dl-load.c",
    ),
    Signature(
        "mach-o",
        "wrong-library",
        "other",
        ("mach-o", "incompatible architecture", "wrong architecture"),
        r"(?:mach-o(?: file)?,? but (?:is an incompatible|wrong) architecture|incompatible architecture \(have"
        r"|no matching architecture in universal wrapper|mach-o)",
        source="macOS dyld",
    ),
    Signature(
        "musl-library-format",
        "library-format",
        "other",
        ("error loading shared library",),
        r"error loading shared library (?P<program>[^\s:]{1,200}): exec format error",
        errno="ENOEXEC",
        source="musl ldso/dynlink.c",
    ),
    Signature(
        "library-refused",
        "library-refused",
        "other",
        ("error while loading shared libraries",),
        r"error while loading shared libraries: (?P<interpreter>[^\s:]{1,200}): cannot open shared object file: "
        r"(?P<errno>permission denied)",
        source="glibc elf/dl-load.c",
    ),
    Signature(
        "musl-loader-missing",
        "glibc-on-musl",
        "other",
        ("error loading shared library",),
        r"error loading shared library (?P<interpreter>ld-linux[\w.-]{1,60}): no such file",
        errno="ENOENT",
        source="musl ldso/dynlink.c",
    ),
    Signature(
        "musl-relocating",
        "glibc-relocating",
        "other",
        ("error relocating",),
        rf"error relocating (?P<program>[^\s:]{{1,200}}): (?:{_OF_GLIBC}): symbol not found",
        source="musl ldso/dynlink.c",
    ),
    Signature(
        "musl-libc-missing",
        "glibc-on-musl",
        "other",
        ("libc.musl", "ld-linux", "ld-musl"),
        r"(?P<interpreter>(?:libc\.musl|ld-musl|ld-linux)[\w.-]{1,40}): cannot open shared object file",
        errno="ENOENT",
        source="glibc elf/dl-load.c",
    ),
    Signature(
        "invalid-elf-header-node",
        "wrong-library",
        "node",
        ("invalid elf header",),
        r"(?<![^\s:])(?P<program>[^\s:]{1,300}\.node): invalid ELF header",
        source="glibc elf/dl-load.c, from Node.js process.dlopen",
    ),
    Signature(
        "invalid-elf-header",
        "no-elf-library",
        "other",
        ("invalid elf header",),
        r"(?<![^\s:])(?P<program>[^\s:]{1,300}) ?: invalid ELF header",
        source="glibc elf/dl-load.c",
    ),
    Signature(
        "ldconfig-truncated",
        "damaged-library",
        "other",
        (" is truncated",),
        r"ldconfig: (?:file )?(?P<program>\S{1,300}) is truncated",
        source="glibc elf/readlib.c",
    ),
    Signature(
        "ldconfig-machine",
        "wrong-library",
        "other",
        ("for unknown machine",),
        r"(?<!\S)(?P<program>\S{1,300}) is for unknown machine \d",
        source="glibc elf/readelflib.c",
    ),
    Signature(
        "android-emulator-library",
        "emulator-dynamic",
        "other",
        ("cannot link executable",),
        r"cannot link executable \"(?P<interpreter>(?:[\w./-]{0,200}/)?qemu-(?!system|img)[a-z0-9_-]{2,24})\"",
        errno="ENOENT",
        source="Android linker: a dynamic emulator",
    ),
    Signature(
        "android-guest-library",
        "guest-library",
        "other",
        ("cannot link executable",),
        r"cannot link executable \"(?P<program>[^\"\n]{1,300})\": library \"[^\"\n]{1,120}\" not found",
        errno="ENOENT",
        source="Android linker",
    ),
    Signature(
        "library-too-short",
        "damaged-library",
        "other",
        ("file too short", "past end of file"),
        r"(?<![^\s:])(?P<program>[^\s:]{1,300}): (?:file too short|ELF load command past end of file)",
        source="glibc elf/dl-load.c",
    ),
    Signature(
        "linker",
        "wrong-library",
        "other",
        ("in wrong format", "attempting to link"),
        r"file in wrong format|building for \w{1,20}-\w{1,20},? but attempting to link",
        source="GNU ld; Apple ld",
    ),
    Signature(
        "windows-format",
        "windows-format",
        "other",
        ("badimageformat", "incorrect format", "valid win32 application", "有效的 win32", "error 193", "error: 193"),
        r"%1 is not a valid win32 application|%1 不是有效的 win32|win32 error 193|\[error: 193\]"
        r"|BadImageFormatException(?![^\n]{0,200}bad il format)"
        r"|attempt was made to load a program with an incorrect format",
        source="Windows ERROR_BAD_EXE_FORMAT (193); .NET COR_E_BADIMAGEFORMAT",
    ),
    Signature(
        "executable-stack",
        "executable-stack",
        "other",
        ("executable stack",),
        r"cannot enable executable stack as shared object requires: permission denied",
        errno="EACCES",
        source="glibc elf/dl-load.c: SELinux or another policy refuses it",
    ),
    Signature(
        "freebsd-loader",
        "other-loader",
        "kernel",
        ("elf interpreter /",),
        r"ELF interpreter (?P<interpreter>/\S{1,200}) not found(?!, error 8)",
        errno="ENOENT",
        source="FreeBSD sys/kern/imgact_elf.c",
    ),
    Signature(
        "freebsd-loader-format",
        "library-format",
        "kernel",
        ("elf interpreter /",),
        r"ELF interpreter (?P<interpreter>/\S{1,200}) not found, error 8",
        errno="ENOEXEC",
        source="FreeBSD sys/kern/imgact_elf.c: error 8 is ENOEXEC",
    ),
    Signature(
        "library-unreadable",
        "library-unreadable",
        "other",
        ("cannot read file data",),
        r"error while loading shared libraries: (?P<interpreter>[^\s:]{1,200}): cannot read file data(?!: is a)",
        source="glibc elf/dl-load.c",
    ),
    Signature(
        "library-machine",
        "wrong-library",
        "other",
        ("e_machine", "not a valid elf", "elf file's phentsize", "instead of ", " bit program", "elf executable for"),
        r"(?:is for EM_\w{1,20} \(\d{1,3}\) instead of|is (?:32|64)-bit instead of (?:32|64)-bit|is a (?:32"
        r"|64) bit program whereas"
        r"|has unexpected e_machine|\d{1,3} \((?:EM_|[^)\n]{0,20}machine)[^)\n]{0,24}\) instead of"
        r"|cannot open shared object file: .{0,40}e_machine"
        r"|is not an ELF executable for \w{2,12}|not a valid ELF)",
        source="Android linker; uClibc ldso; proot; glibc",
    ),
    Signature(
        "emulator-library",
        "emulator-dynamic",
        "other",
        ("error while loading shared libraries",),
        r"(?<![\w./-])(?P<interpreter>(?:[\w./-]{0,200}/)?qemu-(?!system|img|nbd|ga"
        r"|io)[a-z0-9_-]{2,24}): error while loading shared libraries",
        errno="ENOENT",
        source="glibc elf/dl-load.c: a dynamic emulator",
    ),
    Signature(
        "guest-library-call",
        "function-missing",
        "other",
        ("error 38",),
        r"error while loading shared libraries: [^\n]{1,200}: error 38\b",
        errno="ENOSYS",
        source="glibc elf/dl-load.c: a system call that the emulator lacks",
    ),
    Signature(
        "guest-library",
        "guest-library",
        "other",
        ("error while loading shared libraries",),
        r"error while loading shared libraries: (?P<interpreter>[^\s:]{1,200})"
        r": cannot open shared object file",
        errno="ENOENT",
        source="glibc elf/dl-load.c",
    ),
    Signature(
        "page-aligned",
        "page-size",
        "other",
        ("page-aligned", "elf load command"),
        r"ELF load command (?:address/offset|alignment) not (?:properly )?(?:page-)?aligned|not page-aligned"
        r"|command address/offset not page$",
        source="glibc elf/dl-load.c",
    ),
    Signature(
        "page-size-asked",
        "page-size-asked",
        "other",
        ("getconf pagesize", "getconf page_size"),
        r"getconf page_?size",
        source="getconf(1)",
    ),
    Signature(
        "kernel-pages",
        "page-size",
        "other",
        ("k pages", "kb pages", "kib pages", "k page"),
        r"(?:requires?|needs?|supports? only|only supports?|built for|expects?)[^\n]{0,40}\b(?:4|16|64) ?(?:k|kb"
        r"|kib)[ -]pages?"
        r"|(?:4|16|64) ?(?:k|kb|kib)[ -]pages?[^\n]{0,40}(?:not supported|unsupported|required)"
        r"|(?:cannot|can't|does not|doesn't|won't)[^\n]{0,40}\b(?:4|16|64) ?(?:k|kb|kib)[ -]page",
        source="programs that look at the page size",
    ),
    Signature(
        "jemalloc-page",
        "page-size",
        "other",
        ("page size", "pagesize", "page_size"),
        r"unsupported system page size|page.?size[^\n]{0,60}(?:not supported|unsupported|mismatch|16384|65536|16k|64k"
        r"|must be|expected)|(?:unsupported|unexpected|invalid|wrong)[^\n]{0,20}page.?size|(?:compiled|built) (?:with"
        r"|for)[^\n]{0,60}page size|page size (?:mismatch|of \d{4,6} )|unexpected page ?size",
        source="jemalloc src/pages.c",
    ),
    # Instructions
    Signature(
        "glibc-isa",
        "cpu-level",
        "other",
        ("x86-64-v", "isa level"),
        r"(?:CPU does not support (?P<platform>x86-64-v\d)|CPU ISA level is lower than required"
        r"|requires (?:at least )?x86-64-v\d)",
        source="glibc sysdeps/x86/dl-get-cpu-features.c",
    ),
    Signature(
        "cpu-requirement",
        "cpu-level",
        "other",
        ("avx", "sse4", "cpu ", "processor", "armv8", "baseline"),
        r"(?:^(?![^\n]{0,400}(?:virtuali|VT-x|\bSVM\b|KVM))[^\n]{0,400}?\bCPU (?:lacks|has no|does not have"
        r"|doesn't have|is missing) [^\n]{0,40}(?:support|hardware"
        r"|instruction|extension)"
        r"|requires a newer (?:\w{1,12} )?processor|feature is not available on this (?:processor|cpu)"
        r"|(?:requires?|needs?|compiled (?:with|to use)"
        r"|built with|missing|without|lacks?|does(?:n't| not) (?:have"
        r"|support)|not support(?:ed)?|support for)[^\n]{0,100}(?:\bAVX2?\b|\bAVX-?512|\bSSE4|\bSSSE3|x86-64-v\d"
        r"|\bBMI2?\b|\bPOPCNT|\bFMA\b|ARMv\d\.\d-A|\bLSE\b|\bNEON\b|\bAES-NI)"
        r"|(?:AVX2?|SSE4[._]?[12]?|SSSE3|ARMv\d\.\d-A|NEON)[^\n]{0,80}(?:not supported|not available|aren't available"
        r"|unsupported|is required|instructions?,? but)"
        r"|your machine doesn't support|baseline optimizations"
        r"|please verify that both the operating system and the processor support"
        r"|(?:processor|CPU)(?: does not| doesn't)[^\n]{0,40}(?:support|have)[^\n]{0,60}(?:instruction|feature"
        r"|extension))",
        source="MongoDB, TensorFlow, NumPy, Bun and other programs that look before they start",
    ),
    # Go and glibc under an emulator
    Signature(
        "go-lfstack",
        "qemu-crash-sure",
        "go",
        ("lfstack.push", "taggedpointer"),
        r"(?:lfstack\.push (?:invalid packing)?|taggedPointerPack|runtime: bad lfnode address)",
        source="Go runtime/lfstack.go",
    ),
    Signature(
        "go-newosproc",
        "emulated-syscall",
        "go",
        ("new os thread",),
        r"failed to create new OS thread \([^)]{0,60}errno=(?:22|38)\)",
        errno="EINVAL",
        source="Go runtime/os_linux.go newosproc",
    ),
    Signature(
        "go-epoll",
        "emulated-syscall",
        "go",
        ("failed with 38", "errno=38"),
        r"(?:runtime: |epoll|futex|netpoll)[^\n]{0,120}(?:failed with 38|errno=38)",
        errno="ENOSYS",
        source="Go runtime/netpoll_epoll.go",
    ),
    Signature(
        "glibc-futex",
        "emulated-syscall",
        "other",
        ("futex facility",),
        r"the futex facility returned an unexpected error code",
        source="glibc nptl/futex-internal.h",
    ),
    Signature(
        "pthread-eperm",
        "seccomp",
        "other",
        ("pthread_create", "thread failed to start", "thread creation failed", "can't start new thread"),
        r"(?:getaddrinfo\(\) thread failed to start|pthread_create failed[^\n]{0,80}(?:operation not permitted|EPERM)"
        r"|pthread_create[^\n]{0,60}operation not permitted)",
        errno="EPERM",
        source="curl lib/asyn-thread.c; Go runtime/cgo: clone3 refused with EPERM instead of ENOSYS",
    ),
    # Package managers
    Signature(
        "dpkg-architecture",
        "package-architecture",
        "other",
        ("architecture",),
        r"package architecture ?\((?P<platform>\w{2,12})\) ?does not match system|has invalid architecture"
        r"|is intended for a (?:different|\w{2,12}) architecture|unsupported architecture[: ]"
        r"|does not have a compatible architecture|due to incompatible architecture|incompatible with the architectures"
        r" configured",
        source="dpkg src/main/unpack.c; rpm",
    ),
    Signature(
        "go-amd64-level",
        "cpu-level",
        "go",
        ("microarchitecture support",),
        r"can only be run on AMD64 processors with v\d microarchitecture support",
        source="Go runtime/asm_amd64.s: built with GOAMD64 above v1",
    ),
    Signature(
        "appimage-interpreter",
        "emulator-dynamic",
        "other",
        ("appimagelauncher: error while",),
        r"/bin/AppImageLauncher: error while loading shared libraries: (?P<interpreter>[^\s:]{1,200})",
        errno="ENOENT",
        source="AppImageLauncher: it registers itself as the interpreter of AppImages",
    ),
)
