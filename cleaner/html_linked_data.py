"""What a page's JSON-LD says about its article (schema.org in ``<script>`` elements)."""

from __future__ import annotations

import html
import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import orjson

_ARTICLE_TYPES = frozenset(
    """newsarticle article liveblogposting reportagenewsarticle blogposting analysisnewsarticle
    opinionnewsarticle reviewnewsarticle backgroundnewsarticle askpublicnewsarticle satiricalarticle
    report techarticle scholarlyarticle socialmediaposting""".split()
)
_PAGE_TYPES = frozenset({"webpage", "itempage", "videoobject", "podcastepisode"})
_SITE_TYPES = frozenset({"website", "organization", "newsmediaorganization"})
_MAX_NODES = 3000


class LinkedData(NamedTuple):
    """An article's own entry; None and () where there is none."""

    headline: str | None = None
    authors: tuple[str, ...] = ()
    date: str | None = None
    site: str | None = None
    lang: str | None = None


def read_linked_data(values: Iterable[Any]) -> LinkedData:
    """The first article that a page's scripts describe; related articles come after it.

    >>> read_linked_data([{"@graph": [{"@id": "#a", "@type": "Person", "name": "Ana Ruiz"},
    ...     {"@type": ["NewsArticle"], "headline": "Vote", "author": {"@id": "#a"}}]}])
    LinkedData(headline='Vote', authors=('Ana Ruiz',), date=None, site=None, lang=None)
    """
    nodes = [node for value in values for node in _nodes(value)]
    article = _find(nodes, _ARTICLE_TYPES)
    page = _find(nodes, _PAGE_TYPES)
    site = _find(nodes, _SITE_TYPES)
    by_id = {
        node["@id"]: node for node in nodes if "name" in node and isinstance(node.get("@id"), str)
    }
    main = article or page or {}
    date = _text(main.get("datePublished")) or _text((page or {}).get("datePublished"))
    publisher = next(_names(main.get("publisher"), by_id), None)
    return LinkedData(
        headline=_text((article or {}).get("headline")) or _text((article or {}).get("name")),
        authors=tuple(dict.fromkeys(_names((article or {}).get("author"), by_id))),
        date=date or _text(main.get("dateCreated")) or _text(main.get("uploadDate")),
        site=publisher or _text((site or {}).get("name")),
        lang=_text(main.get("inLanguage")),
    )


def parse(script: str) -> Any:
    """The script's value, or None; raw line breaks in strings and comment marks are common."""
    text = script.strip().removeprefix("<!--").removesuffix("-->").strip().rstrip(";")
    text = text.removeprefix("//<![CDATA[").removesuffix("//]]>")
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    """All objects in a value, in the order in which they are written."""
    stack = [value]
    for _ in range(_MAX_NODES):
        if not stack:
            return
        item = stack.pop()
        if isinstance(item, dict):
            yield item
            stack.extend(
                inner for inner in reversed(item.values()) if isinstance(inner, dict | list)
            )
        elif isinstance(item, list):
            stack.extend(reversed(item))


def _find(nodes: Iterable[dict[str, Any]], types: frozenset[str]) -> dict[str, Any] | None:
    for node in nodes:
        declared = node.get("@type")
        for name in declared if isinstance(declared, list) else [declared]:
            if isinstance(name, str) and name.rpartition("/")[2].lower() in types:
                return node
    return None


def _names(value: Any, by_id: dict[str, dict[str, Any]]) -> Iterator[str]:
    """The names behind an author or publisher: text, object, reference, or a list of these."""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            named = item if "name" in item else by_id.get(_text(item.get("@id")) or "", item)
            name = named.get("name")
            for text in name if isinstance(name, list) else [name]:
                if found := _text(text):
                    yield found
        elif found := _text(item):
            yield found


def _text(value: Any) -> str | None:
    if isinstance(value, list) and value:
        value = value[0]
    if not isinstance(value, str):
        return None
    return " ".join(html.unescape(value).split()) or None
