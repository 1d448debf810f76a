"""Runs over inputs that are new, changed, gone, locked or oddly named."""

from __future__ import annotations

import errno
import json
import os
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from runs import RUN, make_crawl, output, quarantine, settle, texts, write_lines

from cleaner.cli import main
from cleaner.readers import streams

pytestmark = pytest.mark.usefixtures("small_batches")


@pytest.fixture
def crawl(tmp_path: Path) -> Path:
    """Five texts and a JSONL file of eleven records, of which two are rejected."""
    return make_crawl(tmp_path / "crawl")


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

    def refuse(path: str, mode: str) -> Any:
        if path.endswith("b.txt"):
            raise PermissionError(errno.EACCES, "Permission denied")
        return open(path, mode)  # noqa: PTH123

    with monkeypatch.context() as patch:
        patch.setattr(streams, "open", refuse, raising=False)
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
