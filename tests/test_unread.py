"""Files that their workers read: what the run knows of them, and what their troubles cost."""

from __future__ import annotations

import errno
import gzip
import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from fakes import DangerousCleaner
from runs import output, quarantine, texts

from cleaner.cli import main
from cleaner.config import Config
from cleaner.filedigest import content_digest
from cleaner.intake import Batch, Limits, batches
from cleaner.ledger import Ledger
from cleaner.plan import Planned
from cleaner.pool import Pool
from cleaner.readers import ReadOptions, Source, find_inputs, read, streams
from cleaner.records import Raw, Rejected
from cleaner.unread import Opener, UnreadFile
from cleaner.worker import Recipe

RUN = ["crawl", "-o", "out", "--quiet"]


def sources(folder: Path) -> dict[str, Source]:
    return {Path(source.path).name: source for source in find_inputs([str(folder)])}


def write(folder: Path, **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.txt").write_text(text)
        os.utime(folder / f"{name}.txt", (1_700_000_000, 1_700_000_000))
    return folder


def unread(folder: Path) -> Batch:
    records = [UnreadFile(source, source.path) for source in sources(folder).values()]
    return Batch(list(records), read=len(records))


@pytest.fixture
def pool() -> Iterator[Pool]:
    made = Pool(Recipe(DangerousCleaner, Config(document_timeout=0.5), "digest"), 2)
    yield made
    made.close()


def test_lines_and_archives_are_read_by_the_run_itself(tmp_path: Path) -> None:
    """Only files of one record, whatever is in them, can be left to others unread."""
    write(tmp_path, a="News.")
    (tmp_path / "b.jsonl").write_text('{"text": "News."}\n')
    planned = [Planned(source, source.path) for source in sources(tmp_path).values()]

    [batch] = batches(planned, ReadOptions(), "c", Limits())

    assert [type(record) for record in batch.records] == [UnreadFile, Raw]
    assert batch.files == planned[:1]
    assert batch.file_bytes == sum(source.size or 0 for source in sources(tmp_path).values())


def test_the_digest_of_what_was_read_is_that_of_the_file(tmp_path: Path) -> None:
    """Also of packed files, and of damaged ones, whose end no reader sees."""
    (tmp_path / "a.txt").write_bytes(b"News. " * 400_000)
    packed = gzip.compress(b"News. " * 100)
    (tmp_path / "b.txt.gz").write_bytes(packed)
    (tmp_path / "c.txt.gz").write_bytes(packed[:30] + b"\0\0\0\0" + packed[34:])
    opener = Opener(ReadOptions())

    for name, source in sources(tmp_path).items():
        _, reading = opener.open(UnreadFile(source, name))
        assert reading is not None
        assert reading.content == content_digest(source)
        whole = hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()
        assert reading.content == whole[:32]


def test_a_file_that_changes_under_its_reader_has_no_digest(tmp_path: Path) -> None:
    """The next run must look at it again, although its time says that it is old."""
    [source] = sources(write(tmp_path, a="News.")).values()
    (tmp_path / "a.txt").write_text("Olds.")

    _, reading = Opener(ReadOptions()).open(UnreadFile(source, "a"))

    assert reading is not None
    assert reading.content is None
    assert not reading.is_failed


@pytest.mark.parametrize("text", ["SEGFAULT", "KILL", "STUCK"])
def test_a_file_that_ends_its_worker_costs_only_itself(
    pool: Pool, tmp_path: Path, text: str
) -> None:
    """Its bytes are in the quarantine although the parent had never seen them."""
    write(tmp_path, a="One.", b=text, c="Two.")

    [(_, part)] = pool.results(iter([unread(tmp_path)]))

    [row] = map(orjson.loads, part.rows.quarantine)
    assert row["kind"] == ("timeout" if text == "STUCK" else "worker-died")
    assert row["path"] == str(tmp_path / "b.txt")
    assert row["length"] == len(text)
    assert part.written == [True, False, True]
    assert [reading.content is None for reading in part.readings] == [False] * 3


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_file_that_can_not_be_read_to_its_end_is_given_up(
    pool: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dead network folder holds up its files for a while, not the run for ever."""
    for name in ("cleaner.spawn.SECONDS_TO_TALK", "cleaner.pool.SECONDS_TO_TALK"):
        monkeypatch.setattr(name, 3.0)
    write(tmp_path, a="One.", b="", c="Two.")
    records = unread(tmp_path)
    (tmp_path / "b.txt").unlink()
    os.mkfifo(tmp_path / "b.txt")

    [(_, part)] = pool.results(iter([records]))

    [row] = map(orjson.loads, part.rows.quarantine)
    assert row["kind"] == "read-error"
    assert "gave nothing for 3 seconds" in row["reason"]
    assert [reading.is_failed for reading in part.readings] == [False, True, False]
    assert part.written == [True, False, True]


@pytest.mark.usefixtures("fake_cleaner")
def test_a_file_that_vanishes_before_its_turn_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was listed, so it is accounted for; when it is back, it is cleaned."""
    crawl = write(tmp_path / "crawl", a="News a.\n", b="News b.\n")

    def vanish(path: str, mode: str) -> Any:
        if path.endswith("b.txt"):
            raise FileNotFoundError(errno.ENOENT, "No such file or directory")
        return open(path, mode)  # noqa: PTH123

    with monkeypatch.context() as patch:
        patch.setattr(streams, "open", vanish, raising=False)
        assert main(RUN) == 3
    assert [json.loads(line)["kind"] for line in quarantine()] == ["vanished"]
    assert main(RUN) == 0
    assert sorted(texts()) == ["News a.\n", "News b.\n"]
    assert quarantine() == []
    assert len(list(crawl.iterdir())) == 2


@pytest.mark.usefixtures("fake_cleaner")
def test_memory_that_is_too_small_for_a_file_costs_only_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And it is no passing trouble: the file is not tried again by every run."""
    write(tmp_path / "crawl", a="News a.\n", b="News b.\n")

    def refuse(source: Source, options: ReadOptions) -> Iterator[Raw | Rejected]:
        if source.path.endswith("b.txt"):
            raise MemoryError
        return read(source, options)

    with monkeypatch.context() as patch:
        patch.setattr("cleaner.unread.read", refuse)
        assert main(RUN) == 3
        before = output()
        assert main(RUN) == 0
    assert [json.loads(line)["kind"] for line in quarantine()] == ["out-of-memory"]
    assert output() == before
    with Ledger(Path("out"), read_only=True) as ledger:
        assert {known.state for known in ledger.inputs().values()} == {"done"}
