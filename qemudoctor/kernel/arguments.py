"""How many arguments an execve() takes."""

from collections.abc import Sequence

STRING_MAX_BYTES = (1 << 17) - 1
"""MAX_ARG_STRLEN without the NUL at the end."""
STACK_BYTES = 8 << 20
"""The usual limit of the stack (ulimit -s); a quarter of it is for arguments."""
_POINTER_BYTES = 8


def are_too_large(path: str, arguments: Sequence[str]) -> bool:
    """Return whether a call with these arguments and an empty environment fails with E2BIG.

    What interpreters add to them later is not counted: it is small.
    Source: Linux fs/exec.c, bprm_stack_limits(), copy_strings(). Before 4.13 the pointers were not counted, and whole
        pages instead of bytes; that is not in the model.
    """
    # A character has four bytes at most, so nearly always nothing needs to be encoded.
    if 4 * (len(path) + sum(map(len, arguments))) + _POINTER_BYTES * len(arguments) < STRING_MAX_BYTES:
        return False
    sizes = [len(text.encode("utf-8", "surrogateescape")) + 1 for text in (path, *arguments)]
    if max(sizes) > STRING_MAX_BYTES + 1:
        return True
    return sum(sizes) + _POINTER_BYTES * len(arguments) > STACK_BYTES // 4
