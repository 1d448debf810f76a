"""Inputs to batches: the records that are cleaned together, and how far each input is then.

Where a batch ends and where a piece of work ends depends on the records alone, never on time or
on who cleans them. So the output is the same byte for byte after any interruption.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from cleaner.entries import Known
from cleaner.errors import InputError
from cleaner.filedigest import FileDigest
from cleaner.plan import Planned, done
from cleaner.readers import ReadOptions
from cleaner.records import Raw, Rejected
from cleaner.unread import (
    Reading,
    Record,
    UnreadFile,
    is_one_record,
    is_passing,
    named,
    raw_of,
    read_safely,
)
from cleaner.writers.rows import shown

BATCH_RECORDS = 256
BATCH_BYTES = 8 << 20
PIECE_BYTES = 32 << 20


class Mark(NamedTuple):
    """How far an input has been read when a batch ends; `known` is set once it is finished.

    `records` counts from the input's first record on; the last one ended at byte `end`.
    """

    planned: Planned
    records: int
    end: int
    known: Known | None


@dataclass(slots=True)
class Batch:
    """Records that are cleaned together; `read` counts them and those skipped before them.

    `size` counts the records' bytes, `file_bytes` those of their files, compressed as they are.
    `held` are the paths that the records come from, `marks` says how far inputs are now; an
    input can be found to be finished without another record. `files` are the inputs of the
    unread records, in their order: they are finished when their record is.
    """

    records: list[Record] = field(default_factory=list)
    marks: dict[str, Mark] = field(default_factory=dict)
    files: list[Planned] = field(default_factory=list)
    held: set[str] = field(default_factory=set)
    size: int = 0
    file_bytes: int = 0
    read: int = 0
    skipped: int = 0
    closes: bool = False


class Limits(NamedTuple):
    """Where a piece ends: at so many documents, or so many bytes of input."""

    documents: int = 1_000
    size: int = PIECE_BYTES


def batches(
    inputs: Iterable[Planned], options: ReadOptions, config: str, limits: Limits,
    filled: tuple[int, int] = (0, 0), *, track: bool = True,
) -> Iterator[Batch]:  # fmt: skip
    """Read inputs into batches; `filled` is what an open shard holds: records and bytes.

    Files of one record are left for the workers to read. Without `track` nothing is learned
    about the inputs themselves, and no mark is left.
    """
    cutter = _Cutter(limits, *filled)
    batch = Batch()
    digest = FileDigest()

    def meter(piece: bytes) -> None:
        batch.file_bytes += len(piece)
        if track:
            digest.update(piece)

    options = replace(options, meter=meter)
    for planned in inputs:
        source, name = planned.source, shown(planned.source.path)
        if is_one_record(source) and not planned.skip:
            batch.read += 1
            batch.file_bytes += source.size or 0
            batch.held.add(planned.path)
            if track:
                batch.files.append(planned)
            if cutter.add(batch, UnreadFile(source, name)):
                yield batch
                batch = Batch()
            continue
        opened, failed, end = time.time_ns(), False, source.offset
        records, digest = source.first_record, FileDigest()
        try:
            for found in read_safely(source, options):
                records += 1
                batch.read += 1
                if records <= planned.skip:
                    batch.skipped += 1
                    continue
                record = named(found, name)
                end = _end(record, end)
                failed = failed or is_passing(record)
                batch.held.add(planned.path)
                if cutter.add(batch, record):
                    batch.marks[planned.path] = Mark(planned, records, end, None)
                    yield batch
                    batch = Batch()
        except InputError:
            yield batch  # what was read before the user's mistake shows is worth keeping
            raise
        if not track:
            continue
        reading = Reading(opened, None if failed else digest.of(source), failed)
        known = done(planned, config, reading, records, end)
        batch.marks[planned.path] = Mark(planned, records, end, known)
    yield batch


@dataclass(slots=True)
class _Cutter:
    """Says when a batch is full, and which batch closes a piece."""

    limits: Limits
    documents: int
    size: int

    def add(self, batch: Batch, record: Record) -> bool:
        """Put a record into a batch; True where that makes it full."""
        size = record.size if isinstance(record, UnreadFile) else len(raw_of(record).body)
        batch.records.append(record)
        batch.size += size
        self.documents += 1
        self.size += size
        if self.documents >= self.limits.documents or self.size >= self.limits.size:
            batch.closes = True
            self.documents = self.size = 0
        return batch.closes or len(batch.records) >= BATCH_RECORDS or batch.size >= BATCH_BYTES


def _end(record: Raw | Rejected, before: int) -> int:
    """Where a record ends in its file, in bytes, as far as its reader knows."""
    meta = raw_of(record).meta
    offset, length = meta.get("offset"), meta.get("length")
    return offset + length if isinstance(offset, int) and isinstance(length, int) else before
