"""Worker processes: batches in, their rows out, in the same order.

`Pool` is one loop over pipes, without threads, locks or shared queues, so nothing is left
waiting when a worker is killed. A worker holds one job at a time. When it dies or its time
is up, the records that it held are tried one by one, and the culprit is quarantined.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait

from cleaner.errors import WorkerError
from cleaner.guarded import timed_out
from cleaner.intake import Batch
from cleaner.records import Rejected
from cleaner.spawn import SECONDS_TO_TALK, Worker, start_worker
from cleaner.unread import Opener, Reading, Record, UnreadFile, raw_of, read_options, silent
from cleaner.worker import BEGAN, DONE, FAILED, READING, READY, Part, Recipe

_log = logging.getLogger(__name__)

Result = tuple[Batch, Part]

# Batches that are read before the first of them is finished, for each worker and on top.
_AHEAD_EACH, _AHEAD = 3, 2
_AHEAD_BYTES = 64 << 20
# A worker that begins to work and dies is the document's doing; one that can't begin is ours.
_MAX_FAILED_STARTS = 5
_MAX_DEATHS = 2
# A process that has closed its pipe by dying is not always gone yet.
_SECONDS_TO_DIE = 5.0


@dataclass(slots=True)
class _Entry:
    """A batch that is being cleaned; its parts are put together when all have come back."""

    batch: Batch
    parts: dict[int, Part] = field(default_factory=dict)
    missing: int = 0
    is_begun: bool = False

    def result(self) -> Result:
        whole = Part.empty()
        for _, part in sorted(self.parts.items()):
            whole.add(part)
        return self.batch, whole


@dataclass(slots=True)
class _Job:
    """Records of a batch that one worker gets at once, from the batch's record `start` on."""

    entry: _Entry
    start: int
    records: Sequence[Record]
    deaths: int = 0


