"""Which repeated lines are furniture: the guards that keep reporting which repeats for good reason.

A live ticker repeats sentences with other numbers, a serial its standing introduction, a column
its sub-headings, an agency its tagline. What all of these share is that they stand in the body.
"""

from __future__ import annotations

from dataclasses import dataclass

from cleaner.reach import _PROSE_WORDS as LONG_WORDS
from cleaner.template_counts import Count
from cleaner.template_lines import BODY, ZONES, is_sentence, words_of

_ZONE_SHARE = 0.2
_SENTENCE_WORDS = 8
_LEGAL = ("©", "copyright", "(c)", "all rights reserved")


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """What a line must reach. Shares are of the host's pages since the line was first seen.

    `listed` is the least share that is written to the file at all, so that a reviewer may
    decide otherwise. `outside` applies to short lines before and after the article, `outside_prose`
    to sentences there; `inside` and `inside_prose` to those in the article's body. `spread`
    is how many paragraphs a long sentence's place may vary, `content` the P(article) from
    which a line in the body is left alone.
    """

    pages: int = 3
    listed: float = 0.05
    outside: float = 0.1
    outside_prose: float = 0.2
    inside: float = 0.3
    inside_prose: float = 0.6
    spread: float = 1.5
    content: float = 0.8


def position(count: Count) -> str:
    """Where a line stands: the zones that hold a fifth of its pages, and its place in the body.

    ``body@2`` stands two paragraphs before the body's last one, on nearly every page.
    """
    names = [
        zone
        for zone, pages in zip(ZONES, count.zones, strict=True)
        if pages >= _ZONE_SHARE * count.pages
    ]
    where = "+".join(names)
    if where == BODY and count.spread <= Thresholds().spread:
        where += f"@{round(count.place)}"
    return where


def is_furniture(count: Count, at_least: Thresholds = Thresholds()) -> bool:
    """Whether a line is removed, by length, place, share and content score."""
    if count.pages < at_least.pages:
        return False
    words, sentence = words_of(count.example), is_sentence(count.example)
    prose = sentence and words >= _SENTENCE_WORDS
    legal = any(mark in count.line for mark in _LEGAL)
    if prose and count.varies and not legal:
        return False  # a ticker: the sentence stays, its numbers change
    outside = count.zones[1] <= _ZONE_SHARE * count.pages
    if outside or legal:
        return count.share >= (at_least.outside_prose if prose else at_least.outside)
    if not any(map(str.isalpha, count.line)):
        return False  # the times of a live blog, a score, stars between sections
    if count.content is not None and count.content >= at_least.content:
        return False
    if not prose:
        return count.share >= at_least.inside
    if words >= LONG_WORDS and count.spread > at_least.spread:
        return False
    return count.share >= at_least.inside_prose
