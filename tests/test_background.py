"""Commits beside the loop: in order, one at a time, and their errors end the run."""

from __future__ import annotations

import errno
import os
import signal
import threading
import time
from pathlib import Path

import pytest
from fakes import FakeCleaner
from runs import make_crawl, output

from cleaner.background import Background
from cleaner.cli import main
from cleaner.ledger import Ledger
from cleaner.output import OutputFolder, Piece
from cleaner.records import Cleaned, Raw

RUN = ["crawl", "-o", "out", "--shard-size", "4", "--quiet"]


def test_jobs_run_one_after_the_other() -> None:
    """A job is begun when the one before it has ended."""
    background, seen = Background(), []

    def job(number: int) -> None:
        seen.append(f"begin {number}")
        time.sleep(0.01)
        seen.append(f"end {number}")

    for number in range(3):
        background.start(lambda number=number: job(number))
    background.wait()

    assert seen == [f"{what} {number}" for number in range(3) for what in ("begin", "end")]


def test_an_error_is_raised_once_and_by_whichever_call_comes_first() -> None:
    """Nothing is begun after a job that failed, until somebody has been told."""
    background, begun = Background(), []

    def fail() -> None:
        raise OSError(errno.EIO, "fake")

    background.start(fail)
    with pytest.raises(OSError, match="fake"):
        background.start(lambda: begun.append(1))
    background.wait()
    background.check()

    assert begun == []


def test_closing_waits_for_the_job_through_interruptions() -> None:
    """Who is impatient is told after the commit, not in the middle of it."""
    background, may_end, ended = Background(), threading.Event(), []

    def job() -> None:
        may_end.wait(10)
        ended.append(1)

    def interrupt() -> None:
        time.sleep(0.05)
        for _ in range(3):
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.02)
        may_end.set()

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    impatient = threading.Thread(target=interrupt)
    try:
        background.start(job)
        impatient.start()
        with pytest.raises(KeyboardInterrupt):
            background.close()
        assert ended == [1]
    finally:
        impatient.join()
        signal.signal(signal.SIGINT, before)


def test_cleaning_goes_on_while_a_commit_waits_for_the_disk(
    small_batches: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The documents after a piece are cleaned while it is committed; the bytes are the same."""
    make_crawl(tmp_path / "crawl")
    main(["crawl", "-o", "whole", "--shard-size", "4", "--quiet"])
    seen: list[str] = []
    waited: list[int] = []

    def commit(self: OutputFolder, piece: Piece) -> str | None:
        if not waited:
            before, ends = len(seen), time.monotonic() + 10
            while len(seen) == before and time.monotonic() < ends:
                time.sleep(0.005)
            waited.append(len(seen) - before)
        return real_commit(self, piece)

    def clean(self: FakeCleaner, raw: Raw) -> Cleaned:
        seen.append(raw.id)
        return real_clean(self, raw)

    real_commit, real_clean = OutputFolder.commit, FakeCleaner.clean
    with monkeypatch.context() as patch:
        patch.setattr(OutputFolder, "commit", commit)
        patch.setattr(FakeCleaner, "clean", clean)
        assert main(RUN) == 3

    assert waited[0] > 0
    assert output() == output("whole")


def test_a_second_signal_waits_for_the_commit_in_hand(
    small_batches: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ledger is not closed in the middle of a transaction; the next run completes all."""
    make_crawl(tmp_path / "crawl")
    main(["crawl", "-o", "whole", "--shard-size", "4", "--quiet"])
    committing, ended = threading.Event(), []

    def commit(self: Ledger, change: object) -> None:
        committing.set()
        time.sleep(0.2)
        real_commit(self, change)  # type: ignore[arg-type]
        ended.append(1)

    def clean(self: FakeCleaner, raw: Raw) -> Cleaned:
        if committing.is_set():
            os.kill(os.getpid(), signal.SIGTERM)
            os.kill(os.getpid(), signal.SIGTERM)
        return real_clean(self, raw)

    real_commit, real_clean = Ledger.commit, FakeCleaner.clean
    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "commit", commit)
        patch.setattr(FakeCleaner, "clean", clean)
        assert main(RUN) == 130

    assert ended
    assert main(["verify", "out", "--quiet"]) == 0
    assert main(RUN) in (0, 3)
    assert output() == output("whole")
