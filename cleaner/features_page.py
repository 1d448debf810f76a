"""What a paragraph looks like on its page: its own shape, and what the two passes see of it.

Arrays have one row a paragraph; see `cleaner.features_around` for `starts` and `page`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner.features import (
    COUNTS,
    Floats,
    Hashes,
    Ints,
    Tokens,
    buckets,
    mix,
)
from cleaner.features_around import Flags, columns, density, neighbours, runs, side_by_side
from cleaner.features_hashes import position_sums

_INDEX = {name: position for position, name in enumerate(COUNTS)}
_SHARES = [
    _INDEX[name] for name in ("stop", "comma", "quote", "colon", "mark", "separator", "bracket")
]
# Steps and classes stand one below the other, to be compared with a row of paragraphs.
_WORD_STEPS = np.array([1, 2, 4, 7, 12, 20, 35, 60], np.float32)[:, None]
_ENDS, _BEGINS = (
    np.array([_INDEX[name] for name in names], np.uint8)[:, None]
    for names in (
        ("stop", "colon", "comma", "quote", "bracket", "lower", "digit", "other"),
        ("upper", "lower", "digit", "quote", "separator", "bracket", "other"),
    )
)
_SHARED = 8  # so many of the first columns of `Shape.own` are shared
_SETTLED_SCORE = np.float32(-3.0)
_ENDS_SENTENCE, _SETTLED, _AGAIN = 3, 5, 6  # columns of `Shape.own` and `Shape.shared`
_REACH = 4
_LONG = 80
# U+2000-2FFF begin with 0xE2; of these, quotation marks and dashes are folded to ASCII.
_IS_BULLET = np.isin(np.arange(256), [ord("*"), ord("-"), ord("+"), 0xE2])
_LONGEST_WORDS, _LONGEST_CHARS = 250, 1500
_NOTABLE_BYTES = 5
_PLACE_BITS = 13
_TABLES = 64  # tables of so many pages stay in the cache
# Three counters in a number, of words that are found elsewhere and capitalised (see the
# shifts): capitalised ones, those of them found, all found. A paragraph has far fewer words.
_KINDS = np.array([0, 1, 1 << 40, (1 << 40) + (1 << 20) + 1])


class Shape(NamedTuple):
    """The own features of paragraphs, and the columns that neighbours get to see."""

    own: Floats  # (paragraphs, features)
    shared: Floats  # (paragraphs, fewer features)
    chars: Ints
    mass: Ints  # characters that look like prose of an article, in 1/256


def repeated(keys: Hashes, page: Ints) -> Flags:
    """Which paragraphs stand more than once on their page."""
    keys = keys ^ mix(page.astype(np.uint64) + np.uint64(1))
    ordered = np.sort(keys)
    twice = ordered[1:][ordered[1:] == ordered[:-1]]
    if not twice.size:
        return np.zeros(keys.size, np.bool_)
    nearest = np.minimum(np.searchsorted(twice, keys), twice.size - 1)
    return np.asarray(twice[nearest] == keys)


def paragraph_keys(tokens: Tokens) -> Hashes:
    """One hash a paragraph over its words in order; equal for equal wording."""
    return position_sums(tokens.words, tokens.first)


def join(shapes: Sequence[Shape], again: Flags, common: Floats) -> Shape:
    """The shapes of a batch's pieces as one, with what only the whole page tells.

    `again` marks repeated paragraphs, `common` is what `shared_words` found.
    """
    own, shared, chars, mass = (np.concatenate(parts) for parts in zip(*shapes, strict=True))
    own[:, _AGAIN] = shared[:, _AGAIN] = again
    return Shape(
        side_by_side([own, common]),
        side_by_side([shared, common]),
        chars,
        mass,
    )


def shared_words(batch: Sequence[Tokens], shapes: Sequence[Shape], starts: Ints) -> Floats:
    """How much of a paragraph's vocabulary the page's prose uses elsewhere.

    A teaser for another story is well written too, but it is about something else. Columns:
    the share of the long words that are capitalised, and that of all of them, that stand in
    another paragraph of prose; 0.5 where there are none.
    """
    # Prose of articles ends its sentences; the longest teasers in a list don't.
    prose = np.concatenate(
        [
            (part.mass > 0) & (part.chars > _LONG) & (part.shared[:, _ENDS_SENTENCE] > 0)
            for part in shapes
        ]
    )
    places, count, capital = (
        np.concatenate(parts) for parts in zip(*map(_notable, batch), strict=True)
    )
    in_prose = np.repeat(prose, count)
    first = _running(count)
    elsewhere = _counts_in_pages(places, in_prose, first[starts]) > in_prose
    kinds = _KINDS.take(capital.view(np.uint8) * np.uint8(2) + elsewhere.view(np.uint8))
    sums = np.diff(_running(kinds)[first])
    total, found = sums >> 40, (sums >> 20) & 0xFFFFF
    capitals = (found + 0.5) / (total + 1)
    return columns([capitals, ((sums & 0xFFFFF) + 0.5) / (count + 1)], count.size)


def _running(values: NDArray[Any]) -> Ints:
    """How much of whole numbers or flags stands before each place, and in all."""
    sums = np.zeros(values.size + 1, np.int64)
    np.cumsum(values, out=sums[1:])
    return sums


def _counts_in_pages(places: Ints, counts: Flags, bounds: Ints) -> NDArray[np.uint32]:
    """How often each word's place occurs among the words of its page that count."""
    result = np.zeros(places.size, np.uint32)
    pages = bounds.size - 1
    for start in range(0, pages, _TABLES):
        ends = bounds[start : start + _TABLES + 1]
        words = slice(int(ends[0]), int(ends[-1]))
        keys = np.repeat(np.arange(ends.size - 1) << _PLACE_BITS, np.diff(ends))
        keys += places[words]
        seen = np.zeros((ends.size - 1) << _PLACE_BITS, np.uint32)
        np.add.at(seen, keys[counts[words]], np.uint32(1))
        seen.take(keys, out=result[words], mode="clip")
    return result


