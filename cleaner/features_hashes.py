"""Words to hashes: polynomials over their bytes, from prefix sums over the buffer."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from cleaner.features_bytes import BYTE_CLASS, COUNTS, Bytes, Hashes, Ints, Scan

_UPPER, _DIGIT = COUNTS.index("upper"), COUNTS.index("digit")
_BASE = 0x9E3779B97F4A7C15
_BASE_INVERSE = pow(_BASE, -1, 1 << 64)
_BYTE_SALT = 0xD6E8FEB86659FD93
_WORD_SALT = np.uint64(0xC2B2AE3D27D4EB4F)
# Words are hashed in stretches whose sums stay in the processor's cache. A stretch ends where
# a word does, so that it may be longer by one paragraph.
_STRETCH = 48_000
_LONGEST = 4 * 15_000 + 1


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
    folded[found.rare[found.kinds == _DIGIT]] = ord("0")
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
