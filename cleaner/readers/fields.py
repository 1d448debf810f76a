"""Which field of a JSON record is the text, the address, the title: found by name.

Crawlers, data sets and news interfaces name the same thing in many ways. Names are
compared without regard to case, ``-`` and ``_``; what stands first in a list wins, and a
nested ``metadata`` (as dolma and datatrove write it) is searched second.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from cleaner.machine_dates import iso_date
from cleaner.readers.source import ReadOptions

_NAMES = {
    role: tuple(names.split())
    for role, names in {
        "text": """text contenttext bodytext plaintext articletext fulltext maintext cleanedtext
            cleantext rawtext pagetext paragraphs""",
        # These hold markup in one crawl and plain text in the next.
        "either": "content articlebody body article story rawcontent document news",
        "html": """html rawhtml pagehtml contenthtml htmlcontent bodyhtml sourcehtml pagesource
            htmlbody page""",
        "url": """url sourceurl pageurl articleurl canonicalurl weburl link uri targeturi
            warctargeturi permalink href originalurl source""",
        "id": "id docid documentid uuid guid articleid recordid warcrecordid itemid",
        "title": "title headline pagetitle articletitle heading",
        "date": """date published publishdate datepublished publishedat publisheddate pubdate
            publicationdate datepublish publishtime created createdat createddate datetime""",
        "added": """added addedat crawldate crawled crawledat datecrawled crawltimestamp fetched
            fetchedat fetchdate datefetched scrapedat datedownload downloaddate downloadedat
            retrieved retrievedat warcdate timestamp""",
        "authors": "authors author byline writers writer creator",
        "site": "site sitename publisher publication sourcename outlet domain hostname host",
        "lang": "lang language languagecode locale",
    }.items()
}
_NESTED = ("metadata", "meta")
_BODIES: tuple[tuple[str, bool | None], ...] = (("text", False), ("either", None), ("html", True))

_SEPARATORS = str.maketrans("", "", "_- ")
_MARKUP_START = re.compile(r"\s*<(?:!--|!doctype|[a-z][a-z0-9]*[\s/>])", re.IGNORECASE)
_MARKUP = re.compile(r"</(?:p|div|a|li|h[1-6]|span|b|strong|em|i|article|section)>|<br\s*/?>", re.I)
_MARKUP_LOOKAHEAD = 20_000
_MAX_META_CHARS = 2000


class Body(NamedTuple):
    """The text or the page of a record, and which of the two it is."""

    text: str
    is_html: bool


def find_body(record: Mapping[str, Any], options: ReadOptions) -> Body | None:
    """The text of a record, or its page; None where no field fits.

    An empty text counts only where nothing else is there: exports often carry an empty
    ``text`` beside a filled ``html``.

    >>> find_body({"Text": "News."}, ReadOptions())
    Body(text='News.', is_html=False)
    >>> find_body({"content": "<p>News.</p>"}, ReadOptions())
    Body(text='<p>News.</p>', is_html=True)
    """
    empty: Body | None = None
    for body in _bodies(record, options):
        if body.text.strip():
            return body
        empty = empty or body
    return empty


def _bodies(record: Mapping[str, Any], options: ReadOptions) -> Iterator[Body]:
    if options.html_field or options.text_field:
        for field, is_page in ((options.html_field, True), (options.text_field, False)):
            if field and (text := _joined(_dotted(record, field))) is not None:
                yield Body(text, is_page)
        return
    for fields, present in _layers(record):
        for role, is_html in _BODIES:
            for name in present[role]:
                if (text := _joined(fields[name])) is not None:
                    yield Body(text, looks_like_markup(text) if is_html is None else is_html)


def find_meta(record: Mapping[str, Any], options: ReadOptions) -> dict[str, str | None]:
    """What the record knows about its text, under the keys of `Raw.meta`; and its ``id``."""
    layers = list(_layers(record))
    chosen = {
        "id": options.id_field,
        "title": options.title_field,
        "date": options.date_field,
        "url": options.url_field,
    }
    found = {
        role: _scalar(_dotted(record, name)) if (name := chosen.get(role)) else _first(layers, role)
        for role in ("id", "title", "date", "added", "site", "lang")
    }
    found["date"], found["added"] = iso_date(found["date"]), iso_date(found["added"])
    found["authors"] = _authors(layers)
    found["url"] = _scalar(_dotted(record, chosen["url"])) if chosen["url"] else _url(layers)
    return found


def looks_like_markup(text: str) -> bool:
    """Whether a text of unknown kind is HTML; a lone ``<`` in prose is not.

    >>> looks_like_markup("Growth was < 2 %, he said."), looks_like_markup("One.<br/>Two.")
    (False, True)
    """
    return bool(_MARKUP_START.match(text) or _MARKUP.search(text, 0, _MARKUP_LOOKAHEAD))


class _Layer(NamedTuple):
    """Fields by their folded names, and which of them may be what, the best ones first."""

    fields: Mapping[str, Any]
    present: Mapping[str, tuple[str, ...]]


def _layers(record: Mapping[str, Any]) -> Iterator[_Layer]:
    own = {_folded(key): value for key, value in record.items()}
    yield _Layer(own, _present(tuple(own)))
    for name in _NESTED:
        nested = own.get(name)
        if isinstance(nested, dict):
            fields = {_folded(key): value for key, value in nested.items()}
            yield _Layer(fields, _present(tuple(fields)))


@lru_cache(maxsize=256)
def _present(fields: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Which names of each role are there; asked again for a thousand records of one shape."""
    return {role: tuple(n for n in names if n in fields) for role, names in _NAMES.items()}


@lru_cache(maxsize=4096)
def _folded(key: str) -> str:
    return key.lower().translate(_SEPARATORS)


def _first(layers: Iterable[_Layer], role: str) -> str | None:
    for fields, present in layers:
        for name in present[role]:
            if (found := _scalar(fields[name])) is not None:
                return found
    return None


def _url(layers: Sequence[_Layer]) -> str | None:
    """The first address; ``source`` and ``link`` may be anything else."""
    for name in _NAMES["url"]:
        for fields, present in layers:
            if name in present["url"] and (found := _scalar(fields[name])) is not None:
                if "://" in found[:10]:
                    return found
                break
    return None


def _dotted(record: Mapping[str, Any], name: str) -> Any:
    """The field that an option names; ``article.body`` reaches into a nested object."""
    if name in record:
        return record[name]
    first, _, rest = name.partition(".")
    nested = record.get(first)
    return _dotted(nested, rest) if rest and isinstance(nested, dict) else None


def _joined(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return "\n".join(value)
    return None


def _scalar(value: Any) -> str | None:
    """A short text, or None for what is no scalar: ``{"name": …}`` and ``{"$oid": …}`` are."""
    if isinstance(value, dict):
        value = value.get("name", value.get("$oid", value.get("$date")))
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return " ".join(str(value).split())[:_MAX_META_CHARS] or None


def _authors(layers: Iterable[_Layer]) -> str | None:
    for fields, present in layers:
        for name in present["authors"]:
            value = fields[name]
            values = value if isinstance(value, list) else [value]
            names = [scalar for item in values if (scalar := _scalar(item))]
            if names:
                return "; ".join(dict.fromkeys(names))
    return None
