"""What stands in a ledger: inputs, shards, their files; and the change that is a transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from cleaner.writers.shard import Tally

if TYPE_CHECKING:
    from cleaner.near_duplicates import Firsts
    from cleaner.template_lines import Page


class Known(NamedTuple):
    """What the ledger knows of an input.

    `path` is absolute, `source` as the user typed it (it stands in the records). `content` is a
    digest of the bytes; `settled` says that the file was older than the clock's grain when it
    was read, so that an unchanged time proves unchanged bytes. `state` is ``done``,
    ``partial`` (`records` of it are committed) or ``failed`` (could not be opened). `offset` and
    `prefix` say how far JSON lines have been taken (`cleaner.appended`).
    """

    path: str
    source: str
    size: int | None
    mtime_ns: int | None
    content: str | None
    settled: bool
    config: str
    state: str
    records: int
    offset: int = 0
    prefix: str | None = None


class FileEntry(NamedTuple):
    """A file of a shard: its name inside the output folder and what it must hold."""

    name: str
    shard: int
    size: int
    digest: str
    rows: int


class ShardEntry(NamedTuple):
    """A committed shard. One that is open was cut short by an interruption and is filled up."""

    number: int
    is_open: bool
    read_bytes: int
    tally: Tally
    files: tuple[FileEntry, ...] = ()


class Change(NamedTuple):
    """One transaction: all of it is in the ledger afterwards, or nothing."""

    inputs: Iterable[Known] = ()
    forget: Iterable[str] = ()
    shards: Iterable[ShardEntry] = ()
    removed_shards: Iterable[int] = ()
    holdings: Iterable[tuple[str, int]] = ()
    dropped_holdings: Iterable[tuple[str, int]] = ()
    due: Iterable[tuple[str, bool]] = ()
    next_shard: int | None = None
    pages: Sequence[Page] = ()
    originals: Firsts | None = None
