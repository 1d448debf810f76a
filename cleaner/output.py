"""The output folder: shards and ledger, always changed together.

New shards get their final names before the ledger names them; a killed run leaves at most orphans,
which the next one sweeps. Shards that are rewritten (an input has changed, a quarantined record
works now) stand in the ledger as due before they are renamed over the old ones, and the next
run finishes that. So no moment exists in which killing the run loses or doubles a document.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from cleaner.entries import Change, FileEntry, Known, ShardEntry
from cleaner.ledger import Ledger
from cleaner.writers.attributes import ATTRIBUTES, attribute_rows
from cleaner.writers.files import (
    Packing,
    Staged,
    digest_of,
    lines_of,
    publish,
    stage,
    temporary_of,
    writing_to,
)
from cleaner.writers.shard import FOLDERS, Rows, Tally

if TYPE_CHECKING:
    from cleaner.near_duplicates import Firsts
    from cleaner.template_lines import Page

RUNS = "runs"


@dataclass(slots=True)
class Piece:
    """What is committed in one step.

    `inputs` are the new states, `held` the paths that `rows` come from, `replaced` maps the paths
    whose older rows must go to the names that stand in those rows. `fills` is the open shard
    that the rows are added to; `rewrites` gives other shards new contents. `tally` counts
    `rows` where that was done while making them.
    """

    rows: Rows = field(default_factory=Rows)
    inputs: dict[str, Known] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)
    replaced: dict[str, str] = field(default_factory=dict)
    forget: set[str] = field(default_factory=set)
    rewrites: dict[int, Rows] = field(default_factory=dict)
    fills: ShardEntry | None = None
    is_open: bool = False
    read_bytes: int = 0
    tally: Tally | None = None
    pages: list[Page] = field(default_factory=list)
    originals: Firsts | None = None


class OutputFolder:
    """An output folder that is being written; made by `open_output`, which holds the lock."""

    def __init__(self, path: Path, ledger: Ledger, packing: Packing) -> None:
        self.path = path
        self.ledger = ledger
        self._packing = packing
        self._shards = {shard.number: shard for shard in ledger.shards()}
        self._next = ledger.next_shard()

    @property
    def shards(self) -> list[ShardEntry]:
        """The committed shards, by number."""
        return [self._shards[number] for number in sorted(self._shards)]

    def open_shard(self) -> ShardEntry | None:
        """The last shard, if an interruption cut it short: the next piece fills it up."""
        last = self._shards.get(self._next - 1)
        return last if last is not None and last.is_open else None

    def commit(self, piece: Piece) -> str | None:
        """Put a piece of work on the disk and into the ledger; return its shard's name."""
        shards = self._rewritten(piece)
        number = self._next
        if piece.fills:
            number = piece.fills.number
            rows = shards.get(number) or self.rows_of(piece.fills)
            rows.extend(piece.rows)
            piece.rows, piece.tally = rows, None
        if not piece.rows.is_empty() or number in shards:
            shards[number] = piece.rows
        staged: list[Staged] = []
        entries = [
            self._stage(name, rows, piece if name == number else None, staged)
            for name, rows in shards.items()
        ]
        self._write(piece, entries, staged, number)
        return None if piece.rows.is_empty() else f"{number:06}"

    def _rewritten(self, piece: Piece) -> dict[int, Rows]:
        """The shards that hold older rows of changed inputs, without those rows."""
        rewrites = dict(piece.rewrites)
        for number in self.ledger.holders(piece.replaced):
            rows = rewrites.get(number) or self.rows_of(self._shards[number])
            rewrites[number] = rows.without(piece.replaced.values())
        return rewrites

    def _stage(
        self, number: int, rows: Rows, piece: Piece | None, staged: list[Staged]
    ) -> ShardEntry:
        """Write the files of a shard that differ from what is there, under temporary names."""
        known = self._shards.get(number)
        before = {file.name: file for file in known.files} if known else {}
        files = []
        for folder, lines in self._contents(rows, before):
            name, content = self._packing.pack(folder, number, lines)
            entry = FileEntry(name, number, len(content), digest_of(content), len(lines))
            if before.get(name) != entry:
                staged.append(stage(self.path / name, content))
            files.append(entry)
        is_open, read_bytes = (known.is_open, known.read_bytes) if known else (False, 0)
        if piece:
            is_open, read_bytes = piece.is_open, piece.read_bytes
        tally = (piece and piece.tally) or rows.tally()
        return ShardEntry(number, is_open, read_bytes, tally, tuple(files))

    def _contents(self, rows: Rows, before: Iterable[str]) -> Iterator[tuple[str, list[bytes]]]:
        """The folders that a shard of these rows has a file in, with its lines.

        A shard that was written with attributes keeps them when it is written again.
        """
        for folder in FOLDERS:
            lines: list[bytes] = getattr(rows, folder)
            if lines or (folder == "removed" and rows.documents):
                yield folder, lines
        has_attributes = any(name.startswith(f"{ATTRIBUTES}/") for name in before)
        if rows.documents and (self._packing.attributes or has_attributes):
            yield ATTRIBUTES, attribute_rows(rows.documents, rows.removed, rows.labels)

    def _write(
        self, piece: Piece, entries: list[ShardEntry], staged: list[Staged], number: int
    ) -> None:
        names = {file.name for entry in entries for file in entry.files}
        before = {
            file.name
            for entry in entries
            if entry.number in self._shards
            for file in self._shards[entry.number].files
        }
        over = [item for item in staged if item.path.exists()]
        for item in staged:
            if item not in over:
                item.publish()
        due = [(self._name(item.path), False) for item in over]
        due += [(name, True) for name in sorted(before - names)]
        empty = {entry.number for entry in entries if not entry.files}
        next_shard = max([self._next, *(entry.number + 1 for entry in entries)])
        self.ledger.commit(
            Change(
                inputs=piece.inputs.values(),
                forget=piece.forget,
                shards=[entry for entry in entries if entry.files],
                removed_shards=empty,
                holdings=[(path, number) for path in piece.held],
                dropped_holdings=self._dropped(piece),
                due=due,
                next_shard=next_shard,
                pages=piece.pages,
                originals=piece.originals,
            )
        )
        if due:
            finish_due(self.path, self.ledger)
        self._next = next_shard
        for entry in entries:
            if entry.files:
                self._shards[entry.number] = entry
            else:
                self._shards.pop(entry.number, None)

    def _dropped(self, piece: Piece) -> list[tuple[str, int]]:
        holders = self.ledger.holders(piece.replaced)
        return [(path, shard) for shard, paths in holders.items() for path in paths]

    def _name(self, path: Path) -> str:
        return path.relative_to(self.path).as_posix()

    def rows_of(self, shard: ShardEntry) -> Rows:
        """The lines of a committed shard."""
        return load_rows(self.path, shard)

    def write_record(self, run: str, record: bytes) -> None:
        """Write the record of a run."""
        stage(self.path / RUNS / f"{run}.json", record).publish()


def load_rows(folder: Path, shard: ShardEntry) -> Rows:
    """Read all lines of a shard of the output folder `folder`."""
    rows = Rows()
    for file in shard.files:
        if file.name.startswith(f"{ATTRIBUTES}/"):
            continue  # made of the others
        getattr(rows, file.name.split("/")[0]).extend(lines_of(folder / file.name))
    return rows


def total(shards: Collection[ShardEntry]) -> Tally:
    """What all shards hold together."""
    return Tally(*(sum(column) for column in zip(*(shard.tally for shard in shards), strict=True)))


def finish_due(path: Path, ledger: Ledger) -> None:
    """Do the renames and removals that the ledger has decided; safe to do again and again."""
    due = ledger.due()
    for name, gone in due:
        target = path / name
        if gone:
            with writing_to(target):
                target.unlink(missing_ok=True)
        elif temporary_of(target).exists():
            publish(target)
    if due:
        ledger.settle()
