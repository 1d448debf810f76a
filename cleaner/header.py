"""The head of an article in a text dump: its title and the byline that is a bare name.

A dump of a page has no markup that would say which line is the headline. What says so is
its shape (a line of some words without a full stop) and its place (above the first prose).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

import regex

from cleaner.records import Document, Finding, Paragraph
from cleaner.title_line import MAX_TITLE_CHARS, best_title

BY_TITLE, BY_NAME = "lift:title-line", "lift:name-line"
_LOOK_BACK = 40
_BODY_PARAGRAPHS = 25
_MIN_BODY_WORDS, _SURE_BODY_WORDS = 9, 25
_SENTENCE_END = regex.compile(r"[.!?…。][\"'”’»)\]]*\Z")
_NAME = regex.compile(
    r"\p{Lu}\p{Ll}[\p{L}'’-]*(?: (?:\p{Lu}\.|de|del|la|van|der|den|von|bin|ibn|al|el|da|dos|di|du"
    r"|le|\p{Lu}[\p{L}'’]*\p{Ll}(?:-\p{Lu}\p{Ll}+)*)){1,3}"
)
_NOT_NAMES = frozenset(
    """News Business Sport Sports World Politics Opinion Tech Technology Science Health Culture
    Travel Money Markets Life Style Lifestyle Local National International Breaking Latest Top
    Stories Story More Read Related Home Today Daily Weekly Times Post Press Tribune Journal
    Herald Gazette Chronicle Guardian Telegraph Video Photos Gallery Live Updates Analysis
    Exclusive Editor Editors Staff Reporter Desk Team Correspondent Agencies Agency Service
    Middle East West North South Africa Asia Europe America American States Kingdom United New
    York City Los Angeles San Francisco Hong Kong Start Reading Sign Log Subscribe Share Follow
    Watch Listen Play Show Comments Advertisement About Contact Privacy Terms Cookie Policy Real
    Estate Stock Market Crypto Energy Climate Education Finance Personal Economy Food Drink Arts
    Entertainment Music Film Television Books Games Football Cricket Tennis Golf Rugby Formula
    Premier League Champions World Cup White House Supreme Court Key Points In Brief The A An
    Your My Our This That What Why How Who When Where View All Result Results Search Menu Close
    Open Skip Main Content Next Previous Page Click Here Please See Get Back Load Join Donate Shop
    Image Caption Report Reports Special Print Share Buy Sale Book Now Free Trial""".split()
)


class Header(NamedTuple):
    """What the head of a document gave: values and the findings that lift their lines."""

    title: str | None
    authors: str | None
    findings: tuple[Finding, ...]


def find_header(
    document: Document,
    paragraphs: Sequence[Paragraph],
    settled: Collection[int],
    content: Sequence[float],
    keep: float,
) -> Header:
    """The title line above the body and, beside it, a line that is only a name.

    `settled` holds the indexes of paragraphs that rules have explained; `content` the
    P(article) of each paragraph, of which `keep` or more is an article's. Text that begins
    with prose has no title line, and neither has text without any prose:

    >>> from cleaner.segment import segment
    >>> text = '''Harbour Bridge Closes For Six Weeks
    ... Ana Lindqvist
    ... The harbour bridge will close for six weeks from Monday, the port authority said.'''
    >>> document = Document("1", "-", None, text)
    >>> find_header(document, segment(document), (), [0.2, 0.1, 0.9], 0.5)[:2]
    ('Harbour Bridge Closes For Six Weeks', 'Ana Lindqvist')
    >>> clean = Document("1", "-", None, text.splitlines()[-1])
    >>> find_header(clean, segment(clean), (), [0.9], 0.5)
    Header(title=None, authors=None, findings=())
    """
    known = document.meta.get("title")
    known = known if isinstance(known, str) and known.strip() else None
    body = _first_body(paragraphs, settled, content, keep)
    if body is None:
        return Header(known, None, ())
    head = [p for p in paragraphs[max(body - _LOOK_BACK, 0) : body] if p.index not in settled]
    title = (
        _same_as(known, paragraphs[: body + 1], settled)
        if known
        else best_title(head, paragraphs[body : body + _BODY_PARAGRAPHS], is_clean=not settled)
    )
    if title is None:
        return Header(known, None, ())
    findings = [Finding(title.span, "title", BY_TITLE, 0.9)]
    name = None
    if not document.meta.get("authors"):
        name = next((p for p in head if _is_name(p) and 0 < abs(p.index - title.index) <= 2), None)
    if name is not None:
        findings.append(Finding(name.span, "chrome", BY_NAME, 0.8))
    return Header(
        known or " ".join(title.text.split()), name.text if name else None, tuple(findings)
    )


def _first_body(
    paragraphs: Sequence[Paragraph],
    settled: Collection[int],
    content: Sequence[float],
    keep: float,
) -> int | None:
    """The index of the first paragraph of the article that reads as prose."""
    for paragraph, probability in zip(paragraphs, content, strict=True):
        if probability < keep or paragraph.index in settled:
            continue
        words = paragraph.text.count(" ") + 1
        # In scripts without spaces a long line has few words.
        if words >= _SURE_BODY_WORDS or (words < 4 and len(paragraph.text) > 60):
            return paragraph.index
        if words >= _MIN_BODY_WORDS and _is_statement(paragraph.text):
            return paragraph.index
    return None


def _is_statement(text: str) -> bool:
    return _SENTENCE_END.search(text) is not None and not text.endswith(("?", "!"))


def _same_as(
    known: str, paragraphs: Sequence[Paragraph], settled: Collection[int]
) -> Paragraph | None:
    """The line that repeats a title known from elsewhere, with or without a site's name."""
    wanted = _letters(known)
    for paragraph in paragraphs:
        if paragraph.index in settled or len(paragraph.text) > MAX_TITLE_CHARS:
            continue
        letters = _letters(paragraph.text)
        if len(letters) >= 8 and (
            letters == wanted
            or (wanted.startswith(letters) and len(letters) > 0.6 * len(wanted))
            or (letters.startswith(wanted) and len(wanted) > 0.6 * len(letters))
        ):
            return paragraph
    return None


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).lower()


def _is_name(paragraph: Paragraph) -> bool:
    text = paragraph.text
    return (
        len(text) <= 40
        and _NAME.fullmatch(text) is not None
        and not _NOT_NAMES.intersection(text.split())
    )
