"""Bytes of text to what they are and to hashes: the passes over a whole buffer.

Each pass over all bytes costs as much as everything that is done with words, so there are few,
and what only some bytes need (capitals, digits, marks) is done at those places alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
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
_BASE = 0x9E3779B97F4A7C15
_BASE_INVERSE = pow(_BASE, -1, 1 << 64)
_BYTE_SALT = 0xD6E8FEB86659FD93
_WORD_SALT = np.uint64(0xC2B2AE3D27D4EB4F)
# Words are hashed in stretches whose sums stay in the processor's cache. A stretch ends where
# a word does, so that it may be longer by one paragraph.
_STRETCH = 48_000
_LONGEST = 4 * 15_000 + 1
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
_UPPER, _LOWER, _DIGIT, _SPACE = (
    COUNTS.index(name) for name in ("upper", "lower", "digit", "space")
)


def _class_of_bytes() -> Bytes:
    table = np.full(256, COUNTS.index("other"), np.uint8)
    for name, characters in _CLASSES.items():
        table[np.frombuffer(characters.encode(), np.uint8)] = COUNTS.index(name)
    return table


BYTE_CLASS = _class_of_bytes()
_CLASS_OF = BYTE_CLASS.tobytes()


class Scan(NamedTuple):
    """What one look at a buffer finds.

    `rare` are the places of the bytes that are neither small ASCII letters nor white space,
    `marks` those bytes. Most of what there is to know about a text is known from them.
    """

    buffer: Bytes
    classes: Bytes  # of bytes, places in `COUNTS`
    rare: Ints
    marks: Bytes
    is_word: Flags


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
    classes = np.frombuffer(buffer.tobytes().translate(_CLASS_OF), np.uint8)
    is_rare = classes != _LOWER
    is_rare &= classes != _SPACE
    rare = np.flatnonzero(is_rare)
    marks = buffer.take(rare)
    is_word = classes <= _DIGIT
    is_word |= buffer >= 0x80
    for lead, length in _SYMBOLS:
        places = rare[marks == lead]
        for offset in range(length if places.size else 0):
            is_word[places + offset] = False
    places = rare[marks == ord("'")]
    # The first byte has the last one before it, which is a separator.
    is_word[places] = is_word[places - 1] & is_word[places + 1]
    return Scan(buffer, classes, rare, marks, is_word)


def word_edges(is_word: Flags) -> tuple[Ints, Ints]:
    """Where words start and end; the last byte is none of a word."""
    changes = np.empty_like(is_word)
    changes[:1] = is_word[:1]
    np.not_equal(is_word[1:], is_word[:-1], out=changes[1:])
    starts, ends = np.flatnonzero(changes).reshape(-1, 2).T.copy()
    return starts, ends


@lru_cache(maxsize=2)
def _powers(bits: int = 17) -> tuple[Hashes, Hashes]:
    """The hash base's powers times the salt of bytes, and their inverses, modulo 2**64.

    There are ``2**bits`` of each: by default enough for a stretch and the longest paragraph.
    """
    size = 1 << bits
    powers = np.full(size, _BASE, np.uint64)
    inverses = np.full(size, _BASE_INVERSE, np.uint64)
    powers[0], inverses[0] = _BYTE_SALT, 1
    return np.cumprod(powers), np.cumprod(inverses)


def _folded(found: Scan) -> Bytes:
    """What each byte adds to a hash: capitals as small letters, every digit as 0, plus one."""
    folded: Bytes = (found.classes == _UPPER).view(np.uint8) * np.uint8(32)
    folded += found.buffer
    folded[found.rare[BYTE_CLASS.take(found.marks) == _DIGIT]] = ord("0")
    folded += np.uint8(1)  # no byte of UTF-8 is 255
    return folded


def word_hashes(found: Scan, starts: Ints, ends: Ints) -> Hashes:
    """Polynomial hashes of words, from prefix sums over stretches of the buffer."""
    folded = _folded(found)
    powers, inverses = _powers()
    words = np.empty(starts.size, np.uint64)
    goals = np.arange(_STRETCH, folded.size, _STRETCH)
    # One array for all stretches stays in the cache; the first sum is 0 in each.
    room = np.zeros(min(_STRETCH, folded.size) + _LONGEST, np.uint64)
    low = 0
    for high in (*np.searchsorted(starts, goals).tolist(), starts.size):
        if high == low:
            continue
        begin, end = int(starts[low]), int(ends[high - 1])
        sums = room[: end - begin + 1]
        np.multiply(folded[begin:end], powers[: end - begin], out=sums[1:])
        np.cumsum(sums[1:], out=sums[1:])
        first = starts[low:high] - begin
        stretch = sums.take(ends[low:high] - begin)
        stretch -= sums.take(first)
        np.multiply(stretch, inverses.take(first), out=words[low:high])
        low = high
    return mix(words)


def position_sums(values: Hashes, first: Ints) -> Hashes:
    """A polynomial over the values of each paragraph, so that their order counts.

    The values of paragraph ``i`` are ``first[i]:first[i + 1]``; 0 where there are none.
    """
    powers, inverses = _powers(max(17, int(values.size).bit_length()))
    sums = np.zeros(values.size + 1, np.uint64)
    np.multiply(values, powers[: values.size], out=sums[1:])
    np.cumsum(sums[1:], out=sums[1:])
    at = sums.take(first)
    return np.asarray((at[1:] - at[:-1]) * inverses.take(first[:-1]))


def suffix_hashes(buffer: Bytes, starts: Ints, ends: Ints) -> Hashes:
    """The hashes that the last three bytes of words would have as words."""
    values = _values_of_bytes()
    place = np.maximum(starts, ends - 3)
    hashes = values[0].take(buffer.take(place))
    for step in (1, 2):
        place += 1
        inside = np.flatnonzero(place < ends)
        hashes[inside] += values[step].take(buffer.take(place[inside]))
    return mix(hashes)


@lru_cache(maxsize=1)
def _values_of_bytes() -> Hashes:
    """What a byte adds to a hash as the first, second and third one of a word."""
    folded = np.arange(256, dtype=np.uint64)
    folded[BYTE_CLASS == _UPPER] += np.uint64(32)
    folded[BYTE_CLASS == _DIGIT] = ord("0")
    return (folded + np.uint64(1)) * _powers()[0][:3, None]


def mix(hashes: Hashes) -> Hashes:
    """Spread a hash over all its bits (the low bits of a product never see the high ones)."""
    mixed = hashes >> np.uint64(29)
    mixed ^= hashes
    mixed *= _WORD_SALT
    high = mixed >> np.uint64(32)
    high ^= mixed
    return high


def buckets(hashes: Hashes, bits: int) -> Ints:
    """The place of each hash in a table of ``2**bits`` entries."""
    places = hashes * np.uint64(_BASE)
    places >>= np.uint64(64 - bits)
    return places.view(np.int64)


def class_counts(found: Scan, begins: Ints, finishes: Ints, word_bytes: Ints) -> Ints:
    """How many bytes of each class a paragraph and its separator have.

    `word_bytes` is how many of each paragraph's bytes are in words: the small letters are those
    which are not among the rare bytes, and the rest is white space.
    """
    size = len(COUNTS)
    bounds = np.searchsorted(found.rare, finishes) + 1
    per_paragraph = np.diff(bounds, prepend=0)
    key = np.repeat(np.arange(0, begins.size * size, size), per_paragraph)
    key += BYTE_CLASS.take(found.marks)
    counts = np.bincount(key, minlength=begins.size * size).reshape(-1, size)
    in_words = np.zeros(found.rare.size + 1, np.int64)
    np.cumsum(found.is_word.take(found.rare), out=in_words[1:])
    rare_in_words = np.diff(in_words.take(bounds), prepend=0)
    counts[:, _LOWER] = word_bytes - rare_in_words
    counts[:, _SPACE] = finishes + 1 - begins - per_paragraph - counts[:, _LOWER]
    return counts
