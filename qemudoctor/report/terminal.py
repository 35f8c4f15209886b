"""Text for terminals: nothing of what was read may steer one, lines of 80 columns, colour if wanted."""

WIDTH = 80
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_CODES = {"bold": "1", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}


def clean(text: str) -> str:
    r"""Return text as one line that steers no terminal: what is not printable becomes an escape.

    That is every control character (C0, DEL, C1), what turns the direction of writing or has no width, line
    separators, private and unassigned characters. An undecodable byte (a surrogate escape) becomes `\xHH`.
    """
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else _escape(letter) for letter in text)


def _escape(letter: str) -> str:
    code = ord(letter)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x80:
        return _SHORT.get(letter) or f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def wrap(text: str, *, indent: str = "", hanging: str | None = None) -> list[str]:
    """Return text, made clean, as lines of at most 80 columns; words that are longer stay whole.

    hanging: what the second and later lines begin with, if not indent.
    """
    from textwrap import wrap as wrapped

    return wrapped(
        clean(text),
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent if hanging is None else hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )


def cut(text: str, length: int) -> str:
    """Return text, made clean, cut to a length in characters; three dots say so."""
    text = clean(text)
    return text if len(text) <= length else f"{text[: length - 3]}..."


def listing(words: list[str]) -> str:
    """Return words as people list them: "a", "a and b", "a, b and c"."""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


class Palette:
    """Colours, or none."""

    def __init__(self, *, enabled: bool) -> None:
        self.enabled = enabled

    def paint(self, text: str, colour: str) -> str:
        """Return text in a colour ("bold", "red", "green", "yellow", "cyan"; "" for none)."""
        return f"\x1b[{_CODES[colour]}m{text}\x1b[0m" if self.enabled and colour else text


PLAIN = Palette(enabled=False)
