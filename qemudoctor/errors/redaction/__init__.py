"""Lines of a log without what identifies people and machines, or lets one in.

What a bug report must not hold is replaced by a mark that says what stood there. What explains a failure stays: the
names of programs and emulators, versions, kernel releases, platforms, paths below a home, images.
"""

from qemudoctor.errors.redaction.credentials import CREDENTIALS, LAST, without_keys
from qemudoctor.errors.redaction.hosts import HOSTS
from qemudoctor.errors.redaction.names import NAMES
from qemudoctor.errors.redaction.rule import apply

# What lets one in goes first: it may look like anything. Names go before hosts, since prompts hold both.
_RULES = (*CREDENTIALS, *NAMES, *HOSTS, *LAST)
_MOST_PASSES = 4


def redacted(text: str) -> str:
    """Return text without addresses, names of users and hosts, digests and secrets; it keeps its lines."""
    return "\n".join(_line(line) for line in without_keys(text).split("\n"))


def _line(line: str) -> str:
    """Return a redacted line. What a mark uncovers is looked at again, so that nothing is left for a second time."""
    if not line or line.isspace():
        return line
    for _ in range(_MOST_PASSES):
        before = line
        for rule in _RULES:
            line = apply(rule, line)
        if line == before:
            break
    return line
