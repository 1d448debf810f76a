"""The ledger: one transaction a piece, and clear words when the file is not what it should be."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from cleaner.entries import Change, FileEntry, Known, ShardEntry
from cleaner.errors import OutputError
from cleaner.ledger import LEDGER_NAME, Ledger
from cleaner.writers.shard import Tally

KNOWN = Known("/a.txt", "a.txt", 5, 17, "digest", True, "c0", "done", 1)
FILE = FileEntry("documents/000000.jsonl", 0, 10, "digest", 1)
SHARD = ShardEntry(0, False, 5, Tally(documents=1, chars_in=5, chars_kept=5), (FILE,))


def test_a_ledger_of_another_layout_is_refused(tmp_path: Path) -> None:
    """A later version's ledger is not touched."""
    with sqlite3.connect(tmp_path / LEDGER_NAME) as database:
        database.execute("PRAGMA user_version = 99")

    with pytest.raises(OutputError, match="another version of cleaner"):
        Ledger(tmp_path)


def test_a_failed_commit_leaves_nothing(tmp_path: Path) -> None:
    """Inputs and shards are committed together or not at all."""
    broken = SHARD._replace(files=(FILE._replace(name=None),))  # type: ignore[arg-type]
    with Ledger(tmp_path) as ledger:
        with pytest.raises(OutputError):
            ledger.commit(Change(inputs=[KNOWN], shards=[broken]))
        assert ledger.inputs() == {}
        assert ledger.shards() == []


def test_what_is_committed_is_there_for_the_next_run(tmp_path: Path) -> None:
    """Inputs, shards, holdings, the next number and what is due survive the process."""
    with Ledger(tmp_path) as ledger:
        ledger.commit(
            Change(
                inputs=[KNOWN],
                shards=[SHARD],
                holdings=[("/a.txt", 0)],
                due=[("documents/000000.jsonl", False)],
                next_shard=1,
            )
        )
    with Ledger(tmp_path, read_only=True) as ledger:
        assert ledger.inputs() == {"/a.txt": KNOWN}
        assert ledger.shards() == [SHARD]
        assert ledger.holders(["/a.txt", "/b.txt"]) == {0: {"/a.txt"}}
        assert ledger.next_shard() == 1
        assert ledger.due() == [("documents/000000.jsonl", False)]


def test_a_removed_shard_takes_its_files_and_holdings_along(tmp_path: Path) -> None:
    """Nothing in the ledger points to a shard that is gone."""
    with Ledger(tmp_path) as ledger:
        ledger.commit(Change(shards=[SHARD], holdings=[("/a.txt", 0)]))
        ledger.commit(Change(removed_shards=[0]))
        assert ledger.shards() == []
        assert ledger.holders(["/a.txt"]) == {}
