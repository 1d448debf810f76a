"""The headline of a page among the wordings that its publisher gives: for search engines, for
social networks, for the window, and on the page itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

_DOMAIN = re.compile(r"(?i)(?:www\.)?[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|co|info|[a-z]{2})")
_WORD = re.compile(r"\w+")
_MIN_HEADING_WORDS = 3
_MIN_SHARED_WORDS = 0.5
_SEPARATOR = re.compile(r"\s+(?:[|·•»–—-]|::|\|\|)\s+|\s*[|]\s*|\s+›\s+")
_MAX_TITLE_CHARS = 500


def choose_title(
    declared: Sequence[str], headings: Sequence[str], sites: frozenset[str]
) -> str | None:
    """The visible headline where the page's head announces the same story, else what it says.

    `declared` are the titles of the head, the best first; `headings` the page's own. The
    site's name is cut off, but a dash inside a headline is none:

    >>> choose_title(["Vote passes - The Post", "Vote - what next?"], [], frozenset({"thepost"}))
    'Vote passes'
    >>> choose_title(["Vote - what next?"], ["Subscribe now"], frozenset({"thepost"}))
    'Vote - what next?'
    """
    known = frozenset(map(_folded, headings))
    candidates = [_without_site(title[:_MAX_TITLE_CHARS], sites, known) for title in declared]
    candidates = [title for title in candidates if _folded(title) not in sites]
    if not candidates:
        return headings[0][:_MAX_TITLE_CHARS] if headings else None
    for heading in headings:
        if _shared_words(heading, candidates) and _folded(heading) not in sites:
            return heading[:_MAX_TITLE_CHARS]
    title = candidates[0]
    if title.endswith(("...", "…")):
        # Search engines cut headlines at 110 characters, and so do some content systems.
        start = _folded(title.rstrip(".… "))
        for other in candidates[1:]:
            if _folded(other).startswith(start) and not other.endswith(("...", "…")):
                return other
    return title


def _shared_words(heading: str, candidates: list[str]) -> bool:
    """Whether a heading of the page tells the story that the page's head announces."""
    words = set(_WORD.findall(heading.casefold()))
    if len(words) < _MIN_HEADING_WORDS:
        return False
    announced = set(_WORD.findall(" ".join(candidates).casefold()))
    return len(words & announced) >= _MIN_SHARED_WORDS * len(words)


def _without_site(title: str, sites: frozenset[str], known: frozenset[str]) -> str:
    """Cut a part off the title's end (or its start) that names the site and not the story.

    A dash may well stand inside a headline, so the rest must be the page's own heading, or
    the part must be the site's name.
    """
    for separator in reversed(list(_SEPARATOR.finditer(title))):
        head, tail = title[: separator.start()], title[separator.end() :]
        if _folded(head) in known or _is_site(tail, sites):
            return _without_site(head, sites, known) if head else title
        if _folded(tail) in known or _is_site(head, sites):
            return tail or title
    return title


def _is_site(part: str, sites: frozenset[str]) -> bool:
    return _folded(part) in sites or _DOMAIN.fullmatch(part.strip()) is not None


def site_names(site: str | None, publisher: str | None, url: str | None) -> frozenset[str]:
    """The ways in which a page's title may name its site, as compared: ``The Post`` is ``post``.

    >>> names = site_names("The Mill Post", None, "https://www.millpost.example/1")
    >>> {"themillpost", "millpost", "millpostexample"} <= names
    True
    """
    names = {_folded(name) for name in (site, publisher) if name}
    try:
        host = (urlsplit(url).hostname or "").removeprefix("www.") if url else ""
    except ValueError:
        host = ""
    if host:
        names |= {_folded(host), _folded(host.split(".")[0])}
        names.add(_folded(host.rpartition(".")[0]))
    names |= {name.removeprefix("the") for name in names} | {f"the{name}" for name in names}
    return frozenset(name for name in names if len(name) > 1)


def _folded(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))
