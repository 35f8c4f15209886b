"""Shells, chroot, env, systemd and whoever else starts a program by its name."""

from qemudoctor.errors.signatures.signature import Signature

_SHELL = r"(?:^|[\s>])-?(?P<shell>ba|da|z|k|a|fi)?sh"

ROWS: tuple[Signature, ...] = (
    # bash
    Signature(
        "windows-program",
        "windows-program",
        "bash",
        ("exec format",),
        r"^(?!.{0,300}(?:protoc|cannot run program))(?:.{0,100}\s)?(?P<program>[\w./\\:-]{1,300}\.(?:exe"
        r"|cmd))\b[^\n]{0,80}exec format error|exec format error: (?:[\w./\\-]{1,300}\.exe)",
        errno="ENOEXEC",
        source="bash, zsh",
    ),
    Signature(
        "shell-run-by-shell",
        "wrong-word",
        "bash",
        ("cannot execute binary file",),
        r"(?P<program>(?:/usr)?/bin/(?:ba|da)?sh): (?:(?:/usr)?/bin/)?(?:ba|da)?sh: cannot execute binary file"
        r"|^(?P<program2>/(?:usr/)?s?bin/[\w.+-]{1,60}): (?P=program2): cannot execute binary file",
        errno="ENOEXEC",
        source="bash shell.c open_shell_script: sh was given a binary as its script",
    ),
    Signature(
        "bash-binary",
        "shell:ENOEXEC",
        "bash",
        ("cannot execute binary file",),
        # Behind the shell, or the line of a script, a name may have blanks in it.
        r"(?:(?:\b(?:ba|da|z|k)?sh|line \d{1,6}): (?P<program>(?!line \d)[^\n:]{1,400}): "
        r"|(?:(?<![^\s:])(?P<program2>[^\s:]{1,400}): )?)cannot execute binary file",
        errno="ENOEXEC",
        source="bash execute_cmd.c shell_execve",
    ),
    Signature(
        "mksh-elf-file",
        "shell:ENOEXEC",
        "other",
        ("not executable: ",),
        r"(?:(?<![^\s:])(?P<program>[^\s:]{1,400}): |^)not executable: (?:(?:32|64)-bit ELF file|magic 7F45)",
        errno="ENOEXEC",
        source="mksh exec.c, the shell of Android",
    ),
    Signature(
        "bash-required-file",
        "there:shell:ENOENT",
        "bash",
        ("required file not found",),
        r"(?:(?<![^\s:])(?P<program>[^\s:]{1,400}): )?cannot execute: required file not found",
        errno="ENOENT",
        source="bash 5.2 execute_cmd.c shell_execve",
    ),
    Signature(
        "env-one-word",
        "env-words",
        "other",
        ("to pass options in shebang",),
        r"use -\[v\]S to pass options in shebang lines",
        errno="ENOENT",
        source="coreutils src/env.c: all words of the #! line behind env are one name",
    ),
    Signature(
        "shebang-after-mark",
        "shebang-after-mark",
        "bash",
        ("#!/",),
        r"(?:^|line |: )1: [^\s\w#/]{0,6}#! ?(?P<interpreter>/[^\s:]{1,200})[^\n:]{0,60}: (?:no such file or directory"
        r"|(?:command )?not found|permission denied|is a directory)",
        source="bash, dash: the first line of the script as a command; saved with a byte order mark",
    ),
    Signature(
        "interpreter-crlf",
        "crlf",
        "bash",
        ("^m", "\\r", "\\015"),
        r"(?<![\w./-])(?P<interpreter>[\w./-]{1,200})(?:\^M|\\r|\\015|\\x0d)[\"'\u201d\u2019]? ?:? {0,3}"
        r"(?:bad interpreter|no such file|not found|command not found|permission denied)"
        r"|shebang line ends with \\r|bad interpreter[^\n]{0,120}(?:\^M|\\r|\\015)|\$?'\\r'?: command not found",
        errno="ENOENT",
        source="bash, env, zsh",
    ),
    Signature(
        "name-overwritten",
        "name-hidden",
        "bash",
        (": no such file", ": bad interpreter"),
        r"^[\"']?: (?:no such file or directory|bad interpreter: no such file or directory)$",
        errno="ENOENT",
        source="env, sh",
    ),
    Signature(
        "set-carriage-return",
        "crlf-in-script",
        "bash",
        ("illegal option -", "invalid option"),
        r"set: (?:(?:line )?\d{1,4}: )?illegal option -\s{0,4}$|set: pipefail: invalid option name"
        r"|^: invalid option(?: name)?$",
        source="dash, busybox, bash: the carriage return after `set -e` is taken for an option",
    ),
    Signature(
        "bad-elf-interpreter-other",
        "other-loader",
        "bash",
        ("bad elf interpreter",),
        r"(?:(?<![^\s:])(?P<program>[^\s:]{1,400}): |^|[\"'>])"
        r"(?<![\w./-])(?P<interpreter>(?!/lib64/ld-linux-x86-64)/[^\s:]{1,200}): bad ELF "
        r"interpreter",
        errno="ENOENT",
        source="bash execute_cmd.c as patched by Fedora and RHEL: a loader that this system does not have of itself",
    ),
    Signature(
        "bad-elf-interpreter",
        "any-loader",
        "bash",
        ("bad elf interpreter",),
        r"(?:(?<![^\s:])(?P<program>[^\s:]{1,400}): )?(?<![^\s:])(?P<interpreter>[^\s:]{1,200}): bad ELF interpreter",
        errno="ENOENT",
        source="bash execute_cmd.c as patched by Fedora and RHEL",
    ),
    Signature(
        "bad-interpreter-loop",
        "bad-interpreter",
        "bash",
        ("bad interpreter: too many",),
        r"(?:(?<![^\s:])(?P<program>[^\s:]{1,400}): )?(?<![^\s:])(?P<interpreter>[^\s:]{1,200})"
        r": bad interpreter: too many levels",
        errno="ELOOP",
        source="bash execute_cmd.c",
    ),
    Signature(
        "bad-interpreter-noexec",
        "noexec-interpreter",
        "bash",
        ("bad interpreter: permission", "bad interpreter: operation"),
        r"(?<![^\s:])(?P<interpreter>[^\s:]{1,200}): bad interpreter: "
        r"(?P<errno>permission denied|operation not permitted)",
        source="bash execute_cmd.c",
    ),
    Signature(
        "bad-interpreter-format",
        "bad-interpreter-format",
        "bash",
        ("bad interpreter: exec format",),
        r"(?:(?<![^\s:])(?P<program>[^\s:]{1,400}): )?(?<![^\s:])(?P<interpreter>[^\s:]{1,200})"
        r": bad interpreter: exec format error",
        errno="ENOEXEC",
        source="bash execute_cmd.c",
    ),
    Signature(
        "bad-interpreter",
        "bad-interpreter",
        "bash",
        ("bad interpreter",),
        r"(?:(?<![^\s:])(?P<program>[^\s:]{1,400}): )?(?<![^\s:])(?P<interpreter>[^\s:]{1,200}): bad interpreter"
        r"|bad interpreter[: ]{1,3}(?P<program2>[^\s:]{1,200})|bad interpreter",
        errno="ENOENT",
        source="bash execute_cmd.c; zsh Src/exec.c",
    ),
    Signature(
        "env-interpreter",
        "bad-interpreter",
        "other",
        ("env: ",),
        r"(?:^|[/'\"]|\w: )env: [\"']?(?P<interpreter>[\w.+-]{1,100}(?: -[\w.-]{1,40}){0,3})[\"']?: (?:no such file or"
        r" directory|not found|not a directory)",
        errno="ENOENT",
        source="coreutils src/env.c; busybox; a part of $PATH may be a file",
    ),
    Signature(
        "env-cannot-execute",
        "bad-interpreter",
        "other",
        ("env: ",),
        r"env: can't execute '?(?P<interpreter>[\w./+-]{1,100})'?: no such file or directory",
        errno="ENOENT",
        source="busybox coreutils/env.c",
    ),
    Signature(
        "sh-not-found-name",
        "shell-said:ENOENT",
        "dash",
        ("not found",),
        r"^-?(?:/bin/)?(?:ba|da|a)?sh: (?:(?:line )?\d{1,5}: )?(?P<program>[\w.-]{1,40}[-_.](?:linux|x86_64|amd64|arm64"
        r"|aarch64|armv\d)[\w.-]{0,20}): not found$",
        errno="ENOENT",
        source="dash src/exec.c; busybox: a name as those of downloaded programs are",
    ),
    Signature(
        "sh-not-found-shown",
        "shell-shown:ENOENT",
        "dash",
        ("not found",),
        r"^-?(?:\S{0,40}[$#] )?(?:/bin/)?(?:ba|da|a)?sh: (?:(?:line )?\d{1,5}: )?(?P<program>[\w.+-]{1,60})"
        r": not found$",
        errno="ENOENT",
        source="dash src/exec.c; busybox: a name that is then shown to be there",
    ),
    Signature(
        "script-no-such-binary",
        "shell-said:ENOENT",
        "bash",
        ("no such file or directory",),
        r": line \d{1,5}: (?![^\s:]{0,300}qemu-)(?P<program>/[^\s:]{0,300}(?:linux|x86|amd64|i[36]86|arm|_32|_64"
        r"|32bit|64bit)[^\s:/]{0,20}"
        r"/[\w+-]{1,60}|/[^\s:]{0,300}/[\w.+-]{1,60}[._-](?:static|x86_64|amd64|i386|arm64|aarch64|armhf|armv7))"
        r": no such file or directory$",
        errno="ENOENT",
        source="bash execute_cmd.c: a program in a folder for one platform",
    ),
    Signature(
        "fish-linker",
        "there:shell:ENOENT",
        "other",
        ("interpreter or linker",),
        r"check the interpreter or linker|interpreter or linker",
        errno="ENOENT",
        source="fish src/exec.cpp",
    ),
    Signature(
        "no-such-foreign-program",
        "shell-said:ENOENT",
        "other",
        ("no such file or directory",),
        r"^(?![^\s:]{0,300}qemu-)(?P<program>\.{0,2}/(?:[^\s:/]{1,100}/){0,12}(?:[\w+-]{0,60}[_-])?(?:box86|box64|x86"
        r"|x86[_-]64|amd64|i386|i686"
        r"|x64|arm|arm64|aarch64|armhf|armv[5-8]l?|riscv64|[\w+-]{1,60}[._-]static)(?:[_-][\w+-]{1,40})?(?:\.(?:bin|run"
        r"|elf|AppImage))?): no such file or directory\W{0,3}$",
        errno="ENOENT",
        source="any shell: a program that is named after a platform, or after the emulator of one",
    ),
    Signature(
        "make-no-such-program",
        "shell-weak:ENOENT",
        "other",
        ("make",),
        r"^make(?:\[\d{1,2}\])?: (?P<program>\.{0,2}/[^\s:]{1,300}): no such file or directory$",
        errno="ENOENT",
        source="make",
    ),
    Signature(
        "fish-interpreter",
        "bad-interpreter",
        "other",
        ("specified the interpreter", "specifies the interpreter"),
        r"specifie[ds] the interpreter '?(?P<interpreter>[^\s']{1,200})'?",
        errno="ENOENT",
        source="fish src/exec.cpp",
    ),
    Signature(
        "git-hook",
        "bad-interpreter",
        "other",
        ("hooks/", ".husky/"),
        r"cannot (?:run|exec|spawn) '?(?P<program>[^\s':]{0,200}(?:hooks"
        r"|\.husky)/[\w.-]{1,60})'?: no such file or directory",
        errno="ENOENT",
        source="git run-command.c",
    ),
    Signature(
        "syntax-error-alone",
        "binary-as-script-weak",
        "dash",
        ("yntax error",),
        r"^(?:/bin/)?(?:sh: )?(?:\d{1,3}: )?syntax error: (?:\"[()]\" unexpected|word unexpected"
        r"|unterminated quoted string)|(?:^|\uff1a)line 1: syntax error: unexpected (?:word|\"\(\")",
        errno="ENOEXEC",
        source="dash src/parser.c",
    ),
    Signature(
        "elf-as-words",
        "binary-as-script",
        "dash",
        ("elf", "\ufffd"),
        r"^(?:(?P<program>[^\s:]{1,300}): )?[^\n]{0,200}(?:^"
        r"|[\s:'])[^\n\s:]{0,12}ELF[^\n:]{0,40}: (?:command )?not found"
        r"|\$'\\177ELF|(?:: \d{1,2}: |line \d{1,2}: |output: )[^\n]{0,200}?\ufffd[^\n:]{0,60}: (?:command )?not found",
        errno="ENOEXEC",
        source="dash, busybox: the first words of a binary read as a script",
    ),
    # Emulators by name
    Signature(
        "emulator-not-found",
        "emulator-missing",
        "dash",
        ("not found", "no such file"),
        r"^(?![^\n]{0,40}(?:remove|unlink|\brm:))[^\n]{0,4096}?"
        r"(?:(?P<interpreter>(?<![\w./-])(?:[\w./-]{0,200}/)?qemu-(?!system|img|nbd|ga|io"
        r"|kvm)[a-z0-9_]{2,16}(?:-static)?)[\"']?:? (?:(?:command )?not found|no such file)"
        r"|(?:cannot stat|can't stat|failed to stat|stat|lstat|copy failed"
        r"|not found)[^\n]{0,200}?(?P<interpreter2>qemu-(?!system"
        r"|img)[a-z0-9_]{2,16}-static)[\"']?[^\n]{0,120}(?:no such file|not found|does not exist))",
        errno="ENOENT",
        source="shells, cp, install",
    ),
)
