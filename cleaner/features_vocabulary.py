"""The words that a page's paragraphs share: what a paragraph is about, without a dictionary.

Arrays have one row a paragraph; see `cleaner.features_around` for `starts` and `page`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner.features import COUNTS, Floats, Ints, Tokens, buckets
from cleaner.features_around import Flags, columns, running
from cleaner.features_page import LONG, Shape, ends_sentence

PLACE_BITS = 13
_NOTABLE_BYTES = 5
_TABLES = 64  # tables of so many pages stay in the cache
# Three counters in a number, of words that are found elsewhere and capitalised (see the
# shifts): capitalised ones, those of them found, all found. A paragraph has far fewer words.
_KINDS = np.array([0, 1, 1 << 40, (1 << 40) + (1 << 20) + 1])
_UPPER = COUNTS.index("upper")


class LongWords(NamedTuple):
    """The long words of a batch: their places in a small table, and which are capitalised.

    `first` has one entry more than there are paragraphs: those of paragraph ``i`` are
    ``first[i]:first[i + 1]``.
    """

    places: Ints
    capital: Flags
    first: Ints

    def of_paragraphs(self, chosen: Flags) -> LongWords:
        """The words of the `chosen` paragraphs only."""
        count = np.diff(self.first)
        words = np.repeat(chosen, count)
        return LongWords(self.places[words], self.capital[words], running(count[chosen]))


def long_words(batch: Sequence[Tokens]) -> LongWords:
    """Find the long words of all paragraphs."""
    places, capital, count = [], [], []
    for tokens in batch:
        long = np.flatnonzero(tokens.ends - tokens.starts >= _NOTABLE_BYTES)
        places.append(buckets(tokens.words.take(long), PLACE_BITS))
        capital.append(tokens.heads.take(long) == _UPPER)
        count.append(np.diff(np.searchsorted(long, tokens.first)))
    return LongWords(
        np.concatenate(places), np.concatenate(capital), running(np.concatenate(count))
    )  # fmt: skip


def shared_words(words: LongWords, shapes: Sequence[Shape], starts: Ints) -> Floats:
    """How much of a paragraph's vocabulary the page's prose uses elsewhere.

    A teaser for another story is well written too, but it is about something else. Columns:
    the share of the long words that are capitalised, and that of all of them, that stand in
    another paragraph of prose; 0.5 where there are none.
    """
    # Prose of articles ends its sentences; the longest teasers in a list don't.
    prose = np.concatenate(
        [(part.mass > 0) & (part.chars > LONG) & ends_sentence(part) for part in shapes]
    )
    places, capital, first = words
    count = np.diff(first)
    in_prose = np.repeat(prose, count)
    elsewhere = counts_in_pages(places, in_prose, first[starts]) > in_prose
    kinds = _KINDS.take(capital.view(np.uint8) * np.uint8(2) + elsewhere.view(np.uint8))
    sums = np.diff(running(kinds)[first])
    total, found = sums >> 40, (sums >> 20) & 0xFFFFF
    capitals = (found + 0.5) / (total + 1)
    return columns([capitals, ((sums & 0xFFFFF) + 0.5) / (count + 1)], count.size)


def counts_in_pages(places: Ints, counts: Flags, bounds: Ints) -> NDArray[np.uint32]:
    """How often each word's place occurs among the words of its page that count."""
    result = np.zeros(places.size, np.uint32)
    pages = bounds.size - 1
    for start in range(0, pages, _TABLES):
        ends = bounds[start : start + _TABLES + 1]
        words = slice(int(ends[0]), int(ends[-1]))
        keys = np.repeat(np.arange(ends.size - 1) << PLACE_BITS, np.diff(ends))
        keys += places[words]
        seen = np.zeros((ends.size - 1) << PLACE_BITS, np.uint32)
        np.add.at(seen, keys[counts[words]], np.uint32(1))
        seen.take(keys, out=result[words], mode="clip")
    return result
