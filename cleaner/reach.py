"""How far a rule's removal reaches from what its pattern matched: the kinds of `removes`.

The guards here all serve one end: a heading that is found in the wrong place must cost a
few lines, never the article under it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import regex

from cleaner.records import Paragraph, Span
from cleaner.rule import Rule

_BULLET = regex.compile(r"(?:[-–—*•▪◦‣·●○■□►▶»›]|\(?\d{1,2}[.)])\s*\S")
_SENTENCE_END = regex.compile(r"[.!?…:;。][\"'”’»)\]]*\Z")
_MIN_ITEM_WORDS, _MAX_ITEM_WORDS = 2, 25
# An item of a menu: a bullet and a few words, the first with a capital letter.
_MENU_ITEM = regex.compile(r"[ ]*[*•+o▪·-][ ]+[\p{Lu}\d][^\n.!?;]{0,40}\Z")
_MAX_MENU_WORDS = 6
_PROSE_WORDS = 25
_EARLY = 0.4


class Match(NamedTuple):
    """A pattern's match: its span, the span of its value, the paragraphs that it touches."""

    rule: Rule
    span: Span
    value: Span | None
    first: int
    last: int

    @property
    def is_heading(self) -> bool:
        """Whether a section ends where this match stands."""
        if self.rule.over == "menu":
            return False
        return self.rule.label == "heading" or self.rule.removes in ("section", "block", "rest")

    @property
    def is_firm(self) -> bool:
        """Whether it heads a section of a page for sure; a "Read next" or "Background" may
        as well stand below or inside the article."""
        firm = self.rule.label in ("heading", "ai_commentary") and not self.rule.scope.beside
        return firm and self.is_heading


def reach(
    match: Match,
    text: str,
    paragraphs: Sequence[Paragraph],
    stops: Sequence[int],
    firm: Sequence[int] = (),
) -> Span:
    """The span that a match removes; empty where a menu is too short to be one.

    `stops` are the indexes of the paragraphs where a known heading stands, in order;
    `firm` are those of them that end an early section (see `Match.is_firm`).
    """
    if match.rule.removes == "match":
        return match.span
    if match.rule.over == "menu":
        return _menu(match, paragraphs)
    last = match.last
    if match.rule.removes == "block":
        last = _block(match, text, paragraphs, stops)
    elif match.rule.removes == "section":
        is_early = paragraphs[match.first].span.start < _EARLY * len(text)
        last = _section(match, text, paragraphs, firm if is_early else stops)
    elif match.rule.removes == "rest":
        last = _rest(match, text, paragraphs, stops)
    return Span(paragraphs[match.first].span.start, paragraphs[last].span.end)


def is_prose(paragraph: Paragraph) -> bool:
    """Whether a paragraph is long, and ends like a sentence."""
    return (
        paragraph.text.count(" ") + 1 >= _PROSE_WORDS
        and _SENTENCE_END.search(paragraph.text) is not None
    )


def _section(match: Match, text: str, paragraphs: Sequence[Paragraph], stops: Sequence[int]) -> int:
    end = next((stop for stop in stops if stop > match.last), None)
    if end is None and paragraphs[match.first].span.start < _EARLY * len(text):
        items = _items(match.last, text, paragraphs, len(paragraphs))
        return items if items > match.last else min(match.last + 1, len(paragraphs) - 1)
    last = (end if end is not None else len(paragraphs)) - 1
    return _at_most(match, last)


def _rest(match: Match, text: str, paragraphs: Sequence[Paragraph], stops: Sequence[int]) -> int:
    before = sum(is_prose(paragraph) for paragraph in paragraphs[: match.first])
    after = sum(is_prose(paragraph) for paragraph in paragraphs[match.last + 1 :])
    if after > before:
        return _block(match, text, paragraphs, stops)
    return len(paragraphs) - 1


def _block(match: Match, text: str, paragraphs: Sequence[Paragraph], stops: Sequence[int]) -> int:
    limit = next((stop for stop in stops if stop > match.last), len(paragraphs))
    last = match.last
    if match.rule.over == "items":
        if _is_wrapped_continuation(last, text, paragraphs, limit):
            last += 1
        return _at_most(match, _items(last, text, paragraphs, limit))
    most = match.rule.at_most if match.rule.at_most is not None else 1
    while last + 1 < limit and last - match.last < most and not _gap(last, text, paragraphs):
        last += 1
    return last


def _menu(match: Match, paragraphs: Sequence[Paragraph]) -> Span:
    """The run of short list items around the match, or an empty span where it is too short."""
    first, last = match.first, match.last
    while first > 0 and _is_menu_item(paragraphs[first - 1].text):
        first -= 1
    while last + 1 < len(paragraphs) and _is_menu_item(paragraphs[last + 1].text):
        last += 1
    if last - first + 1 < (match.rule.at_least or 1):
        return Span(match.span.start, match.span.start)
    return Span(paragraphs[first].span.start, paragraphs[last].span.end)


def _is_menu_item(text: str) -> bool:
    return _MENU_ITEM.match(text) is not None and text.count(" ") <= _MAX_MENU_WORDS


def _is_wrapped_continuation(
    last: int, text: str, paragraphs: Sequence[Paragraph], limit: int
) -> bool:
    """Whether wrapped lines follow directly, as under "Legal Disclaimer:"."""
    return (
        last + 1 < limit and "\n" in paragraphs[last + 1].text and not _gap(last, text, paragraphs)
    )


def _at_most(match: Match, last: int) -> int:
    if match.rule.at_most is None:
        return last
    return min(last, match.last + match.rule.at_most)


def _items(last: int, text: str, paragraphs: Sequence[Paragraph], limit: int) -> int:
    """The last item of the list that follows paragraph `last`.

    A single headline-shaped line behind a blank line may be a sub-heading of the body, so
    it counts only where another one follows it.
    """
    index = last + 1
    while index < limit:
        if _is_item(paragraphs[index]):
            last = index
        elif _is_headline(paragraphs[index]):
            lonely = index + 1 >= len(paragraphs) or not (
                _is_headline(paragraphs[index + 1]) or _is_item(paragraphs[index + 1])
            )
            at_end = index + 1 >= len(paragraphs)
            if _gap(index - 1, text, paragraphs) and lonely and not at_end:
                break
            last = index
        else:
            break
        index += 1
    return last


def _is_item(paragraph: Paragraph) -> bool:
    """Whether a paragraph is an item of a list: by its bullet, or by what HTML said."""
    block = paragraph.block
    return (block is not None and block.tag == "li") or _BULLET.match(paragraph.text) is not None


def _is_headline(paragraph: Paragraph) -> bool:
    words = paragraph.text.count(" ") + 1
    return (
        _MIN_ITEM_WORDS <= words <= _MAX_ITEM_WORDS
        and _SENTENCE_END.search(paragraph.text.rstrip("?!")) is None
    )


def _gap(index: int, text: str, paragraphs: Sequence[Paragraph]) -> bool:
    """Whether a blank line stands behind paragraph `index`."""
    return text.count("\n", paragraphs[index].span.end, paragraphs[index + 1].span.start) > 1
