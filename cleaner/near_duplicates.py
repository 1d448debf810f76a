"""Documents that tell a story again: prints made by workers, compared in input order by the parent.

A print is a MinHash of the kept text's three-word shingles, so texts that share most of their
wording have like prints. Two writers on one event share little of it. A daily report on the same
form shares nearly all, so the numbers in both texts have to agree as well.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from hashlib import blake2b
from typing import NamedTuple
from zlib import crc32

import numpy as np

from cleaner.errors import UsageError
from cleaner.writers.rows import with_duplicate_of

# Below this many words a wire brief and a caption look like each other.
MIN_WORDS = 50
_SIMILAR = 0.8
_SIMILAR_NUMBERS = 0.8
_HASHES = 128
_BANDS = 16
_SEED = 20
_WORDS_PER_SHINGLE = 3
_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_MAX_CANDIDATES = 64
_SCHEMA = """
CREATE TABLE IF NOT EXISTS originals (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, source TEXT NOT NULL,
    hashes BLOB NOT NULL, numbers BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS original_bands (
    band INTEGER, number INTEGER, PRIMARY KEY (band, number)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS original_numbers ON original_bands (number);
CREATE INDEX IF NOT EXISTS originals_by_source ON originals (source);
"""


class Print(NamedTuple):
    """What is compared of a document: small, and free to travel between processes.

    `hashes` are 128 little-endian 32-bit integers, `numbers` the sorted 32-bit checksums of the
    numbers in the text, `bands` what `hashes` are looked up by; `source` is the input's name.
    """

    id: str
    source: str
    hashes: bytes
    numbers: bytes
    bands: tuple[int, ...]


class Firsts(NamedTuple):
    """The new originals of a piece of work, and the sources that are written anew in it."""

    new: list[Print]
    outdated: Collection[str]


def check_installed() -> None:
    """Raise `UsageError` where the library is missing, before a run begins."""
    try:
        import rensa  # noqa: F401
    except ImportError as error:
        raise UsageError(
            "--dedup needs rensa, which is not installed. Install it with: "
            "pip install 'cleaner[dedup]'"
        ) from error


def print_of(identifier: str, source: str, text: str) -> Print | None:
    """The print of a text; None where it has fewer than 50 words.

    >>> print_of("1", "a.html", "Too short to say whether it was told before.") is None
    True
    """
    import rensa

    words = _WORD.findall(text.casefold())
    if len(words) < MIN_WORDS:
        return None
    shingles = zip(*(words[skip:] for skip in range(_WORDS_PER_SHINGLE)), strict=False)
    minhash = rensa.RMinHash(num_perm=_HASHES, seed=_SEED)
    minhash.update(list(dict.fromkeys(map(" ".join, shingles))))
    hashes = np.asarray(minhash.digest(), dtype="<u4").tobytes()
    numbers = sorted({crc32(number.encode()) for number in _NUMBER.findall(text)})
    version = str(rensa.RMinHash.ALGORITHM_VERSION).encode()
    bands = tuple(_bands(hashes, version))
    return Print(identifier, source, hashes, np.asarray(numbers, "<u4").tobytes(), bands)


def _bands(hashes: bytes, version: bytes) -> Iterator[int]:
    """A 63-bit digest of each band; prints of another version of the library never meet."""
    size = len(hashes) // _BANDS
    for number in range(_BANDS):
        band = hashes[number * size : (number + 1) * size]
        state = blake2b(b"%d;%s;" % (number, version) + band, digest_size=8)
        yield int.from_bytes(state.digest(), "big") >> 1


def is_near(one: Print, other: Print) -> bool:
    """Whether two texts are the same but for a few words, with the same numbers in them.

    >>> report = "The {0} of {1} closed at {2} on day {3} as traders weighed the news. "
    >>> monday = "".join(report.format(f"index{i}", f"town{i}", i * 7, 1) for i in range(9))
    >>> friday = "".join(report.format(f"index{i}", f"town{i}", i * 9, 5) for i in range(9))
    >>> is_near(print_of("1", "-", monday), print_of("2", "-", monday + "More soon."))
    True
    >>> is_near(print_of("1", "-", monday), print_of("2", "-", friday))
    False
    """
    mine, others = (np.frombuffer(item.hashes, "<u4") for item in (one, other))
    if float((mine == others).mean()) < _SIMILAR:
        return False
    numbers, other_numbers = (
        set(np.frombuffer(item.numbers, "<u4").tolist()) for item in (one, other)
    )
    differing = len(numbers ^ other_numbers)
    return differing <= 1 or differing <= (1 - _SIMILAR_NUMBERS) * len(numbers | other_numbers)


class Originals:
    """The documents that told their story first, in the database of a ledger."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        database.executescript(_SCHEMA)

    def mark(
        self, rows: list[bytes], prints: Sequence[Print | None], outdated: Collection[str] = ()
    ) -> Firsts:
        """Set ``duplicate_of`` in the rows that repeat an earlier document; return the originals.

        `prints` are those of `rows`, in the order of the input; nothing is stored yet. The inputs
        in `outdated` are written anew: of what was known of them, only those documents count that
        tell the same story again, so that a run repeated gives the same answers.
        """
        gone = set(outdated)
        kept = {item.id for item in prints if item and self._still_tells(item)}
        new: dict[str, Print] = {}
        by_band: dict[int, list[Print]] = {}
        for index, item in enumerate(prints):
            if item is None:
                continue
            first = None if item.id in kept else self._first_of(item, gone, kept, by_band)
            if first is not None:
                rows[index] = with_duplicate_of(rows[index], first)
                continue
            new[item.id] = item
            for band in item.bands:
                by_band.setdefault(band, []).append(item)
        return Firsts(list(new.values()), outdated)

    def _still_tells(self, item: Print) -> bool:
        """Whether a document was an original in an earlier run, with the same text."""
        rows = self._database.execute(
            "SELECT id, source, hashes, numbers FROM originals WHERE id = ?", (item.id,)
        ).fetchall()
        return any(
            is_near(Print(identifier, source, hashes, numbers, ()), item)
            for identifier, source, hashes, numbers in rows
        )

    def _first_of(
        self,
        item: Print,
        gone: Collection[str],
        kept: Collection[str],
        by_band: dict[int, list[Print]],
    ) -> str | None:
        """The id of the earliest document that `item` repeats."""
        marks = ",".join("?" * len(item.bands))
        known = self._database.execute(
            "SELECT DISTINCT id, source, hashes, numbers, number FROM original_bands "
            f"JOIN originals USING (number) WHERE band IN ({marks}) "
            "ORDER BY number LIMIT ?",
            (*item.bands, _MAX_CANDIDATES),
        ).fetchall()
        candidates = [
            Print(identifier, source, hashes, numbers, ())
            for identifier, source, hashes, numbers, _ in known
            if source not in gone or identifier in kept
        ]
        for band in item.bands:
            candidates += by_band.get(band, ())
        return next(
            (other.id for other in candidates if other.id != item.id and is_near(item, other)), None
        )

    def store(self, firsts: Firsts) -> None:
        """Add originals, in a transaction that the caller has begun."""
        execute, many = self._database.execute, self._database.executemany
        new, outdated = firsts
        old = [
            number
            for column, values in (("source", outdated), ("id", [item.id for item in new]))
            for value in values
            for number in execute(f"SELECT number FROM originals WHERE {column} = ?", (value,))
        ]
        many("DELETE FROM original_bands WHERE number = ?", old)
        many("DELETE FROM originals WHERE number = ?", old)
        for item in new:
            cursor = execute(
                "INSERT INTO originals (id, source, hashes, numbers) VALUES (?, ?, ?, ?)",
                (item.id, item.source, item.hashes, item.numbers),
            )
            many(
                "INSERT OR IGNORE INTO original_bands VALUES (?, ?)",
                [(band, cursor.lastrowid) for band in item.bands],
            )
