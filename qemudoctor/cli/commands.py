"""The commands beside the examination, and where each is."""

COMMANDS = {
    "trace": "qemudoctor.cli.tracing",
    "explain-error": "qemudoctor.cli.explain_error",
    "fix": "qemudoctor.cli.fixing",
    "register": "qemudoctor.cli.registering",
    "explain": "qemudoctor.cli.explain",
    "checks": "qemudoctor.cli.checklist",
    "schema": "qemudoctor.cli.schema",
}
"""The module of each command; its run() takes the arguments behind the command and returns the exit status."""
