"""Entering an output folder: to write into it, alone, or to read what a run left."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from cleaner.entries import ShardEntry
from cleaner.errors import LockedError, OutputError
from cleaner.ledger import LEDGER_NAME, Ledger
from cleaner.lock import locked
from cleaner.output import RUNS, OutputFolder, finish_due
from cleaner.writers.attributes import ATTRIBUTES
from cleaner.writers.files import TEMPORARY, Packing, writing_to
from cleaner.writers.shard import FOLDERS

_SHARD_NAME = re.compile(r"\d{6,}\.(jsonl(\.gz|\.zst)?|parquet)")
_SHARD_FOLDERS = (*FOLDERS, ATTRIBUTES)


@contextmanager
def open_output(path: Path, packing: Packing | None = None) -> Iterator[OutputFolder]:
    """Make or enter an output folder: lock it, finish what was due, sweep orphans.

    Raises:
        LockedError: another run is working on it.
        OutputError: it is a file, can't be written, or holds shards that no ledger names.
    """
    if path.exists() and not path.is_dir():
        raise OutputError(f"{path} is a file, and the output is a folder. Give another name to -o.")
    with writing_to(path):
        path.mkdir(parents=True, exist_ok=True)
    with locked(path):
        if not (path / LEDGER_NAME).exists() and any(_shard_files(path)):
            raise OutputError(
                f"{path} holds shards but no {LEDGER_NAME}, so what they belong to is not known. "
                "Put the ledger back, or choose a new folder with -o."
            )
        with Ledger(path) as ledger:
            finish_due(path, ledger)
            sweep(path, ledger.shards())
            yield OutputFolder(path, ledger, packing or Packing())


def sweep(path: Path, shards: Collection[ShardEntry]) -> None:
    """Remove what an interrupted run left: temporary files, and shards that no ledger names."""
    for file in foreign_files(path, shards):
        with writing_to(file):
            file.unlink(missing_ok=True)


def foreign_files(path: Path, shards: Collection[ShardEntry]) -> list[Path]:
    """Temporary files and shards in the output folder that the ledger does not name."""
    named = {path / file.name for shard in shards for file in shard.files}
    return [file for file in [*_shard_files(path), *_temporary_files(path)] if file not in named]


def _shard_files(path: Path) -> Iterator[Path]:
    for folder in _SHARD_FOLDERS:
        if (path / folder).is_dir():
            with writing_to(path / folder):
                names = sorted((path / folder).iterdir())
            yield from (file for file in names if _SHARD_NAME.fullmatch(file.name))


def _temporary_files(path: Path) -> Iterator[Path]:
    for folder in (*_SHARD_FOLDERS, RUNS):
        yield from (path / folder).glob(f".*{TEMPORARY}")


@contextmanager
def read_output(path: Path) -> Iterator[tuple[Ledger, list[ShardEntry]]]:
    """Open a finished output folder for reading; leaves no trace in it."""
    if not (path / LEDGER_NAME).is_file():
        raise OutputError(
            f"{path} holds no {LEDGER_NAME}, so it is no output folder of cleaner. "
            "Name the folder that was given to -o."
        )
    # SQLite can't undo a killed transaction through a read-only connection.
    if (path / f"{LEDGER_NAME}-journal").exists():
        _finish_for_reader(path)
    with Ledger(path, read_only=True) as ledger:
        if ledger.due():
            _finish_for_reader(path)
        yield ledger, ledger.shards()


def remembered(path: Path, files: str) -> dict[str, str]:
    """The digests that an output folder knows of files with this fingerprint; empty if none."""
    if not (path / LEDGER_NAME).is_file():
        return {}
    try:
        with Ledger(path, read_only=True) as ledger:
            return ledger.digests_of(files)
    except OutputError:
        return {}  # an older layout, or a run that is at work: all this is only for speed


def _finish_for_reader(path: Path) -> None:
    """Finish what a killed run had decided, unless a run is at it or nobody may write here."""
    try:
        with locked(path), Ledger(path) as ledger:
            finish_due(path, ledger)
    except (LockedError, OutputError):
        return
