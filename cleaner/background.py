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
        self._thread: threading.Thread | None = None
        self._error: BaseException | None = None

    def start(self, job: Callable[[], object]) -> None:
        """Wait for the job before, then begin this one; raises what that one raised."""
        self.wait()
        # Not a daemon: the process doesn't end in the middle of a commit, unless it is killed.
        self._thread = threading.Thread(target=self._run, args=(job,), name="cleaner-commit")
        self._thread.start()

    def check(self) -> None:
        """Raise what the job has raised, if it has ended."""
        if self._thread is not None and not self._thread.is_alive():
            self.wait()

    def wait(self) -> None:
        """Wait for the job; raises what it raised."""
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        if self._error is not None:
            error, self._error = self._error, None
            raise error

    def _run(self, job: Callable[[], object]) -> None:
        if hasattr(signal, "pthread_sigmask"):
            # Signals are for the main thread, whose waiting they interrupt.
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
        try:
            job()
        except BaseException as error:
            self._error = error
