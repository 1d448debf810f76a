"""A run: records in batches, cleaned by workers, collected into pieces, each committed whole.

`Runner.run` is the loop: batches from `cleaner.intake` go to the workers of `cleaner.pool`, their
rows come back in the same order and are added to the piece in hand, and a piece is committed
where the batch closes it. So the output does not depend on the number of workers.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Protocol

import orjson

from cleaner.background import Background
from cleaner.config import Config
from cleaner.errors import InputError, WorkerError
from cleaner.intake import Batch, Limits, Mark, batches
from cleaner.output import OutputFolder, Piece
from cleaner.plan import Plan, Planned, done, partly_done
from cleaner.readers.source import STANDARD_INPUT
from cleaner.runrecord import Counts, RunResult
from cleaner.stopping import Stop, StopError
from cleaner.unread import read_options
from cleaner.worker import Part
from cleaner.writers.rows import shown
from cleaner.writers.shard import Tally

if TYPE_CHECKING:
    from cleaner.near_duplicates import Print

# Where the first so many documents all fail like this, it is not the documents.
_BROKEN_IN_A_ROW = 20
_OUR_FAULTS = ("internal-error", "not-conserved", "unwritable", "worker-died")


class Progress(Protocol):
    """Is told of each batch: documents, bytes."""

    def __call__(self, documents: int, size: int, /) -> object: ...


class Cleans(Protocol):
    """Turns batches into rows, in order: `cleaner.pool.Pool` or `cleaner.inprocess.InProcess`."""

    def results(
        self, batches: Iterator[Batch], is_stopping: Callable[[], bool] = ..., /
    ) -> Iterator[tuple[Batch, Part]]: ...


@dataclass(slots=True)
class Runner:
    """Runs batches through workers into an output folder."""

    pool: Cleans
    config: Config
    digest: str
    output: OutputFolder
    limits: Limits = field(default_factory=Limits)
    stop: Stop = field(default_factory=Stop)
    progress: Progress | None = None
    result: RunResult = field(default_factory=RunResult)
    _piece: Piece = field(default_factory=Piece)
    _part: Part = field(default_factory=Part.empty)
    _begun: set[str] = field(default_factory=set)
    _unfinished: dict[str, Mark] = field(default_factory=dict)
    _mistake: InputError | None = None
    _background: Background = field(default_factory=Background)
    _is_proven: bool = False
    _quarantined: int = 0

    def run(self, plan: Plan, inputs: Iterable[Planned]) -> RunResult:
        """Read, clean and commit `inputs`; ends early on a signal or over the error budget.

        Raises:
            InputError: an input that the user named can't be used; what was read before is kept.
            OutputError: the output can't be written, or the conservation law is broken.
        """
        shard = self.output.open_shard()
        self._piece.fills = shard
        filled = (0, 0)
        if shard:
            filled = (shard.tally.documents + shard.tally.quarantined, shard.read_bytes)
            self._piece.read_bytes = shard.read_bytes
        options = read_options(self.config)
        stream = batches(inputs, options, self.digest, self.limits, filled)
        try:
            self._loop(stream)
        finally:
            self._background.close()
        return self._finish(plan)

    def _finish(self, plan: Plan) -> RunResult:
        """Commit what is left, and prove that all is accounted for."""
        if self.stop.number is not None:
            # Also where all was read: workers leave what they had not begun.
            self.result.stopped = self.result.stopped or self.stop.why
        if self._mistake is not None:
            self._commit(is_open=True)
            self._background.wait()
            self.result.counts.check()
            raise self._mistake
        self._piece.inputs.update(plan.touched)
        self._commit(is_open=self.result.stopped is not None)
        if self.result.stopped is None:
            self._forgive(plan)
        self._background.wait()
        self.result.counts.check()
        return self.result

    def _loop(self, stream: Iterator[Batch]) -> None:
        started = time.perf_counter()
        for batch, part in self.results(self._reading(stream)):
            self._spent("cleaning", started)
            self._background.check()
            self._take(batch, part)
            self._refuse_if_broken()
            if batch.closes:
                self._commit(is_open=False)
            if self._is_over_budget():
                self.result.stopped = "max-errors"
                return
            started = time.perf_counter()

    def results(self, stream: Iterator[Batch]) -> Iterator[tuple[Batch, Part]]:
        """The batches with their rows; after a signal, only those that are being cleaned."""
        return self.pool.results(stream, lambda: self.stop.number is not None)

    def _reading(self, stream: Iterator[Batch]) -> Iterator[Batch]:
        """The batches to clean; what ends them early is kept, so that the last ones are done."""
        while True:
            started = time.perf_counter()
            try:
                with self.stop.waiting():
                    batch = next(stream, None)
            except StopError:
                self.result.stopped = self.stop.why
                return
            except InputError as error:
                self._mistake = error
                return
            seconds = time.perf_counter() - started
            self._spent("reading", started)
            # Reading happens while the loop waits for rows, and is not cleaning.
            self.result.seconds["cleaning"] = self.result.seconds.get("cleaning", 0.0) - seconds
            if batch is None:
                return
            yield batch

    def _take(self, batch: Batch, part: Part) -> None:
        """Add a batch's rows and marks to the piece in hand."""
        self._part.add(part)
        self._quarantined += part.counts.quarantined
        self._part.counts.read += batch.read
        self._part.counts.skipped += batch.skipped
        self._piece.held |= batch.held
        for planned, reading in zip(batch.files, part.readings, strict=True):
            self._mark(Mark(planned, 1, 0, done(planned, self.digest, reading)))
        for mark in batch.marks.values():
            self._mark(mark)
        self._piece.read_bytes += batch.size
        if self.progress:
            self.progress(len(batch.records), batch.file_bytes)

    def _refuse_if_broken(self) -> None:
        """Stop before the quarantine fills up where none of the first documents could be cleaned.

        Raises:
            WorkerError: with the reason of the last one; none of them is committed.
        """
        counts = self._part.counts
        self._is_proven = self._is_proven or counts.written + counts.emptied > 0
        if self._is_proven:
            return
        broken = sum(counts.rejected[kind] for kind in _OUR_FAULTS)
        if broken >= _BROKEN_IN_A_ROW:
            reason = orjson.loads(self._part.rows.quarantine[-1])["reason"]
            raise WorkerError(
                f"None of the first {broken} documents could be cleaned, so the fault is not in "
                f"them. The last one: {reason} Nothing was written for them. Check the models and "
                "rule packs, and see the cause with: --workers 0 --debug"
            )

    def _mark(self, mark: Mark) -> None:
        planned, path = mark.planned, mark.planned.path
        if planned.replaces is not None and path not in self._begun:
            self._piece.replaced[path] = planned.replaces
            self._begun.add(path)
        if path == STANDARD_INPUT:
            return
        if mark.known:
            self._unfinished.pop(path, None)
            self._piece.inputs[path] = mark.known
        else:
            self._unfinished[path] = mark

    def _commit(self, *, is_open: bool) -> None:
        """Commit the piece in hand, if there is anything in it, and begin the next one.

        Disks are waited for beside the loop, so that workers are given work meanwhile.
        """
        started = time.perf_counter()
        for path, mark in self._unfinished.items():
            known = partly_done(mark.planned, self.digest, mark.records, mark.end)
            self._piece.inputs[path] = known
        self._unfinished.clear()
        piece, part = self._piece, self._part
        piece.rows, piece.is_open, piece.pages = part.rows, is_open, part.pages
        piece.tally = Tally.of(part.counts)
        prints = part.prints if self.config.dedup else None
        self._is_proven = self._is_proven or part.counts.read > 0
        self._background.start(partial(self._write, piece, part.counts, prints))
        self._piece, self._part = Piece(), Part.empty()
        self._spent("committing", started)

    def _write(self, piece: Piece, counts: Counts, prints: list[Print | None] | None) -> None:
        """Write a piece, and count what is safe on the disk now."""
        if prints is not None:
            # All pieces before this one are committed, so nothing hangs on the workers' pace.
            outdated = {shown(source) for source in piece.replaced.values()}
            rows = piece.rows.documents
            piece.originals = self.output.ledger.mark_duplicates(rows, prints, outdated)
        if (not piece.rows.is_empty() or piece.inputs or piece.replaced) and (
            name := self.output.commit(piece)
        ):
            self.result.shards.append(name)
        self.result.counts.add(counts)

    def _forgive(self, plan: Plan) -> None:
        """Take back the complaint about a folder that could not be listed and now can be."""
        for known in plan.known.failed():
            if known.path not in plan.failing and plan.is_listable(known.path):
                self._piece.replaced[known.path] = known.source
                self._piece.forget.add(known.path)
        if self._piece.forget:
            self._commit(is_open=False)

    def _is_over_budget(self) -> bool:
        limit = self.config.max_errors
        return limit is not None and self._quarantined > limit

    def _spent(self, name: str, started: float) -> None:
        seconds = self.result.seconds
        seconds[name] = seconds.get(name, 0.0) + time.perf_counter() - started
