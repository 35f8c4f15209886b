"""How a program ended, in the words of whoever started it: signals by number and by name."""

from qemudoctor.errors.signatures.signature import Signature

ROWS: tuple[Signature, ...] = (
    Signature(
        "unit-illegal-instruction",
        "sigill",
        "systemd",
        ("status=4/ill", "signal 4", "status code -4", "code -4"),
        r"status=4/(?P<signal_name>ILL)\b|(?:killed by|died (?:with|from)|terminated (?:with"
        r"|by)) signal (?P<signal>4)\b"
        r"|(?:exit|return|status)[ a-z]{0,16}code:? -4\b",
        source="systemd; waitpid(2) in words",
    ),
    Signature(
        "unit-bad-system-call",
        "seccomp",
        "systemd",
        ("status=31/sys", "signal 31", "sigsys", "signal=sys"),
        r"\bsignal=SYS\b|status=31/(?P<signal_name>SYS)\b|(?:killed by|died (?:with|from)|terminated (?:with"
        r"|by)) signal (?P<signal>31)\b"
        r"|\bSIGSYS\b",
        source="systemd; waitpid(2) in words",
    ),
    Signature(
        "ended-by-signal",
        "segv",
        "other",
        (
            "status=11/segv",
            "signal 11",
            "status code -11",
            "code -11",
            "status=5/trap",
            "status=6/abrt",
            "signal 6",
            "signal 5",
            "signal 13",
        ),
        r"status=(?:11|5|6)/(?P<signal_name>SEGV|TRAP|ABRT)\b"
        r"|(?:killed by|died (?:with|from)|(?:terminated|exited) (?:with|by|from)) signal (?:(?P<signal>11|6|5)"
        r"|(?P<status>13[349]))\b|(?:exit|return|status)[ a-z]{0,16}code:? -(?:11|6|5)\b",
        source="systemd; Python subprocess: the negative number of the signal",
    ),
    Signature(
        "kernel-trap",
        "sigill",
        "kernel",
        ("trap invalid opcode", "undefined instruction"),
        r"traps: [^\n]{1,60} trap invalid opcode|: undefined instruction: pc=",
        source="Linux arch/x86/kernel/traps.c, arch/arm64/kernel/traps.c",
    ),
    Signature(
        "exit-sigsys",
        "exit-sigsys",
        "other",
        ("159",),
        r"^159$|\b(?:exit(?:ed)?|code|status|error)\b[^\n\d]{0,20}\b(?P<status>159)\b",
        source="shells: 128 and the number of SIGSYS, which only a seccomp filter sends",
    ),
    Signature(
        "status-as-command",
        "exit-status-typed",
        "other",
        (": command not found", ": not found"),
        r"sh: (?:\d{1,3}: )?(?P<status>139|13[2-6]|159): (?:command )?not found",
        source="shells: $? typed as a command",
    ),
    Signature(
        "compose-exit",
        "contained-crash",
        "docker",
        ("exited with code 1",),
        r"^[\w.-]{1,80} exited with code (?P<status>13[2-6]|139|159)$",
        source="docker compose",
    ),
)
