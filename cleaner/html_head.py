"""The head of a page: what it says to search engines, browsers and social networks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from cleaner.html_attributes import attributes_of
from cleaner.html_linked_data import parse
from cleaner.html_tags import Page, visible

TITLES = ("og:title", "twitter:title", "parsely-title", "sailthru.title", "dc.title", "headline")
AUTHORS = tuple(
    """author article:author parsely-author sailthru.author byl dc.creator dcterms.creator
    article.author article:author_name authors citation_author cxenseparse:author
    twitter:data1""".split()
)
DATES = tuple(
    """article:published_time article:published og:article:published_time datepublished
    parsely-pub-date sailthru.date pubdate publishdate publish-date publish_date
    publication_date date dc.date.issued dcterms.issued dc.date dcterms.created dc.date.created
    dcterms.date article.published cxenseparse:recs:publishtime cxenseparse:publishtime
    article_date_original originalpublicationdate published_time_telegram og:pubdate
    last-modified-date release_date displaydate""".split()
)
SITES = (
    "og:site_name",
    "application-name",
    "apple-mobile-web-app-title",
    "twitter:app:name:iphone",
)
LANGUAGES = ("content-language", "og:locale", "language", "dc.language")
ADDRESSES = ("og:url", "twitter:url")

_NAMES = ("property", "name", "itemprop", "http-equiv")
_MEANT = frozenset((*TITLES, *AUTHORS, *DATES, *SITES, *LANGUAGES, *ADDRESSES))
_KNOWN = {
    written: name
    for name in ("html", "meta", "link", "title", "body", "h1")
    for written in (name, name.upper(), name.capitalize())
}


class Head(NamedTuple):
    """What the tags of a page's head say, what its JSON-LD says, and where its headings stand.

    `meta` has contents by lower-case name, in order; `window` is the title in the head, `title` the
    first one of all. `headings` are places in `Page.tags`, `linked_data` values as JSON has them.
    """

    root: Mapping[str, str]
    meta: Mapping[str, list[str]]
    canonical: list[str]
    window: str | None
    title: str | None
    headings: list[int]
    linked_data: list[Any]


def read_head(page: Page) -> Head:
    """Read the head of a page, wherever its tags stand.

    >>> from cleaner.html_tags import read_page
    >>> head = read_head(read_page("<title>Vote</title><meta name=Author content=' Ana  Ruiz'>"))
    >>> head.window, head.meta
    ('Vote', {'author': ['Ana Ruiz']})
    """
    tags = page.tags
    root: dict[str, str] = {}
    meta: dict[str, list[str]] = {}
    canonical: list[str] = []
    window: str | None = None
    title: str | None = None
    headings: list[int] = []
    in_body = False
    for number, tag in [(number, tag) for number, tag in enumerate(tags) if tag[0] in _KNOWN]:
        name, attributes = _KNOWN[tag[0]], tag[1]
        if name == "meta":
            found = attributes_of(attributes, _NAMES)
            names = [found[key].strip().lower() for key in _NAMES if key in found]
            for known in [known for known in names if known in _MEANT]:
                content = attributes_of(attributes, ("content",)).get("content", "").split()
                if content:
                    meta.setdefault(known, []).append(" ".join(content))
        elif name == "link":
            if "canonical" in attributes or "CANONICAL" in attributes:
                found = attributes_of(attributes, ("rel", "href"))
                if found.get("rel", "").lower() == "canonical":
                    canonical.append(found.get("href", ""))
        elif name == "h1":
            headings.append(number)
        elif name == "title":
            if window is None and not in_body:  # pictures have titles too
                window = " ".join(visible(tag[2]).split())
            if title is None:  # but some pages have theirs in the body
                title = visible(tag[2])
        elif name == "html":
            root = root or attributes_of(attributes, ("lang", "xml:lang"))
        else:
            in_body = True
    values = [value for script in page.linked_data if (value := parse(script)) is not None]
    return Head(root, meta, canonical, window, title, headings, values)
