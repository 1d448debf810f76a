"""Hashed word patterns: what a linear model sees of the words of a paragraph.

Two views of the same words. `content_grams` sees them as they are, because "sign",
"newsletter" and "said" tell chrome from reporting. `style_grams` must not learn topics, so
names, numbers and rare words are masked: a rare word is only its ending ("-ing", "-ion"),
which leaves the grammar of a sentence and the few thousand words that everybody uses.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner.features import COUNTS as _COUNTS
from cleaner.features import (
    Floats,
    Hashes,
    Ints,
    Tokens,
    buckets,
    mix,
    sum_by_paragraph,
)

BITS = 18
VOCABULARY_BITS = 18
_PAIR = np.uint64(0x9FB21C651E98DF25)
_START, _END, _LINE, _FIRST, _LAST, _NAME, _NUMBER, _SUFFIX = (
    np.uint64(0x100000001B3 * (2 * n + 1)) for n in range(8)
)
_MAX_WHOLE_LINE_WORDS = 8
Pairs = NDArray[np.complex64]


class Grams(NamedTuple):
    """Table places of the patterns in each paragraph, and what each one counts.

    `by_word` is a tuple of arrays with one place a word; `by_paragraph` one place a
    paragraph. Every pattern of paragraph ``i`` counts ``scale[i]``, which is chosen so that
    a paragraph's vector has about length 1 whatever its length in words.
    """

    by_word: tuple[Ints, ...]
    by_paragraph: tuple[Ints, ...]
    first: Ints
    scale: Floats


def pack(weights: Floats) -> Pairs:
    """Two models' weights ``(2, 2**BITS)`` as one array of complex numbers.

    Looking up one complex number brings both weights from memory at once; waiting for
    memory is what scoring spends its time on.
    """
    return np.asarray(np.ascontiguousarray(weights.T).view(np.complex64)[:, 0])


def sum_scores(grams: Grams, weights: Pairs) -> Floats:
    """The sums of the patterns' weights for each paragraph: ``(paragraphs, 2)``."""
    values = weights.take(grams.by_word[0])
    for places in grams.by_word[1:]:
        values += weights.take(places)
    total = sum_by_paragraph(values, grams.first)
    return np.asarray(total.view(np.float32).reshape(-1, 2), np.float32)


def score(grams: Grams, weights: Pairs) -> Floats:
    """What two linear models say of each paragraph, without their intercepts."""
    total = sum_scores(grams, weights)
    for places in grams.by_paragraph:
        total += weights.take(places).view(np.float32).reshape(-1, 2)
    return np.asarray(total * grams.scale[:, None], np.float32)


def _scale(first: Ints, by_word: int, by_paragraph: int) -> Floats:
    patterns = by_word * (first[1:] - first[:-1]) + by_paragraph
    return np.asarray(1.0 / np.sqrt(np.maximum(patterns, 1)), np.float32)


def _following(values: Hashes, first: Ints) -> Hashes:
    """The next word's value inside the paragraph, a mark at its end."""
    following = np.empty_like(values)
    following[:-1] = values[1:]
    following[first[1:][first[1:] > first[:-1]] - 1] = _END
    return following


def _edges(values: Hashes, first: Ints) -> tuple[Hashes, Hashes]:
    """The first and the last word's value of each paragraph; marks where it has none."""
    filled = first[1:] > first[:-1]
    heads = np.full(filled.size, _START, np.uint64)
    tails = np.full(filled.size, _END, np.uint64)
    heads[filled] = values[first[:-1][filled]]
    tails[filled] = values[first[1:][filled] - 1]
    return heads, tails


def content_grams(tokens: Tokens) -> Grams:
    """Words, pairs of neighbours, the words at both edges, and short lines as a whole.

    Authorship uses those of them that count words, not those that describe lines.
    """
    words, first = tokens.words, tokens.first
    following = _following(words, first)
    pairs = mix(words * _PAIR + following)
    heads, tails = _edges(words, first)
    head_pairs, _ = _edges(pairs, first)
    count = first[1:] - first[:-1]
    sums = np.zeros(words.size + 1, np.uint64)
    np.cumsum(pairs, out=sums[1:])
    lines = np.where(count <= _MAX_WHOLE_LINE_WORDS, sums[first[1:]] - sums[first[:-1]], 0)
    edges = (
        mix(heads * _PAIR + _FIRST),
        mix(head_pairs * _PAIR + _FIRST),
        mix(tails * _PAIR + _LAST),
        mix(lines.astype(np.uint64) * _PAIR + _LINE),
    )
    return Grams(
        (buckets(words, BITS), buckets(pairs, BITS)),
        tuple(buckets(edge, BITS) for edge in edges),
        first,
        _scale(first, 2, len(edges)),
    )


_QUOTE, _STOP, _COLON = (_COUNTS.index(name) for name in ("quote", "stop", "colon"))
_UPPER, _DIGIT, _SEPARATOR = (_COUNTS.index(name) for name in ("upper", "digit", "separator"))


def word_places(tokens: Tokens) -> Ints:
    """Where each word stands in the vocabulary table of `style_grams`."""
    return buckets(tokens.words, VOCABULARY_BITS)


def is_name(tokens: Tokens) -> NDArray[np.bool_]:
    """Words with a capital that don't open a sentence or a quotation."""
    classes = tokens.classes
    capital = classes.take(tokens.starts) == _UPPER
    after = classes.take(tokens.ends)  # every word is followed by a byte: the separator
    opens = np.ones(capital.size, np.bool_)
    opens[1:] = (after[:-1] == _STOP) | (after[:-1] == _COLON)
    opens[tokens.first[:-1][tokens.first[1:] > tokens.first[:-1]]] = True
    opens |= (tokens.starts > 0) & (classes.take(np.maximum(tokens.starts - 1, 0)) == _QUOTE)
    return np.asarray(capital & ~opens)


def style_grams(tokens: Tokens, vocabulary: NDArray[np.bool_]) -> Grams:
    """Patterns of one, two and three masked words with the marks between them."""
    first, classes = tokens.first, tokens.classes
    known = vocabulary.take(word_places(tokens))
    masked = np.where(known, tokens.words, tokens.suffixes ^ _SUFFIX)
    masked[is_name(tokens)] = _NAME
    masked[classes.take(tokens.starts) == _DIGIT] = _NUMBER
    after = classes.take(tokens.ends).astype(np.uint64)
    # The byte after the mark; after a paragraph's last word it would be another paragraph's.
    inside = np.minimum(tokens.ends + 1, np.repeat(tokens.finishes, np.diff(first)))
    beyond = classes.take(inside)
    after += np.uint64(16) * (beyond == _QUOTE) + np.uint64(32) * (beyond == _SEPARATOR)
    following = _following(masked, first)
    pairs = mix(masked * _PAIR + following + after * _NUMBER)
    triples = mix(pairs * _PAIR + _following(following, first))
    return Grams(
        (buckets(masked, BITS), buckets(pairs, BITS), buckets(triples, BITS)),
        (),
        first,
        _scale(first, 3, 0),
    )
