"""Text to paragraphs with exact offsets.

Dumps come in three shapes that are often mixed in one file: a line is a paragraph; blank
lines stand between paragraphs; or an editor has wrapped long paragraphs at some column.
A paragraph here is what a reader would call one: wrapped lines are joined, list items and
headings stand alone. No visible character lies outside a paragraph.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import regex

from cleaner.fragments import is_shattered, put_together
from cleaner.lines import OPENERS, paragraphs_of, spaced, visible_lines
from cleaner.records import Document, Paragraph, Span

_BULLET = regex.compile(r"(?:[-–—*•▪◦‣·●○■□►▶»]|\(?\d{1,2}[.)]|\(?[a-z]\))\s+\S")
_SENTENCE_END = regex.compile(r"[.!?…:;。！？।؟][\"'”’»)\]]*\Z")
_STARTS_LOWER = regex.compile(r"[\"'“‘(\[]?\p{Ll}")
# "Why now? - The first point. - The second": a list whose line breaks were lost.
_RUN_ON_ITEM = regex.compile(r"(?<=[.?!:][\"”’)]?) +(?=[-–•▪●] \p{Lu})")
_RUN_ON_BULLETS = "-–•▪●"
_MIN_RUN_ON_ITEMS = 2
# A joined line must have been cut inside a sentence: menus in lower case have shorter lines.
_MIN_WORDS_BEFORE_WRAP = 3
_MIN_WRAP_COLUMN, _MAX_WRAP_COLUMN = 40, 132
_MIN_WRAPPED_LINES = 3


def segment(document: Document) -> list[Paragraph]:
    """Split a document's text into its paragraphs.

    Wrapped lines belong together, and a bullet never does:

    >>> text = "Legal note:\\nWe provide the\\ninformation as is.\\n- One\\n- Two\\n"
    >>> for paragraph in segment(Document("1", "-", None, text)):
    ...     print(paragraph.span, repr(paragraph.text))
    Span(start=0, end=11) 'Legal note:'
    Span(start=12, end=45) 'We provide the\\ninformation as is.'
    Span(start=46, end=51) '- One'
    Span(start=52, end=57) '- Two'

    A block of HTML is a paragraph already, so its lines are never joined.
    """
    text = document.text
    if document.blocks:
        said = [(block, text[slice(*block.span)]) for block in document.blocks]
        visible = (pair for pair in said if pair[1].strip())
        return [
            Paragraph(index, block.span, words, block)
            for index, (block, words) in enumerate(visible)
        ]
    is_dump = document.meta.get("extractor") in (None, "text")
    lines = _lines(text, is_wrapped=is_dump)
    if is_dump and is_shattered(text, lines):
        lines = list(put_together(text, _lines(text, is_wrapped=False)))
    cuts = _run_on_cuts(text)
    if len(cuts) >= _MIN_RUN_ON_ITEMS:
        lines = list(_split_run_on(lines, cuts))
    return paragraphs_of(text, lines)


def _lines(text: str, *, is_wrapped: bool) -> list[Span]:
    """The lines with something to see, without the white space around them.

    With `is_wrapped`, lines of a block (what stands between blank lines) that one paragraph
    fills are joined. Only a block with a line that goes on in lower case can have such.
    """
    spans, blocks = visible_lines(text)
    if is_wrapped:
        for begin, end in reversed(blocks):
            spans[begin:end] = _join_block(text, spans[begin:end])
    return spans


def _join_block(text: str, block: list[Span]) -> Iterator[Span]:
    column = _wrap_column(text, block)
    current = block[0]
    previous = current
    for span in block[1:]:
        if _continues(text, previous, span, column):
            current = Span(current.start, span.end)
        else:
            yield current
            current = span
        previous = span
    yield current


def _continues(text: str, previous: Span, line: Span, column: int) -> bool:
    """Whether `line` goes on with the paragraph that `previous` belongs to."""
    first = text[line.start]
    if not column and not first.islower() and first not in OPENERS:
        return False  # most lines end here
    if _BULLET.match(text, line.start, line.end):
        return False
    if column and previous.end - previous.start + 1 + _first_word(text, line) > column:
        return True
    if not _STARTS_LOWER.match(text, line.start, line.end):
        return False
    before = text[previous.start : previous.end]
    if _SENTENCE_END.search(before[-4:]):
        return False
    return before.count(" ") + 1 >= _MIN_WORDS_BEFORE_WRAP


def _wrap_column(text: str, block: list[Span]) -> int:
    """The column at which an editor wrapped this block, or 0 where none did.

    Greedy wrapping leaves a trace that lists of headlines don't have: on every full line
    the next word would not have fitted.
    """
    if len(block) < _MIN_WRAPPED_LINES:
        return 0
    column = max(span.end - span.start for span in block)
    if not _MIN_WRAP_COLUMN <= column <= _MAX_WRAP_COLUMN:
        return 0
    full = lower = 0
    for previous, line in pairwise(block):
        full += previous.end - previous.start + 1 + _first_word(text, line) > column
        lower += _STARTS_LOWER.match(text, line.start, line.end) is not None
    pairs = len(block) - 1
    return column if full >= 0.8 * pairs and lower >= 0.4 * pairs else 0


def _first_word(text: str, line: Span) -> int:
    space = text.find(" ", line.start, line.end)
    return (space if space >= 0 else line.end) - line.start


def _run_on_cuts(text: str) -> list[Span]:
    """The spaces before what may be the items of a list that lost its line breaks, in order."""
    cuts = set()
    for at in spaced(text, _RUN_ON_BULLETS):
        start = at
        while start and text[start - 1] == " ":
            start -= 1
        if _RUN_ON_ITEM.match(text, start):
            cuts.add(Span(start, at + 1))
    return sorted(cuts)


def _split_run_on(lines: Iterable[Span], cuts: Sequence[Span]) -> Iterator[Span]:
    for span in lines:
        first = bisect_left(cuts, span)
        inside = cuts[first : bisect_left(cuts, (span.end, span.end))]
        if len(inside) < _MIN_RUN_ON_ITEMS:
            yield span
            continue
        start = span.start
        for cut in inside:
            yield Span(start, cut.start)
            start = cut.end
        yield Span(start, span.end)
