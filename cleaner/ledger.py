"""What is done: inputs, shards and the renames still due, in one SQLite file.

The ledger is the truth about an output folder. A shard that it does not name does not exist, and
one transaction a piece of work keeps the inputs, the shards and the positions in step.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import orjson

from cleaner.entries import Change, FileEntry, Known, ShardEntry
from cleaner.errors import OutputError
from cleaner.writers.shard import Tally

if TYPE_CHECKING:
    from cleaner.near_duplicates import Firsts, Originals, Print
    from cleaner.template_counts import TemplateCounts

LEDGER_NAME = "ledger.sqlite"
_VERSION = 2
_SCHEMA = """
CREATE TABLE inputs (
    path TEXT PRIMARY KEY, source TEXT NOT NULL, size INTEGER, mtime_ns INTEGER,
    content TEXT, settled INTEGER NOT NULL, config TEXT NOT NULL, state TEXT NOT NULL,
    records INTEGER NOT NULL, offset INTEGER NOT NULL, prefix TEXT
) WITHOUT ROWID;
CREATE TABLE shards (
    number INTEGER PRIMARY KEY, is_open INTEGER NOT NULL, read_bytes INTEGER NOT NULL,
    tally TEXT NOT NULL
);
CREATE TABLE files (
    name TEXT PRIMARY KEY, shard INTEGER NOT NULL, size INTEGER NOT NULL, digest TEXT NOT NULL,
    rows INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE holdings (path TEXT, shard INTEGER, PRIMARY KEY (path, shard)) WITHOUT ROWID;
CREATE INDEX holdings_by_shard ON holdings (shard);
CREATE TABLE due (name TEXT PRIMARY KEY, removal INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE configurations (digest TEXT PRIMARY KEY, options TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
"""
# The digests of rules, templates and models, by a digest of their files' bytes.
_ADDED = """
CREATE TABLE IF NOT EXISTS fingerprints (files TEXT PRIMARY KEY, digests TEXT NOT NULL)
WITHOUT ROWID
"""

# Of an input: path, size, mtime_ns, whether it is surely done, state, offset.
Seen: TypeAlias = tuple[str, int | None, int | None, int, str, int]


class Ledger:
    """The open database; use as a context manager. `read_only` opens it without a trace.

    Threads may share it: each question and each commit waits for the one before.
    """

    def __init__(self, folder: Path, *, read_only: bool = False) -> None:
        self.path = folder / LEDGER_NAME
        self._lock = threading.RLock()
        mode = "ro" if read_only else "rwc"
        with self._damage():
            uri = f"{self.path.absolute().as_uri()}?mode={mode}"
            self._database = sqlite3.connect(
                uri, uri=True, timeout=10, isolation_level=None, check_same_thread=False
            )
        try:
            with self._damage():
                self._prepare(read_only=read_only)
        except OutputError:
            self._database.close()
            raise

    def _prepare(self, *, read_only: bool) -> None:
        (version,) = self._database.execute("PRAGMA user_version").fetchone()
        if version == 0 and not read_only:
            self._database.execute("PRAGMA synchronous = FULL")
            self._database.executescript(
                f"BEGIN; {_SCHEMA} PRAGMA user_version = {_VERSION}; COMMIT"
            )
        elif version != _VERSION:
            raise OutputError(
                f"{self.path} was written by another version of cleaner (layout {version}, this "
                f"one knows {_VERSION}). Use that version, or choose a new folder with -o."
            )
        if not read_only:
            self._database.execute(_ADDED)

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._database.close()

    @contextmanager
    def _damage(self) -> Iterator[None]:
        try:
            with self._lock:
                yield
        except sqlite3.OperationalError as error:
            raise OutputError(
                f"{self.path}: {error}. The disk may be full, or you may not write there; "
                "check both, then run the same command again: it goes on where it stopped."
            ) from error
        except sqlite3.DatabaseError as error:
            raise OutputError(
                f"{self.path}: {error}. The ledger is damaged, so what is done is no longer known. "
                "Choose a new folder with -o and run again."
            ) from error

    def _rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        with self._damage(), closing(self._database.execute(query, values)) as cursor:
            return cursor.fetchall()

    def inputs(self) -> dict[str, Known]:
        """All inputs ever committed, by absolute path."""
        with self._damage():
            rows = self._database.execute("SELECT * FROM inputs")
            return {row[0]: Known._make(row) for row in rows}

    def seen(self, config: str) -> dict[str, Seen]:
        """What shows whether an input is done under a configuration, by absolute path."""
        with self._damage():
            rows = self._database.execute(
                "SELECT path, size, mtime_ns, settled AND state = 'done' AND config = ?, state, "
                "offset FROM inputs",
                (config,),
            )
            return {row[0]: row for row in rows}

    def known(self, path: str) -> Known | None:
        """What is known of one input, by absolute path."""
        rows = self._rows("SELECT * FROM inputs WHERE path = ?", path)
        return Known(*rows[0]) if rows else None  # type: ignore[arg-type]

    def paths(self) -> dict[str, str]:
        """The absolute paths of all inputs, by the source that stands in their records."""
        return dict(self._rows("SELECT source, path FROM inputs"))  # type: ignore[arg-type]

    def shards(self) -> list[ShardEntry]:
        """The committed shards with their files, by number."""
        with self._damage():
            files: dict[int, list[FileEntry]] = {}
            for row in self._database.execute("SELECT * FROM files ORDER BY name"):
                files.setdefault(row[1], []).append(FileEntry._make(row))
            return [
                ShardEntry(
                    number, bool(is_open), size,
                    Tally(**orjson.loads(tally)), tuple(files.get(number, ())),
                )
                for number, is_open, size, tally in self._database.execute(
                    "SELECT * FROM shards ORDER BY number"
                )
            ]  # fmt: skip

    def holders(self, paths: Iterable[str]) -> dict[int, set[str]]:
        """The shards that hold records of one of `paths`, with the paths concerned."""
        shards: dict[int, set[str]] = {}
        for path in paths:
            with self._damage():
                for (shard,) in self._database.execute(
                    "SELECT shard FROM holdings WHERE path = ?", (path,)
                ):
                    shards.setdefault(shard, set()).add(path)
        return shards

    def next_shard(self) -> int:
        """The number of the next shard; numbers are never used twice."""
        rows = self._rows("SELECT value FROM counters WHERE name = 'next_shard'")
        return int(str(rows[0][0])) if rows else 0

    def due(self) -> list[tuple[str, bool]]:
        """The files whose renaming (or, where True, removal) is decided but maybe not done."""
        return [(str(name), bool(gone)) for name, gone in self._rows("SELECT * FROM due")]

    def settle(self) -> None:
        """Forget what was due: it has been done."""
        self._rows("DELETE FROM due")

    def digests_of(self, files: str) -> dict[str, str]:
        """The digests that files with this fingerprint gave; empty where it is not known."""
        rows = self._rows("SELECT digests FROM fingerprints WHERE files = ?", files)
        return dict(orjson.loads(str(rows[0][0]))) if rows else {}

    def remember_files(self, files: str, digests: Mapping[str, str]) -> None:
        """Keep the digests that files with this fingerprint gave."""
        row = (files, orjson.dumps(dict(digests)).decode())
        self._rows("INSERT OR IGNORE INTO fingerprints VALUES (?, ?)", *row)

    def remember(self, digest: str, options: Mapping[str, str]) -> None:
        """Keep what a configuration digest stands for, so that a change can be explained."""
        self._rows(
            "INSERT OR IGNORE INTO configurations VALUES (?, ?)",
            digest,
            orjson.dumps(dict(options)).decode(),
        )

    def options(self, digest: str) -> dict[str, str]:
        """What a configuration digest stands for; empty where it is not known."""
        rows = self._rows("SELECT options FROM configurations WHERE digest = ?", digest)
        return dict(orjson.loads(str(rows[0][0]))) if rows else {}

    def has_choice(self, name: str, value: str) -> bool:
        """Whether any input was last done under a configuration with this value of an option."""
        digests = self._rows("SELECT DISTINCT config FROM inputs")
        return any(self.options(str(digest)).get(name) == value for (digest,) in digests)

    def commit(self, change: Change) -> None:
        """Write one `Change`, down to the disk."""
        database = self._database
        with self._damage():
            # Makes its tables where they are missing, which no open transaction survives.
            counts = self._template_counts() if change.pages else None
            originals = self._originals() if change.originals else None
            database.execute("BEGIN IMMEDIATE")
            try:
                self._write(change)
                for page in change.pages:
                    counts.add(page)  # type: ignore[union-attr]
                if originals and change.originals:
                    originals.store(change.originals)
                database.execute("COMMIT")
            except BaseException:
                if database.in_transaction:
                    database.execute("ROLLBACK")
                raise

    def mark_duplicates(
        self, rows: list[bytes], prints: Sequence[Print | None], outdated: Collection[str]
    ) -> Firsts:
        """Set ``duplicate_of`` in `rows` that repeat a document of this ledger, or an earlier row.

        See `cleaner.near_duplicates.Originals.mark`; what it returns goes into the next `Change`.
        """
        with self._damage():
            return self._originals().mark(rows, prints, outdated)

    def _originals(self) -> Originals:
        from cleaner.near_duplicates import Originals

        return Originals(self._database)

    def _template_counts(self) -> TemplateCounts:
        from cleaner.template_counts import TemplateCounts

        return TemplateCounts(self._database)

    def _write(self, change: Change) -> None:
        many = self._database.executemany
        many("INSERT OR REPLACE INTO inputs VALUES (?,?,?,?,?,?,?,?,?,?,?)", change.inputs)
        many("DELETE FROM inputs WHERE path = ?", [(path,) for path in change.forget])
        many("DELETE FROM holdings WHERE path = ? AND shard = ?", change.dropped_holdings)
        for number in change.removed_shards:
            many("DELETE FROM shards WHERE number = ?", [(number,)])
            many("DELETE FROM files WHERE shard = ?", [(number,)])
            many("DELETE FROM holdings WHERE shard = ?", [(number,)])
        for shard in change.shards:
            tally = orjson.dumps(shard.tally._asdict()).decode()
            row = (shard.number, shard.is_open, shard.read_bytes, tally)
            many("INSERT OR REPLACE INTO shards VALUES (?,?,?,?)", [row])
            many("DELETE FROM files WHERE shard = ?", [(shard.number,)])
            many("INSERT OR REPLACE INTO files VALUES (?,?,?,?,?)", shard.files)
        many("INSERT OR IGNORE INTO holdings VALUES (?,?)", change.holdings)
        many("INSERT OR REPLACE INTO due VALUES (?,?)", change.due)
        if change.next_shard is not None:
            many("INSERT OR REPLACE INTO counters VALUES ('next_shard',?)", [(change.next_shard,)])
