"""Dates as programs write them (metadata, JSON fields, WARC headers), to ISO 8601."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from cleaner.dates import parse_date

_ISO = re.compile(
    r"((?:1[89]|20|21)\d\d-\d\d-\d\d)"
    r"(?:[T ](\d\d:\d\d(?::\d\d)?)(?:[.,]\d+)?[ ]?(Z|[+-]\d\d:?\d\d)?)?\b"
)
_COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)(?:[T-]?(\d\d)(\d\d)(\d\d)Z?)?")
_EPOCH = re.compile(r"(\d{9,10})(?:\d{3})?(?:\.\d+)?")
_SLASHES = re.compile(r"((?:19|20)\d\d)/(\d\d?)/(\d\d?)\b")
_NO_DATE = frozenset({"0000-00-00", "0001-01-01", "1970-01-01"})


def iso_date(text: str | None) -> str | None:
    """A date in any shape that programs write, as ISO 8601; None where there is none.

    The time of day and the zone stay where they were given. A zero date, which content
    systems write for "unknown", is none:

    >>> iso_date("2025-09-11T10:41:07.123+0200"), iso_date("1757581267")
    ('2025-09-11T10:41:07+02:00', '2025-09-11T09:01:07+00:00')
    >>> iso_date("20250911"), iso_date("Thu, 11 Sep 2025 10:41:00 GMT")
    ('2025-09-11', '2025-09-11T10:41:00+00:00')
    >>> iso_date("0001-01-01T00:00:00Z") is None
    True
    """
    if not text:
        return None
    text = text.strip()
    found = _iso(text)
    return None if found is None or found[:10] in _NO_DATE else found


def _iso(text: str) -> str | None:
    if match := _ISO.match(text):
        day, time, zone = match.groups()
        if time is None:
            return _checked(day)
        if zone:
            zone = zone if zone == "Z" or ":" in zone else f"{zone[:3]}:{zone[3:]}"
        return _checked(f"{day}T{time if len(time) > 5 else time + ':00'}{zone or ''}")
    if match := _COMPACT.fullmatch(text):
        year, month, day, hour, minute, second = match.groups()
        time = f"T{hour}:{minute}:{second}" if hour else ""
        if found := _checked(f"{year}-{month}-{day}{time}"):
            return found
    if match := _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(match.group(1)), UTC).isoformat()
    if match := _SLASHES.match(text):
        year, month, day = match.groups()
        return _checked(f"{year}-{month:0>2}-{day:0>2}")
    return parse_date(text)


def _checked(text: str) -> str | None:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return None
    return text.replace("Z", "+00:00")
