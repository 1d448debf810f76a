"""Title, authors, date, site, language and address of a page, from its parsed tree.

Publishers state these for search engines and social networks: JSON-LD, OpenGraph and meta
tags, in this order of care taken. The visible page is asked last and only for what is
marked up as a byline or a date.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from lxml import etree
from lxml import html as lxml_html

from cleaner.dates import parse_date
from cleaner.html_linked_data import LinkedData, read_linked_data
from cleaner.html_title import choose_title, site_names
from cleaner.machine_dates import iso_date
from cleaner.person_names import clean_authors

_TITLES = ("og:title", "twitter:title", "parsely-title", "sailthru.title", "dc.title", "headline")
_AUTHORS = (
    "author article:author parsely-author sailthru.author byl dc.creator dcterms.creator "
    "article.author article:author_name authors citation_author cxenseparse:author twitter:data1"
)
_DATES = (
    "article:published_time article:published og:article:published_time datepublished "
    "parsely-pub-date sailthru.date pubdate publishdate publish-date publish_date "
    "publication_date date dc.date.issued dcterms.issued dc.date dcterms.created dc.date.created "
    "dcterms.date article.published cxenseparse:recs:publishtime cxenseparse:publishtime "
    "article_date_original originalpublicationdate published_time_telegram og:pubdate "
    "last-modified-date release_date displaydate"
)
_SITES = (
    "og:site_name",
    "application-name",
    "apple-mobile-web-app-title",
    "twitter:app:name:iphone",
)
_LINKED_DATA = etree.XPath('//script[contains(@type, "ld+json")]')
_H1 = etree.XPath("//h1")
_AUTHOR_MARKS = (
    etree.XPath('//*[@itemprop="author"]'),
    etree.XPath('//a[@rel="author"]'),
    etree.XPath(
        "//*[self::a or self::span or self::div or self::p or self::address][@class]"
        '[contains(@class, "author-name") or contains(@class, "author_name")'
        ' or contains(@class, "authorName") or contains(@class, "byline")]'
    ),
)
_TIMES = etree.XPath("//time[@datetime] | //*[@itemprop='datePublished']")
_PRINTED_DATES = etree.XPath(
    "//*[self::span or self::div or self::p or self::li or self::time or self::h5 or self::h6]"
    '[@class][contains(@class, "date") or contains(@class, "publish") or contains(@class, "posted")'
    ' or contains(@class, "timestamp")][not(contains(@class, "update"))]'
)
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


def read_metadata(tree: lxml_html.HtmlElement, url: str | None = None) -> PageMetadata:
    """Read what a page says about itself; doesn't change the tree.

    `url` is where the page was fetched from, which its own canonical address goes before.

    >>> page = read_metadata(lxml_html.document_fromstring('''<html lang="en-GB"><head>
    ... <title>Council backs library - The Mill Post</title>
    ... <meta property="og:site_name" content="The Mill Post">
    ... <meta name="author" content="By Ana Ruiz and Tom Ott">
    ... <meta property="article:published_time" content="2025-09-11T08:00:00Z"></head></html>'''))
    >>> page.title, page.authors, page.date
    ('Council backs library', 'Ana Ruiz; Tom Ott', '2025-09-11T08:00:00+00:00')
    """
    meta = _meta_tags(tree)
    linked = read_linked_data(_script_texts(tree))
    url = _url(tree, meta) or url
    site = _first(meta, _SITES[:1]) or linked.site or _first(meta, _SITES[1:])
    site = site.lstrip("@") if site else None
    return PageMetadata(
        url=url,
        title=_title(tree, meta, linked, site_names(site, linked.site, url)),
        authors="; ".join(_authors(tree, meta, linked, site)) or None,
        date=_date(tree, meta, linked, url),
        site=site,
        lang=tree.get("lang")
        or tree.get("{http://www.w3.org/XML/1998/namespace}lang")
        or tree.get("xml:lang")
        or _first(meta, ("content-language", "og:locale", "language", "dc.language"))
        or linked.lang,
    )


def _meta_tags(tree: lxml_html.HtmlElement) -> Mapping[str, list[str]]:
    """The contents of meta tags by lower-case name, in order."""
    found: dict[str, list[str]] = {}
    for element in tree.iter("meta"):
        attributes = element.attrib
        content = " ".join((attributes.get("content") or "").split())
        if not content:
            continue
        for key in ("property", "name", "itemprop", "http-equiv"):
            if name := attributes.get(key):
                found.setdefault(name.strip().lower(), []).append(content)
    return found


def _first(meta: Mapping[str, list[str]], names: Iterable[str]) -> str | None:
    return next((meta[name][0] for name in names if name in meta), None)


def _script_texts(tree: lxml_html.HtmlElement) -> Iterator[str]:
    return (script.text for script in _LINKED_DATA(tree) if script.text)


def _url(tree: lxml_html.HtmlElement, meta: Mapping[str, list[str]]) -> str | None:
    links = (
        link.get("href")
        for link in tree.iter("link")
        if (link.get("rel") or "").lower() == "canonical"
    )
    for url in (*links, _first(meta, ("og:url", "twitter:url"))):
        if url and url.strip().startswith(("http://", "https://")):
            return str(url.strip())
    return None


def _title(
    tree: lxml_html.HtmlElement,
    meta: Mapping[str, list[str]],
    linked: LinkedData,
    sites: frozenset[str],
) -> str | None:
    headings = [text for h1 in _H1(tree)[:5] if (text := _visible(h1))]
    element = tree.find(".//head/title")
    window = _visible(element) if element is not None else None
    declared = (linked.headline, _first(meta, _TITLES[:1]), _first(meta, _TITLES[1:]), window)
    return choose_title([text for text in declared if text], headings, sites)


def _authors(
    tree: lxml_html.HtmlElement,
    meta: Mapping[str, list[str]],
    linked: LinkedData,
    site: str | None,
) -> list[str]:
    if names := clean_authors(linked.authors, site):
        return names
    for key in _AUTHORS.split():
        if names := clean_authors(meta.get(key, ()), site):
            return names
    for find in _AUTHOR_MARKS:
        texts = [_visible(element) for element in find(tree)[:4]]
        bylines = [text for text in texts if text and len(text) <= _MAX_BYLINE_CHARS]
        if names := clean_authors(bylines, site):
            return names
    return []


def _date(
    tree: lxml_html.HtmlElement,
    meta: Mapping[str, list[str]],
    linked: LinkedData,
    url: str | None,
) -> str | None:
    for text in (linked.date, *(meta[key][0] for key in _DATES.split() if key in meta)):
        if found := iso_date(text):
            return found
    for element in _TIMES(tree)[:3]:
        text = element.get("datetime") or element.get("content") or _visible(element)
        if found := iso_date(text):
            return found
    for element in _PRINTED_DATES(tree)[:6]:
        text = _visible(element)
        if len(text) <= _MAX_BYLINE_CHARS and (found := parse_date(text)):
            return found
    if url and (match := _URL_DATE.search(url)):
        year, month, day = match.groups()
        return iso_date(f"{year}-{month:0>2}-{day:0>2}")
    return None


def _visible(element: lxml_html.HtmlElement) -> str:
    return " ".join("".join(element.itertext()).split())
