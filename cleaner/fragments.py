"""Dumps in which every link and every italic word stands on a line of its own.

``soup.get_text("\\n")`` writes each text node of a page on a line: a sentence with a link in it
becomes three lines, and none of them looks like an article. What gives such a dump away are lines
that begin with the comma or the full stop behind a link, which no other way of printing a page
leaves. There, and only there, the pieces of a paragraph are put together again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

import regex

from cleaner.lines import starts_with_any
from cleaner.records import Span

# What a line of prose never begins with, as it stands in a text.
_TRACES = ("\n, ", "\n. ", "\n.\n", "\n), ", "\n). ", "\n) ", "\n's ", "\n’s ")
_TRACE_STARTS = ",.)"
_MIN_TRACES = 3
_GOES_ON = regex.compile(
    r"""[,.;:!?)\]"'’”]{1,3}(?:\s|\Z) | ['’](?:s|re|ve|ll|d|m|t)\b | [\"'“‘(\[]?\p{Ll}""",
    regex.VERBOSE,
)
_IS_OPEN = regex.compile(r"[\p{L}\p{N},;&%(\"“‘'’)-]\Z")
# A menu's entries have few words, and so has what is set off inside of a sentence.
_MIN_OPEN_WORDS, _MAX_INSET_WORDS = 3, 15


def is_shattered(text: str, lines: Sequence[Span]) -> bool:
    r"""Whether a dump, of which these are `lines`, has a line for each text node.

    >>> text = "She met\nAna Ruiz\n, who\nsigned\n, and\nTomas Berg\n, who did not."
    >>> is_shattered(text, [Span(0, 7), Span(17, 22)])
    True
    >>> is_shattered(text.replace(", ", "- "), [Span(0, 7), Span(17, 22)])
    False
    """
    # Few texts have a line that begins so, and to count in all of each text would take a while.
    return (
        starts_with_any(text, lines, _TRACE_STARTS)
        and sum(text.count(trace) for trace in _TRACES) >= _MIN_TRACES
    )


def put_together(text: str, lines: Sequence[Span]) -> Iterator[Span]:
    r"""The spans of paragraphs from those of text nodes; nothing is joined over a blank line.

    A piece that begins in the middle of a sentence belongs to what stands before it. So does one
    between two such pieces: a link is an inset in an open sentence, and the sentence goes on.

    >>> text = "Related\nThe mayor met\nAna Ruiz\n, who signed.\nA new paragraph."
    >>> lines = [Span(0, 7), Span(8, 21), Span(22, 30), Span(31, 44), Span(45, 61)]
    >>> [text[slice(*span)] for span in put_together(text, lines)]
    ['Related', 'The mayor met\nAna Ruiz\n, who signed.', 'A new paragraph.']
    """
    goes_on = [_GOES_ON.match(text, *line) is not None for line in lines]
    # A comma alone may stand behind a headline and its author's name, too.
    proves = [on and text[slice(*line)] != "," for on, line in zip(goes_on, lines, strict=True)]
    current: Span | None = None
    for line, begins_inside, next_inside in zip_longest(lines, goes_on, proves[1:]):
        if current is None:
            current = line
            continue
        belongs = text.count("\n", current.end, line.start) == 1 and (
            begins_inside or (next_inside and _is_inset(text, current, line))
        )
        if belongs:
            current = Span(current.start, line.end)
        else:
            yield current
            current = line
    if current is not None:
        yield current


def _is_inset(text: str, before: Span, line: Span) -> bool:
    """Whether a short piece that others follow stands inside of the sentence before it."""
    return (
        text.count(" ", *line) < _MAX_INSET_WORDS
        and text.count(" ", *before) + 1 >= _MIN_OPEN_WORDS
        and _IS_OPEN.search(text, max(before.start, before.end - 2), before.end) is not None
    )
