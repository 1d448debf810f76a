"""Paragraphs to numbers, for a whole batch at once.

The text of all paragraphs becomes one UTF-8 buffer; look-up tables turn bytes into
classes, and prefix sums turn stretches of bytes into word hashes and counts. There is no
Python loop over words or paragraphs, which makes this some hundred times faster than a
tokeniser in Python. All sums are of integers, so a paragraph has exactly the same
features in any batch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from cleaner import compiled
from cleaner.features_bytes import (
    BYTE_CLASS,
    CLASS_OF,
    COUNTS,
    SEPARATOR,
    Bytes,
    Flags,
    Hashes,
    Ints,
    class_counts,
    joined,
    scan,
    word_edges,
)
from cleaner.features_hashes import buckets, mix, suffix_hashes, word_hashes

__all__ = [
    "BYTE_CLASS",
    "COUNTS",
    "MAX_PARAGRAPH_CHARS",
    "Bytes",
    "Floats",
    "Hashes",
    "Ints",
    "Tokens",
    "buckets",
    "mix",
    "of_paragraphs",
    "pieces",
    "sum_by_paragraph",
    "tokenise",
]

Floats = NDArray[np.float32]
Value = TypeVar("Value", np.float32, np.complex128)

# A longer paragraph is judged by its beginning: nobody writes such paragraphs (they are
# minified code or tables).
MAX_PARAGRAPH_CHARS = 15_000
# Arrays over all bytes of a piece take some 10 MB; three times as many save a fiftieth of the time.
PIECE_CHARS = 500_000


class Tokens(NamedTuple):
    """The words of a batch of paragraphs.

    `first` has one entry more than there are paragraphs: the words of paragraph ``i`` are
    ``first[i]:first[i + 1]``. `words` are hashes of the folded spelling. `counts` is
    ``(paragraphs, len(COUNTS))``.
    """

    buffer: Bytes
    begins: Ints  # of paragraphs, in bytes
    finishes: Ints
    first: Ints
    starts: Ints  # of words, in bytes
    ends: Ints
    words: Hashes
    heads: Bytes  # of words: the class of the first byte
    counts: Ints

    @property
    def classes(self) -> Bytes:
        """The class of each byte: its place in `COUNTS`."""
        return np.frombuffer(self.buffer.tobytes().translate(CLASS_OF), np.uint8)

    @property
    def suffixes(self) -> Hashes:
        """Hashes of each word's last three bytes."""
        return suffix_hashes(self.buffer, self.starts, self.ends)


def pieces(lengths: Sequence[int]) -> Iterator[slice]:
    """Cut a batch into slices of about `PIECE_CHARS` characters.

    >>> list(pieces([10_000] * 60))
    [slice(0, 50, None), slice(50, 60, None)]
    """
    if sum(lengths) <= PIECE_CHARS:
        if len(lengths):
            yield slice(0, len(lengths))
        return
    sums = np.cumsum(np.minimum(np.array(lengths, np.int64), MAX_PARAGRAPH_CHARS))
    goals = np.arange(PIECE_CHARS, (sums[-1] if sums.size else 0) + PIECE_CHARS, PIECE_CHARS)
    start = 0
    for end in (np.searchsorted(sums, goals) + 1).tolist():
        stop = min(end, sums.size)
        if stop > start:
            yield slice(start, stop)
            start = stop


def tokenise(texts: Sequence[str]) -> Tokens:
    """Find and hash the words of a batch of paragraphs.

    Words are runs of letters and digits of any script; an apostrophe inside a word
    belongs to it, every other mark ends it. Capital letters and kinds of quotation marks
    make no difference, nor does which digits a number has:

    >>> tokens = tokenise(["Don’t say “2023”.", "don't SAY '1999'"])
    >>> tokens.first.tolist()
    [0, 3, 6]
    >>> bool((tokens.words[:3] == tokens.words[3:]).all())
    True
    """
    buffer = joined(texts)
    if compiled.words is None:
        finishes = np.flatnonzero(buffer == ord(SEPARATOR))
    else:
        found = compiled.words.find_words(buffer, BYTE_CLASS)
        finishes = found[1]
    # Both are rare, and show only here: nothing has to look at every text before.
    if finishes.size != len(texts):
        return tokenise([text.replace(SEPARATOR, " ") for text in texts])
    if (np.diff(finishes, prepend=-1) > MAX_PARAGRAPH_CHARS).any():
        short = [text[:MAX_PARAGRAPH_CHARS] for text in texts]
        if sum(map(len, short)) < sum(map(len, texts)):
            return tokenise(short)
    return _find_words(buffer, finishes) if compiled.words is None else Tokens(buffer, *found)


def _find_words(buffer: Bytes, finishes: Ints) -> Tokens:
    found = scan(buffer)
    begins = np.zeros_like(finishes)
    begins[1:] = finishes[:-1] + 1
    starts, ends = word_edges(found.is_word)
    first = np.append(np.searchsorted(starts, begins), starts.size)
    word_bytes = np.zeros(starts.size + 1, np.int64)
    np.cumsum(ends - starts, out=word_bytes[1:])
    return Tokens(
        found.buffer, begins, finishes, first, starts, ends,
        word_hashes(found, starts, ends), found.classes.take(starts),
        class_counts(found, begins, finishes, np.diff(word_bytes.take(first))),
    )  # fmt: skip


def of_paragraphs(tokens: Tokens, chosen: Flags) -> Tokens:
    """The words of some paragraphs only; the buffer stays as it is."""
    count = np.diff(tokens.first)
    words = np.flatnonzero(np.repeat(chosen, count))
    first = np.zeros(np.count_nonzero(chosen) + 1, np.int64)
    np.cumsum(count[chosen], out=first[1:])
    return tokens._replace(
        begins=tokens.begins[chosen],
        finishes=tokens.finishes[chosen],
        first=first,
        starts=tokens.starts.take(words),
        ends=tokens.ends.take(words),
        words=tokens.words.take(words),
        heads=tokens.heads.take(words),
        counts=tokens.counts[chosen],
    )


def sum_by_paragraph(values: NDArray[Value], first: Ints) -> NDArray[Value]:
    """Sum one value a word over each paragraph; 0 for a paragraph without words.

    >>> sum_by_paragraph(np.array([1, 2, 4], np.float32), np.array([0, 2, 2, 3])).tolist()
    [3.0, 0.0, 4.0]
    """
    result = np.zeros(first.size - 1, values.dtype)
    filled = first[1:] > first[:-1]
    if filled.any():
        result[filled] = np.add.reduceat(values, first[:-1][filled])
    return result