def _notable(tokens: Tokens) -> tuple[Ints, Ints, Flags]:
    """Long words of a piece: their places in a small table, how many of them each paragraph has,
    which are capitalised."""
    long = np.flatnonzero(tokens.ends - tokens.starts >= _NOTABLE_BYTES)
    count = np.diff(np.searchsorted(long, tokens.first))
    capital = tokens.heads.take(long) == _INDEX["upper"]
    return buckets(tokens.words.take(long), _PLACE_BITS), count, capital


def shape(tokens: Tokens, scores: Floats, settled: Flags) -> Shape:
    """A paragraph's own features; whether it is repeated is not known before `join`.

    `scores` is ``(paragraphs, 2)``: what the hashed words say, all lines and prose only.
    The words of a settled paragraph don't matter any more, so its scores are fixed.
    """
    words = (tokens.first[1:] - tokens.first[:-1]).astype(np.float32)
    chars = tokens.finishes - tokens.begins
    counts = tokens.counts.T.astype(np.float32, order="C")
    upper, digit, other = (counts[_INDEX[name]] for name in ("upper", "digit", "other"))
    letters = upper + counts[_INDEX["lower"]]
    per_word = 1.0 / (words + 1)
    per_char = (1.0 / (chars + 1)).astype(np.float32)
    capitals = np.diff(_running(tokens.heads == _INDEX["upper"])[tokens.first])
    said = np.where(settled, _SETTLED_SCORE, np.clip(scores.T, -8, 8)) / np.float32(4)
    last, before_last, head = _edge_classes(tokens)
    question = tokens.buffer.take(np.maximum(tokens.finishes - 1, 0)) == ord("?")
    # A closing quotation mark or bracket hides the full stop before it.
    closed = ((last == _INDEX["quote"]) | (last == _INDEX["bracket"])) & (
        (before_last == _INDEX["stop"]) | (before_last == _INDEX["comma"])
    )
    # An article in one line is rare in training: it must not look stranger than a long paragraph.
    log_words = np.log1p(np.minimum(words, _LONGEST_WORDS)) / 4
    listed = (head == _INDEX["separator"]) | (head == _INDEX["other"]) | (head == _INDEX["digit"])
    own = columns(
        [
            said,
            log_words,
            (last == _INDEX["stop"]) | closed,
            capitals * per_word,
            settled,
            np.zeros_like(words),
            listed,
            np.log1p(np.minimum(chars, _LONGEST_CHARS)) / 6,
            letters * per_word / 6,
            np.minimum(counts[_SHARES] * per_word, 2),
            upper / (letters + 1),
            digit * per_char,
            other * per_char,
            question,
            last == _ENDS,
            head == _BEGINS,
            words > _WORD_STEPS,
        ],
        words.size,
    )
    prose = (words >= 8) & ~settled
    weight = np.where(prose, 256 / (1 + np.exp(-4 * said[1])), 0).astype(np.int64)
    return Shape(own, own[:, :_SHARED], chars, chars * weight)


def list_items(tokens: Tokens) -> Flags:
    """Paragraphs that begin with a bullet: ``*``, ``-``, ``+`` or a symbol such as ``•``."""
    if not tokens.buffer.size:
        return np.zeros(0, np.bool_)
    return np.asarray(_IS_BULLET.take(tokens.buffer.take(tokens.begins)))


def _edge_classes(tokens: Tokens) -> tuple[NDArray[np.uint8], ...]:
    """The classes of each paragraph's last, last but one, and first byte."""
    top = max(tokens.buffer.size - 1, 0)
    classes = tokens.classes
    return (
        classes.take(np.maximum(tokens.finishes - 1, 0)),
        classes.take(np.maximum(tokens.finishes - 2, 0)),
        classes.take(np.minimum(tokens.begins, top)),
    )


def first_pass(own: Shape, starts: Ints, page: Ints, whole: Flags) -> Floats:
    """Everything that the first judgement sees: ``(paragraphs, features)``."""
    return side_by_side(
        [
            own.own,
            neighbours(own.shared, starts, page, _REACH),
            density(own.mass, own.chars, starts, page, whole),
        ]
    )


def second_pass(own: Shape, logits: Floats, starts: Ints, page: Ints, whole: Flags) -> Floats:
    """What the second judgement sees: the first one of every row around, and little else."""
    settled = own.shared[:, _SETTLED] > 0
    logits = np.where(settled, np.float32(-8), np.clip(logits, -8, 8))
    weight = np.where(settled, 0, 256 / (1 + np.exp(-logits))).astype(np.int64)
    seen = columns([logits / 4, own.shared[:, 2]], page.size)
    return side_by_side(
        [
            seen,
            own.shared,
            neighbours(seen, starts, page, 8),
            density(own.chars * weight, own.chars, starts, page, whole),
            runs(logits > 0, own.chars, starts, page),
            runs((logits > 2) & (own.chars > _LONG), own.chars, starts, page),
        ]
    )
