"""One job at a time beside the main thread: a commit waits for disks while workers go on."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable


class Background:
    """Runs jobs in order, one at a time; what a job raises is raised by the next call.

    >>> background, done = Background(), []
    >>> background.start(lambda: done.append(1))
    >>> background.wait()
    >>> done
    [1]
    """

    def __init__(self) -> None:
        # Not the thread itself is waited for: until Python 3.12, one whose join() was interrupted
        # passes for ended.
        self._ended: threading.Event | None = None
        self._thread: threading.Thread | None = None
        self._error: BaseException | None = None

    def start(self, job: Callable[[], object]) -> None:
        """Wait for the job before, then begin this one; raises what that one raised."""
        self.wait()
        self._ended = threading.Event()
        # Not a daemon: the process doesn't end in the middle of a commit, unless it is killed.
        self._thread = threading.Thread(target=self._run, args=(job, self._ended))
        self._thread.start()

    def check(self) -> None:
        """Raise what the job has raised, if it has ended."""
        if self._ended is not None and self._ended.is_set():
            self.wait()

    def wait(self) -> None:
        """Wait for the job; raises what it raised."""
        if self._ended is not None:
            self._ended.wait()
            self._ended = None
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        if self._error is not None:
            error, self._error = self._error, None
            raise error

    def close(self) -> None:
        """Wait for the job whatever comes: an interruption is raised when it has ended.

        What it works with is given up after this, above all the lock on the output folder.
        """
        interrupted: KeyboardInterrupt | None = None
        while self._ended is not None and not self._ended.is_set():
            try:
                self._ended.wait()
            except KeyboardInterrupt as error:
                interrupted = error
        if interrupted is not None:
            raise interrupted
        self.wait()

    def _run(self, job: Callable[[], object], ended: threading.Event) -> None:
        if hasattr(signal, "pthread_sigmask"):
            # Signals are for the main thread, whose waiting they interrupt.
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
        try:
            job()
        except BaseException as error:
            self._error = error
        finally:
            ended.set()
