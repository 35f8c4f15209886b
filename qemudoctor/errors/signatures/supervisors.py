"""Init programs, supervisors and runtimes of others' images: who starts the one program that all is about."""

from qemudoctor.errors.signatures.signature import ERRNO, PROGRAM, Signature

ROWS: tuple[Signature, ...] = (
    Signature(
        "s6-interpreter",
        "s6:ENOENT",
        "other",
        ("fatal: unable to exec ",),
        r"fatal: unable to exec (?P<program>[\w.+-]{1,60}): no such file or directory",
        errno="ENOENT",
        source="execline, s6: what stands in a #! line is searched for in $PATH",
    ),
    Signature(
        "first-program",
        "init:*",
        "other",
        ("[dumb-init]", "tini ", "s6-supervise"),
        rf"(?:\[dumb-init\] {PROGRAM}|\[fatal tini \(\d{{1,4}}\)\] exec (?P<program2>\S{{1,300}}) failed"
        rf"|s6-supervise \S{{1,60}}: warning: unable to spawn (?P<program3>\S{{1,60}})(?: \(waiting \d{{1,4}}"
        rf" seconds\))?)"
        rf": {ERRNO}",
        source="dumb-init, tini, s6: what they start first",
    ),
    Signature(
        "lxc-exec",
        "init:*",
        "other",
        ("- failed to exec ",),
        rf"{ERRNO} - failed to exec \"?(?P<program>/[^\s\"]{{1,200}})",
        source="LXC src/lxc/start.c",
    ),
    Signature(
        "lambda-bootstrap",
        "bootstrap-missing",
        "other",
        ("valid bootstrap",),
        r"couldn't find valid bootstrap",
        errno="ENOENT",
        source="AWS Lambda: the program of a runtime of one's own",
    ),
    Signature(
        "lambda-entrypoint",
        "lambda-bootstrap",
        "other",
        ("invalidentrypoint",),
        r"^(?![^\n]{0,2000}(?:exec format|permission denied|no such file))[^\n]{0,2000}?Runtime\.InvalidEntrypoint",
        source="AWS Lambda: what it says of any program that could not be started",
    ),
    Signature(
        "supervised-missing",
        "supervised-missing",
        "python",
        ("no such file)", "can't find command"),
        r": error \(no such file\)$|(?:fatal|spawnerr:?) can't find command '(?P<program>[^'\n]{1,200})'",
        errno="ENOENT",
        source="supervisor/options.py, supervisorctl.py",
    ),
    Signature(
        "appimage-runtime",
        "apprun:*",
        "other",
        ("apprun_error",),
        rf"APPRUN_ERROR: {ERRNO}",
        source="AppImage AppRun",
    ),
    Signature(
        "init-exec",
        "exec:*",
        "other",
        ("failed:", "unable to exec", "unable to spawn", "could not exec", "cannot exec"),
        rf"(?:exec|(?:unable|failed) to (?:exec|spawn)\w{{0,5}}) {PROGRAM}(?: failed"
        rf"| \(waiting \d{{1,4}} seconds\))?: {ERRNO}",
        source="s6, OpenRC and others",
    ),
)
