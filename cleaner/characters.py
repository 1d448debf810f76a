"""Repair of characters, before any offset exists: encodings, controls, odd spaces.

Only what a reader can't see is changed. The lines of a text stay the same lines: leading
spaces, blank lines and their order carry meaning for what comes after.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

_PLAIN_BYTES = bytes([*b"\t\n", *range(0x20, 0x7F)])
_ODD = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\xa0\xad\u1680\u180e\u2000-\u200b\u2028\u2029\u202f\u205f\u2060"
    "\u3000\ufeff\ud800-\udfff]"
)
_LINE_ENDS = re.compile("\r\n?|[\x85\u2028\u2029]")
_OTHER_LINE_ENDS = "\r\x85\u2028\u2029"
_MAX_LOOKED_FOR = 16
_SURROGATE_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_TABLE: dict[int, str | None] = {
    **dict.fromkeys((*range(0x20), *range(0x7F, 0xA0)), None),
    **dict.fromkeys((0xAD, 0x180E, 0x200B, 0x2060, 0xFEFF), None),
    **dict.fromkeys((0x0B, 0x0C, 0xA0, 0x1680, *range(0x2000, 0x200B)), " "),
    **dict.fromkeys((0x202F, 0x205F, 0x3000), " "),
    **dict.fromkeys(range(0xD800, 0xE000), "\ufffd"),
}
del _TABLE[0x09], _TABLE[0x0A]
# The first characters of UTF-8 that was read as windows-1252.
_MOJIBAKE = re.compile("[ÂÃâð][\x80-\xbf\u0152-\u2122]")
_MOJIBAKE_STARTS = ("Â", "Ã", "â€", "â\x80", "ð")
_MAX_MOJIBAKE_LINE = 20_000
# Letters and marks that are composed already, whatever stands before them.
_COMPOSED = re.compile("[\xa1-\u02af\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u2100-\u2125]*")


def repair(text: str) -> str:
    """Undo what copying through programs did to the characters of a text.

    Line ends become ``\\n``; odd spaces become a space; control characters, byte order
    marks, soft hyphens and zero-width spaces go, but the joiners that Persian and emoji
    need stay; letters are composed (NFC); lone surrogates become U+FFFD.

    >>> repair("Prices\\u00a0rose\\r\\nby 3\\u202f%.\\x00")
    'Prices rose\\nby 3 %.'
    >>> repair("It\u00e2\u20ac\u2122s here")
    'It’s here'

    What only looks like a wrong encoding stays, since capitals before quotes are real:

    >>> repair("«MENÜ» und «MAÇû")
    '«MENÜ» und «MAÇû'
    """
    # Few characters are worth a look: what is left without the plain ones is soon searched.
    special = text.encode("utf-8", "surrogatepass").translate(None, _PLAIN_BYTES)
    if not special:
        return text
    beyond = special.decode("utf-8", "surrogatepass")
    if any(mark in beyond for mark in _MOJIBAKE_STARTS) and _MOJIBAKE.search(beyond):
        beyond = text = "\n".join(map(_repair_encoding, text.split("\n")))
    elif _COMPOSED.fullmatch(beyond) and not _ODD.search(beyond):
        return text
    odd = set(_ODD.findall(beyond))
    if odd:
        if not odd.isdisjoint(_OTHER_LINE_ENDS):
            text = _LINE_ENDS.sub("\n", text)
        text = _without(odd, _SURROGATE_PAIR.sub(_join_surrogates, text))
    return unicodedata.normalize("NFC", text)


def _without(odd: Collection[str], text: str) -> str:
    """A text without these characters; to look for a few costs less than to look at each."""
    if len(odd) > _MAX_LOOKED_FOR:
        return text.translate(_TABLE)
    for character in odd:
        text = text.replace(character, _TABLE.get(ord(character), character) or "")
    return text


def _repair_encoding(line: str) -> str:
    """One line, so that a sound line is never read again because of a broken one."""
    if len(line) > _MAX_MOJIBAKE_LINE or not _MOJIBAKE.search(line):
        return line
    import ftfy  # costs 50 ms to load, and few texts need it

    repaired: str = ftfy.fix_encoding(line)
    return repaired if "\n" not in repaired else line


def _join_surrogates(match: re.Match[str]) -> str:
    return match.group().encode("utf-16", "surrogatepass").decode("utf-16")
