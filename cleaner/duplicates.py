"""Paragraphs that a document already contains: the first stays, the others are findings.

Agency pages carry half of the body twice, as a run or interleaved, often with other quotes
or white space. A short line that recurs ("Question put and agreed to.") is no evidence on
its own: it counts only inside a run that recurs with it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from cleaner.lines import are_lines, surely_differ
from cleaner.records import Finding, Paragraph
from cleaner.view import View

BY = "duplicate:paragraph"
_MIN_CHARS = 50
_MIN_WORDS_ADJACENT = 4
_REACH = 2
_PASSED_OVER = b" \"'"
_IS_PASSED = bytes(byte in _PASSED_OVER for byte in range(256))


class Duplicate(NamedTuple):
    """Paragraph `index` says what paragraph `first` said already."""

    index: int  # type: ignore[assignment]  # hides tuple.index, which nobody needs here
    first: int
    finding: Finding


def find_duplicates(
    paragraphs: Sequence[Paragraph], seen: View, settled: Collection[int] = ()
) -> list[Duplicate]:
    """The repeated paragraphs of a document, `settled` indexes (already explained) left out.

    `seen` is the view of its text, in which typography makes no difference.

    >>> from cleaner.records import Document
    >>> from cleaner.segment import segment
    >>> from cleaner.view import view
    >>> text = '''The council voted 5-2 on Monday to close the "old" bridge to cars.
    ... No vote.
    ... The council voted 5-2 on  Monday to close the “old” bridge to cars.
    ... No vote.
    ... A third matter was put off.
    ... No vote.'''
    >>> found = find_duplicates(segment(Document("1", "-", None, text)), view(text))
    >>> [(duplicate.index, duplicate.first) for duplicate in found]
    [(2, 0), (3, 1)]
    """
    if surely_differ(seen.folded, len(paragraphs), _IS_PASSED) and are_lines(paragraphs):
        return []
    repeats = _repeats(_keys(paragraphs, seen), settled)
    if not repeats:
        return []
    long = {i: first for i, first in repeats.items() if len(paragraphs[i].text) >= _MIN_CHARS}
    return [
        Duplicate(i, first, Finding(paragraphs[i].span, "duplicate", BY, 1.0))
        for i, first in repeats.items()
        if i in long or _beside_long(i, first, long) or _is_echo(i, first, paragraphs)
    ]


def _keys(paragraphs: Sequence[Paragraph], seen: View) -> Sequence[bytes]:
    """What makes paragraphs equal: their folded letters and marks, without quotes and spaces.

    Where every line is a paragraph, one pass over the whole text makes the keys of all.
    """
    keys = [key for key in seen.folded.translate(None, _PASSED_OVER).split(b"\n") if key]
    if len(keys) == len(paragraphs) and are_lines(paragraphs):
        return keys
    return [_key(seen.text[slice(*paragraph.span)]) for paragraph in paragraphs]


def _key(plain: str) -> bytes:
    return plain.encode("utf-8", "surrogatepass").lower().translate(None, b"\n" + _PASSED_OVER)


def _repeats(keys: Sequence[bytes], settled: Collection[int]) -> dict[int, int]:
    """The index of each paragraph that says again what an earlier one said, to that one's."""
    if len(set(keys)) == len(keys):
        return {}
    firsts: dict[bytes, int] = {}
    repeats: dict[int, int] = {}
    for index, key in enumerate(keys):
        if index not in settled:
            first = firsts.setdefault(key, index)
            if first != index:
                repeats[index] = first
    return repeats


def _beside_long(index: int, first: int, long: dict[int, int]) -> bool:
    """Whether a long repeat stands beside this one on the same side as beside the original."""
    for step in range(-_REACH, _REACH + 1):
        other = long.get(index + step)
        if step and other is not None:
            distance = other - first
            if 0 < abs(distance) <= _REACH and (distance > 0) == (step > 0):
                return True
    return False


def _is_echo(index: int, first: int, paragraphs: Sequence[Paragraph]) -> bool:
    """Whether the line directly repeats the one before it, and is more than a word or two."""
    return index - first == 1 and paragraphs[index].text.count(" ") + 1 >= _MIN_WORDS_ADJACENT
