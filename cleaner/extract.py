"""Raw records to documents: decode, take the text out of the page, repair characters.

A page is parsed once. Before that its size is looked at: a page of 300,000 tags or one
nested 100,000 deep would hold up a run for minutes, so such pages go through
`plain_text`, which keeps all their text and says so (``extractor`` = ``plain``).
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

import trafilatura
from lxml import etree
from lxml import html as lxml_html

from cleaner.characters import repair
from cleaner.decode import decode
from cleaner.errors import CleanerError, RejectError
from cleaner.html_metadata import PageMetadata, read_metadata
from cleaner.html_text import plain_text
from cleaner.language import guess_language
from cleaner.records import Block, Document, Raw

# It warns about every page without a main text; here that is a result, not a warning.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
logging.getLogger("htmldate").setLevel(logging.CRITICAL)

# Measured: the main-text extractor is quadratic in the children of one element, 2 s at 25,000
# tags. Of 2,400 news pages the largest has 19,600.
_MAX_TAGS = 25_000
_MAX_HTML_CHARS = 12_000_000
# The parser gives up at 2,048 and drops the rest without a word; real pages stay below 100.
_MAX_DEPTH = 500
_TOO_DEEP = etree.XPath("boolean(/*" + "/*" * _MAX_DEPTH + ")")
# Inline pictures, and tags with thousands of attributes, for which the parser is quadratic.
_HUGE_TAG = re.compile(r"<([a-zA-Z][a-zA-Z0-9]*)\s[^<>]{20000,}+>")
_HUGE_TAGS_FROM = 100_000
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_MIN_MAIN_CHARS = 25


@dataclass(frozen=True, slots=True)
class ExtractOptions:
    """`extractor` is ``trafilatura`` (the article) or ``text`` (all visible text of a page)."""

    extractor: str = "trafilatura"


class Extracted(NamedTuple):
    """The text of a page, its blocks where they are known, and what found them."""

    text: str
    blocks: tuple[Block, ...]
    extractor: str


def extract(raw: Raw, options: ExtractOptions | None = None) -> Document:
    """Make a record a document; its text never changes afterwards.

    A text dump passes line by line as it is, but for characters that nobody sees:

    >>> raw = Raw("1", "a.txt", "text/plain", b"Title\\r\\n\\r\\n  Text.\\r\\n")
    >>> extract(raw).text
    'Title\\n\\n  Text.\\n'

    Raises:
        RejectError: ``binary``, ``empty`` or ``no-text``, with a sentence.
    """
    options = options or ExtractOptions()
    is_html = raw.media_type == "text/html"
    decoded = decode(raw.body, declared=_text(raw.meta.get("charset")), is_html=is_html)
    page = PageMetadata()
    if is_html:
        tree = parse(decoded.text)
        if tree is not None:
            page = read_metadata(tree, _text(raw.meta.get("url")))
        extracted = extract_html(decoded.text, page.url, tree, options)
    else:
        extracted = Extracted(repair(decoded.text), (), "text")
    if not extracted.text.strip():
        if is_html:
            raise RejectError("no-text", "The page has no text that a reader could see.")
        raise RejectError("empty", "The text holds nothing but white space.")
    meta = _metadata(raw, page, extracted)
    meta["encoding"] = _text(raw.meta.get("encoding")) or decoded.label
    url = meta.pop("url")
    return Document(raw.id, raw.source, _text(url), extracted.text, extracted.blocks, meta)


def extract_html(
    html: str, url: str | None, tree: lxml_html.HtmlElement | None, options: ExtractOptions
) -> Extracted:
    """The main text of a page, a paragraph a line: the place for another extractor.

    `tree` is the parsed page, or None for a page that is too large to look for its main
    text. Where none is found, all visible text is taken: the rules and models after this
    know furniture better than they know silence.
    """
    if tree is not None and options.extractor == "trafilatura":
        text = repair(_main_text(tree, url))
        if len(text.strip()) >= _MIN_MAIN_CHARS:
            return Extracted(text, (), "trafilatura")
    return Extracted(repair(plain_text(html)), (), "plain")


def parse(html: str) -> lxml_html.HtmlElement | None:
    """The page as a tree, or None where building or searching one would take too long."""
    if html.count("<") > _MAX_TAGS:
        return None
    if len(html) > _HUGE_TAGS_FROM:
        html = _HUGE_TAG.sub(r"<\1>", html)
    if len(html) > _MAX_HTML_CHARS:
        return None
    body = _NOT_IN_XML.sub("", html).encode("utf-8", "replace")
    parser = lxml_html.HTMLParser(
        encoding="utf-8",
        huge_tree=True,  # else 10 MB in one element vanish without a word
        collect_ids=False,
        default_doctype=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        tree = lxml_html.document_fromstring(body, parser=parser)
    except (etree.LxmlError, ValueError, AssertionError):
        return None
    return None if _TOO_DEEP(tree) else tree


def _main_text(tree: lxml_html.HtmlElement, url: str | None) -> str:
    """What trafilatura takes for the article.

    Without tables: on the news pages of four collections that was the best of its settings,
    and the only one that was not bad on any of them.
    """
    try:
        text: str | None = trafilatura.extract(
            tree, url=url, include_comments=False, include_tables=False
        )
    except CleanerError:
        raise
    except Exception:  # a page that breaks the library is still a page
        return ""
    return text or ""


def _metadata(raw: Raw, page: PageMetadata, extracted: Extracted) -> dict[str, str | int | None]:
    """What the container and the page know; the container was filled on purpose, so it wins."""
    known = {key: raw.meta.get(key) or getattr(page, key) for key in PageMetadata._fields}
    meta: dict[str, str | int | None] = {
        key: repair(value) if isinstance(value, str) else value for key, value in known.items()
    }
    meta["lang"] = _language(_text(meta["lang"])) or guess_language(extracted.text)
    meta["host"] = _host(_text(meta["url"]))
    meta["extractor"] = extracted.extractor
    meta["path"] = raw.source
    for key in ("record", "added", "truncated"):
        meta[key] = raw.meta.get(key)
    return meta


def _language(declared: str | None) -> str | None:
    """A declared language as its two or three letters: ``en-US`` and ``en_GB`` are ``en``."""
    code = re.match(r"[a-zA-Z]{2,3}(?![a-zA-Z])", declared.strip()) if declared else None
    return code.group().lower() if code else None


def _host(url: str | None) -> str | None:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.") or None if url else None
    except ValueError:
        return None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
