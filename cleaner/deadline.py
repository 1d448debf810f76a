"""A limit on the seconds that a piece of Python work may take."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

# A deadline that an over-broad `except` in a library swallowed fires again after this.
_REPEAT_SECONDS = 1.0


class DeadlineError(BaseException):
    """Time is up. Not an `Exception`, because extractors catch those and go on."""


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Raise `DeadlineError` inside the block once it has run for `seconds`.

    It needs POSIX signals and the main thread, and does nothing elsewhere. The error is raised
    between two steps of Python: one long call into C code is over before it is noticed.
    """
    if not hasattr(signal, "setitimer") or (
        threading.current_thread() is not threading.main_thread()
    ):
        yield
        return
    before = signal.signal(signal.SIGALRM, _expire)
    signal.setitimer(signal.ITIMER_REAL, seconds, _REPEAT_SECONDS)
    try:
        yield
    finally:
        # The alarm may strike between these lines; then the timer has a second to be stopped.
        try:
            signal.setitimer(signal.ITIMER_REAL, 0)
        except DeadlineError:
            signal.setitimer(signal.ITIMER_REAL, 0)
            raise
        finally:
            signal.signal(signal.SIGALRM, before or signal.SIG_DFL)


def _expire(number: int, frame: FrameType | None) -> None:
    raise DeadlineError
