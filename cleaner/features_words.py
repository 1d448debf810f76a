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
    Bytes,
    Floats,
    Hashes,
    Ints,
    Tokens,
    buckets,
    mix,
    sum_by_paragraph,
)
from cleaner.features_hashes import suffix_hashes

BITS = 18
VOCABULARY_BITS = 18
_PAIR = np.uint64(0x9FB21C651E98DF25)
_START, _END, _LINE, _FIRST, _LAST, _NAME, _NUMBER, _SUFFIX = (
    np.uint64(0x100000001B3 * (2 * n + 1)) for n in range(8)
)
_MAX_WHOLE_LINE_WORDS = 8
_LINE_PATTERNS = 4
Pairs = NDArray[np.complex64]
Doubles = NDArray[np.float64]


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


def sum_scores(grams: Grams, weights: Pairs) -> Doubles:
    """The sums of the patterns' weights for each paragraph: ``(paragraphs, 2)``.

    For several pairs of models, ``(2**BITS, pairs)``, the result is ``(paragraphs, 2 * pairs)``:
    one trip to memory serves all of them. Weights are kept in half precision, so that sums of
    doubles are exact, in whatever order they are added.
    """
    values = weights.take(grams.by_word[0], axis=0).astype(np.complex128)
    for places in grams.by_word[1:]:
        values += weights.take(places, axis=0)
    columns = np.ascontiguousarray(values.reshape(len(values), weights[0].size).T)
    totals = np.stack([sum_by_paragraph(column, grams.first) for column in columns], axis=1)
    return np.asarray(totals.view(np.float64))


def sum_edges(grams: Grams, weights: Pairs) -> Doubles:
    """The sums of the weights of what describes lines: ``(paragraphs, 2)``."""
    total = np.zeros((grams.scale.size, 2), np.float64)
    for places in grams.by_paragraph:
        total += weights.take(places).view(np.float32).reshape(-1, 2)
    return total


def score(grams: Grams, weights: Pairs) -> Floats:
    """What two linear models say of each paragraph, without their intercepts."""
    return scaled(sum_scores(grams, weights) + sum_edges(grams, weights), grams.scale)


def scaled(sums: Doubles, scale: Floats) -> Floats:
    """Scores from sums over paragraphs and their scale."""
    return np.asarray(sums * scale[:, None], np.float32)


def _scale(first: Ints, by_word: int, by_paragraph: int) -> Floats:
    patterns = by_word * (first[1:] - first[:-1]) + by_paragraph
    return np.asarray(1.0 / np.sqrt(np.maximum(patterns, 1)), np.float32)


def content_scale(first: Ints) -> Floats:
    """What each of `content_grams` counts in a paragraph."""
    return _scale(first, 2, _LINE_PATTERNS)


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
    pairs = words * _PAIR
    pairs += following
    pairs = mix(pairs)
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
        content_scale(first),
    )


_QUOTE, _STOP, _COLON = (_COUNTS.index(name) for name in ("quote", "stop", "colon"))
_UPPER, _DIGIT, _SEPARATOR = (_COUNTS.index(name) for name in ("upper", "digit", "separator"))
# The marks between two words as one number: the class of the first one, and what stands behind.
_BEYOND = np.zeros(len(_COUNTS), np.uint8)
_BEYOND[_QUOTE], _BEYOND[_SEPARATOR] = 16, 32
_MARKS = np.arange(64, dtype=np.uint64) * _NUMBER


def word_places(tokens: Tokens) -> Ints:
    """Where each word stands in the vocabulary table of `style_grams`."""
    return buckets(tokens.words, VOCABULARY_BITS)


def is_name(tokens: Tokens) -> NDArray[np.bool_]:
    """Words with a capital that don't open a sentence or a quotation."""
    return _is_name(tokens, tokens.classes)


def _is_name(tokens: Tokens, classes: Bytes) -> NDArray[np.bool_]:
    after = classes.take(tokens.ends)  # each word is followed by a byte
    names = tokens.heads == _UPPER
    names[1:] &= (after[:-1] != _STOP) & (after[:-1] != _COLON)
    names[tokens.first[:-1][tokens.first[1:] > tokens.first[:-1]]] = False
    # The byte before the first word of all is the last one of all, a separator.
    names &= classes.take(tokens.starts - 1, mode="wrap") != _QUOTE
    return np.asarray(names)


def style_grams(tokens: Tokens, vocabulary: NDArray[np.bool_]) -> Grams:
    """Patterns of one, two and three masked words with the marks between them."""
    first, classes = tokens.first, tokens.classes
    after = classes.take(tokens.ends)
    names, numbers = _is_name(tokens, classes), tokens.heads == _DIGIT
    rare = np.flatnonzero(~(vocabulary.take(word_places(tokens)) | names | numbers))
    masked = tokens.words.copy()
    suffixes = suffix_hashes(tokens.buffer, tokens.starts.take(rare), tokens.ends.take(rare))
    masked[rare] = suffixes ^ _SUFFIX
    masked[names] = _NAME
    masked[numbers] = _NUMBER
    # The byte after the mark; after a paragraph's last word it may be another paragraph's.
    beyond = tokens.ends + 1
    filled = first[1:] > first[:-1]
    last = first[1:][filled] - 1
    beyond[last] = np.minimum(beyond[last], tokens.finishes[filled])
    marks = _BEYOND.take(classes.take(beyond))
    marks += after
    following = _following(masked, first)
    pairs = masked * _PAIR
    pairs += following
    pairs += _MARKS.take(marks)
    pairs = mix(pairs)
    triples = pairs * _PAIR
    triples += _following(following, first)
    return Grams(
        (buckets(masked, BITS), buckets(pairs, BITS), buckets(mix(triples), BITS)),
        (),
        first,
        _scale(first, 3, 0),
    )
