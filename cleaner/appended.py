"""JSON lines that grow: how far a file has been taken, and whether it still begins like that.

Log-like crawls append to a file all day. A run takes only the new lines, provided that the old
ones are still there; a file that was rotated, cut or rewritten is read from its start again.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO, NamedTuple

from cleaner.entries import Known
from cleaner.filedigest import digest_of_first
from cleaner.readers import STANDARD_INPUT, Source
from cleaner.readers.streams import compression_of

_SAMPLE = 1 << 20


class Taken(NamedTuple):
    """How far a file has been taken: `offset` is the start of the first line that is not.

    `prefix` is a digest of the bytes before it, of long files only the first and last megabyte.
    """

    offset: int = 0
    prefix: str | None = None


def can_grow(source: Source) -> bool:
    """Whether a source is read line by line, so that what is added to it stands at its end."""
    return source.format == "jsonl" and not source.compression and source.path != STANDARD_INPUT


def taken(source: Source, end: int) -> Taken:
    """How far `source` is taken when its last record ended at byte `end`.

    Nothing is taken for good where that line has no end yet: the rest of it may follow.
    """
    if not end or not can_grow(source):
        return Taken()
    try:
        with Path(source.path).open("rb") as file:
            if compression_of(file.read(8)):
                return Taken()
            file.seek(end)
            if file.read(1) != b"\n":
                return Taken()
            return Taken(end + 1, _sampled(file, end + 1))
    except OSError:
        return Taken()


def remainder(source: Source, known: Known) -> Source | None:
    """The part of `source` behind what is known of it, or None where that is not all the same."""
    if not known.offset or not can_grow(source) or (source.size or 0) < known.offset:
        return None
    try:
        with Path(source.path).open("rb") as file:
            if _sampled(file, known.offset) != known.prefix:
                return None
            if known.content and known.size == known.offset:
                file.seek(0)
                if digest_of_first(file, known.offset) != known.content:
                    return None
    except OSError:
        return None
    return replace(source, offset=known.offset, first_record=known.records)


def _sampled(file: BinaryIO, length: int) -> str:
    digest = blake2b(str(length).encode(), digest_size=16)
    for start in sorted({0, max(length - _SAMPLE, 0)}):
        file.seek(start)
        digest.update(file.read(min(_SAMPLE, length - start)))
    return digest.hexdigest()
