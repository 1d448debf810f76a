"""Runs that are interrupted, repeated, or given changed inputs: nothing lost, nothing doubled."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fakes import FakeCleaner

from cleaner.cli import main
from cleaner.ledger import Ledger
from cleaner.records import Cleaned, Raw, Rejected

Files = dict[str, bytes]
RUN = ["crawl", "-o", "out", "--shard-size", "4", "--quiet"]


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch, fake_cleaner: Path) -> None:
    monkeypatch.setattr("cleaner.intake.BATCH_RECORDS", 3)


@pytest.fixture
def crawl(tmp_path: Path) -> Path:
    """Five texts and a JSONL file of eleven records, of which two are rejected."""
    folder = tmp_path / "crawl"
    folder.mkdir()
    for name in "abcde":
        (folder / f"{name}.txt").write_text(f"News {name}.\nAD buy\n")
    write_lines(folder / "many.jsonl", [f"Item {n}.\nAD {n}\n" for n in range(9)] + ["REJECT"] * 2)
    settle(folder)
    return folder


def write_lines(path: Path, texts: list[str]) -> None:
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))


def settle(folder: Path, seconds: int = 1_700_000_000) -> None:
    """Give all files an old, fixed time."""
    for path in folder.iterdir():
        os.utime(path, (seconds, seconds))


def output(folder: str = "out") -> Files:
    """All that a run must give again, byte for byte."""
    found = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for name in ("documents", "removed", "quarantine")
        for path in Path(folder, name).glob("*")
    }
    return dict(sorted(found.items()))


def texts(folder: str = "out") -> list[str]:
    return [
        json.loads(line)["text"]
        for name, content in output(folder).items()
        if name.startswith("documents")
        for line in content.splitlines()
    ]


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


# --- interruptions -------------------------------------------------------------------------


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


# --- documents that misbehave --------------------------------------------------------------


def test_a_document_that_hangs_costs_only_itself(crawl: Path) -> None:
    """It is quarantined as a timeout; its neighbours in the batch are written."""
    (crawl / "b.txt").write_text("HANG")

    assert main([*RUN, "--document-timeout", "0.1"]) == 3

    kinds = [json.loads(line)["kind"] for line in quarantine()]
    assert sorted(kinds) == ["fake", "fake", "timeout"]
    assert len(texts()) == 13


@pytest.mark.parametrize(("word", "kind"), [("CRASH", "internal-error"), ("GAP", "not-conserved")])
def test_a_document_that_breaks_the_cleaner_costs_only_itself(
    crawl: Path, word: str, kind: str
) -> None:
    """A crash, or decisions that lose text, put the document into the quarantine."""
    (crawl / "b.txt").write_text(word)

    assert main(RUN) == 3

    assert kind in [json.loads(line)["kind"] for line in quarantine()]
    assert len(texts()) == 13


def quarantine() -> list[bytes]:
    return [line for path in Path("out/quarantine").glob("*") for line in path.open("rb")]


# --- inputs that change --------------------------------------------------------------------


def test_new_inputs_are_added_and_nothing_else_is_touched(crawl: Path) -> None:
    """The second run writes new shards for new inputs only."""
    main(RUN)
    before = output()
    (crawl / "f.txt").write_text("News f.\n")

    assert main(RUN) == 0
    assert before.items() <= output().items()
    assert texts().count("News f.\n") == 1
    assert len(texts()) == 15


def test_a_changed_input_replaces_its_old_records(crawl: Path) -> None:
    """Records of a changed file are replaced; an emptied file leaves none but a complaint."""
    main(RUN)
    (crawl / "a.txt").write_text("News a, corrected.\n")
    write_lines(crawl / "many.jsonl", ["Only one.\n"])

    assert main(RUN) == 0
    assert texts().count("News a.\n") == 0
    assert sorted(texts()) == sorted(
        ["News a, corrected.\n", "Only one.\n", *(f"News {name}.\n" for name in "bcde")]
    )
    assert quarantine() == []
    assert main(["verify", "out", "--quiet"]) == 0


def test_a_new_time_alone_is_no_change(crawl: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Touched files have the same bytes, so there is nothing to do, now and the next time."""
    main(RUN)
    settle(crawl, 1_700_000_500)

    assert main(RUN[:-1]) == 0
    assert capsys.readouterr().err.endswith("cleaner: nothing new: 6 inputs done already.\n")


