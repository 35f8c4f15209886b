"""Commands as text for a POSIX shell: quoting, becoming root, writing one line into a file."""

from shlex import quote

from qemudoctor.facts import MOUNT_POINT, Facts
from qemudoctor.host.door import HostError

REGISTER = f"{MOUNT_POINT}/register"


def needs_sudo(facts: Facts) -> bool:
    """Return whether whoever looks at this host is not root; where that is not known, the shell counts as root's."""
    try:
        return facts.host.euid() != 0
    except HostError:
        return False


def as_root(facts: Facts, command: str) -> str:
    """Return a simple command as root executes it."""
    return f"sudo {command}" if needs_sudo(facts) else command


def write(facts: Facts, text: str, path: str) -> str:
    r"""Return the command that writes text and a newline to a file as root.

    printf with a %s leaves backslashes alone in every shell; echo turns \x7f into a byte in some. The text goes out
    in one write, as binfmt_misc demands.
    """
    command = f"printf '%s\\n' {quote(text)}"
    return f"{command} | sudo tee {quote(path)} >/dev/null" if needs_sudo(facts) else f"{command} > {quote(path)}"


def remove_entry(facts: Facts, name: str) -> str:
    """Return the command that removes an entry of the registry."""
    return write(facts, "-1", f"{MOUNT_POINT}/{name}")


def register(facts: Facts, line: bytes) -> str:
    """Return the command that writes a register string."""
    return write(facts, line.decode("utf-8", "surrogateescape"), REGISTER)
