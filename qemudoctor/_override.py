"""`override` for Python 3.11, whose typing module does not have it yet; and at no cost when running."""

from typing import TYPE_CHECKING

__all__ = ["override"]

if TYPE_CHECKING:
    from typing_extensions import override
else:

    def override(method):
        """Return the method as it is: only type checkers ask whether it overrides one."""
        return method
