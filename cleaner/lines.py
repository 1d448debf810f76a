"""The lines of a text: what is asked of every line of every document, so it is compiled too."""

from __future__ import annotations

from collections.abc import Sequence

from cleaner import compiled
from cleaner.records import Paragraph, Span

OPENERS = "\"'“‘(["
Blocks = list[tuple[int, int]]


def visible_lines(text: str) -> tuple[list[Span], Blocks]:
    r"""The spans of all lines with something to see, without the white space around them.

    Also the blocks (what stands between blank lines) with a line that goes on in lower case, each
    as the numbers of its first line and of the one behind its last: others hold no wrapped lines.

    >>> visible_lines("Dams\n\n The dam\n held.\n")
    ([Span(start=0, end=4), Span(start=7, end=14), Span(start=16, end=21)], [(1, 3)])
    """
    if compiled.lines is not None:
        spans, blocks = compiled.lines.visible_lines(text, Span)
        return spans, blocks
    spans, blocks = [], []
    start = block = 0  # where the line starts, and how many spans stand before its block
    goes_on = False
    for line in text.split("\n"):
        visible = line.strip()
        if visible:
            first = start if visible is line else start + line.index(visible)
            spans.append(Span(first, first + len(visible)))
            if visible[0].islower() or (visible[0] in OPENERS and visible[1:2].islower()):
                goes_on = True
        else:
            if goes_on:
                blocks.append((block, len(spans)))
            block, goes_on = len(spans), False
        start += len(line) + 1
    if goes_on:
        blocks.append((block, len(spans)))
    return spans, blocks


def paragraphs_of(text: str, spans: list[Span]) -> list[Paragraph]:
    """A paragraph for each span of a text."""
    if compiled.lines is not None:
        made: list[Paragraph] = compiled.lines.paragraphs_of(text, spans, Paragraph)
        return made
    return [Paragraph(index, span, text[span[0] : span[1]]) for index, span in enumerate(spans)]


def are_lines(paragraphs: Sequence[Paragraph]) -> bool:
    """Whether no paragraph is longer than a line."""
    if compiled.lines is not None:
        return bool(compiled.lines.are_lines(paragraphs))
    return not any("\n" in paragraph.text for paragraph in paragraphs)


def starts_with_any(text: str, spans: Sequence[Span], characters: str) -> bool:
    """Whether any of the spans, none of which is empty, begins with one of the characters."""
    if compiled.lines is not None:
        return bool(compiled.lines.starts_with_any(text, spans, characters))
    return not set(characters).isdisjoint([text[start] for start, _ in spans])


def spaced(text: str, marks: str) -> list[int]:
    """The places of all spaces that have one of the marks and another space behind them.

    >>> spaced("Why? - The dam. - 2-1 -", "-–")
    [4, 15]
    """
    if compiled.lines is not None:
        places: list[int] = compiled.lines.spaced(text, marks)
        return places
    places = []
    for mark in marks:
        if mark not in text:  # one character is found much faster than three
            continue
        at = text.find(f" {mark} ")
        while at >= 0:
            places.append(at)
            at = text.find(f" {mark} ", at + 1)
    return places


def surely_differ(folded: bytes, count: int, is_passed: bytes) -> bool:
    """Whether a text has so many lines and all of them differ; False also where it takes a while.

    `is_passed` has a byte for each of the 256, 1 for bytes that make no difference.
    """
    return compiled.lines is not None and (count, count) == compiled.lines.count_lines(
        folded, is_passed
    )
