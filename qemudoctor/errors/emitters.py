"""Who printed a line, and which releases of it print it so."""

# runc: the line number in "standard_init_linux.go:NNN" is that of the call that failed, so it tells the releases.
# Source: libcontainer/standard_init_linux.go of every release and of every commit between them in opencontainers/runc,
# and of the branches of docker/runc, which Docker 1.12 to 18.09 shipped. (line, releases)
RUNC_LINES: dict[int, str] = {
    175: "1.0.0-rc2 (also Docker 1.12.3)",
    178: "Docker's own after 1.0.0-rc2 (Docker 1.12.4 and later, 1.13, 17.03)",
    183: "between 1.0.0-rc2 and 1.0.0-rc3",
    185: "1.0.0-rc4",
    186: "between 1.0.0-rc2 and 1.0.0-rc3",
    187: "1.0.0-rc3 (also Docker 17.06)",
    189: "between 1.0.0-rc3 and 1.0.0-rc4",
    190: "1.0.0-rc5 (also Docker 18.06)",
    191: "between 1.0.0-rc5 and 1.0.0-rc6",
    195: "between 1.0.0-rc4 and 1.0.0-rc5",
    203: "between 1.0.0-rc5 and 1.0.0-rc6",
    207: "1.0.0-rc6 (also Docker 18.09, 18.03)",
    210: "between 1.0.0-rc10 and 1.0.0-rc91",
    211: "1.0.0-rc7 to 1.0.0-rc10",
    219: "1.0.0-rc91 to 1.0.0-rc93",
    228: "1.0.0-rc94 to 1.0.3",
    230: "between 1.0.0 and 1.1.0",
    231: "between 1.0.0 and 1.1.0",
    242: "between 1.0.0 and 1.1.0",
}
_RUNC_FIRST, _RUNC_LAST = min(RUNC_LINES), max(RUNC_LINES)

# Signature -> releases that print it so.
VERSIONS: dict[str, str] = {
    "engine-exec": "1.1.0 or later",  # opencontainers/runc commit 794cd66d
    "bash-required-file": "5.2 or later",
    "tar-enosys": "with the fix for CVE-2025-45582",
}


def runc_release(number: int) -> str:
    """Return the releases of runc whose line it is; distributions' own patches shift it by some."""
    if number in RUNC_LINES:
        return RUNC_LINES[number]
    if number < _RUNC_FIRST:
        return "before 1.0.0-rc2"
    if number > _RUNC_LAST:
        return "a distribution's own, 1.0.0 or later"
    below = max(x for x in RUNC_LINES if x < number)
    above = min(x for x in RUNC_LINES if x > number)
    return f"a distribution's own, between {RUNC_LINES[below].split(' (')[0]} and {RUNC_LINES[above].split(' (')[0]}"


def version_of(signature: str, number: str | None, line: str) -> str | None:
    """Return the releases of the emitter that print a line so; None where nothing is known of them."""
    if number:
        return runc_release(int(number))
    if signature == "runc-standard-init":
        # opencontainers/runc commit 2adfd20a dropped the quotes.
        return "1.0.0-rc91 to 1.0.3" if "caused: " in line else "1.0.0-rc2 to 1.0.0-rc90"
    return VERSIONS.get(signature)
