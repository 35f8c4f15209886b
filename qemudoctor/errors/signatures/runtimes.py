"""Language runtimes, package managers and loaders that start or load a native program."""

from qemudoctor.errors.signatures.signature import ERRNO, PROGRAM, Signature

# A name that was made for one platform, or a whole path: a program that is just not there mostly has neither.
_PLACE = r"(?:~?/|[^\s'\"]{0,200}(?:x86_64|x64|amd64|aarch64|arm64|linux)[^\s'\"]{0,60}/)"

ROWS: tuple[Signature, ...] = (
    Signature(
        "go-forkexec-script",
        "script:ENOENT",
        "go",
        ("fork/exec",),
        r"fork/exec (?P<program>[^\s:]{0,300}(?:\.(?:sh|py|pl|rb|js|bash)|/scripts?[\w/.-]{0,100}|hook[\w.-]{0,60}"
        r"|entrypoint[\w.-]{0,20})): no such file or directory",
        errno="ENOENT",
        source="Go syscall/exec_unix.go: a script by its name",
    ),
    Signature(
        "go-forkexec-missing",
        "fork-exec:ENOENT",
        "go",
        ("fork/exec",),
        r"fork/exec (?P<program>[^:\n]{1,300}?) ?: no such file or directory",
        errno="ENOENT",
        source="Go syscall/exec_unix.go",
    ),
    Signature(
        "go-forkexec",
        "runtime:*",
        "go",
        ("fork/exec",),
        rf"fork/exec {PROGRAM}: {ERRNO}",
        source="Go syscall/exec_unix.go",
    ),
    Signature(
        "python-oserror",
        "runtime:*",
        "python",
        ("errno 8",),
        rf"(?:OSError: )?\[Errno 8\] (?P<errno>exec format error)(?:: {PROGRAM})?",
        source="CPython subprocess, os.exec*",
    ),
    Signature(
        "python-permission",
        "runtime:EACCES",
        "python",
        ("errno 13",),
        rf"(?:PermissionError|OSError): \[Errno 13\] (?P<errno>permission denied)(?:: b?{PROGRAM})?",
        source="CPython subprocess",
    ),
    Signature(
        "java-error-8",
        "runtime:ENOEXEC",
        "java",
        ("error=8",),
        rf"(?:Cannot run program {PROGRAM}[^\n]{{0,200}})?error=8, exec format error",
        errno="ENOEXEC",
        source="OpenJDK UNIXProcess/ProcessImpl",
    ),
    Signature(
        "java-error-2",
        "runtime-path:ENOENT",
        "java",
        ("error=2",),
        rf"Cannot run program \"(?P<program>{_PLACE}[^\"]{{1,200}})\"[^\n]{{0,200}}error=2,",
        errno="ENOENT",
        source="OpenJDK ProcessImpl",
    ),
    Signature(
        "java-error-13",
        "runtime:EACCES",
        "java",
        ("error=13",),
        rf"(?:Cannot run program {PROGRAM}[^\n]{{0,200}})?error=13, permission denied",
        errno="EACCES",
        source="OpenJDK ProcessImpl",
    ),
    Signature(
        "python-missing",
        "runtime-path:ENOENT",
        "python",
        ("errno 2]",),
        rf"FileNotFoundError: \[Errno 2\] no such file or directory"
        rf": '(?P<program>(?:{_PLACE}|\.{{1,2}}/(?![^'\n]{{0,200}}\.(?:ya?ml|json|csv|txt|conf|ini|toml"
        rf"|log)'))[^'\n]{{1,200}})'",
        errno="ENOENT",
        source="CPython subprocess",
    ),
    Signature(
        "node-spawn-enoent",
        "runtime-path:ENOENT",
        "node",
        ("spawn",),
        rf"spawn(?:Sync)? (?P<program>{_PLACE}[^\s]{{1,200}}) ENOENT",
        errno="ENOENT",
        source="libuv; Node.js child_process",
    ),
    Signature(
        "prebuilt-missing",
        "wrong-package",
        "other",
        (
            "not available for arm",
            "not available for linux",
            "no prebuilt",
            "no precompiled",
            "unsupported architecture",
            "unsupported platform",
            "unsupported arch",
            "unsupported cpu",
            "not available on",
            "not supported on arm",
            "not supported on aarch",
            "_binding.node",
            "supported architectures:",
            "processor of your device",
        ),
        r"cannot download \S{1,300}\b(?:linux|darwin)-(?:arm\w{0,4}|x64|ia32)[\w.-]{0,40}\.node"
        r"|not (?:supported|compatible)[^\n]{0,40}platform, supported architectures:"
        r"|not compatible with the processor of your device"
        r"|(?:binary|binaries|package|build|chromium|chrome|version)[^\n]{0,60}(?:is|are) not available for (?:arm"
        r"|linux|aarch)|no (?:prebuilt|precompiled)[^\n]{0,80}(?:arm64|aarch64|armv|x64|arch)"
        r"|unsupported (?:cpu )?(?:arch(?:itecture)?|platform)[^\n]{0,40}(?:arm|aarch|x86|amd64|riscv|ppc|s390)"
        r"|not supported on (?:arm|aarch)",
        source="installers of prebuilt programs",
    ),
    Signature(
        "extracted-not-executable",
        "noexec",
        "java",
        ("native library file at",),
        r"native library file at (?P<program>\S{1,300}) is not executable",
        errno="EACCES",
        source="Jansi JansiLoader: the folder for temporary files is mounted noexec",
    ),
    Signature(
        "java-native-library",
        "wrong-library",
        "java",
        (
            "unsatisfiedlinkerror",
            "can't load",
            "possible cause: ",
            "os.name",
            "os/arch",
            "load native library:",
            "extract the native",
        ),
        r"no native library is found for os\.name|unsupported os/arch, cannot find"
        r"|failed to load native library:(?![^\n]{0,300}not executable)"
        r"|unable to extract the native library [^\n]{0,200}/unsupported/"
        r"|possible cause: (?:architecture word width|endianness) mismatch|possible cause: can't load"
        r"|can't load (?![^\n]{0,60}\.dll)[^\n]{1,80} on an? [^\n]{1,40}platform"
        r"|UnsatisfiedLinkError[^\n]{0,300}(?:wrong ELF class|ELFCLASS|incompatible architecture"
        r"|cannot open shared object file: no such file or directory[^\n]{0,80}(?:e_machine|arch))",
        source="OpenJDK os_linux.cpp dll_load; snappy-java, zstd-jni, Jansi, JNativeHook",
    ),
    Signature(
        "map-segment",
        "noexec-map",
        "java",
        ("failed to map segment",),
        r"(?:(?<![\w./-])(?P<program>/[^\s:]{1,300}): )?failed to map segment from shared object",
        errno="EPERM",
        source="glibc elf/dl-load.c",
    ),
    Signature(
        "node-spawn",
        "runtime:ENOEXEC",
        "node",
        ("enoexec", "error -8", "errno: -8"),
        r"(?:spawn(?:Sync)? ?(?P<program>[^\s]{0,300}) (?:ENOEXEC|Unknown system error -8)"
        r"|(?<!Errno::)ENOEXEC: exec format error"
        r"|Unknown system error -8|errno: -8|code: 'ENOEXEC')",
        errno="ENOEXEC",
        source="libuv; Node.js child_process",
    ),
    Signature(
        "node-spawn-eacces",
        "runtime:EACCES",
        "node",
        ("spawn",),
        r"spawn (?:(?P<program>[^\s]{1,300}) )?EACCES",
        errno="EACCES",
        source="Node.js child_process",
    ),
    Signature(
        "node-platform-package",
        "wrong-package",
        "node",
        (
            "for another platform",
            "is present but this platform",
            "for a different platform",
            "binaries cannot be used on",
            "needs the",
            "linux-x64",
            "linux-arm64",
            "darwin-arm64",
            "for current platform",
            "bundle only supports",
            "but the actual deployment",
        ),
        r"(?:installed (?P<program>[\w@/-]{1,60}) for (?:another|a different) platform"
        r"|package is present but this platform|binaries cannot be used on the '[\w-]{3,24}' platform"
        r"|your bundle only supports platforms|library for current platform \"[\w.-]{1,40}\" could not be found"
        r"|generated for \"[\w.-]{1,40}\", but the"
        r"|cannot find module '?@?[\w./-]{1,80}(?:linux|darwin|win32)(?:musl)?-(?:x64|arm64|arm|ia32)[\w-]{0,16}"
        r"|could not load the [\"']sharp[\"'] module using the [\w-]{1,40} runtime|installed for (?:another"
        r"|a different) (?:platform|architecture))",
        source="esbuild lib/npm/node-platform.ts; rollup; sharp; napi-rs",
    ),
    Signature(
        "rust-os-error",
        "runtime:*",
        "rust",
        ("os error",),
        rf"{ERRNO} \(os error (?:8|2|13|1|40|38)\)",
        source="Rust std::io::Error",
    ),
    Signature(
        "ruby-launch",
        "fork-exec:ENOENT",
        "ruby",
        ("launcherror", "fork_exec", "in 'exec'", "in 'spawn'", "in 'popen", "#exec'", "#spawn'"),
        r"no such file or directory - (?P<program>\.{0,2}/[^\s()]{1,200}) \((?:ChildProcess::LaunchError"
        r"|Errno::ENOENT)",
        errno="ENOENT",
        source="Ruby process.c, childprocess",
    ),
    Signature(
        "ruby-enoexec",
        "runtime:ENOEXEC",
        "ruby",
        ("errno::enoexec", "exec format error -"),
        rf"(?:Errno::ENOEXEC\W{{0,6}})?exec format error - {PROGRAM}|Errno::ENOEXEC",
        errno="ENOEXEC",
        source="Ruby process.c",
    ),
    Signature(
        "msbuild-task",
        "shell:ENOENT",
        "other",
        ("msb6003",),
        r"MSB6003: the specified task executable \"(?P<program>/[^\"\n]{1,300})\" could not be run\.[^\n]{0,600}?"
        r"(?P<errno>no such file or directory)",
        source="MSBuild ToolTask",
    ),
    Signature(
        "perl-exec-path",
        "exec:*",
        "perl",
        ("can't exec",),
        r"can't exec \"(?P<program>\.{0,2}/[^\"\n]{1,300})\": (?P<errno>no such file or directory)",
        source="Perl doio.c: a program that is named by its path",
    ),
    Signature(
        "perl-exec",
        "runtime:*",
        "perl",
        ("can't exec",),
        rf"can't exec {PROGRAM}:? {ERRNO}",
        source="Perl doio.c; git run-command.c",
    ),
    Signature(
        "dpkg-exec",
        "exec:*",
        "dpkg",
        ("dpkg",),
        rf"dpkg[^\n]{{0,40}}: unable to execute [^\n]{{1,80}} \((?P<program>[^\s()]{{1,200}})\): {ERRNO}",
        source="dpkg lib/dpkg/command.c",
    ),
    Signature(
        "python-program-permission",
        "noexec",
        "python",
        ("errno 13",),
        r"\[Errno 13\] (?P<errno>permission denied): b?'(?P<program>[^'\n]{0,300}/s?bin/[\w.+-]{1,60})'",
        source="CPython subprocess: a file in a folder of programs",
    ),
    Signature(
        "exec-failed",
        "exec:*",
        "other",
        ("execvp failed: ",),
        rf"(?<![\w./-])(?P<program>/[^\s:]{{1,300}}): execvp failed: {ERRNO}",
        source="LVM lib/misc/lvm-exec.c",
    ),
    Signature(
        "git-exec",
        "runtime:*",
        "other",
        ("cannot exec", "cannot run", "could not execute", "unable to execute", "error trying to exec"),
        rf"(?:cannot exec(?:ute)?|cannot run|could not execute|unable to execute|error trying to exec|error executing"
        rf"|can't execute|couldn't execute)(?: program| command)? {PROGRAM}:? {ERRNO}",
        source="git run-command.c; make; dpkg; gcc",
    ),
    Signature(
        "go-forkexec-einval",
        "go-exec-refused",
        "go",
        ("fork/exec",),
        r"fork/exec (?P<program>(?!/proc/self/exe)[^\s:]{1,300}): invalid argument",
        errno="EINVAL",
        source="Go os/exec",
    ),
)
