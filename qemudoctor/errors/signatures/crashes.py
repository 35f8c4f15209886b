"""What programs, runtimes and compilers say that were killed, or that lost their way."""

from qemudoctor.errors.signatures.signature import Signature

ROWS: tuple[Signature, ...] = (
    Signature(
        "sql-server-fatal",
        "pal-crash",
        "other",
        ("encountered a fatal error and cannot continue running", "in reserved address space"),
        r"this program has encountered a fatal error and cannot continue running"
        r"|invalid mapping of address 0x[0-9a-f]{1,16} in reserved address space",
        source="SQL Server on Linux, SQLPAL",
    ),
    Signature(
        "chromium-zygote",
        "chromium-crash",
        "other",
        ("/proc/self/maps", "issinglethreaded"),
        r"failed to parse the contents of /proc/self/maps|check failed: sandbox::threadhelpers::issinglethreaded",
        source="Chromium base/debug/stack_trace_posix.cc, content/zygote/zygote_main_linux.cc",
    ),
    Signature(
        "container-segmentation",
        "contained-crash",
        "buildah",
        ("container exited on",),
        r"container exited on (?P<signal_words>segmentation fault|illegal instruction|trace/breakpoint trap)",
        source="containers/buildah run_common.go",
    ),
    Signature(
        "go-signals",
        "emulated-syscall",
        "go",
        ("rt_sigaction failure", "sigaltstack failure", "epollcreate failed", "sched_getaffinity"),
        r"fatal error: (?:rt_sigaction|sigaltstack) failure|epollcreate failed",
        errno="EINVAL",
        source="Go runtime/os_linux.go",
    ),
    Signature(
        "go-fatal",
        "emulated-crash",
        "go",
        ("fatal error: ", "fatal: morestack", "fatal: systemstack"),
        r"fatal: (?:morestack|systemstack)[^\n]{0,20} on "
        r"|fatal error: [^\n]{0,60}(?:unexpected signal|malloc deadlock|bad pointer|found bad|holding locks"
        r"|unexpected return pc|mallocgc called without|morestack|systemstack"
        r"|semasleep|futexwakeup|exitsyscall|checkdead|workbuf|bad sweepgen|mark stack)",
        source="Go runtime: throws that correct programs do not cause",
    ),
    Signature(
        "jvm-start",
        "emulated-failure",
        "java",
        ("could not create the java virtual", "fatal exception has occurred"),
        r"could not create the java virtual machine",
        source="OpenJDK, OpenJ9 launchers",
    ),
    Signature(
        "openj9-port",
        "openj9-port",
        "java",
        ("port library failed",),
        r"port library failed to initialize",
        source="OpenJ9 launcher",
    ),
    Signature(
        "jvm-crash",
        "segv",
        "java",
        ("fatal error has been detected by the java", "problematic frame", "sigsegv (0xb)"),
        r"fatal error has been detected by the java|(?P<signal_name>SIGSEGV) \(0x",
        source="OpenJDK vmError.cpp",
    ),
    Signature(
        "compiler-crash",
        "compiler-crash",
        "other",
        ("internal compiler error",),
        r"internal compiler error: (?P<signal_words>segmentation fault|illegal instruction|bus error|aborted)"
        r" signal terminated program",
        source="GCC gcc/gcc.cc",
    ),
    Signature(
        "apt-method-crash",
        "apt-method-crash",
        "other",
        ("sub-process ",),
        r"sub-process (?:https?|store|gpgv|file|copy) received signal (?P<signal>4|6|11)\b|sub-process (?:https?"
        r"|store|gpgv|file|copy) received a segmentation fault",
        source="apt-pkg/contrib/fileutl.cc",
    ),
    Signature(
        "go-unexpected-return",
        "go-stack",
        "go",
        ("unexpected return pc",),
        r"runtime: unexpected return pc for runtime\.",
        source="Go runtime/traceback.go",
    ),
    Signature(
        "sigaltstack",
        "sigaltstack",
        "other",
        ("sigaltstack failed", "set alternate signal stack"),
        r"registering new sigaltstack failed|failed to set alternate signal stack(?![^\n]{0,100}memory)",
        source="wasmtime, Erlang: old QEMUs answered sigaltstack wrongly",
    ),
    Signature(
        "crash-in-entrypoint",
        "contained-crash",
        "bash",
        ("egmentation fault", "bus error", " aborted "),
        r"^/?(?:(?:[\w.-]{1,60}/){0,6}(?:docker-)?entrypoint[\w.-]{0,20}|opt/(?:bitnami|mssql)/[\w./-]{1,60})"
        r": line \d{1,5}: {1,12}\d{1,7} (?P<signal_words>segmentation fault|bus error|aborted) ",
        source="bash jobs.c: the script that a container starts with; those of Bitnami's images",
    ),
    Signature(
        "go-toolchain-crash",
        "toolchain-crash",
        "go",
        ("signal: ",),
        r"/pkg/tool/\w{3,30}/(?:compile|link|asm|cgo|vet): signal: (?P<signal_words>segmentation fault"
        r"|illegal instruction|bus error|aborted)",
        source="cmd/go: a part of the Go toolchain",
    ),
    Signature(
        "rustc-crash",
        "toolchain-crash",
        "rust",
        ("rustc",),
        r"\brustc -vV['`]? \(signal: (?:4|5|6|7|8|11)\b|rustc interrupted by SIG(?:SEGV|ILL|BUS)",
        source="cargo; rustc: not even its version could be printed",
    ),
    Signature(
        "longjmp",
        "longjmp",
        "other",
        ("longjmp causes",),
        r"\*\*\* longjmp causes uninitialized stack frame \*\*\*",
        source="glibc debug/____longjmp_chk: stacks that a translator of programs laid out otherwise",
    ),
    Signature(
        "dotnet-restore",
        "dotnet-null",
        "other",
        ("nuget.targets(",),
        r"NuGet\.targets\(\d{1,5},\d{1,4}\): error MSB40\d\d: [^\n]{0,120}(?:NullReferenceException"
        r"|object reference not set)",
        source="dotnet restore, as under an emulator, which .NET does not support",
    ),
    Signature(
        "dotnet-msbuild",
        "emulated-failure",
        "other",
        (": error msb40", ": error msb4166"),
        r": error MSB(?:4018|4028|4063|4166): ",
        source="MSBuild: its own failures, as under an emulator, which .NET does not support",
    ),
    Signature(
        "dotnet-folder",
        "dotnet-folder",
        "other",
        ("version-numbered child folders",),
        r"does not contain any version-numbered child folders",
        source="dotnet/runtime src/native/corehost/fxr_resolver.cpp: a folder that an emulated 32-bit program"
        " cannot read",
    ),
    Signature(
        "jemalloc-not-zero",
        "jemalloc-not-zero",
        "other",
        ("<jemalloc>",),
        r"<jemalloc>: [^\n]{1,200}failed assertion: [\"']p\[i\] == 0[\"']",
        source="jemalloc src/extent.c: memory that MADV_DONTNEED did not empty, as under QEMU",
    ),
    Signature(
        "proot-signal",
        "traced-crash",
        "other",
        ("terminated with signal",),
        r"proot info: vpid \d{1,6}: terminated with signal (?P<signal>[5-8]|11)\b",
        source="PRoot src/tracee/event.c",
    ),
)
