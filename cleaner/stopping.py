"""An orderly end on Ctrl-C and on SIGTERM."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from cleaner.errors import ExitStatus


class StopError(BaseException):
    """Stop at once, while nothing is in hand. No `Exception`, so that no reader catches it."""


class Stop:
    """Whether a signal has asked for the end.

    While `waiting` (for the next record, which on standard input can take for ever) a signal
    raises `StopError` at once; otherwise it is only noted, so that the batch in hand is
    finished and committed. A second signal always ends the run at once; the state on the
    disk stays consistent, since only whole pieces are ever committed.
    """

    def __init__(self) -> None:
        self.number: int | None = None
        self._is_waiting = False

    @property
    def exit_status(self) -> ExitStatus:
        """130 after Ctrl-C, 143 after SIGTERM, as shells expect."""
        return ExitStatus.TERMINATED if self.number == signal.SIGTERM else ExitStatus.INTERRUPTED

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Around the wait for input."""
        if self.number is not None:
            raise StopError
        self._is_waiting = True
        try:
            yield
        finally:
            self._is_waiting = False

    def handle(self, number: int, frame: FrameType | None = None) -> None:
        """Take a signal."""
        if self.number is not None:
            raise KeyboardInterrupt
        self.number = number
        if self._is_waiting:
            self._is_waiting = False
            raise StopError


@contextmanager
def stopping() -> Iterator[Stop]:
    """Listen for SIGINT and SIGTERM inside the block (in the main thread; elsewhere never)."""
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = {
        number: signal.signal(number, stop.handle) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)
