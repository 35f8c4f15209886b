"""chroot, env, systemd, init programs and whoever else starts a program by its name."""

from qemudoctor.errors.signatures.signature import ERRNO, PROGRAM, Signature

_WORDS = ERRNO.removeprefix("(?P<errno>").removesuffix(")")
_SHELL = r"(?:^|[\s>])-?(?P<shell>ba|da|z|k|a|fi)?sh"

ROWS: tuple[Signature, ...] = (
    # chroot and its kin
    Signature(
        "chroot",
        "chroot:*",
        "other",
        ("failed to run command", "chroot: "),
        rf"chroot: (?:failed to run command|cannot run command|can't execute"
        rf"|cannot execute)? ?(?:'(?P<program>[^'\n]{{1,400}})'|[\"']?(?P<program2>[^\"'\s:]{{1,400}})?[\"']?)"
        rf"[^\n]{{0,60}}(?::|') {ERRNO}",
        source="coreutils src/chroot.c; busybox coreutils/chroot.c",
    ),
    Signature(
        "nspawn",
        "chroot:*",
        "systemd",
        ("execv(", "failed to execute /", "failed to execute command"),
        rf"execv\((?P<program>(?>[^,)(\s]{{1,200}}))[^)(]{{0,200}}\) failed: {ERRNO}",
        source="systemd src/nspawn/nspawn.c",
    ),
    # systemd
    Signature(
        "systemd-exec",
        "systemd:*",
        "systemd",
        ("spawning", "failed to execute", "to locate executable"),
        rf"(?:at step EXEC spawning|failed to execute|(?:unable|failed) to locate executable) (?:command: "
        rf"|{PROGRAM}:? )?{ERRNO}",
        source="systemd src/core/execute.c",
    ),
    Signature(
        "systemd-203",
        "systemd:203",
        "systemd",
        ("203/exec",),
        r"status=203/EXEC",
        source="systemd.exec(5)",
    ),
    # Shells with the errno in words
    Signature(
        "zsh-format",
        "shell:ENOEXEC",
        "zsh",
        ("exec format error",),
        rf"zsh: exec format error: {PROGRAM}|^exec format error: (?P<program2>\.{{0,2}}/[^\s:]{{1,300}})$",
        errno="ENOEXEC",
        source="zsh Src/exec.c",
    ),
    Signature(
        "zsh-cputype",
        "mac-cpu",
        "zsh",
        ("bad cpu type", "error=86", "error -86", "errno: -86", "os error 86"),
        rf"bad cpu type in executable(?:: {PROGRAM})?|error=86\b|(?:system error|errno:) -86\b|os error 86\b",
        errno="EBADARCH",
        source="zsh, bash on macOS; EBADARCH",
    ),
    Signature(
        "fish",
        "shell:*",
        "other",
        ("failed to execute process",),
        rf"failed to execute process:? {PROGRAM}[^\n]{{0,200}}?{ERRNO}",
        source="fish src/exec.cpp",
    ),
    Signature(
        "fish-not-found",
        "shell-said:ENOENT",
        "other",
        ("does not exist or could not be executed",),
        rf"the file {PROGRAM} does not exist or could not be executed"
        r"|failed to execute process:? [\"'](?P<program2>[^\"'\s]{1,300})[\"'][.:] "
        r"the file does not exist or could not be executed",
        errno="ENOENT",
        source="fish src/exec.cpp: execve of a file that it had found was answered with ENOENT",
    ),
    Signature(
        "fish-windows-program",
        "windows-program",
        "other",
        ("could not be run by the operating system",),
        r"process:? '?(?P<program>/mnt/[^'\n]{1,300}\.exe)'?[:.]? the file could not be run by the operating system",
        errno="ENOEXEC",
        source="fish src/exec.cpp under WSL",
    ),
    Signature(
        "fish-run-by-system",
        "shell-text:ENOEXEC",
        "other",
        ("could not be run by the operating system",),
        rf"(?:process:? {PROGRAM}[:.]? )?the file "
        rf"(?:'(?P<program2>[^'\n]{{1,300}})' )?could not be run by the operating"
        rf" system",
        errno="ENOEXEC",
        source="fish src/exec.cpp: ENOEXEC",
    ),
    Signature(
        "fish-reason",
        "shell-text:ENOEXEC",
        "other",
        ("marked as an executable but",),
        rf"the file {PROGRAM} is marked as an executable but could not be run",
        errno="ENOEXEC",
        source="fish src/exec.cpp",
    ),
    Signature(
        "sh-syntax-of-binary",
        "binary-as-script",
        "dash",
        ("yntax error",),
        r"(?:^|\s)(?P<program>(?![^\s:]{0,300}\.(?:sh|bash|zsh|py|conf|env|profile"
        r"|bashrc):)[^\s:]{1,300}): (?:line )?\d{1,4}: "
        r"(?:[^\s:]{1,300}: )?syntax error:? "
        r"(?:\"[()&;|{}]{1,2}\" unexpected|(?:word|newline|redirection|end of file) unexpected"
        r"|unterminated quoted string"
        r"|unexpected (?:word|\"[^\"a-z]{1,3}\"|\"$|end of file|newline|redirection)|eof in backquote)"
        r"|^(?P<program2>/[^\s:.]{1,300}): syntax error: (?:\"[()]\"|word) unexpected",
        errno="ENOEXEC",
        source="dash src/parser.c; busybox shell/ash.c: a binary read as a script after ENOEXEC",
    ),
    Signature(
        "download-is-text",
        "download-is-text",
        "dash",
        ("yntax error", "not found"),
        r"(?:line [1-7]: syntax error near unexpected token[ '\"]{1,2}(?:<|newline)|line 1: <(?:!doctype|html)"
        r"|: 1: (?:not"
        r"|<html>|<!doctype)[: ]{1,2}(?:not )?found|line 1: (?:not|40[34]:): (?:command )?not found"
        r"|: 1: [^\s:]{1,300}: not: (?:command )?not found|: \d: syntax error: newline unexpected)",
        source="bash, dash: an error page saved as a program",
    ),
    Signature(
        "argv-shifted",
        "argv-shift",
        "dash",
        ("applet not found",),
        r"(?:^|[\s'\"(])(?P<program>(?!busybox)[a-zA-Z0-9_+/-][a-zA-Z0-9_.+/-]{0,100}(?<!\.exe)): applet not found",
        source="busybox libbb/appletlib.c",
    ),
    Signature(
        "argv-shifted-sh",
        "argv-shift",
        "dash",
        ("not found",),
        r"^(?:/bin/)?(?:ba|a|da)?sh: (?P<program>aarch64|armv7l|x86_64|riscv64|s390x|ppc64le): not found",
        source="busybox ash",
    ),
    Signature(
        "redirection",
        "",
        "other",
        ("yntax error",),
        r"\.(?:sh|bash|zsh): (?:line )?\d{1,5}: ",
        source="a script with a mistake",
    ),
    Signature(
        "sh-not-found-path",
        "shell:ENOENT",
        "dash",
        ("not found",),
        r"(?:(?:^|\s)(?:-?(?:/bin/)?(?:ba|da|a)?sh): (?:(?:line )?\d{1,5}: )?"
        r"|: (?:line )?\d{1,5}: (?:[^\s:]{1,300}: )?)"
        r"(?P<program>(?!/lib\S{0,40}/ld-)(?:\.{0,2}|[\w.+-]{1,60})/[^\s:\ufffd]{1,400}): not found$",
        errno="ENOENT",
        source="dash src/exec.c; busybox",
    ),
    Signature(
        "bash-no-such-program",
        "shell-said:ENOENT",
        "bash",
        ("no such file or directory",),
        r"^(?:\S{0,40}[$#] )?-?(?:/bin/)?(?:bash|sh|zsh): (?:line \d{1,5}: )?"
        r"(?P<program>\.{0,2}/(?!proc|dev|sys|etc|tmp|var|home)[^\s:]{1,400}): no such file or directory$"
        r"|^zsh: no such file or directory: (?P<program2>\.{0,2}/[^\s:]{1,400})$",
        errno="ENOENT",
        source="bash execute_cmd.c: the file, or what it needs to start",
    ),
    Signature(
        "bash-no-such-tool",
        "shell-weak:ENOENT",
        "bash",
        ("no such file or directory",),
        r"^(?:\S{0,40}[$#] )?-?(?:bash|sh|zsh): (?:line \d{1,5}: )?(?P<program>/(?:tmp|var|home)/"
        r"(?:[^\s:/]{1,100}/){0,12}(?:[\w+-]{1,60}|[^\s:/]{0,80}(?:x86_64|amd64|aarch64|arm64|linux)[^\s:/]{0,20}"
        r"|[\w+-]{1,60}\.(?:exe|run|bin|sh|py|AppImage))): no such file or directory$",
        errno="ENOENT",
        source="bash execute_cmd.c: a name that is more likely that of a program than of data",
    ),
    Signature(
        "script-no-such-tool",
        "shell-said:ENOENT",
        "bash",
        ("no such file or directory",),
        r": line \d{1,5}: (?P<program>(?!/tmp/\.mount_)/[^\s:]{1,300}/(?:s?bin|[\w-]{0,20}tools"
        r"|libexec)/(?:[^\s:/]{1,100}/){0,4}"
        r"[\w+-]{1,60}): no such file or directory$",
        errno="ENOENT",
        source="bash execute_cmd.c: a line of a script, and a folder of programs",
    ),
    Signature(
        "script-no-such-neighbour",
        "shell-said:ENOENT",
        "bash",
        ("no such file or directory",),
        r": line \d{1,5}: (?P<program>(?:\.|/(?:app|opt|usr|snap|nix|root|srv))/(?:[\w.+-]{1,60}/){0,10}"
        r"(?!(?:lock|pid|logs?|config|conf|out|output|data|current|results?|cache|tmp):)[\w+-]{1,60})"
        r": no such file or directory$",
        errno="ENOENT",
        source="bash execute_cmd.c: a line of a script, and a program beside it",
    ),
    Signature(
        "exec-form-as-words",
        "exec-form",
        "dash",
        ("not found",),
        r"sh: (?:(?:line )?\d{1,5}: )?(?P<program>\[[\"']?[\w./][^\s:,\"']{0,200}[\"']?,?): (?:command )?not found",
        errno="ENOENT",
        source="dash, busybox: a list of words that is no JSON, given to a shell",
    ),
    Signature(
        "script-no-such-program",
        "shell-weak:ENOENT",
        "bash",
        ("no such file or directory",),
        r": line \d{1,5}: (?P<program>\.{0,2}/(?!proc|dev|sys|etc|tmp|var"
        r"|home)[^\s:]{1,400}): no such file or directory$",
        errno="ENOENT",
        source="bash execute_cmd.c: a line of a script",
    ),
    Signature(
        "bash-no-such-path",
        "shell-said:ENOENT",
        "bash",
        ("no such file or directory",),
        r"(?:^(?:\S{0,40}[$#] )?|['\"])-?bash: (?P<program>/[^\s:]{1,300}/s?bin/[\w+-]{1,60}"
        r"|(?:\.{1,2}|s?bin)/[\w.+/-]{1,100}): no such file or directory['\"]?$",
        errno="ENOENT",
        source="bash execute_cmd.c: a path that it had found or was given",
    ),
    Signature(
        "program-not-there",
        "shell-said:ENOENT",
        "other",
        ("no such file or directory",),
        r"^(?P<program>/(?:usr/(?:local/)?)?s?bin/[\w.+-]{1,60}): no such file or directory$",
        errno="ENOENT",
        source="whoever started it",
    ),
    Signature(
        "exec-missing",
        "shell-said:ENOENT",
        "bash",
        ("cannot execute: no such file",),
        r"exec: (?P<program>[^\s:]{1,300}): cannot execute: no such file or directory",
        errno="ENOENT",
        source="bash execute_cmd.c shell_execve",
    ),
    Signature(
        "sh-errno",
        "shell:*",
        "dash",
        ("exec format error",),
        r"(?:^|\s)-?(?:ba|da|z|a)?sh: (?:(?:line )?\d{1,5}: )?(?P<program>[^\s:]{1,400}): (?P<errno>exec format error)",
        source="dash src/exec.c",
    ),
    Signature(
        "python-cannot-open",
        "lookup-contained:ENOENT",
        "python",
        ("can't open file",),
        r"python[\w.]{0,8}: can't open file '?(?P<program>[^'\n]{1,300})'?: \[Errno 2\]",
        errno="ENOENT",
        source="CPython Modules/main.c",
    ),
    Signature(
        "sh-cannot-open",
        "lookup-weak:ENOENT",
        "dash",
        ("can't open", "cannot open"),
        r"(?:^|[\s/])(?:ba|da|a)?sh: (?:\d{1,3}: )?(?:can't|cannot) open '?(?P<program>/[^'\s:]{1,300})'?(?::|$)",
        errno="ENOENT",
        source="dash src/input.c; busybox shell/ash.c",
    ),
    Signature(
        "tar-child",
        "exec:*",
        "other",
        ("cannot exec: ",),
        rf"\(child\): {PROGRAM}: cannot exec: {ERRNO}",
        source="GNU tar src/system.c",
    ),
    Signature(
        "glib-spawn",
        "exec:*",
        "other",
        ("failed to execute child process",),
        rf"failed to execute child process [\"']?(?P<program>[^\"'\n]{{1,200}})[\"']? \({ERRNO}",
        source="GLib gspawn.c",
    ),
    Signature(
        "exec-eacces",
        "noexec",
        "other",
        ("eacces",),
        r"(?<![a-z_(])(?:couldn't exec|exec\w{0,3}\(?"
        r"|spawn) ?[\"']?(?P<program>(?>[^\s\"':,]{1,300}))[\"',:)]{0,3}[^\n]{0,40}EACCES",
        errno="EACCES",
        source="supervisor, strace",
    ),
    Signature(
        "execve-named",
        "exec:*",
        "other",
        ("execve(", "execv(", "execvp(", "execvpe(", "execveat(", "execv: ", "execve: ", "execvp: ", "posix_spawn("),
        # Not where strace shows how a program is searched for along $PATH.
        rf"(?<![a-z(])(?!execve\(\"/(?:usr/)?(?:local/)?s?bin/[^\n]{{0,300}}= -1 ENOENT)(?:execvp?e?: |posix_spawn\("
        rf"|execv(?:pe?|e(?:at)?)?\()[\"']?(?P<program>(?>[^\"'\s(),:]{{1,400}})(?=[\"'\s(),:]|$))?"
        rf"[\"']?[^\n]{{0,120}}?{ERRNO}",
        source="strace, nsjail and others: the call and what it answered",
    ),
    Signature(
        "failed-to-exec",
        "exec:*",
        "other",
        ("failed to exec",),
        # A path, or a name right before the errno: other things are executed, too, as queries and templates are.
        rf"failed to exec(?:ute)? (?!'?ssh |command|process)(?=[\"']?(?:\.{{0,2}}/|[\w.+-]{{1,80}}[\"']?(?::|\s\()"
        rf"\s?(?:{_WORDS})))[\"']?(?P<program>[^\"'\s(),:]{{1,400}}(?=[\"'\s(),:]|$))[\"']?[^\n]{{0,120}}?{ERRNO}"
        rf"(?! for )",
        source="nsjail, tini, s6, bwrap, su and others",
    ),
    Signature(
        "eloop",
        "loop",
        "other",
        ("too many levels", "symbolics link"),
        r"^(?:(?:[^\n\s]{0,60}/)?(?:(?:-?(?:ba|da|z|k)?sh|sudo): |chroot: [^\n]{0,200}|[^\n]{0,120}: line \d{1,5}: )"
        r"(?!(?:cd|source|\.|pushd): )[^\n]{0,300})?too many levels of symbolics? links?\W{0,3}$"
        r"|^too many levels of symbolic links running any",
        errno="ELOOP",
        source="strerror(ELOOP)",
    ),
    Signature(
        "run-command",
        "exec:*",
        "other",
        ("failed to run command",),
        rf"failed to run command {PROGRAM}: {ERRNO}",
        source="coreutils env, nohup, timeout, nice",
    ),
    Signature(
        "entrypoint-shell-exec",
        "lookup:ENOENT",
        "dash",
        ("exec: ",),
        r"exec: (?:line )?(?:\d{1,5}: )?(?P<program>[^\s:]{1,200}): not found$",
        errno="ENOENT",
        source="dash, busybox: exec of the words given to an entry point",
    ),
    Signature(
        "nix-stub-loader",
        "guest-loader",
        "other",
        ("could not start dynamically linked",),
        r"could not start dynamically linked executable: {PROGRAM}?".replace("{PROGRAM}", PROGRAM),
        errno="ENOENT",
        source="NixOS stub-ld",
    ),
    Signature(
        "run-detectors",
        "wrong-entry",
        "update-binfmts",
        ("run-detectors", "bad magic number", "bad exe format"),
        r"run-detectors: unable to find an interpreter for (?P<program>\S{1,300})"
        r"|invalid file \(bad magic number\): exec format error|wine: bad exe format",
        errno="ENOEXEC",
        source="binfmt-support src/run-detectors.c; OpenJDK jexec; Wine: entries that match too much",
    ),
    Signature(
        "strace-enoexec",
        "exec:ENOEXEC",
        "other",
        ("enoexec",),
        r"^(?![^\n]{0,300}(?:spawn|Errno::))[^\n]{0,200}?(?:execve\(\"(?P<program>[^\"]{1,300})\")?[^\n]{0,200}ENOEXEC",
        errno="ENOEXEC",
        source="strace",
    ),
)
