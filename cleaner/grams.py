"""Where any of thousands of literals stand in many texts, a few nanoseconds a byte.

An automaton over so many literals is larger than the processor's cache, and waits for memory at
every letter of prose. The compiled search knows each literal by a few of its bytes, the rarest: the
bytes at each place of a text are looked up in one small table, and only where they are known the
literals that they may belong to are compared. Without it an automaton does the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, pairwise
from typing import Any, NamedTuple

import ahocorasick_rs as ac
import numpy as np
import numpy.typing as npt

from cleaner import compiled

_LONGEST_BITS = 16
_WORD = 8
_NEWLINE = 10


class _Kind(NamedTuple):
    """Literals of up to `longest` bytes are known by `gram` bytes, looked for at every `step`-th
    place: with two grams in a row, one of them stands at an even place wherever the literal does.
    """

    longest: float
    gram: int
    step: int
    bits: int


_KINDS = (
    _Kind(1, 1, 1, 8), _Kind(2, 2, 1, 16), _Kind(3, 3, 1, 14), _Kind(6, 4, 1, 18),
    _Kind(8, 6, 2, 18), _Kind(np.inf, 8, 2, 20),
)  # fmt: skip

Places = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]


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
        """`literals` differ, each has something to see, and they are numbered in their order.

        `longest` says for each how many characters a line has at most on which it counts;
        `sample` shows which letters are common in texts.
        """
        self._longest = np.array(longest, np.float64)
        self._sizes = np.array([len(word) for word in literals], np.intp)
        self._search = self._automaton = None
        if compiled.literals is not None:
            self._search = _search(compiled.literals, literals, self._sizes, self._longest, sample)
        elif literals:
            self._automaton = ac.BytesAhoCorasick(literals)

    def find_all(self, texts: Sequence[bytes]) -> list[Found]:
        """The literals in each text, in the order in which they end, the longest first.

        Texts begin and end with a newline. Lines that are too long are noticed in ASCII only.
        """
        if not texts:
            return []
        edges = np.cumsum([0, *map(len, texts)])
        is_ascii = np.array([text.isascii() for text in texts], np.bool_)
        joined = b"".join(texts)
        if self._search is not None:
            numbers, starts = self._search.find(joined + bytes(_WORD), edges, is_ascii)
        else:
            numbers, starts = self._matches(joined, edges, is_ascii)
        sizes = self._sizes[numbers]
        order = np.argsort(((starts + sizes) << _LONGEST_BITS) - sizes)
        numbers, starts = numbers[order], starts[order]
        owner = np.searchsorted(edges, starts, side="right") - 1
        where = (starts - edges[owner]).tolist()
        which = numbers.tolist()
        cuts = np.searchsorted(owner, np.arange(len(texts) + 1)).tolist()
        return [Found(which[i:j], where[i:j]) for i, j in pairwise(cuts)]

    def _matches(self, joined: bytes, edges: Places, is_ascii: Flags) -> tuple[Places, Places]:
        """Numbers and places of all literals in the texts, by the automaton."""
        if self._automaton is None:
            return np.zeros(0, np.intp), np.zeros(0, np.intp)
        found = self._automaton.find_matches_as_indexes(joined, overlapping=True)
        numbers, starts, ends = np.fromiter(chain.from_iterable(found), np.intp).reshape(-1, 3).T
        owner = np.searchsorted(edges, starts, side="right") - 1
        counts = _line_sizes(joined, starts) <= self._longest[numbers]
        counts |= ~is_ascii[owner]
        chosen = np.flatnonzero(counts & (ends <= edges[owner + 1]))
        return numbers[chosen], starts[chosen]


def _search(
    module: Any, literals: Sequence[bytes], sizes: Places, longest: npt.NDArray[np.float64],
    sample: bytes,
) -> Any:  # fmt: skip
    """The compiled search, its literals sorted into tables by their rarest grams."""
    letters = b"".join(literals) + bytes(_WORD)
    begins = np.cumsum(sizes) - sizes
    at = np.ndarray((len(letters) - _WORD,), "<u8", letters, 0, (1,))
    tables = []
    shortest: float = 1
    for kind in _KINDS:
        chosen = np.flatnonzero((sizes >= shortest) & (sizes <= kind.longest))
        shortest = kind.longest + 1
        if not chosen.size:
            continue
        first = _rarest(letters, begins[chosen], sizes[chosen], kind.gram + kind.step - 1, sample)
        places = np.concatenate([first + step for step in range(kind.step)])
        numbers = np.tile(chosen, kind.step)
        members = np.stack(
            [numbers, places - begins[numbers], sizes[numbers], begins[numbers]], axis=1
        )
        tables.append(module.Table(kind.gram, kind.step, kind.bits, at[places], members))
    return module.Search(np.frombuffer(letters, np.uint8), longest, tuple(tables))


def _line_sizes(joined: bytes, starts: Places) -> Places:
    """The bytes of the line on which each literal stands; it may begin with the newline before."""
    octets = np.frombuffer(joined, np.uint8)
    newlines = np.flatnonzero(octets == _NEWLINE)
    next_one = np.searchsorted(newlines, starts + (octets[starts] == _NEWLINE))
    next_one = np.minimum(next_one, newlines.size - 1)
    return np.asarray(newlines[next_one] - newlines[next_one - 1] - 1)


def _rarest(letters: bytes, begins: Places, sizes: Places, length: int, sample: bytes) -> Places:
    """Where the rarest so many bytes of each literal begin, by how common pairs of letters are."""
    seen = np.frombuffer(sample + letters, np.uint8).astype(np.intp)
    count = np.bincount(seen[:-1] * 256 + seen[1:], minlength=1 << 16) + 1.0
    alone = np.bincount(seen, minlength=256) + 1.0
    pairs = seen[len(sample) :]
    common = np.log(count)[pairs[:-1] * 256 + pairs[1:]] - np.log(alone)[pairs[1:]]
    sums = np.concatenate([np.zeros(1), np.cumsum(common)])
    score = sums[length - 1 :] - sums[: sums.size - length + 1]  # of a gram at each place
    return np.array(
        [begin + int(np.argmin(score[begin : begin + size - length + 1]))
         for begin, size in zip(begins.tolist(), sizes.tolist(), strict=True)],
        np.intp,
    )  # fmt: skip
