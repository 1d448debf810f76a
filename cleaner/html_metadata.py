"""Title, authors, date, site, language and address of a page, from its tags.

Publishers state these for search engines and social networks: JSON-LD, OpenGraph and meta
tags, in this order of care taken. The visible page is asked last and only for what is
marked up as a byline or a date.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from cleaner.dates import parse_date
from cleaner.html_attributes import attributes_of, class_of
from cleaner.html_head import ADDRESSES, AUTHORS, DATES, LANGUAGES, SITES, TITLES, Head, read_head
from cleaner.html_linked_data import LinkedData, read_linked_data
from cleaner.html_nesting import text_inside
from cleaner.html_tags import Page, Tags
from cleaner.html_title import choose_title, site_names
from cleaner.machine_dates import iso_date
from cleaner.person_names import clean_authors

_AUTHOR_CLASS = re.compile("author-name|author_name|authorName|byline")
_DATE_CLASS = re.compile("date|publish|posted|timestamp")
_NAMED = frozenset({"a", "span", "div", "p", "address"})
_DATED = frozenset({"span", "div", "p", "li", "time", "h5", "h6"})
_URL_DATE = re.compile(r"/((?:19|20)\d\d)[/-](\d\d?)[/-](\d\d?)(?=[/-])")
_MAX_BYLINE_CHARS = 150


class PageMetadata(NamedTuple):
    """What a page says about itself; None where it doesn't. `authors` are joined with "; "."""

    url: str | None = None
    title: str | None = None
    authors: str | None = None
    date: str | None = None
    site: str | None = None
    lang: str | None = None


def read_metadata(page: Page, url: str | None = None, head: Head | None = None) -> PageMetadata:
    """Read what a page says about itself.

    `url` is where the page was fetched from, which its own canonical address goes before; `head`
    is what `read_head` found, if it was asked.

    >>> from cleaner.html_tags import read_page
    >>> page = read_metadata(read_page('''<html lang="en-GB"><head>
    ... <title>Council backs library - The Mill Post</title>
    ... <meta property="og:site_name" content="The Mill Post">
    ... <meta name="author" content="By Ana Ruiz and Tom Ott">
    ... <meta property="article:published_time" content="2025-09-11T08:00:00Z"></head></html>'''))
    >>> page.title, page.authors, page.date
    ('Council backs library', 'Ana Ruiz; Tom Ott', '2025-09-11T08:00:00+00:00')
    """
    tags = page.tags
    head = read_head(page) if head is None else head
    meta = head.meta
    linked = read_linked_data(head.linked_data)
    url = _url(head) or url
    site = _first(meta, SITES[:1]) or linked.site or _first(meta, SITES[1:])
    site = site.lstrip("@") if site else None
    return PageMetadata(
        url=url,
        title=_title(tags, head, linked, site_names(site, linked.site, url)),
        authors="; ".join(_authors(tags, meta, linked, site)) or None,
        date=_date(tags, meta, linked, url),
        site=site,
        lang=head.root.get("lang")
        or head.root.get("xml:lang")
        or _first(meta, LANGUAGES)
        or linked.lang,
    )


def _first(meta: Mapping[str, list[str]], names: Iterable[str]) -> str | None:
    return next((meta[name][0] for name in names if name in meta), None)


def _url(head: Head) -> str | None:
    for url in (*head.canonical, _first(head.meta, ADDRESSES)):
        if url and url.strip().startswith(("http://", "https://")):
            return url.strip()
    return None


def _title(tags: Tags, head: Head, linked: LinkedData, sites: frozenset[str]) -> str | None:
    meta = head.meta
    headings = [text for number in head.headings[:5] if (text := _visible(tags, number))]
    declared = (linked.headline, _first(meta, TITLES[:1]), _first(meta, TITLES[1:]), head.window)
    return choose_title([text for text in declared if text], headings, sites)


def _authors(
    tags: Tags, meta: Mapping[str, list[str]], linked: LinkedData, site: str | None
) -> list[str]:
    if names := clean_authors(linked.authors, site):
        return names
    for key in AUTHORS:
        if names := clean_authors(meta.get(key, ()), site):
            return names
    may_be = [n for n, tag in enumerate(tags) if "author" in tag[1] or "byline" in tag[1]]
    for is_author in (_is_author_property, _is_author_link, _has_author_class):
        marked = islice((number for number in may_be if is_author(*tags[number][:2])), 4)
        texts = [_visible(tags, number) for number in marked]
        bylines = [text for text in texts if text and len(text) <= _MAX_BYLINE_CHARS]
        if names := clean_authors(bylines, site):
            return names
    return []


def _is_author_property(tag: str, attributes: str) -> bool:
    return attributes_of(attributes, ("itemprop",)).get("itemprop") == "author"


def _is_author_link(tag: str, attributes: str) -> bool:
    return tag in ("a", "A") and attributes_of(attributes, ("rel",)).get("rel") == "author"


def _has_author_class(tag: str, attributes: str) -> bool:
    return tag.lower() in _NAMED and _AUTHOR_CLASS.search(class_of(attributes)) is not None


def _has_date_class(tag: str, attributes: str) -> bool:
    if tag.lower() not in _DATED or not _DATE_CLASS.search(attributes):
        return False
    name = class_of(attributes)
    return _DATE_CLASS.search(name) is not None and "update" not in name


def _times(tags: Tags) -> Iterator[str]:
    """What elements for dates state, in order."""
    for number, (tag, attributes, *_) in enumerate(tags):
        if tag == "time" or "datePublished" in attributes:
            found = attributes_of(attributes, ("datetime", "itemprop", "content"))
            if (tag == "time" and "datetime" in found) or found.get("itemprop") == "datePublished":
                yield found.get("datetime") or found.get("content") or _visible(tags, number)


def _date(
    tags: Tags, meta: Mapping[str, list[str]], linked: LinkedData, url: str | None
) -> str | None:
    for text in (linked.date, *(meta[key][0] for key in DATES if key in meta)):
        if found := iso_date(text):
            return found
    for text in islice(_times(tags), 3):
        if found := iso_date(text):
            return found
    dated = (n for n, tag in enumerate(tags) if tag[1] and _has_date_class(tag[0], tag[1]))
    for number in islice(dated, 6):
        printed = _visible(tags, number)
        if len(printed) <= _MAX_BYLINE_CHARS and (found := iso_date(parse_date(printed))):
            return found
    if url and (match := _URL_DATE.search(url)):
        year, month, day = match.groups()
        return iso_date(f"{year}-{month:0>2}-{day:0>2}")
    return None


def _visible(tags: Tags, number: int) -> str:
    """The text in an element, which is the same as what a reader sees but for styles."""
    return " ".join(text_inside(tags, number).split())
