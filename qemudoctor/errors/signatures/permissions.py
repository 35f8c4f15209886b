"""What shells and their kin say of a program that may not be executed."""

from qemudoctor.errors.signatures.signature import Signature

# Names that are rather those of data.
_NO_DATA = r"(?!(?:lock|lockfile|pid|logs?|config|conf|out|output|data|current|results?|cache|tmp):)"

ROWS: tuple[Signature, ...] = (
    Signature(
        "zsh-permission",
        "noexec",
        "zsh",
        ("zsh: permission denied",),
        r"zsh: (?P<errno>permission denied): (?P<program>(?!/(?:proc|dev|sys|etc|var"
        r"|Library)/)(?:\.{0,2}/)(?![^\s]{0,300}\.(?:log|txt|json|ya?ml|csv|conf|plist|service|rules)$)"
        r"[^\s:]{1,300})",
        source="zsh Src/exec.c",
    ),
    Signature(
        "make-permission",
        "noexec",
        "other",
        ("execvp: ",),
        r"execvp: (?P<program>\.{0,2}/[^\s:]{1,300}) ?: (?P<errno>permission denied)",
        source="make job.c",
    ),
    Signature(
        "script-permission",
        "noexec-said",
        "bash",
        ("ermission denied",),
        rf"(?:: line \d{{1,5}}: |: \d{{1,5}}: [^\s:]{{1,200}}: "
        rf"|^)(?P<program>\.{{1,2}}/(?:[\w+-]{{1,60}}/){{0,8}}{_NO_DATA}[\w+-]{{1,60}}"
        r"(?:\.(?:sh|py|pl|rb|bin|run|AppImage))?): (?P<errno>permission denied)(?:$| ?exited)"
        rf"|: line \d{{1,5}}: (?P<program2>/(?:tmp|opt|usr|home|root|srv|mnt|media"
        rf"|app)/(?:[\w.+-]{{1,60}}/){{0,10}}{_NO_DATA}"
        r"[\w+-]{1,60}): permission denied$",
        errno="EACCES",
        source="bash execute_cmd.c, dash: a line of a script; CircleCI puts its own word behind",
    ),
    Signature(
        "exec-permission",
        "noexec",
        "bash",
        ("cannot execute: permission denied", "cannot execute: is a directory"),
        r"exec: (?P<program>[^\s:]{1,300}): cannot execute: (?:(?P<errno>permission denied)|is a directory)",
        errno="EACCES",
        source="bash execute_cmd.c shell_execve",
    ),
    Signature(
        "git-hook-ignored",
        "noexec",
        "other",
        ("not set as executable",),
        r"hook was ignored because it's not set as executable",
        errno="EACCES",
        source="git hook.c",
    ),
    Signature(
        "bash-permission",
        "noexec",
        "bash",
        ("ermission denied",),
        r"(?:^|\s)-?(?:/(?:usr/)?bin/)?(?:ba|da|z|a)?sh: (?:(?:line )?\d{1,5}: )?(?P<program>\.{0,2}/(?!proc|dev"
        r"|sys)[^\s:]{1,400}): (?P<errno>permission denied)",
        source="bash execute_cmd.c",
    ),
    Signature(
        "dash-permission",
        "noexec-said",
        "dash",
        ("ermission denied",),
        r"^[^\s:]{1,200}: \d{1,5}: (?:[^\s:]{1,200}: )?(?P<program>\.{0,2}/[^\s:]{1,300}):"
        r" (?P<errno>permission denied)$",
        source='dash src/error.c: of what it was to execute; of what it was to write it says "cannot create"',
    ),
    Signature(
        "libvirt-refused",
        "emulator-refused",
        "other",
        ("cannot execute binary /",),
        r"cannot execute binary (?P<program>/[^\s:]{0,200}qemu[^\s:]{0,40}): permission denied",
        errno="EACCES",
        source="libvirt src/util/vircommand.c",
        turn=-1,
    ),
)
