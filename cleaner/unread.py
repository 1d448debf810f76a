"""Records that are still in their files: whoever cleans them opens them first.

Most inputs of a crawl are files of one document. Their workers read them, so that the bytes
needn't go through a pipe, and take the file's digest on the way.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple, TypeAlias

from cleaner.config import Config
from cleaner.errors import CleanerError
from cleaner.filedigest import FileDigest
from cleaner.readers import STANDARD_INPUT, ReadOptions, Source, read
from cleaner.records import Raw, Rejected
from cleaner.writers.rows import shown

_log = logging.getLogger(__name__)

# What keeps a file from being opened is the world's fault and may pass: it is tried again.
_PASSING = frozenset({"vanished", "no-rights", "unreadable", "read-error"})
_WHOLE = frozenset({"html", "text"})
# Packed files are counted as large as pages and texts commonly are when unpacked.
_UNPACKED = 8


class UnreadFile(NamedTuple):
    """A file that holds one record, which will have `name` for its source."""

    source: Source
    name: str

    @property
    def size(self) -> int:
        """About how many bytes the record has: by the file as it was listed, and by it alone."""
        size = self.source.size or 0
        return size * _UNPACKED if self.source.compression else size


Record: TypeAlias = Raw | Rejected | UnreadFile


class Reading(NamedTuple):
    """What is known of a file once it has been read.

    It was opened at `opened_ns` (nanoseconds since 1970); `content` is the digest of its bytes,
    None where it has changed since it was listed. `is_failed` says that it could not be read for
    a reason that may pass.
    """

    opened_ns: int
    content: str | None
    is_failed: bool = False


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


def is_one_record(source: Source) -> bool:
    """Whether a source is a file of one record, whatever is in it.

    >>> is_one_record(Source("a.html", "html", size=9)), is_one_record(Source("a", size=9))
    (True, False)
    """
    return (
        source.format in _WHOLE
        and source.size is not None
        and source.problem is None
        and source.skipped is None
        and source.path != STANDARD_INPUT
    )


class Opener:
    """Opens records one after the other; `beat` is called for each piece that is read.

    There may be minutes between two pieces, on a network's bad days.
    """

    def __init__(self, options: ReadOptions, beat: Callable[[], object] = lambda: None) -> None:
        self._options = replace(options, meter=self._meter)
        self._beat = beat
        self._digest = FileDigest()

    def open(self, record: Record) -> tuple[Raw | Rejected, Reading | None]:
        """The record itself; with what is known of its file, if that had to be read for it."""
        if not isinstance(record, UnreadFile):
            return record, None
        self._digest, opened_ns = FileDigest(), time.time_ns()
        found = named(next(read_safely(record.source, self._options)), record.name)
        if is_passing(found):
            return found, Reading(opened_ns, None, is_failed=True)
        return found, Reading(opened_ns, self._digest.of(record.source))

    def _meter(self, piece: bytes) -> None:
        self._digest.update(piece)
        self._beat()


def silent(record: UnreadFile, seconds: float) -> tuple[Rejected, Reading]:
    """The verdict on a file that gave not a byte for so long; it will be tried again."""
    reason = f"Reading gave nothing for {seconds:g} seconds. The disk or the network may be ill."
    found = named(_rejected(record.source, "read-error", reason), record.name)
    assert isinstance(found, Rejected)
    return found, Reading(time.time_ns(), None, is_failed=True)


def raw_of(record: Raw | Rejected) -> Raw:
    """The record as its reader found it, rejected or not."""
    return record.raw if isinstance(record, Rejected) else record


def is_passing(record: Raw | Rejected) -> bool:
    """Whether a record was rejected for a reason that may pass."""
    return isinstance(record, Rejected) and record.kind in _PASSING


def named(record: Raw | Rejected, name: str) -> Raw | Rejected:
    """The record under its input's name as the ledger knows it.

    By that name its rows are found again when the input changes, so two inputs must never
    share one, not even two files whose names differ in undecodable bytes only.
    """
    raw = raw_of(record)
    if raw.source == name:
        return record
    raw = replace(raw, source=name)
    return replace(record, raw=raw) if isinstance(record, Rejected) else raw


def read_safely(source: Source, options: ReadOptions) -> Iterator[Raw | Rejected]:
    """Read a source; a reader that fails on it in an unforeseen way costs only its rest."""
    try:
        yield from read(source, options)
    except (CleanerError, GeneratorExit):
        raise
    except MemoryError:
        yield _rejected(source, "out-of-memory", "Reading it took more memory than there is.")
    except Exception as error:
        _log.debug("%s: reading failed", shown(source.path), exc_info=True)
        yield _rejected(source, "unreadable", f"Reading it failed: {error!r}.")


def _rejected(source: Source, kind: str, reason: str) -> Rejected:
    return Rejected(Raw(source.id, source.path, "application/octet-stream", b"", {}), kind, reason)
