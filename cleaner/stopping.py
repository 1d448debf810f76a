"""An orderly end on Ctrl-C, on SIGTERM, and when the time for a run is up."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from cleaner.errors import ExitStatus

# Nobody sends this signal, and it interrupts a wait for input as those of the user do.
TIME_IS_UP = getattr(signal, "SIGVTALRM", -1)


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
    def why(self) -> str:
        """What the run record says: ``signal`` or ``time-limit``."""
        return "time-limit" if self.number == TIME_IS_UP else "signal"

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
            if TIME_IS_UP in (number, self.number):
                self.number = number if self.number == TIME_IS_UP else self.number
                return
            raise KeyboardInterrupt
        self.number = number
        if self._is_waiting:
            self._is_waiting = False
            raise StopError


@contextmanager
def stopping(time_limit: float | None = None) -> Iterator[Stop]:
    """Listen for SIGINT and SIGTERM inside the block (in the main thread; elsewhere never).

    After `time_limit` seconds the run is ended in the same orderly way.
    """
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    numbers: list[int] = [signal.SIGINT, signal.SIGTERM]
    if time_limit is not None and TIME_IS_UP != -1:
        numbers.append(TIME_IS_UP)
    before = {number: signal.signal(number, stop.handle) for number in numbers}
    timer = _timer(time_limit)
    try:
        yield stop
    finally:
        if timer:
            timer.cancel()
            timer.join()
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)


def _timer(seconds: float | None) -> threading.Timer | None:
    if seconds is None or TIME_IS_UP == -1:
        return None
    main = threading.main_thread().ident
    assert main is not None
    # To the main thread, since only a signal there interrupts its reading.
    timer = threading.Timer(seconds, signal.pthread_kill, (main, TIME_IS_UP))
    timer.daemon = True
    timer.start()
    return timer
