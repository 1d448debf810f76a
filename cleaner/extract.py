"""Raw records to documents: decode, take the text out of the page, repair characters.

A page is read once. Before that its size is looked at: a page of 300,000 tags or one
nested 100,000 deep would hold up a run for minutes, so such pages go through
`plain_text`, which keeps all their text and says so (``extractor`` = ``plain``).
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import NamedTuple

from lxml import html as lxml_html

from cleaner.block_facts import BlockFacts
from cleaner.blocks import extract_blocks
from cleaner.characters import repair
from cleaner.decode import decode
from cleaner.errors import CleanerError, RejectError
from cleaner.hosts import host_of
from cleaner.html_head import Head, read_head
from cleaner.html_metadata import PageMetadata, read_metadata
from cleaner.html_tags import Page, read_page
from cleaner.html_text import plain_text
from cleaner.html_tree import parse
from cleaner.language import guess_language
from cleaner.records import Block, Document, Raw

# It warns about every page without a main text; here that is a result, not a warning.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
logging.getLogger("htmldate").setLevel(logging.CRITICAL)

# Above that the library does without its second opinion, jusText, which compares each paragraph
# with those around it: 8,000 cells of one table took it 4.5 s.
_MAX_RESCUED_TAGS = 4_000
# Above that the search for the main text alone would outlast the deadline of a document.
_MAX_SEARCHED_CHARS = 12_000_000
_SCRIPT_SAMPLE = 4_000
# Beyond the Latin blocks; Latin Extended Additional (Vietnamese) stands apart from them.
_OTHER_LETTER = re.compile(r"[^\W\d_\u0000-\u02ff\u1e00-\u1eff]")
_MIN_MAIN_CHARS = 25


@dataclass(frozen=True, slots=True)
class ExtractOptions:
    """How the text of a page is found.

    ``blocks`` takes all visible text, block by block, and leaves it to rules and models what
    is article; ``trafilatura`` takes what it holds for the article; ``text`` takes all
    visible text as lines.
    """

    extractor: str = "blocks"


class Extracted(NamedTuple):
    """The text of a page, what found it, and where they are known its blocks and their facts."""

    text: str
    extractor: str
    blocks: tuple[Block, ...] = ()
    facts: BlockFacts | None = None


def extract(raw: Raw, options: ExtractOptions | None = None) -> Document:
    """Make a record a document; its text never changes afterwards.

    A text dump passes line by line as it is, but for characters that nobody sees:

    >>> raw = Raw("1", "a.txt", "text/plain", b"Title\\r\\n\\r\\n  Text.\\r\\n")
    >>> extract(raw).text
    'Title\\n\\n  Text.\\n'

    Raises:
        RejectError: ``binary``, ``empty`` or ``no-text``, with a sentence.
    """
    return extract_with_facts(raw, options)[0]


def extract_with_facts(
    raw: Raw, options: ExtractOptions | None = None
) -> tuple[Document, BlockFacts | None]:
    """The same, with what the model of blocks needs beside a document whose blocks are known."""
    options = options or ExtractOptions()
    is_html = raw.media_type == "text/html"
    decoded = decode(raw.body, declared=_text(raw.meta.get("charset")), is_html=is_html)
    page = PageMetadata()
    if is_html:
        read = read_page(decoded.text)
        head = None
        if read is not None:
            head = read_head(read)
            page = read_metadata(read, _text(raw.meta.get("url")), head)
        extracted = extract_html(decoded.text, page.url, read, options, head)
    else:
        extracted = Extracted(repair(decoded.text), "text")
    if not extracted.text.strip():
        if is_html:
            raise RejectError("no-text", "The page has no text that a reader could see.")
        raise RejectError("empty", "The text holds nothing but white space.")
    meta = _metadata(raw, page, extracted)
    meta["encoding"] = _text(raw.meta.get("encoding")) or decoded.label
    url = meta.pop("url")
    document = Document(raw.id, raw.source, _text(url), extracted.text, extracted.blocks, meta)
    return document, extracted.facts


def extract_html(
    html: str,
    url: str | None,
    page: Page | None,
    options: ExtractOptions,
    head: Head | None = None,
) -> Extracted:
    """The text of a page, a paragraph a line, by the extractor that the options name.

    `page` holds its tags, or is None where it is too large for that; `head` is what `read_head`
    found, if it was asked. Where no
    main text is found, all visible text is taken: the rules and models after this know
    furniture better than they know silence.
    """
    if options.extractor == "blocks" and page is not None:
        found = extract_blocks(html, page, head)
        if found.text.strip() and is_latin(found.text):
            return Extracted(found.text, "blocks", found.blocks, found.facts)
        # The model of blocks has read Latin letters only: elsewhere it takes all for furniture.
    if options.extractor != "text" and page is not None and len(html) <= _MAX_SEARCHED_CHARS:
        tree = parse(html)
        is_large = len(page.tags) > _MAX_RESCUED_TAGS
        text = "" if tree is None else repair(_main_text(tree, url, is_large=is_large))
        if len(text.strip()) >= _MIN_MAIN_CHARS:
            return Extracted(text, "trafilatura")
    return Extracted(repair(plain_text(html)), "plain")


def is_latin(text: str) -> bool:
    """Whether most letters of a text are Latin, judged by a stretch from its middle.

    >>> is_latin("Straße in Łódź"), is_latin("河南81家上市公司"), is_latin("Мэр заявил")
    (True, False, False)
    """
    if text.isascii():
        return True
    start = max((len(text) - _SCRIPT_SAMPLE) // 2, 0)
    sample = text[start : start + _SCRIPT_SAMPLE]
    if not _OTHER_LETTER.search(sample):
        return True
    return len(_OTHER_LETTER.findall(sample)) <= 0.3 * sum(map(str.isalpha, sample))


def _main_text(tree: lxml_html.HtmlElement, url: str | None, *, is_large: bool) -> str:
    """What trafilatura takes for the article.

    Without tables: on the news pages of four collections that was the best of its settings,
    and the only one that was not bad on any of them.
    """
    import trafilatura  # costs 160 ms to load, and few pages need it

    try:
        text: str | None = trafilatura.extract(
            tree, url=url, include_comments=False, include_tables=False, fast=is_large
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
    lang = _language(_text(meta["lang"]))
    # Themes and templates come with lang="en", and sites in other languages leave it there.
    if lang is None or (lang == "en" and not raw.meta.get("lang")):
        lang = guess_language(extracted.text) or lang
    meta["lang"] = lang
    meta["host"] = host_of(_text(meta["url"]))
    meta["extractor"] = extracted.extractor
    meta["path"] = raw.source
    for key in ("record", "added", "truncated"):
        meta[key] = raw.meta.get(key)
    return meta


def _language(declared: str | None) -> str | None:
    """A declared language as its two or three letters: ``en-US`` and ``en_GB`` are ``en``."""
    code = re.match(r"[a-zA-Z]{2,3}(?![a-zA-Z])", declared.strip()) if declared else None
    return code.group().lower() if code else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
