"""``restore``, ``status`` and ``verify``: what an output folder holds, and whether all is well."""

from __future__ import annotations

import argparse
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson

from cleaner.commands.console import counted, emit, emit_rows, say
from cleaner.errors import ExitStatus, OutputError
from cleaner.folder import read_output
from cleaner.output import RUNS, load_rows, total
from cleaner.restore import restore
from cleaner.verify import verify
from cleaner.writers.files import temporary_of, writing_to

_RUNS_SHOWN = 5
_ROWS_AT_ONCE = 200


def restore_command(arguments: argparse.Namespace) -> ExitStatus:
    """Write the extracted text of every document."""
    rows = (orjson.dumps(restored._asdict()) for restored in restore(arguments.folder))
    if arguments.output is None:
        for block in _blocks(rows):
            emit_rows(block)
        return ExitStatus.DONE
    path = arguments.output
    if path.is_dir():
        path = path / "restored.jsonl"
    number = _write_rows(path, rows)
    if not arguments.quiet:
        say(f"{counted(number, 'text')} restored to {path}")
    return ExitStatus.DONE


def _write_rows(path: Path, rows: Iterable[bytes]) -> int:
    """Write rows to a file that has its name only once it is whole."""
    number = 0
    temporary = temporary_of(path)
    with writing_to(path):
        try:
            with temporary.open("wb") as file:
                for block in _blocks(rows):
                    number += len(block)
                    file.write(b"".join(row + b"\n" for row in block))
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    return number


def _blocks(rows: Iterable[bytes]) -> Iterator[list[bytes]]:
    block: list[bytes] = []
    for row in rows:
        block.append(row)
        if len(block) == _ROWS_AT_ONCE:
            yield block
            block = []
    if block:
        yield block


def verify_command(arguments: argparse.Namespace) -> ExitStatus:
    """Check an output folder; all that is wrong with it is told before the error."""
    problems = 0
    for problem in verify(arguments.folder):
        problems += 1
        say(problem)
    if problems:
        raise OutputError(
            f"{arguments.folder}: {counted(problems, 'problem')} found. "
            "Restore the folder from a copy, or redo the inputs concerned with --reprocess."
        )
    if not arguments.quiet:
        with read_output(arguments.folder) as (_, shards):
            held = total(shards)
        emit(
            f"{arguments.folder}: all is well. {counted(len(shards), 'shard')}, "
            f"{counted(held.documents, 'document')}, "
            f"{counted(held.removed_spans, 'removed span')}, "
            f"{counted(held.quarantined, 'quarantined record')}."
        )
    return ExitStatus.DONE


def status_command(arguments: argparse.Namespace) -> ExitStatus:
    """Show totals, the last runs, and the quarantine by reason."""
    folder = arguments.folder
    with read_output(folder) as (ledger, shards):
        held = total(shards)
        inputs = Counter(known.state for known in ledger.inputs().values())
        rejected = _rejected(folder, shards) if held.quarantined else {}
    states = ", ".join(f"{inputs[state]:,} {state}" for state in sorted(inputs)) or "none"
    removed = held.chars_in - held.chars_kept
    share = 100 * removed / held.chars_in if held.chars_in else 0.0
    emit(f"output folder  {folder}")
    emit(f"inputs         {states}")
    written = f"{held.documents:,} ({held.emptied:,} emptied)"
    emit(f"documents      {written} in {counted(len(shards), 'shard')}")
    emit(f"characters     {held.chars_in:,} in, {removed:,} removed ({share:.1f} %)")
    emit(f"removed spans  {held.removed_spans:,}")
    emit(f"quarantine     {held.quarantined:,}")
    for kind, (number, path, reason) in rejected.items():
        emit(f"  {kind:<24} {number:>8,}  e.g. {path}: {reason}")
    runs = _last_runs(folder)
    if runs:
        emit("last runs")
    for run in runs:
        emit(_run_line(run))
    return ExitStatus.DONE


def _rejected(folder: Path, shards: Iterable[Any]) -> dict[str, tuple[int, str, str]]:
    """Quarantined records by kind, the most frequent first, each kind with one example."""
    counts: Counter[str] = Counter()
    examples: dict[str, tuple[str, str]] = {}
    for shard in shards:
        if not shard.tally.quarantined:
            continue
        for line in load_rows(folder, shard).quarantine:
            row = orjson.loads(line)
            counts[row["kind"]] += 1
            examples.setdefault(row["kind"], (row["path"], row["reason"]))
    return {kind: (number, *examples[kind]) for kind, number in counts.most_common()}


def _last_runs(folder: Path) -> list[dict[str, Any]]:
    runs = []
    for path in sorted((folder / RUNS).glob("*.json"), reverse=True)[:_RUNS_SHOWN]:
        try:
            runs.append(orjson.loads(path.read_bytes()))
        except (OSError, ValueError):
            say(f"{path}: this run record can't be read; it is left out.")
    return runs


def _run_line(run: dict[str, Any]) -> str:
    documents = run["documents"]
    stopped = f", stopped: {run['stopped']}" if run["stopped"] else ""
    return (
        f"  {run['started']}  {documents['in']:,} in, {documents['written']:,} written, "
        f"{documents['emptied']:,} emptied, {documents['quarantined']:,} quarantined, "
        f"{documents['skipped']:,} skipped, {run['seconds'].get('total', 0):,.1f} s{stopped}"
    )
