"""The environment variables by which QEMU's user mode takes options from whoever executes a program."""

from typing import NamedTuple

from qemudoctor.facts.fact import Unavailable
from qemudoctor.host.door import Host, HostError

NAMES = (
    "QEMU_CPU",
    "QEMU_LD_PREFIX",
    "QEMU_VERSION",
    "QEMU_GDB",
    "QEMU_GUEST_BASE",
    "QEMU_RESERVED_VA",
    "QEMU_PAGESIZE",
    "QEMU_STACK_SIZE",
    "QEMU_SET_ENV",
    "QEMU_UNSET_ENV",
    "QEMU_ARGV0",
    "QEMU_UNAME",
    "QEMU_STRACE",
    "QEMU_LOG",
    "QEMU_LOG_FILENAME",
    "QEMU_DFILTER",
    "QEMU_TRACE",
    "QEMU_PLUGIN",
    "QEMU_SINGLESTEP",
    "QEMU_ONE_INSN_PER_TB",
    "QEMU_RAND_SEED",
)
"""Source: QEMU linux-user/main.c, arg_table; `qemu-aarch64-static --help` of 7.2 lists all but QEMU_PLUGIN and the
newer QEMU_ONE_INSN_PER_TB."""
ENVIRONMENT_FILE = "/etc/environment"
_VALUE_MAX = 200


class Variable(NamedTuple):
    """A variable that is set, and the file that sets it for everybody, where one was found."""

    name: str
    value: str
    file: str | None = None


def read_qemu_variables(host: Host) -> tuple[Variable, ...]:
    """Return QEMU's variables that are set for whoever looks. Raises: Unavailable where that is not known."""
    found = []
    for name in NAMES:
        try:
            value = host.environment(name)
        except HostError as error:
            raise Unavailable(f"{error.path}: {error.reason}") from error
        if value is not None:
            found.append(Variable(name, value[:_VALUE_MAX]))
    if not found:
        return ()
    return tuple(x._replace(file=ENVIRONMENT_FILE) if _is_set_in_file(host, x.name) else x for x in found)


def _is_set_in_file(host: Host, name: str) -> bool:
    try:
        text = host.read(ENVIRONMENT_FILE, limit=65536).decode("utf-8", "replace")
    except HostError:
        return False
    return any(line.strip().removeprefix("export ").split("=", 1)[0].strip() == name for line in text.splitlines())
