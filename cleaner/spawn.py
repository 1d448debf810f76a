"""The parent's side of one worker process: its pipe, its job, and when its time is up."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import socket
import struct
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any, Generic, TypeVar

from cleaner.guarded import allowance
from cleaner.unread import Record, UnreadFile
from cleaner.worker import Recipe, work

JobT = TypeVar("JobT")

# Loading rules and models takes a second; on a machine that swaps it may take this long.
_SECONDS_TO_START = 180.0
# The worker's own, gentler deadline strikes first, unless it is inside of C code.
_SECONDS_OF_GRACE = 2.0
# No healthy worker needs as long to take or to give a message that has been begun.
SECONDS_TO_TALK = 60.0


@dataclass(slots=True, eq=False)
class Worker(Generic[JobT]):
    """A worker process as the parent sees it; `ends_at` is when it will be killed.

    It `has_begun` its job when what the records are may have killed it, and `is_cleaning` after
    it has read them.
    """

    process: SpawnProcess
    connection: Connection
    ends_at: float
    job: JobT | None = None
    is_ready: bool = False
    has_begun: bool = False
    is_cleaning: bool = False
    has_worked: bool = False

    @property
    def is_idle(self) -> bool:
        return self.is_ready and self.job is None

    def send(self, job: JobT, records: Sequence[Record]) -> bool:
        """Hand over a job; False where the worker is not there any more."""
        self.job, self.is_cleaning = job, False
        self.has_begun = any(isinstance(record, UnreadFile) for record in records)
        self.reads_on()
        try:
            self.connection.send(records)
        except OSError:
            return False
        return True

    def receive(self) -> tuple[str, Any] | None:
        """Its next message; None where it is dead or talks no more."""
        try:
            message: tuple[str, Any] = self.connection.recv()
        except (EOFError, OSError):
            return None
        return message

    def ready(self) -> None:
        """It has loaded all it needs."""
        self.is_ready = True

    def reads_on(self) -> None:
        """It has had something to read within the last moment."""
        self.ends_at = time.monotonic() + SECONDS_TO_TALK

    def began(self, documents: int, seconds: float) -> None:
        """It has begun so many documents together; its clock starts again."""
        self.has_begun = self.is_cleaning = True
        self.ends_at = time.monotonic() + allowance(documents, seconds) + _SECONDS_OF_GRACE

    def done(self) -> JobT:
        """It has finished its job."""
        job = self.job
        assert job is not None
        self.job, self.has_worked = None, True
        return job

    def end(self, seconds: float = 0.0) -> None:
        """Kill it, unless it is gone by itself within `seconds`, and wait until it is gone."""
        self.connection.close()
        if seconds:
            self.process.join(seconds)
        self.process.kill()
        self.process.join()

    def how_it_ended(self) -> str:
        """What became of an ended worker, as the rest of a sentence."""
        code = self.process.exitcode or 0
        with suppress(ValueError):
            if code < 0:
                return f"was ended by {signal.Signals(-code).name}"
        return f"ended with status {code}"


def start_worker(recipe: Recipe) -> Worker[Any]:
    """Start a process that makes itself ready; it says when it is."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    _limit_waiting(ours)
    debug = logging.getLogger("cleaner").isEnabledFor(logging.DEBUG)
    settings = {"parent": os.getpid(), "debug": debug}
    process = context.Process(
        target=work, args=(theirs, recipe, settings), name="cleaner-worker", daemon=True
    )
    with _signals_held():
        process.start()
    # Else the end of the process would not end the pipe.
    theirs.close()
    return Worker(process, ours, time.monotonic() + _SECONDS_TO_START)


@contextmanager
def _signals_held() -> Iterator[None]:
    """Keep Ctrl-C from a child that can't yet refuse it; the mask is inherited."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # Its start would unblock the signals again.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _limit_waiting(connection: Connection) -> None:
    """Don't wait for ever for a worker that was stopped in the middle of a message."""
    if sys.platform == "win32":
        return
    limit = struct.pack("ll", int(SECONDS_TO_TALK), 0)
    with socket.socket(fileno=os.dup(connection.fileno())) as pipe:
        pipe.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
        pipe.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
