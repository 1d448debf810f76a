"""Bylines to names: "By ANA RUIZ, Staff Writer and Tom Ott" -> Ana Ruiz, Tom Ott."""

from __future__ import annotations

import re
from collections.abc import Iterable

_PREFIX = re.compile(
    r"""(?ix) ^ (?: (?:written|posted|published|reported|story|words|text|photographs?) \s+ )?
    (?: by | von | par | por | di | door | av | author[s]? | byline | redactie | text )
    \b (?! \. ) [:\s]+"""
)
_SPLIT = re.compile(
    r"(?i)\s*(?:[,;|&•·/]|\s[-–—]\s|\s(?:and|und|et|y|e|with|mit)\s|\sfor\s.*|\sin\s.*)\s*"
)
_ADDRESS = re.compile(r"\S+@\S+|https?:\S+|www\.\S+|(?<!\w)@\w+")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_ROLE = re.compile(
    r"""(?ix) \b (?: editors? | reporters? | correspondents? | writers? | staff | journalist\w*
    | columnists? | contributors? | contributing | producers? | bureau | chief | senior | special
    | analysts? | newsroom | team | desk | updated | published | posted | minutes? | read | follow
    | email | comments? | redaktion | redacci[óo]n | rédaction | redazione | admin | administrator
    | guest | author | unknown | photographers? | director | professor | ph\.?d | md | jr | about
    | experts? | founders? | winemaker | webmaster | redakcja | owner | officer | designed
    | contact | view | by | profile | news | head | written | sponsored | link | copied )
    \b"""
)
_SUFFIX = re.compile(
    r"(?i)^(?:jr|sr|ii|iii|iv|md|phd|ph\.d|mba|msc?|bsc|rdn?|rn|ldn|mph|cpa|cfa|fand|esq|dds|dvm)\.?$"
)
_COURTESY = re.compile(r"^(?:Herr|Frau|Mrs?|Ms)\.?\s+(?=\w+\s+\w)")
_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|[.'’\-‐ ])*")
_MAX_NAMES = 20


def clean_authors(bylines: Iterable[str], site: str | None = None) -> list[str]:
    """The persons (or agencies) in bylines, each once, without titles, links and site names.

    >>> clean_authors(["By ANA RUIZ, Senior Editor", "https://example.org/ana", "Ana Ruiz"])
    ['Ana Ruiz']
    >>> clean_authors(["The Mill Post", "Tom Ott, tom@example.org"], site="The Mill Post")
    ['Tom Ott']
    """
    names: dict[str, str] = {}
    for byline in bylines:
        if site and byline.strip().casefold() == site.casefold():
            continue  # some have an "and" in their name
        text = _PREFIX.sub("", _ADDRESS.sub(" ", _BRACKETS.sub(" ", byline)).strip())
        for part in _SPLIT.split(text):
            name = _name(part, site or "")
            if name:
                names.setdefault(name.casefold(), name)
    # A list may hold both "Ruiz" and "Ana Ruiz": the fuller one stays.
    return [
        name
        for key, name in names.items()
        if not any(key != other and other.endswith(f" {key}") for other in names)
    ][:_MAX_NAMES]


def _name(part: str, site: str) -> str | None:
    part = _PREFIX.sub("", " ".join(part.split()).strip(" .,:;-–—'\""))
    part = _COURTESY.sub("", part)
    if site and part.casefold().endswith(site.casefold()):
        part = part[: -len(site)].rstrip()
    words = part.split()
    if not 1 <= len(words) <= 5 or not _NAME.fullmatch(part) or len(part) < 2:
        return None
    if _ROLE.search(part) or _SUFFIX.match(part):
        return None
    if not any(word[0].isupper() for word in words) and part.isascii():
        return None if len(words) == 1 else part.title()
    return part.title() if part.isupper() and len(words) > 1 else part
