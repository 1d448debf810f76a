"""Runs that are interrupted: nothing lost, nothing doubled."""

from __future__ import annotations

import errno
import os
import signal
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fakes import FakeCleaner
from runs import RUN, make_crawl, output, settle, texts, write_lines

from cleaner.cli import main
from cleaner.ledger import Ledger
from cleaner.records import Cleaned, Raw, Rejected

pytestmark = pytest.mark.usefixtures("small_batches")


@pytest.fixture
def crawl(tmp_path: Path) -> Path:
    """Five texts and a JSONL file of eleven records, of which two are rejected."""
    return make_crawl(tmp_path / "crawl")


class CrashError(BaseException):
    """Stands for SIGKILL: no handler of the program catches it."""


@pytest.fixture
def crash_at(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], None]]:
    """Make the n-th step that touches the disk the last one; 0 means never."""
    state = {"left": 0}

    def step() -> None:
        if state["left"] > 0:
            state["left"] -= 1
            if state["left"] == 0:
                raise CrashError

    def before_and_after(function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*values: Any, **named: Any) -> Any:
            step()
            result = function(*values, **named)
            step()
            return result

        return wrapped

    monkeypatch.setattr(Path, "replace", before_and_after(Path.replace))
    monkeypatch.setattr(Path, "unlink", before_and_after(Path.unlink))
    monkeypatch.setattr(os, "fsync", before_and_after(os.fsync))
    monkeypatch.setattr(Ledger, "commit", before_and_after(Ledger.commit))
    monkeypatch.setattr(Ledger, "settle", before_and_after(Ledger.settle))
    yield lambda number: state.update(left=number)
    state["left"] = 0


def crashes(crash_at: Callable[[int], None], words: list[str], number: int) -> bool:
    crash_at(number)
    try:
        main(words)
    except CrashError:
        return True
    finally:
        crash_at(0)
    return False


def test_a_run_killed_at_any_step_is_completed_by_the_next(
    crawl: Path, crash_at: Callable[[int], None]
) -> None:
    """Kill at every step that touches the disk, run again: byte-identical to an undisturbed run."""
    assert main(["crawl", "-o", "whole", "--shard-size", "4", "--quiet"]) == 3
    expected = output("whole")
    assert len(expected) == 4 + 4 + 1

    number = 1
    while crashes(crash_at, [*RUN[:2], f"out{number}", *RUN[3:]], number):
        assert main([*RUN[:2], f"out{number}", *RUN[3:]]) in (0, 3)
        assert output(f"out{number}") == expected, f"killed at step {number}"
        assert main(["verify", f"out{number}", "--quiet"]) == 0
        number += 1
    assert number > 40


def test_killed_while_replacing_changed_inputs(
    crawl: Path, crash_at: Callable[[int], None], tmp_path: Path
) -> None:
    """The same when older records have to make room: no moment loses or doubles one."""
    whole = None
    number = 0
    while True:
        out = f"out{number}"
        (crawl / "c.txt").write_text("News c.\nAD buy\n")
        write_lines(crawl / "many.jsonl", [f"Item {n}.\nAD {n}\n" for n in range(9)])
        settle(crawl)
        main([*RUN[:2], out, *RUN[3:]])
        (crawl / "c.txt").write_text("News c, corrected.\n")
        write_lines(crawl / "many.jsonl", [f"Thing {n}.\n" for n in range(3)])
        settle(crawl, 1_700_000_100)

        crashed = crashes(crash_at, [*RUN[:2], out, *RUN[3:]], number)
        if crashed:
            main([*RUN[:2], out, *RUN[3:]])
        assert sorted(texts(out)) == sorted(
            ["News c, corrected.\n", *(f"News {name}.\n" for name in "abde")]
            + [f"Thing {n}.\n" for n in range(3)]
        )
        whole = whole or output(out)
        assert output(out) == whole, f"killed at step {number}"
        assert main(["verify", out, "--quiet"]) == 0
        number += 1
        if not crashed and number > 1:
            break
    assert number > 20


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("document", range(0, 16, 3))
def test_a_signal_ends_the_run_in_order_and_the_next_goes_on(
    crawl: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals, document: int
) -> None:
    """The batch in hand is committed, the status is 130 or 143, and the result is the same."""
    main(["crawl", "-o", "whole", "--shard-size", "4", "--quiet"])
    seen = []

    def clean(self: FakeCleaner, raw: Raw) -> Cleaned:
        seen.append(raw.id)
        if len(seen) == document + 1:
            os.kill(os.getpid(), number)
        return original(self, raw)

    original = FakeCleaner.clean
    monkeypatch.setattr(FakeCleaner, "clean", clean)

    assert main(RUN) == 128 + number
    assert len(texts()) + len(output().get("quarantine/000000.jsonl", b"").splitlines()) > 0
    assert main(["verify", "out", "--quiet"]) == 0
    assert main(RUN) in (0, 3)
    assert output() == output("whole")


def test_a_signal_while_waiting_for_standard_input_ends_the_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A run that waits for a slow pipe ends at once, and keeps what it had."""
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as pipe, os.fdopen(writing, "wb") as feed:

        class Standard:
            buffer = pipe

        monkeypatch.setattr("sys.stdin", Standard)
        feed.write(b'{"text": "News."}\n')
        feed.flush()
        timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGTERM))
        timer.start()

        assert main(["-", "-o", "out", "--quiet"]) == 143


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EDQUOT])
def test_a_disk_that_fails_ends_the_run_and_the_next_goes_on(
    crawl: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    code: int,
) -> None:
    """A full or broken disk is status 2 with the cause; afterwards the same command completes."""
    main(["crawl", "-o", "whole", "--shard-size", "4", "--quiet"])
    calls = []

    def fsync(handle: int) -> None:
        calls.append(handle)
        if len(calls) == 9:
            raise OSError(code, os.strerror(code))
        original(handle)

    original = os.fsync
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        assert main(RUN) == 2

    error = capsys.readouterr().err
    assert os.strerror(code) in error
    assert "run the same command again: it goes on where it stopped." in error
    assert main(RUN) in (0, 3)
    assert output() == output("whole")


def test_a_full_disk_under_the_ledger_is_an_error_too(
    crawl: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """SQLite's own complaint becomes one of ours."""

    def write(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "_write", write)
        assert main(RUN) == 2
    assert "database or disk is full. The disk may be full" in capsys.readouterr().err
    assert main(RUN) == 3
    assert len(texts()) == 14


def test_two_runs_at_once_are_refused(
    crawl: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second run on an output folder ends with 75 and names the first one's process."""
    statuses = []

    def clean(self: FakeCleaner, raws: list[Raw]) -> list[Cleaned | Rejected]:
        if not statuses:
            statuses.append(main(RUN))
        return original(self, raws)

    original = FakeCleaner.clean_batch
    monkeypatch.setattr(FakeCleaner, "clean_batch", clean)

    assert main(RUN) == 3
    assert statuses == [75]
    error = capsys.readouterr().err
    assert f"Another run is working on out (process {os.getpid()}, started 20" in error
