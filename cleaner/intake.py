"""Inputs to batches: the records that are cleaned together, and how far each input is then.

Where a batch ends and where a piece of work ends depends on the records alone, never on time or
on who cleans them. So the output is the same byte for byte after any interruption.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from cleaner.config import Config
from cleaner.errors import CleanerError, InputError
from cleaner.ledger import Known
from cleaner.plan import Planned, done
from cleaner.readers import ReadOptions, Source, read
from cleaner.records import Raw, Rejected
from cleaner.writers.rows import shown

_log = logging.getLogger(__name__)

BATCH_RECORDS = 64
BATCH_BYTES = 1 << 20
PIECE_BYTES = 32 << 20
# What keeps a file from being opened is the world's fault and may pass: it is tried again.
_PASSING = frozenset({"vanished", "no-rights", "unreadable", "read-error"})


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
    input can be found to be finished without another record.
    """

    records: list[Raw | Rejected] = field(default_factory=list)
    marks: dict[str, Mark] = field(default_factory=dict)
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


def read_options(config: Config) -> ReadOptions:
    """The choices that concern reading."""
    return ReadOptions(
        text_field=config.text_field,
        html_field=config.html_field,
        url_field=config.url_field,
        id_field=config.id_field,
        title_field=config.title_field,
        date_field=config.date_field,
    )


def batches(
    inputs: Iterable[Planned], options: ReadOptions, config: str, limits: Limits,
    filled: tuple[int, int] = (0, 0), *, track: bool = True,
) -> Iterator[Batch]:  # fmt: skip
    """Read inputs into batches; `filled` is what an open shard holds: records and bytes.

    Without `track` nothing is learned about the inputs themselves, and no mark is left.
    """
    cutter = _Cutter(limits, *filled)
    batch = Batch()

    def meter(size: int) -> None:
        batch.file_bytes += size

    options = replace(options, meter=meter)
    for planned in inputs:
        opened, failed, end = time.time_ns(), False, planned.source.offset
        records = planned.source.first_record
        name = shown(planned.source.path)
        try:
            for found in _read(planned.source, options):
                records += 1
                batch.read += 1
                if records <= planned.skip:
                    batch.skipped += 1
                    continue
                record = _named(found, name)
                end = _end(record, end)
                failed = failed or (isinstance(record, Rejected) and record.kind in _PASSING)
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
        known = done(planned, config, records, opened, end)
        if failed:
            known = known._replace(state="failed", content=None)
        batch.marks[planned.path] = Mark(planned, records, end, known)
    yield batch


@dataclass(slots=True)
class _Cutter:
    """Says when a batch is full, and which batch closes a piece."""

    limits: Limits
    documents: int
    size: int

    def add(self, batch: Batch, record: Raw | Rejected) -> bool:
        """Put a record into a batch; True where that makes it full."""
        body = len((record.raw if isinstance(record, Rejected) else record).body)
        batch.records.append(record)
        batch.size += body
        self.documents += 1
        self.size += body
        if self.documents >= self.limits.documents or self.size >= self.limits.size:
            batch.closes = True
            self.documents = self.size = 0
        return batch.closes or len(batch.records) >= BATCH_RECORDS or batch.size >= BATCH_BYTES


def _end(record: Raw | Rejected, before: int) -> int:
    """Where a record ends in its file, in bytes, as far as its reader knows."""
    meta = (record.raw if isinstance(record, Rejected) else record).meta
    offset, length = meta.get("offset"), meta.get("length")
    return offset + length if isinstance(offset, int) and isinstance(length, int) else before


def _named(record: Raw | Rejected, name: str) -> Raw | Rejected:
    """The record under its input's name as the ledger knows it.

    By that name its rows are found again when the input changes, so two inputs must never
    share one, not even two files whose names differ in undecodable bytes only.
    """
    raw = record.raw if isinstance(record, Rejected) else record
    if raw.source == name:
        return record
    raw = replace(raw, source=name)
    return replace(record, raw=raw) if isinstance(record, Rejected) else raw


def _read(source: Source, options: ReadOptions) -> Iterator[Raw | Rejected]:
    """Read a source; a reader that fails on it in an unforeseen way costs only its rest."""
    try:
        yield from read(source, options)
    except (CleanerError, GeneratorExit):
        raise
    except Exception as error:
        _log.debug("%s: reading failed", shown(source.path), exc_info=True)
        raw = Raw(source.id, source.path, "application/octet-stream", b"", {})
        yield Rejected(raw, "unreadable", f"Reading it failed: {error!r}.")
