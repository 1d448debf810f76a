"""The words that a page's paragraphs share: what a paragraph is about, without a dictionary.

Arrays have one row a paragraph; see `cleaner.features_around` for `starts` and `page`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from cleaner.features import COUNTS, Floats, Ints, Tokens, buckets
from cleaner.features_around import Flags, columns, running
from cleaner.features_page import LONG, Shape, ends_sentence

PLACE_BITS = 13
_NOTABLE_BYTES = 5
_UPPER = COUNTS.index("upper")


class LongWords(NamedTuple):
    """The long words of a batch: their places in a small table, and which are capitalised.

    `first` has one entry more than there are paragraphs: those of paragraph ``i`` are
    ``first[i]:first[i + 1]``.
    """

    places: Ints
    capital: Flags
    first: Ints


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
        [
            (part.mass > 0) & (part.chars > LONG) & ends_sentence(part)
            for part in shapes
        ]
    )
    places, capital, first = words
    count = np.diff(first)
    in_prose = np.repeat(prose, count)
    elsewhere = counts_in_pages(places, in_prose, first[starts]) > in_prose
    result = []
    for of_kind, found in ((capital, capital & elsewhere), (None, elsewhere)):
        total = count if of_kind is None else np.diff(running(of_kind)[first])
        result.append((np.diff(running(found)[first]) + 0.5) / (total + 1))
    return columns(result, count.size)


def counts_in_pages(places: Ints, counts: Flags, bounds: Ints) -> Ints:
    """How often each word's place occurs among the words of its page that count."""
    counted = places[counts]
    counted_bounds = running(counts)[bounds].tolist()
    result = np.zeros(places.size, np.int64)
    words = bounds.tolist()
    for number in range(len(words) - 1):
        here = counted[counted_bounds[number] : counted_bounds[number + 1]]
        if here.size:
            # A table that is small enough for the cache, page after page.
            seen = np.bincount(here, minlength=1 << PLACE_BITS)
            part = slice(words[number], words[number + 1])
            seen.take(places[part], out=result[part], mode="clip")
    return result
