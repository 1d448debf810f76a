"""What ties a paragraph to the article, once a first judgement has said where the article is.

Arrays have one row a paragraph; see `cleaner.features_around` for `starts` and `page`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from cleaner.features import Floats, Ints
from cleaner.features_around import (
    Flags,
    columns,
    highest_from,
    highest_up_to,
    list_lengths,
    running,
)
from cleaner.features_page import LONG, Shape, is_settled
from cleaner.features_vocabulary import PLACE_BITS, LongWords, counts_in_pages

_LIMIT = 8.0  # beyond this a logit says no more
_SETTLED_LOGIT = -2.0
_FURNITURE = -2.0
_UNIT = 256  # gains are whole numbers of this fraction: their sums are exact
_USUAL_CHARS, _MOST_CHARS = 100.0, 400
_GAIN_SCALE, _LOSS_SCALE = 50.0, 20.0
# Half of what the rarest word weighs: where there is next to nothing, the share is a half.
_HALF = 128
_BOTH, _LOW = (1 << 32) + 1, (1 << 32) - 1


class Segments(NamedTuple):
    """For each row the best sum of a stretch with it in it, and the best of its page."""

    own: Ints
    best: Ints


def best_segments(gain: Ints, starts: Ints, page: Ints) -> Segments:
    """The stretches of rows that gain most, on each page.

    An article is one stretch of a page: a well-written box further down costs more to reach,
    over all the links in between, than it brings.

    >>> gain, page = np.array([5, -1, 4, -9, 3]), np.zeros(5, np.int64)
    >>> segments = best_segments(gain, np.array([0, 5]), page)
    >>> segments.own.tolist(), segments.best.tolist()
    ([8, 8, 8, 2, 3], [8, 8, 8, 8, 8])
    """
    sums = np.concatenate([np.zeros(1, np.int64), np.cumsum(gain)])
    low = -highest_up_to(-sums[:-1], page)
    high = highest_from(sums[1:], page)
    own = high - low
    best = np.full(starts.size - 1, np.iinfo(np.int64).min)
    np.maximum.at(best, page, own)
    return Segments(own, best[page])


def rarities(words: LongWords, page: Ints, chosen: Flags) -> Ints:
    """How rare long words are, 0..255 for each place: by the share of pages that use them.

    `chosen` are the rows that count.
    """
    count = np.diff(words.first)
    counted = np.repeat(chosen, count)
    key = (np.repeat(page, count)[counted] << PLACE_BITS) | words.places[counted]
    used = np.bincount(np.unique(key) & ((1 << PLACE_BITS) - 1), minlength=1 << PLACE_BITS)
    rare = np.log((np.unique(page[chosen]).size + 1) / (used + 1))
    return np.asarray(np.round(255 * rare / rare.max()), np.int64)


def belonging(
    words: LongWords,
    own: Shape,
    items: Flags,
    logits: Floats,
    rarity: Ints,
    starts: Ints,
    page: Ints,
) -> Floats:
    """How a row compares with the best stretch of its page: ``(paragraphs, 15)``.

    Columns: the best stretch with the row in it, that of the page, what lies between the two,
    whether they are one; the logit beside the page's highest, that one, how much likely
    content the page has; how long the list is that a list item (`items`) belongs to, how much
    furniture the page has; and twice how much of the row's vocabulary stands elsewhere: in
    all likely prose, and in the best stretch only.
    """
    settled = is_settled(own)
    logits = np.where(settled, np.float32(-_LIMIT), np.clip(logits, -_LIMIT, _LIMIT))
    size = np.sqrt(np.minimum(own.chars, _MOST_CHARS) / _USUAL_CHARS)
    gain = np.where(settled, np.float32(_SETTLED_LOGIT), logits) * _UNIT * size
    segments = best_segments(np.round(gain).astype(np.int64), starts, page)
    inside = segments.own == segments.best
    prose = (own.chars > LONG) & ~settled
    top = np.full(starts.size - 1, np.float32(-_LIMIT))
    np.maximum.at(top, page[prose], logits[prose])
    likely = logits > 0
    amount = np.bincount(
        page, weights=np.where(likely, own.chars, 0), minlength=starts.size - 1
    )  # fmt: skip
    furniture = np.bincount(page, weights=logits < _FURNITURE, minlength=starts.size - 1)
    parts = [
        np.clip(segments.own / (_UNIT * _GAIN_SCALE), -1, 4),
        np.clip(segments.best / (_UNIT * _GAIN_SCALE), -1, 4),
        np.clip((segments.best - segments.own) / (_UNIT * _LOSS_SCALE), 0, 5),
        inside,
        (logits - top[page]) / 4,
        top[page] / 4,
        np.log1p(amount)[page] / _LIMIT,
        np.log1p(list_lengths(items & ~settled, page)) / 4,
        np.log1p(furniture)[page] / 6,
    ]
    likely &= prose
    parts += _vocabulary(words, (likely, likely & inside), rarity, starts)
    return columns(parts, page.size)


def _vocabulary(
    words: LongWords, groups: Sequence[Flags], rarity: Ints, starts: Ints
) -> list[Floats]:
    """How much of each row's long words stands in other rows of a group, rare words counting most.

    Three columns a group: the share of the capitalised words, that of all, and the amount.
    """
    places, capital, first = words
    count, bounds = np.diff(first), first[starts]
    # Two sums in one pass: those of capitalised words 32 bits above those of all.
    weight = rarity.take(places) * np.where(capital, _BOTH, 1)
    total = _parted(weight, first)
    result: list[Floats] = []
    for group in groups:
        inside = np.repeat(group, count)
        elsewhere = counts_in_pages(places, inside, bounds) > inside
        found = _parted(weight * elsewhere, first)
        for part, whole in zip(found, total, strict=True):
            result.append(np.asarray((part + _HALF) / (whole + 2 * _HALF), np.float32))
        result.append(np.asarray(np.log1p(found[1] / (2.0 * _HALF)) / 3, np.float32))
    return result


def _parted(weights: Ints, first: Ints) -> tuple[Ints, Ints]:
    """The sums by row, of capitalised words and of all."""
    sums = np.diff(running(weights)[first])
    return sums >> 32, sums & _LOW
