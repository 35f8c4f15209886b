"""Lines of a log without what identifies people and machines."""

import re

# (what, pattern, what stands instead)
_ROWS: tuple[tuple[str, str, str], ...] = (
    ("address of a resource", r"\b[a-z][a-z0-9+.-]{1,20}://[^\s'\"]{1,500}", "<url>"),
    ("mail", r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,8}", "<mail>"),
    ("home", r"(?<=/home/)[^/\s'\":]{1,64}|(?<=/Users/)[^/\s'\":]{1,64}|(?<=\\Users\\)[^\\\s'\":]{1,64}", "<user>"),
    ("IPv4", r"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b", "<address>"),
    ("digest or id", r"\b[0-9a-f]{12,64}\b", "<id>"),
    ("secret", r"(?i)((?:token|password|passwd|secret|api[_-]?key)\s{0,4}[=:]\s{0,4})[^\s'\"]{1,200}", r"\1<secret>"),
    ("prompt", r"^[\w.-]{1,32}@[\w.-]{1,64}(?=[:~])", "<user>@<host>"),
)


def redacted(text: str) -> str:
    """Return a line without addresses, names of users and hosts, digests and secrets."""
    for _, pattern, instead in _ROWS:
        text = re.sub(pattern, instead, text)
    return text
