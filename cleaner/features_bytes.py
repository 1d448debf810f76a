"""Bytes of text to what they are: the passes over a whole buffer.

Each pass over all bytes costs as much as everything that is done with words, so there are few,
and what only some bytes need (capitals, digits, marks) is done at those places alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Ints = NDArray[np.int64]
Hashes = NDArray[np.uint64]
Flags = NDArray[np.bool_]

SEPARATOR = "\x1e"
# One spelling for what typesetters write in several ways, so that a model can't take a
# publisher's quotation marks for a style.
_FOLDS = (("’", "'"), ("‘", "'"), ("“", '"'), ("”", '"'), ("\xa0", " "), ("—", "-"), ("–", "-"))
# U+0080-00BF, U+2000-2FFF and U+10000 on (emoji), by their first byte, with their lengths.
_SYMBOLS = ((0xC2, 2), (0xE2, 3), (0xF0, 4))

COUNTS = (
    "upper", "lower", "digit", "space", "comma", "stop", "quote", "colon",
    "mark", "separator", "bracket", "other",
)  # fmt: skip
_CLASSES = {
    "upper": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "lower": "abcdefghijklmnopqrstuvwxyz",
    "digit": "0123456789",
    "space": " \n\t\r",
    "comma": ",",
    "stop": ".!?",
    "quote": "\"'",
    "colon": ":;",
    "mark": "@#/_=&%$~^",
    "separator": "|<>\\*+-",
    "bracket": "()[]{}",
}
_UPPER, _LOWER, _DIGIT, _SPACE, _OTHER = (
    COUNTS.index(name) for name in ("upper", "lower", "digit", "space", "other")
)
# Less than one byte in so many is not ASCII in a text in Latin script.
_FEW = 8


def _class_of_bytes() -> Bytes:
    table = np.full(256, COUNTS.index("other"), np.uint8)
    for name, characters in _CLASSES.items():
        table[np.frombuffer(characters.encode(), np.uint8)] = COUNTS.index(name)
    return table


BYTE_CLASS = _class_of_bytes()
CLASS_OF = BYTE_CLASS.tobytes()


class Scan(NamedTuple):
    """What one look at a buffer finds.

    `rare` are the places of the bytes that are neither small ASCII letters nor white space,
    `marks` those bytes, `kinds` their classes. Most of what there is to know about a text is
    known from them. In a text in another script than ours most bytes would be rare: then `high`
    says which bytes are not ASCII, and these are not among the rare ones.
    """

    buffer: Bytes
    classes: Bytes  # of bytes, places in `COUNTS`
    rare: Ints
    marks: Bytes
    kinds: Bytes
    is_word: Flags
    high: Flags | None


def joined(texts: Sequence[str]) -> Bytes:
    """The texts in UTF-8, folded, a separator after each."""
    text = SEPARATOR.join(texts)
    if not text.isascii():
        for variant, folded in _FOLDS:
            if variant in text:
                text = text.replace(variant, folded)
    closing = SEPARATOR if texts else ""
    return np.frombuffer((text + closing).encode("utf-8", "surrogatepass"), np.uint8)


def scan(buffer: Bytes) -> Scan:
    """Find what a buffer is made of, and which bytes belong to words.

    Symbols, emoji and outer apostrophes belong to none.
    """
    classes = np.frombuffer(buffer.tobytes().translate(CLASS_OF), np.uint8)
    high = buffer >= 0x80
    is_word = classes <= _DIGIT
    is_word |= high
    is_rare = classes != _LOWER
    is_rare &= classes != _SPACE
    is_foreign = np.count_nonzero(high) * _FEW > buffer.size
    if is_foreign:
        is_rare &= ~high
    rare = np.flatnonzero(is_rare)
    marks = buffer.take(rare)
    for lead, length in _SYMBOLS:
        places = np.flatnonzero(buffer == lead) if is_foreign else rare[marks == lead]
        for offset in range(length if places.size else 0):
            is_word[places + offset] = False
    places = rare[marks == ord("'")]
    # The first byte has the last one before it, which is a separator.
    is_word[places] = is_word[places - 1] & is_word[places + 1]
    kinds = classes.take(rare)
    return Scan(buffer, classes, rare, marks, kinds, is_word, high if is_foreign else None)


def word_edges(is_word: Flags) -> tuple[Ints, Ints]:
    """Where words start and end; the last byte is none of a word."""
    changes = np.empty_like(is_word)
    changes[:1] = is_word[:1]
    np.not_equal(is_word[1:], is_word[:-1], out=changes[1:])
    starts, ends = np.flatnonzero(changes).reshape(-1, 2).T.copy()
    return starts, ends


def class_counts(found: Scan, begins: Ints, finishes: Ints, word_bytes: Ints) -> Ints:
    """How many bytes of each class a paragraph and its separator have.

    `word_bytes` is how many of each paragraph's bytes are in words: the small letters are those
    which are not among the rare bytes, and the rest is white space.
    """
    size = len(COUNTS)
    bounds = np.searchsorted(found.rare, finishes) + 1
    per_paragraph = np.diff(bounds, prepend=0)
    key = np.repeat(np.arange(0, begins.size * size, size), per_paragraph)
    key += found.kinds
    counts = np.bincount(key, minlength=begins.size * size).reshape(-1, size)
    in_words = np.zeros(found.rare.size + 1, np.int64)
    np.cumsum(found.is_word.take(found.rare), out=in_words[1:])
    rare_in_words = np.diff(in_words.take(bounds), prepend=0)
    counts[:, _LOWER] = word_bytes - rare_in_words
    counts[:, _SPACE] = finishes + 1 - begins - per_paragraph - word_bytes + rare_in_words
    if found.high is not None and begins.size:
        high = np.add.reduceat(found.high, begins, dtype=np.int64)
        in_words = np.add.reduceat(found.high & found.is_word, begins, dtype=np.int64)
        counts[:, _OTHER] += high
        counts[:, _LOWER] -= in_words
        counts[:, _SPACE] -= high - in_words
    return counts
