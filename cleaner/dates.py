"""Dates as publishers print them, to ISO 8601."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

import regex
from dateutil import parser

_YEAR = regex.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_ISO_DAY = regex.compile(r"(?:19|20)\d\d-\d\d-\d\d")
_NOISE = regex.compile(
    r"""(?ix) \b (?: date | published | posted | updated | last | modified | first | on | at
                     | original(?:ly)? | created | by | edt | est | et | pdt | pst | pt | cdt | cst
                     | bst | ist | cet | cest | hrs | uhr ) \b
              | [|•·/](?=\s) | (?<=\s)[|•·/] | [()\[\],;] | :(?=\s|\Z)"""
)
_MONTHS = {
    "januar": "january", "februar": "february", "märz": "march", "maerz": "march",
    "mai": "may", "juni": "june", "juli": "july", "oktober": "october", "dezember": "december",
    "janvier": "january", "février": "february", "mars": "march", "avril": "april",
    "juin": "june", "juillet": "july", "août": "august", "septembre": "september",
    "octobre": "october", "novembre": "november", "décembre": "december",
    "enero": "january", "febrero": "february", "marzo": "march", "abril": "april",
    "mayo": "may", "junio": "june", "julio": "july", "agosto": "august",
    "septiembre": "september", "octubre": "october", "noviembre": "november",
    "diciembre": "december",
}  # fmt: skip
_LOCAL_MONTH = regex.compile(r"(?i)\b(?:" + "|".join(_MONTHS) + r")\b")
# Missing parts are taken from here: two different defaults show which parts were missing.
_DEFAULTS = (datetime(2001, 1, 1), datetime(2002, 2, 2))
_MAX_CHARS = 80


@lru_cache(maxsize=4096)
def parse_date(text: str) -> str | None:
    """A printed date as ISO 8601, to the second where a time of day is given, else None.

    The year, month and day must all be there: nothing is guessed from today's date.

    >>> parse_date("Published: 11 September 2025 10:41 GMT")
    '2025-09-11T10:41:00+00:00'
    >>> parse_date("Sept. 11, 2025")
    '2025-09-11'
    >>> parse_date("11 September") is None
    True
    """
    text = text.strip()
    if not _YEAR.search(text):
        return None
    if _ISO_DAY.fullmatch(text):
        return _iso(text, day_only=True)
    if not _ISO_DAY.match(text):
        text = _NOISE.sub(" ", _LOCAL_MONTH.sub(lambda m: _MONTHS[m.group().lower()], text))
        text = regex.sub(r"(?i)\bsept\b", "sep", text).replace(" de ", " ").strip()
    return _iso(text, day_only=":" not in text)


def _same_clock(name: str | None, offset: int | None) -> int | None:
    """Names of time zones mean different offsets in different countries: only numbers count."""
    return offset


def _iso(text: str, *, day_only: bool) -> str | None:
    if len(text) > _MAX_CHARS:
        return None
    try:
        first, second = (
            parser.parse(text, default=default, tzinfos=_same_clock) for default in _DEFAULTS
        )
    except (ValueError, OverflowError, TypeError):
        return None
    if first.date() != second.date() or not 1800 <= first.year <= 2200:
        return None
    return first.date().isoformat() if day_only else first.replace(microsecond=0).isoformat()