def test_a_change_within_the_clocks_grain_is_seen(crawl: Path) -> None:
    """Same size, same time, other bytes: a file that was fresh when read is compared by content."""
    fresh = crawl / "a.txt"
    os.utime(fresh)
    status = fresh.stat()
    main(RUN)
    fresh.write_text("Olds a.\nAD buy\n")
    os.utime(fresh, ns=(status.st_atime_ns, status.st_mtime_ns))

    assert main(RUN) == 0
    assert "Olds a.\n" in texts()
    assert "News a.\n" not in texts()


def test_vanished_inputs_keep_their_records(crawl: Path) -> None:
    """A crawl folder that is emptied after each run loses nothing."""
    main(RUN)
    before = output()
    for path in crawl.iterdir():
        path.unlink()

    assert main(RUN) == 0
    assert output() == before


def test_an_unreadable_input_is_tried_again(crawl: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What can't be opened is complained about once, not once a run, and read when it can be."""
    real_open = Path.open

    def refuse(self: Path, *values: Any, **named: Any) -> Any:
        if self.name == "b.txt":
            raise PermissionError(errno.EACCES, "Permission denied")
        return real_open(self, *values, **named)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", refuse)
        assert main(RUN) == 3
        assert main(RUN) == 3
        assert sorted(json.loads(line)["kind"] for line in quarantine()) == [
            "fake", "fake", "no-rights",
        ]  # fmt: skip
    assert main(RUN) == 0
    assert "News b.\n" in texts()
    assert [json.loads(line)["kind"] for line in quarantine()] == ["fake", "fake"]


def test_a_folder_that_can_be_listed_again_is_forgiven(
    crawl: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A locked folder is in the quarantine while it is locked, and its files are read after."""
    (crawl / "sub").mkdir()
    (crawl / "sub" / "x.txt").write_text("News x.\n")

    def refuse(path: Any) -> Any:
        if str(path).endswith("sub"):
            raise PermissionError(errno.EACCES, "Permission denied")
        return real_scandir(path)

    real_scandir = os.scandir
    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", refuse)
        assert main(RUN) == 3
        assert main(RUN) == 3
        assert sorted(json.loads(line)["kind"] for line in quarantine()) == [
            "fake", "fake", "no-rights",
        ]  # fmt: skip
    assert main(RUN) == 0
    assert "News x.\n" in texts()
    assert [json.loads(line)["kind"] for line in quarantine()] == ["fake", "fake"]


def test_readers_undo_a_killed_transaction(crawl: Path) -> None:
    """``status`` and ``verify`` work on a folder whose ledger was killed in mid-write."""
    main(RUN)
    database = sqlite3.connect("out/ledger.sqlite")
    database.execute("PRAGMA cache_size = 1")
    database.execute("BEGIN IMMEDIATE")
    rows = [(f"/{number}" * 50, number) for number in range(2000)]
    database.executemany("INSERT INTO holdings VALUES (?, ?)", rows)
    shutil.copytree("out", "killed")
    database.close()
    assert Path("killed/ledger.sqlite-journal").exists()

    assert main(["verify", "killed", "--quiet"]) == 0
    assert main(["status", "killed"]) == 0


def test_the_same_relative_name_in_another_folder_is_another_input(
    crawl: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Runs from two folders into one output don't take each other's records away."""
    out = str(tmp_path / "out")
    main(["crawl", "-o", out, "--quiet"])
    other = tmp_path / "other" / "crawl"
    other.mkdir(parents=True)
    (other / "a.txt").write_text("Other a.\n")
    monkeypatch.chdir(tmp_path / "other")
    main(["crawl", "-o", out, "--quiet"])
    (other / "a.txt").write_text("Other a, corrected.\n")
    main(["crawl", "-o", out, "--quiet"])

    assert "News a.\n" in texts(out)
    assert [text for text in texts(out) if text.startswith("Other")] == ["Other a, corrected.\n"]


def test_output_is_the_same_twice(crawl: Path) -> None:
    """Same input, same configuration: byte-identical documents and removed spans."""
    main(["crawl", "-o", "one", "--quiet"])
    main(["crawl", "-o", "two", "--quiet"])

    assert output("one") == output("two")


def test_a_name_that_is_not_utf_8_is_no_problem(crawl: Path) -> None:
    """File names are bytes; their records are written, and found again when they change."""
    path = Path(os.fsdecode(os.fsencode(crawl) + b"/caf\xe9.txt"))
    path.write_text("News of the bar.\n")

    assert main(RUN) == 3
    path.write_text("News of the bar, corrected.\n")
    assert main(RUN) == 0
    assert [text for text in texts() if "bar" in text] == ["News of the bar, corrected.\n"]
