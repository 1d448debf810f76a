"""Guarded cleaning and deadlines: always an answer for each record, in order, in time."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Sequence

import pytest
from fakes import FakeCleaner

from cleaner.config import Config
from cleaner.deadline import DeadlineError, deadline
from cleaner.guarded import clean_guarded
from cleaner.records import Cleaned, Raw, Rejected


def raws(*texts: str) -> list[Raw | Rejected]:
    return [Raw(str(n), "-", "text/plain", text.encode()) for n, text in enumerate(texts)]


def kinds(outcomes: list[Cleaned | Rejected]) -> list[str]:
    return [item.kind if isinstance(item, Rejected) else item.text for item in outcomes]


def test_each_culprit_costs_only_itself() -> None:
    """One that hangs, one that crashes, one rejected by the reader, one by the cleaner."""
    records = raws("One.", "HANG", "CRASH", "Two.", "REJECT")
    records.insert(2, Rejected(Raw("r", "-", "text/plain", b""), "bad-json", "No JSON."))

    outcomes = clean_guarded(FakeCleaner(Config()), records, 0.1)

    assert kinds(outcomes) == ["One.", "timeout", "bad-json", "internal-error", "Two.", "fake"]


def test_a_cleaner_that_loses_results_is_not_trusted() -> None:
    """A batch with too few results is cleaned again one by one, so that none is mixed up."""

    class Forgetful(FakeCleaner):
        def clean_batch(self, raws: Sequence[Raw]) -> list[Cleaned | Rejected]:
            return super().clean_batch(raws)[1:]

    outcomes = clean_guarded(Forgetful(Config()), raws("One.", "Two."), 10)

    assert kinds(outcomes) == ["One.", "Two."]


def test_a_swallowed_deadline_strikes_again() -> None:
    """Code that catches everything once is still stopped."""
    swallowed = []

    def work() -> None:
        while len(swallowed) < 2:
            try:
                time.sleep(5)
            except DeadlineError as error:
                swallowed.append(error)
        raise swallowed[-1]

    with pytest.raises(DeadlineError), deadline(0.05):
        work()


def test_nothing_is_left_of_a_deadline() -> None:
    """After the block neither the timer nor the handler remains."""
    before = signal.getsignal(signal.SIGALRM)
    with deadline(60):
        pass

    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) == before


def test_in_a_thread_there_is_no_deadline_and_no_error() -> None:
    """Signals belong to the main thread; elsewhere the work is done without a limit."""
    outcomes: list[Cleaned | Rejected] = []
    worker = threading.Thread(
        target=lambda: outcomes.extend(clean_guarded(FakeCleaner(Config()), raws("One."), 0.1))
    )
    worker.start()
    worker.join()

    assert kinds(outcomes) == ["One."]
