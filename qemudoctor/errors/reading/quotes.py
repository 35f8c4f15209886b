"""Quotation marks of all languages, as those of ASCII."""

import re
from functools import cache

QUOTES = str.maketrans(
    "\u2018\u2019\u201a\u2039\u203a`\u00b4\u201c\u201d\u201e\u201f\u00ab\u00bb\u300c\u300d\u00a0\u202f",
    '\'\'\'\'\'\'\'""""""""  ',
)


def plain_quotes(text: str) -> str:
    """Return text with the quotation marks of ASCII, and without the spaces that French has within them."""
    if "\u00ab" in text:
        text = _french().sub(r'"\1"', text)
    return text.translate(QUOTES)


@cache
def _french() -> re.Pattern[str]:
    return re.compile("\u00ab[ \u00a0\u202f]?([^\u00ab\u00bb]{0,400}?)[ \u00a0\u202f]?\u00bb")
