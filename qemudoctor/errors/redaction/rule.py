"""What a rule of redaction is: a pattern, and what stands instead of what it finds."""

import re
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

MARKS = ("secret", "host", "url", "mail", "address", "id", "project", "path")

USER = "user"
"""Stands for an account: a word, so that paths and prompts are read as before."""

# A value that is a mark already. What goes on behind one is no mark, but a value that begins like one.
DONE = rf"(?!<(?:{'|'.join(MARKS)})>(?:[\s'\"\\,;)\]}}]|$))"
# A value: quoted, or up to a blank or quote. Possessive, so that nothing is tried twice: secrets can be long.
VALUE = rf"(?:\\?\"[^\"]++\"|\\?'[^']++'|\\?[\"']?{DONE}[^\s'\"]++)"


class Rule(NamedTuple):
    """One kind of thing that a report must not hold."""

    what: str
    pattern: str
    """Verbose, and with bounded or possessive quantifiers: lines are written by strangers."""
    instead: str | Callable[[re.Match[str]], str]
    any_of: tuple[str, ...] = ()
    """One of these, in lower case, is in every line that the pattern fits; () if there is no such word."""


def words(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.VERBOSE)


def apply(rule: Rule, line: str) -> str:
    """Return a line after a rule."""
    if rule.any_of:
        lower = line.lower()
        if not any(word in lower for word in rule.any_of):
            return line
    return _compiled(rule.pattern).sub(rule.instead, line)
