"""What the shape of a rule's pattern promises about where it can match."""

from __future__ import annotations

from functools import cache

import regex

_FLAGS = regex.compile(r"\s*(?:\(\?[a-zA-Z]+\)\s*)*")
# What can't open or close a group or an alternative: escapes, classes, comments.
_OPAQUE = regex.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\#[^\n]*", regex.DOTALL)
_CLASS_WITHOUT_NEWLINE = regex.compile(r"\[\^(?:\\.|[^\]\\])*?\\n(?:\\.|[^\]\\])*\]")
_CROSSES_LINES = regex.compile(r"\\[nsRXWDPN]|\[\^|\(\?[a-z]*s[a-z]*[:)]")


@cache
def is_line_pattern(pattern: str) -> bool:
    r"""Whether a pattern matches from a line's start and never beyond its end.

    Then only the anchor's own line can hold a match with the anchor in it. Classes that
    could match a newline count as if they did:

    >>> is_line_pattern(r"^ read [ ] more [^\n.]* $"), is_line_pattern(r"^ read \s more")
    (True, False)
    """
    return begins_at_line_start(pattern) and stays_on_line(pattern)


@cache
def stays_on_line(pattern: str) -> bool:
    r"""Whether a pattern never matches a newline, so that a match is part of one line.

    >>> stays_on_line(r"[.] [ ] read [ ] more [^\n.]* $"), stays_on_line(r"read \W more")
    (True, False)
    """
    return not _CROSSES_LINES.search(_CLASS_WITHOUT_NEWLINE.sub("", pattern))


@cache
def begins_at_line_start(pattern: str) -> bool:
    """Whether all of a pattern stands behind one ``^``, so that only line starts need trying.

    >>> begins_at_line_start("(?i) ^ read [ ] more"), begins_at_line_start("^ a | b")
    (True, False)
    >>> begins_at_line_start("^ (?: a | b ) [|]")
    True
    """
    rest = pattern[_FLAGS.match(pattern).end() :]
    if not rest.startswith("^"):
        return False
    depth = 0
    for character in _OPAQUE.sub("", rest):
        depth += (character == "(") - (character == ")")
        if character == "|" and depth == 0:
            return False
    return True
