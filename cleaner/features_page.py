"""What a paragraph looks like on its page: its own shape, and what the two passes see of it.

Arrays have one row a paragraph; see `cleaner.features_around` for `starts` and `page`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner.features import (
    BYTE_CLASS,
    COUNTS,
    Floats,
    Hashes,
    Ints,
    Tokens,
    mix,
)
from cleaner.features_around import (
    Flags,
    columns,
    density,
    neighbours,
    running,
    runs,
    side_by_side,
)
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
LONG = 80
# U+2000-2FFF begin with 0xE2; of these, quotation marks and dashes are folded to ASCII.
_IS_BULLET = np.isin(np.arange(256), [ord("*"), ord("-"), ord("+"), 0xE2])
_LONGEST_WORDS, _LONGEST_CHARS = 250, 1500


class Shape(NamedTuple):
    """The own features of paragraphs, and the columns that neighbours get to see."""

    own: Floats  # (paragraphs, features)
    shared: Floats  # (paragraphs, fewer features)
    chars: Ints
    mass: Ints  # characters that look like prose of an article, in 1/256

    def of_paragraphs(self, chosen: Flags) -> Shape:
        """The features of the `chosen` paragraphs only."""
        own, shared = (values.T.compress(chosen, axis=1).T for values in (self.own, self.shared))
        return Shape(own, shared, self.chars[chosen], self.mass[chosen])


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
    capitals = np.diff(running(tokens.heads == _INDEX["upper"])[tokens.first])
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


def is_settled(own: Shape) -> Flags:
    """Which paragraphs are explained already."""
    return own.shared[:, _SETTLED] > 0


def ends_sentence(own: Shape) -> Flags:
    """Which paragraphs end as a sentence does."""
    return own.shared[:, _ENDS_SENTENCE] > 0


def list_items(tokens: Tokens) -> Flags:
    """Paragraphs that begin with a bullet: ``*``, ``-``, ``+`` or a symbol such as ``•``."""
    if not tokens.buffer.size:
        return np.zeros(0, np.bool_)
    return np.asarray(_IS_BULLET.take(tokens.buffer.take(tokens.begins)))


def _edge_classes(tokens: Tokens) -> tuple[NDArray[np.uint8], ...]:
    """The classes of each paragraph's last, last but one, and first byte."""
    top = max(tokens.buffer.size - 1, 0)
    places = (
        np.maximum(tokens.finishes - 1, 0),
        np.maximum(tokens.finishes - 2, 0),
        np.minimum(tokens.begins, top),
    )
    return tuple(BYTE_CLASS.take(tokens.buffer.take(place)) for place in places)


def first_pass(own: Shape, starts: Ints, page: Ints, whole: Flags, *more: Floats) -> Floats:
    """Everything that the first judgement sees, and `more`: ``(paragraphs, features)``."""
    return side_by_side(
        [
            own.own,
            neighbours(own.shared, starts, page, _REACH),
            density(own.mass, own.chars, starts, page, whole),
            *more,
        ]
    )


def second_pass(
    own: Shape, logits: Floats, starts: Ints, page: Ints, whole: Flags, *more: Floats
) -> Floats:
    """What the second judgement sees: the first one of every row around, little else, `more`."""
    settled = is_settled(own)
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
            runs((logits > 2) & (own.chars > LONG), own.chars, starts, page),
            *more,
        ]
    )
