"""qemu-doctor: why programs and containers of another architecture will or will not run on a Linux host."""

from qemudoctor._version import __version__

TYPE_CHECKING = False  # type checkers know the name; importing typing would cost --version as much as Python itself
if TYPE_CHECKING:
    from qemudoctor.errors import explain_error
    from qemudoctor.examination import examine

__all__ = ["__version__", "examine", "explain_error"]


def __getattr__(name: str) -> object:
    """Load the public functions when they are used: `qemu-doctor --version` needs none of them."""
    if name == "examine":
        from qemudoctor.examination import examine

        return examine
    if name == "explain_error":
        from qemudoctor.errors import explain_error

        return explain_error
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
