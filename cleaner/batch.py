"""A run: records in batches, cleaned, collected into pieces, each piece committed whole.

`Runner.run` is the loop: take a batch from `cleaner.intake`, clean it, add the outcomes to the
piece in hand, commit the piece where the batch closes it. Whoever cleans batches elsewhere
only has to hand back their outcomes in order.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from cleaner.config import Config
from cleaner.errors import InputError
from cleaner.guarded import CleansBatches, clean_guarded
from cleaner.intake import Batch, Limits, Mark, batches, read_options
from cleaner.ledger import Known
from cleaner.output import OutputFolder, Piece
from cleaner.plan import Plan, Planned
from cleaner.readers.source import STANDARD_INPUT
from cleaner.records import Cleaned, Raw, Rejected
from cleaner.runrecord import Counts, RunResult
from cleaner.stopping import Stop, StopError
from cleaner.writers.rows import shown
from cleaner.writers.shard import Collector, Tally

_log = logging.getLogger(__name__)


class Progress(Protocol):
    """Is told of each batch: documents, bytes."""

    def __call__(self, documents: int, size: int, /) -> object: ...


@dataclass(slots=True)
class Runner:
    """Runs batches through a cleaner into an output folder."""

    cleaner: CleansBatches
    config: Config
    digest: str
    output: OutputFolder
    limits: Limits = field(default_factory=Limits)
    stop: Stop = field(default_factory=Stop)
    progress: Progress | None = None
    result: RunResult = field(default_factory=RunResult)
    _piece: Piece = field(default_factory=Piece)
    _collector: Collector = field(init=False)
    _begun: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._collector = Collector(self.digest, self.config.label_only)

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
        except InputError:
            self._commit(is_open=True)
            self.result.counts.check()
            raise
        self._piece.inputs.update(plan.touched)
        self._commit(is_open=self.result.stopped is not None)
        if self.result.stopped is None:
            self._forgive(plan)
        self.result.counts.check()
        return self.result

    def _loop(self, stream: Iterator[Batch]) -> None:
        while True:
            try:
                started = time.perf_counter()
                with self.stop.waiting():
                    batch = next(stream, None)
                self._spent("reading", started)
            except StopError:
                self.result.stopped = "signal"
                return
            if batch is None:
                return
            self._take(batch)
            if batch.closes:
                self._commit(is_open=False)
            if self._is_over_budget():
                self.result.stopped = "max-errors"
                return

    def _take(self, batch: Batch) -> None:
        """Clean a batch and add its rows and marks to the piece in hand."""
        started = time.perf_counter()
        outcomes = self.clean(batch.records)
        self._spent("cleaning", started)
        started = time.perf_counter()
        collector = self._collector
        for record, outcome in zip(batch.records, outcomes, strict=True):
            collector.add(record.raw if isinstance(record, Rejected) else record, outcome)
        collector.counts.read += batch.read
        collector.counts.skipped += batch.skipped
        self._piece.held |= batch.held
        for mark in batch.marks.values():
            self._mark(mark)
        self._piece.read_bytes += batch.size
        self._spent("writing", started)
        if self.progress:
            self.progress(len(batch.records), batch.size)

    def clean(self, records: Sequence[Raw | Rejected]) -> list[Cleaned | Rejected]:
        """The outcomes of records, in order, each within the deadline."""
        return clean_guarded(self.cleaner, records, self.config.document_timeout)

    def _mark(self, mark: Mark) -> None:
        planned, path = mark.planned, mark.planned.path
        if planned.replaces is not None and path not in self._begun:
            self._piece.replaced[path] = planned.replaces
        self._begun.add(path)
        if path == STANDARD_INPUT:
            return
        self._piece.inputs[path] = mark.known or _partial(planned, self.digest, mark.records)

    def _commit(self, *, is_open: bool) -> None:
        """Commit the piece in hand, if there is anything in it, and begin the next one."""
        started = time.perf_counter()
        piece, counts = self._piece, self._collector.counts
        piece.rows, piece.is_open = self._collector.rows, is_open
        piece.tally = _tally(counts)
        if (not piece.rows.is_empty() or piece.inputs or piece.replaced) and (
            name := self.output.commit(piece)
        ):
            self.result.shards.append(name)
        self.result.counts.add(counts)
        self._piece = Piece()
        self._collector = Collector(self.digest, self.config.label_only)
        self._spent("committing", started)

    def _forgive(self, plan: Plan) -> None:
        """Take back the complaint about a folder that could not be listed and now can be."""
        for path, known in plan.known.items():
            if known.state == "failed" and path not in plan.failing and plan.is_listable(path):
                self._piece.replaced[path] = known.source
                self._piece.forget.add(path)
        if self._piece.forget:
            self._commit(is_open=False)

    def _is_over_budget(self) -> bool:
        limit = self.config.max_errors
        quarantined = self.result.counts.quarantined + self._collector.counts.quarantined
        return limit is not None and quarantined > limit

    def _spent(self, name: str, started: float) -> None:
        seconds = self.result.seconds
        seconds[name] = seconds.get(name, 0.0) + time.perf_counter() - started


def _partial(planned: Planned, config: str, records: int) -> Known:
    source = planned.source
    return Known(
        path=planned.path,
        source=shown(source.path),
        size=source.size,
        mtime_ns=source.mtime_ns,
        content=None,
        settled=False,
        config=config,
        state="partial",
        records=max(records, planned.skip),
    )


def _tally(counts: Counts) -> Tally:
    return Tally(
        documents=counts.written + counts.emptied,
        emptied=counts.emptied,
        quarantined=counts.quarantined,
        chars_in=counts.chars_in,
        chars_kept=counts.chars_kept,
        removed_spans=counts.spans.total(),
    )
