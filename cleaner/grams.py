"""Where any of thousands of literals stand in many texts, a few nanoseconds a byte.

An automaton over so many literals is larger than the processor's cache, and waits for memory at
every letter of prose. So each long literal is known by six of its bytes, the rarest. The six bytes
at every other place of the texts are looked up in one small table, all places at once; where they
are known, the literals that they may belong to are compared. Short literals, which are few, are
left to an automaton.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, pairwise
from typing import NamedTuple

import ahocorasick_rs as ac
import numpy as np
import numpy.typing as npt

_GRAM, _STEP = 6, 2
# A literal this long has two grams in a row, one of them at an even place wherever it stands.
_LONG = _GRAM + _STEP - 1
_BITS = 18
_PIECE = 1 << 15
_WORD = 8
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
# The product with this one knows nothing of the two highest bytes, those behind the gram.
_GRAM_FACTOR = _FACTOR << np.uint64(8 * (_WORD - _GRAM))
_SHIFT = np.uint64(64 - _BITS)
_LONGEST_BITS = 16
# Bytes that the automaton takes for one another: with fewer than 32 kinds, each of its states needs
# half the room, and the processor's cache holds twice as many. Common letters stand alone.
_ALIKE = (
    *"etaoinsrlducmpf", "qy", "hj", "gz", "wx", "k", "bv",
    " ", "\n", ":", "(", "/", ".", "+", "0123456789",
)  # fmt: skip
_NEWLINE = 10

Words = npt.NDArray[np.uint64]
Places = npt.NDArray[np.intp]
_NOWHERE = np.zeros(0, np.intp)


class Found(NamedTuple):
    """What stands in a text: the numbers of literals, and the offset of each in bytes."""

    numbers: list[int]
    starts: list[int]


class Finder:
    """Finds all places of all literals, overlapping ones too.

    >>> finder = Finder([b"read more", b"more", b"sign in"], [80, 80, 10])
    >>> for found in finder.find_all([b"\\nread more or sign in\\n", b"\\n\\n", b"\\nmore\\n"]):
    ...     print(found.numbers, found.starts)
    [0, 1] [1, 6]
    [] []
    [1] [1]
    """

    def __init__(
        self, literals: Sequence[bytes], longest: Sequence[float], sample: bytes = b""
    ) -> None:
        """`literals` are not empty and differ; they are numbered in their order.

        `longest` says for each how many characters a line has at most on which it counts;
        `sample` shows which letters are common in texts.
        """
        self._longest = np.array(longest, np.float64)
        self._literals = tuple(literals)
        self._sizes = np.array([len(word) for word in literals], np.intp)
        self._short = np.flatnonzero(self._sizes < _LONG)
        self._automaton = self._automaton_of_short() if self._short.size else None
        long = np.flatnonzero(self._sizes >= _LONG)
        self._has_long = bool(long.size)
        if self._has_long:
            self._index(long, sample)

    def _index(self, long: Places, sample: bytes) -> None:
        """Sort the grams of the long literals by their slot in the table."""
        words = [self._literals[number] for number in long.tolist()]
        joined = b"".join(words) + bytes(_WORD)
        sizes = self._sizes[long]
        begins = np.cumsum(sizes) - sizes
        at = _words(joined)
        rarest = _rarest(joined, begins, sizes, sample)
        begins = np.tile(begins, _STEP)
        sizes = np.tile(sizes, _STEP)
        grams = np.concatenate([rarest + step for step in range(_STEP)])
        offsets = grams - begins
        is_brief = sizes - offsets < _WORD
        slots = _slots(at[grams], _GRAM_FACTOR)
        self._is_known = np.zeros(1 << _BITS, np.bool_)
        self._is_known[slots] = True
        keys = np.where(is_brief, slots + (1 << _BITS), _slots(at[grams], _FACTOR))
        order = np.argsort(keys, kind="stable")
        self._first = np.searchsorted(keys[order], np.arange((2 << _BITS) + 1)).astype(np.int32)
        self._is_eight, self._is_brief = (np.diff(self._first) > 0).reshape(2, -1)
        masks = ~np.uint64(0) >> (8 * np.maximum(_WORD - sizes, 0)).astype(np.uint64)
        last = np.maximum(sizes - _WORD, 0)
        self._number = np.tile(long, _STEP)[order]
        self._offset, self._mask, self._last = offsets[order], masks[order], last[order]
        self._head, self._tail = (at[begins] & masks)[order], (at[begins + last] & masks)[order]

    def find_all(self, texts: Sequence[bytes]) -> list[Found]:
        """The literals in each text, in the order in which they end, the longest first.

        Texts begin and end with a newline. Lines that are too long are noticed in ASCII only.
        """
        if not texts:
            return []
        joined = b"".join(texts) + bytes(_WORD)
        parts = [self._long_ones(joined), self._short_ones(joined)]
        numbers, starts = (np.concatenate(part) for part in zip(*parts, strict=True))
        edges = np.cumsum([0, *map(len, texts)])
        owner = np.searchsorted(edges, starts, side="right") - 1
        counts = _line_sizes(joined, starts) <= self._longest[numbers]
        counts |= ~np.array([text.isascii() for text in texts], np.bool_)[owner]
        ends = starts + self._sizes[numbers]
        chosen = np.flatnonzero(counts & (ends <= edges[owner + 1]))
        order = chosen[np.argsort((ends[chosen] << _LONGEST_BITS) - self._sizes[numbers[chosen]])]
        owner = owner[order]
        where = (starts[order] - edges[owner]).tolist()
        which = numbers[order].tolist()
        cuts = np.searchsorted(owner, np.arange(len(texts) + 1)).tolist()
        return [Found(which[i:j], where[i:j]) for i, j in pairwise(cuts)]

    def _automaton_of_short(self) -> ac.BytesAhoCorasick:
        """An automaton over the kinds of bytes in the short literals."""
        alike: dict[bytes, list[int]] = {}
        for number in self._short.tolist():
            alike.setdefault(self._literals[number].translate(_KINDS), []).append(number)
        self._meant = np.array(
            [number for numbers in alike.values() for number in numbers], np.intp
        )
        self._first_meant = np.cumsum([0, *map(len, alike.values())])
        padded = [self._literals[number].ljust(_WORD, b"\0") for number in self._meant.tolist()]
        self._letters = np.frombuffer(b"".join(padded), "<u8")
        return ac.BytesAhoCorasick([*alike], implementation=ac.Implementation.DFA)

    def _short_ones(self, joined: bytes) -> tuple[Places, Places]:
        if self._automaton is None:
            return _NOWHERE, _NOWHERE
        kinds = joined[:-_WORD].translate(_KINDS)
        found = self._automaton.find_matches_as_indexes(kinds, overlapping=True)
        group, starts, ends = np.fromiter(chain.from_iterable(found), np.intp).reshape(-1, 3).T
        which, member = _expanded(self._first_meant, group)
        starts = starts[which]
        masks = ~np.uint64(0) >> (8 * (_WORD - (ends[which] - starts))).astype(np.uint64)
        same = (_words(joined)[starts] & masks) == self._letters[member]
        return self._meant[member[same]], starts[same]

    def _long_ones(self, joined: bytes) -> tuple[Places, Places]:
        if not self._has_long:
            return _NOWHERE, _NOWHERE
        at = _words(joined)
        places, keys = self._candidates(at)
        which, member = _expanded(self._first, keys)
        starts = places[which] - self._offset[member]
        heads = at[np.maximum(starts, 0)] & self._mask[member]
        alike = np.flatnonzero((heads == self._head[member]) & (starts >= 0))
        starts, member = starts[alike], member[alike]
        ends = np.minimum(starts + self._last[member], at.size - 1)
        alike = np.flatnonzero((at[ends] & self._mask[member]) == self._tail[member])
        numbers, starts = self._number[member[alike]], starts[alike]
        unsure = np.flatnonzero(self._sizes[numbers] > 2 * _WORD)
        other = [
            index
            for index, number, start in zip(
                unsure.tolist(), numbers[unsure].tolist(), starts[unsure].tolist(), strict=True
            )
            if not joined.startswith(self._literals[number], start)
        ]
        return np.delete(numbers, other), np.delete(starts, other)

    def _candidates(self, at: Words) -> tuple[Places, Places]:
        """The even places whose gram is known, with their keys; piece by piece, to stay in cache.

        Most literals go on behind their gram, so that eight bytes from there on are known too.
        """
        some = at[::_STEP]
        room = np.empty(_PIECE, np.uint64)
        found = []
        for begin in range(0, some.size, _PIECE):
            piece = some[begin : begin + _PIECE]
            slots = _slots(piece, _GRAM_FACTOR, room[: piece.size])
            found.append(np.flatnonzero(self._is_known[slots]) + begin)
        known = np.concatenate(found)
        grams = some[known]
        eight, six = _slots(grams, _FACTOR), _slots(grams, _GRAM_FACTOR)
        long, brief = np.flatnonzero(self._is_eight[eight]), np.flatnonzero(self._is_brief[six])
        places = np.concatenate([known[long], known[brief]]) * _STEP
        return places, np.concatenate([eight[long], six[brief] + (1 << _BITS)])


def _expanded(first: Places | npt.NDArray[np.int32], keys: Places) -> tuple[Places, Places]:
    """The members of all groups in `keys`, each with the index of its key.

    Group ``k`` has the members ``first[k]`` to ``first[k + 1]``.
    """
    begins = first[keys]
    counts = first[keys + 1] - begins
    which = np.repeat(np.arange(keys.size), counts)
    return which, np.arange(which.size) + (begins - np.cumsum(counts) + counts)[which]


def _kinds() -> bytes:
    """The table that gives each byte its kind, for `bytes.translate`; the rest are two kinds."""
    table = [len(_ALIKE)] * 128 + [len(_ALIKE) + 1] * 128
    for kind, letters in enumerate(_ALIKE):
        for letter in letters.encode():
            table[letter] = kind
    return bytes(table)


_KINDS = _kinds()


def _line_sizes(joined: bytes, starts: Places) -> Places:
    """The bytes of the line on which each literal stands; it may begin with the newline before."""
    octets = np.frombuffer(joined, np.uint8)
    newlines = np.flatnonzero(octets == _NEWLINE)
    next_one = np.searchsorted(newlines, starts + (octets[starts] == _NEWLINE))
    next_one = np.minimum(next_one, newlines.size - 1)
    return np.asarray(newlines[next_one] - newlines[next_one - 1] - 1)


def _words(padded: bytes) -> Words:
    """The eight bytes from each place on as a number; eight more stand behind the last place."""
    return np.ndarray((len(padded) - _WORD,), "<u8", padded, 0, (1,))


def _slots(grams: Words, factor: np.uint64, out: Words | None = None) -> Places:
    """The slots of grams in the table: the highest bits of a product."""
    product = np.multiply(grams, factor, out=out)
    return np.right_shift(product, _SHIFT, out=product).view(np.int64)


def _rarest(joined: bytes, begins: Places, sizes: Places, sample: bytes) -> Places:
    """Where in `joined` the two grams of each literal begin, by how common their letters are."""
    seen = np.frombuffer(sample + joined, np.uint8).astype(np.intp)
    count = np.bincount(seen[:-1] * 256 + seen[1:], minlength=1 << 16) + 1.0
    alone = np.bincount(seen, minlength=256) + 1.0
    letters = np.frombuffer(joined, np.uint8).astype(np.intp)
    common = np.log(count)[letters[:-1] * 256 + letters[1:]] - np.log(alone)[letters[1:]]
    sums = np.concatenate([np.zeros(1), np.cumsum(common)])
    length = _LONG - 1
    owner = np.repeat(np.arange(sizes.size), sizes)
    score = (sums[length:] - sums[:-length])[: owner.size]
    last = begins + sizes - np.where(sizes > _WORD, _WORD + _STEP - 1, _LONG)
    score[np.arange(owner.size) > last[owner]] = np.inf
    best = np.flatnonzero(score == np.minimum.reduceat(score, begins)[owner])
    return np.asarray(best[np.searchsorted(best, begins)])
