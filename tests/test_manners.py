"""How a run behaves in a log, within its time, and when cleaning itself is broken."""

from __future__ import annotations

import json
import os
import re
import signal
import threading
from pathlib import Path

import pytest
from fakes import FakeCleaner

from cleaner.cli import main
from cleaner.commands import progress as progress_module
from cleaner.commands.options import duration
from cleaner.known import KnownInputs
from cleaner.ledger import Ledger
from cleaner.readers import find_inputs
from cleaner.records import Cleaned, Raw

RUN = ["crawl", "-o", "out"]


@pytest.fixture(autouse=True)
def crawl(fake_cleaner: Path) -> Path:
    """Forty texts."""
    folder = Path("crawl")
    folder.mkdir()
    for number in range(40):
        (folder / f"{number:02}.txt").write_text(f"News {number}.\n")
    return folder


@pytest.fixture
def unattended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody watches, as under cron."""
    for name in ("console", "summary", "progress"):
        monkeypatch.setattr(f"cleaner.commands.{name}.is_attended", lambda: False)
    monkeypatch.setattr("cleaner.cli.is_attended", lambda: False)


# --- logs ----------------------------------------------------------------------------------


@pytest.mark.usefixtures("unattended")
def test_nothing_new_is_no_line_in_a_log(capsys: pytest.CaptureFixture[str]) -> None:
    """cron sends a mail for each line, so there is none about nothing."""
    assert main(RUN) == 0
    capsys.readouterr()

    assert main(RUN) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("unattended")
def test_lines_in_a_log_have_time_and_level(capsys: pytest.CaptureFixture[str]) -> None:
    """The summary is for information, what stops a run an error, with its time."""
    main(RUN)
    main(["nowhere"])

    first, second = capsys.readouterr().err.splitlines()
    time = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d"
    assert re.match(f"{time} INFO cleaner: 40 records in", first)
    assert re.match(f"{time} ERROR cleaner: nowhere: there is no such file", second)


@pytest.mark.usefixtures("unattended")
def test_a_long_run_tells_of_itself_now_and_then(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A log shows documents, bytes and rate, and no bar."""
    monkeypatch.setattr(progress_module, "_SECONDS_BETWEEN_LINES", 0.0)
    monkeypatch.setattr("cleaner.intake.BATCH_RECORDS", 20)
    main(RUN)

    lines = [line for line in capsys.readouterr().err.splitlines() if "a second" in line]
    assert len(lines) >= 2
    assert "20 documents, 0.0 MB" in lines[0]


def test_the_bar_knows_the_amount_that_is_left_to_read(crawl: Path) -> None:
    """Bytes that are done don't count, so that the time left is right."""
    main([*RUN, "--quiet"])
    (crawl / "new.txt").write_text("x" * 100)
    with Ledger(Path("out"), read_only=True) as ledger:
        known = KnownInputs(ledger, "")

    assert sum(known.due_bytes(source) for source in find_inputs(["crawl"])) == 100


# --- time ----------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "0", "h", "-5", "1h-3m", "soon", "1m1h"])
def test_what_is_no_time_is_refused(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A mistyped limit must not become another one."""
    assert main([*RUN, f"--time-limit={text}"]) == 2
    assert "--time-limit" in capsys.readouterr().err


def test_times_are_typed_as_people_write_them() -> None:
    """Seconds, or numbers with units."""
    assert [duration(text) for text in ("1h30m", "45m", "1.5h", "2d", "10 ")] == [
        5400, 2700, 5400, 172800, 10,
    ]  # fmt: skip


def test_a_run_ends_in_order_when_its_time_is_up(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status 0, what is done is committed, and the next run completes it, byte for byte."""
    monkeypatch.setattr("cleaner.intake.BATCH_RECORDS", 5)
    main(["crawl", "-o", "whole", "--quiet"])
    is_up = threading.Event()
    seen = []

    def clean(self: FakeCleaner, raw: Raw) -> Cleaned:
        seen.append(raw.id)
        if len(seen) == 12:
            is_up.wait(5)
        return original(self, raw)

    original = FakeCleaner.clean
    with monkeypatch.context() as patch:
        patch.setattr(FakeCleaner, "clean", clean)
        threading.Timer(0.4, is_up.set).start()
        assert main([*RUN, "--time-limit", "0.2"]) == 0

    assert "stopped by --time-limit; all finished work is saved." in capsys.readouterr().err
    [path] = Path("out/runs").glob("*.json")
    record = json.loads(path.read_bytes())
    assert record["stopped"] == "time-limit"
    assert 0 < record["documents"]["written"] < 40
    assert main([*RUN, "--quiet"]) == 0
    whole, out = Path("whole/documents"), Path("out/documents")
    assert [path.read_bytes() for path in out.iterdir()] == [
        path.read_bytes() for path in whole.iterdir()
    ]


def test_time_that_is_up_ends_a_wait_for_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe that says nothing more doesn't hold the run."""
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as pipe, os.fdopen(writing, "wb"):

        class Standard:
            buffer = pipe

        monkeypatch.setattr("sys.stdin", Standard)
        assert main(["-", "-o", "out", "--quiet", "--time-limit", "0.2"]) == 0


def test_nothing_is_left_of_a_time_limit() -> None:
    """Neither a timer nor a handler outlives the run."""
    before = signal.getsignal(signal.SIGVTALRM)
    main([*RUN, "--quiet", "--time-limit", "100"])

    assert signal.getsignal(signal.SIGVTALRM) == before
    assert threading.active_count() == 1


# --- cleaning that is broken ---------------------------------------------------------------


def test_when_every_document_fails_the_run_stops_and_keeps_nothing(
    crawl: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A broken model must not fill the quarantine; after the repair all are cleaned."""
    for path in crawl.iterdir():
        path.write_text(f"CRASH {path.name}")

    assert main(RUN) == 4
    error = capsys.readouterr().err
    assert "None of the first 40 documents could be cleaned" in error
    assert "ZeroDivisionError('fake crash')" in error
    assert not list(Path("out").glob("quarantine/*"))

    for path in crawl.iterdir():
        path.write_text(f"News {path.name}.")
    assert main([*RUN, "--quiet"]) == 0


def test_a_few_that_fail_are_no_reason_to_stop(crawl: Path) -> None:
    """One good document among the first shows that the fault is in the others."""
    for path in list(crawl.iterdir())[1:]:
        path.write_text(f"CRASH {path.name}")

    assert main([*RUN, "--quiet"]) == 3
    assert len(Path("out/quarantine/000000.jsonl").read_bytes().splitlines()) == 39