class Pool:
    """Up to `size` worker processes, each started when there is work for it."""

    def __init__(self, recipe: Recipe, size: int) -> None:
        self._recipe = recipe
        self._size = size
        self._workers: dict[Connection, Worker[_Job]] = {}
        self._jobs: deque[_Job] = deque()
        self._failed_starts = 0

    def results(
        self, batches: Iterator[Batch], is_stopping: Callable[[], bool] = bool
    ) -> Iterator[Result]:
        """Each batch with its rows and counts, in order; `batches` is read some way ahead.

        When `is_stopping`, only what a worker has begun is finished.

        Raises:
            WorkerError: workers end before they can begin.
        """
        window: deque[_Entry] = deque()
        is_more = True
        while True:
            while is_more and self._has_room(window):
                batch = next(batches, None)
                if batch is None:
                    is_more = False
                else:
                    window.append(self._take(batch))
                    self._listen(0)
            if is_stopping():
                is_more = False
                self._drop_waiting(window)
            while window and not window[0].missing:
                yield window.popleft().result()
                self._listen(0)
            if window and not (is_more and self._has_room(window)):
                self._listen(None)
            elif not window and not is_more:
                return

    def close(self) -> None:
        """End all workers at once."""
        for worker in list(self._workers.values()):
            self._end(worker)
        self._jobs.clear()

    def _has_room(self, window: deque[_Entry]) -> bool:
        if len(window) >= self._size * _AHEAD_EACH + _AHEAD:
            return False
        return not window or sum(entry.batch.size for entry in window) < _AHEAD_BYTES

    def _take(self, batch: Batch) -> _Entry:
        entry = _Entry(batch)
        if batch.records:
            entry.missing = len(batch.records)
            self._jobs.append(_Job(entry, 0, batch.records))
        return entry

    def _drop_waiting(self, window: deque[_Entry]) -> None:
        """Forget the batches at the end that no worker has begun; the next run reads them."""
        while window and not window[-1].is_begun:
            entry = window.pop()
            self._jobs = deque(job for job in self._jobs if job.entry is not entry)

    def _assign(self) -> None:
        """Give waiting jobs to idle workers, and start a worker where there are too few."""
        for worker in list(self._workers.values()):
            if not self._jobs:
                return
            if not worker.is_idle:
                continue
            if self._jobs[0].deaths and worker.has_worked:
                self._end(worker)  # so that a second death is not another document's fault
                continue
            job = self._jobs.popleft()
            job.entry.is_begun = True
            if not worker.send(job, job.records):
                self._bury(worker)
        starting = sum(not worker.is_ready for worker in self._workers.values())
        while starting < len(self._jobs) and len(self._workers) < self._size:
            worker = start_worker(self._recipe)
            self._workers[worker.connection] = worker
            starting += 1

    def _listen(self, seconds: float | None) -> None:
        """Take what workers say within `seconds` (None: until one says something)."""
        self._assign()
        now = time.monotonic()
        ends = [worker.ends_at for worker in self._workers.values() if not worker.is_idle]
        if seconds is None:
            seconds = max(0.0, min(ends) - now) if ends else 0.0
        for connection in wait(list(self._workers), seconds):
            assert isinstance(connection, Connection)
            self._hear(self._workers[connection])
        now = time.monotonic()
        for worker in list(self._workers.values()):
            if not worker.is_idle and worker.ends_at <= now:
                self._expire(worker)
        self._assign()

    def _hear(self, worker: Worker[_Job]) -> None:
        message = worker.receive()
        if message is None:
            self._bury(worker)
            return
        name, value = message
        if name == FAILED:
            raise value
        if name == READY:
            worker.ready()
            return
        self._failed_starts = 0
        if name == READING:
            worker.reads_on()
        elif name == BEGAN:
            worker.began(value, self._recipe.config.document_timeout)
        elif name == DONE:
            part, is_tired = value
            job = worker.done()
            self._store(job, part)
            if is_tired:
                _log.info("A worker has grown; it is replaced.")
                self._end(worker)

    def _store(self, job: _Job, part: Part) -> None:
        job.entry.parts[job.start] = part
        job.entry.missing -= len(job.records)

    def _reject(self, job: _Job, kind: str | None, reason: str = "") -> None:
        """Give up the one record of a job; without a kind, its time was up."""
        config = self._recipe.config
        found, reading = Opener(read_options(config)).open(job.records[0])
        raw, seconds = raw_of(found), config.document_timeout
        rejected = Rejected(raw, kind, reason) if kind else timed_out(raw, seconds)
        self._store_rejected(job, rejected, reading)

    def _store_rejected(self, job: _Job, rejected: Rejected, reading: Reading | None) -> None:
        readings = [reading] if reading else []
        self._store(job, self._recipe.part([rejected.raw], [rejected], readings))

    def _expire(self, worker: Worker[_Job]) -> None:
        """Kill a worker whose time is up: C code doesn't hear of the deadline inside it."""
        job, has_begun = worker.job, worker.has_begun
        self._end(worker)
        if job is None or not has_begun:
            self._put_back(job, "took no work in time")
        elif len(job.records) > 1:
            self._try_each(job)
        elif isinstance(record := job.records[0], UnreadFile) and not worker.is_cleaning:
            self._store_rejected(job, *silent(record, SECONDS_TO_TALK))
        else:
            self._reject(job, None)

    def _bury(self, worker: Worker[_Job]) -> None:
        """A worker has died: killed, out of memory, or by a fault in C code."""
        job, has_begun = worker.job, worker.has_begun
        self._end(worker, seconds=_SECONDS_TO_DIE)
        how = worker.how_it_ended()
        if job is None or not has_begun:
            self._put_back(job, how)
        elif len(job.records) > 1:
            _log.info("A worker %s; trying its %d documents one by one.", how, len(job.records))
            self._try_each(job)
        elif job.deaths + 1 < _MAX_DEATHS:
            job.deaths += 1
            self._jobs.appendleft(job)
        else:
            reason = f"Each worker that cleaned it {how}, also a fresh one that had only this."
            self._reject(job, "worker-died", reason)

    def _try_each(self, job: _Job) -> None:
        self._jobs.extendleft(
            _Job(job.entry, job.start + number, [record])
            for number, record in reversed(list(enumerate(job.records)))
        )

    def _put_back(self, job: _Job | None, how: str) -> None:
        """A worker has failed before it began: not the fault of the records it was to clean."""
        if job is not None:
            self._jobs.appendleft(job)
        self._failed_starts += 1
        if self._failed_starts >= _MAX_FAILED_STARTS:
            raise WorkerError(
                f"{self._failed_starts} worker processes in a row failed before they could begin "
                f"(the last {how}). The machine may be out of memory: try --workers 1. To see the "
                "cause, run one document with --workers 0 --debug."
            )

    def _end(self, worker: Worker[_Job], seconds: float = 0.0) -> None:
        self._workers.pop(worker.connection, None)
        worker.end(seconds)
