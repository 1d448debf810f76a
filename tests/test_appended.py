"""JSON lines that grow, rotate and shrink between runs."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest

from cleaner.cli import main
from cleaner.filedigest import FileDigest
from cleaner.readers import Source

RUN = ["crawl", "-o", "out", "--quiet"]
LOG = Path("crawl/log.jsonl")


@pytest.fixture(autouse=True)
def _crawl(fake_cleaner: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cleaner.intake.BATCH_RECORDS", 3)
    Path("crawl").mkdir()
    write(0, 5)


def lines(start: int, end: int, word: str = "Item") -> bytes:
    return b"".join(
        json.dumps({"text": f"{word} {number}.\n"}).encode() + b"\n" for number in range(start, end)
    )


def write(start: int, end: int, word: str = "Item", seconds: int = 1_700_000_000) -> None:
    """Make the file anew with these lines, at this time."""
    LOG.write_bytes(lines(start, end, word))
    os.utime(LOG, (seconds, seconds))


def append(content: bytes, seconds: int = 1_700_000_100) -> None:
    with LOG.open("ab") as file:
        file.write(content)
    os.utime(LOG, (seconds, seconds))


def texts(out: str = "out") -> list[str]:
    return [
        json.loads(line)["text"].strip()
        for path in sorted(Path(out, "documents").glob("*"))
        for line in path.open("rb")
    ]


def items(start: int, end: int, word: str = "Item") -> list[str]:
    return [f"{word} {number}." for number in range(start, end)]


# --- what is no continuation ---------------------------------------------------------------


def test_a_rotated_file_is_read_from_its_start() -> None:
    """The same name with other lines, and more of them, is a new file: old records are replaced."""
    main(RUN)
    write(10, 20, "Other", 1_700_000_100)

    assert main(RUN) == 0
    assert texts() == items(10, 20, "Other")


def test_a_line_that_was_edited_in_the_middle_is_noticed() -> None:
    """Lines were added, but the old ones are not what they were."""
    main(RUN)
    LOG.write_bytes(lines(0, 5).replace(b"Item 2", b"Edit 2") + lines(5, 7))

    assert main(RUN) == 0
    assert sorted(texts()) == sorted(["Edit 2.", *items(0, 2), *items(3, 7)])


def test_a_file_that_was_cut_is_read_again() -> None:
    """Fewer lines than before: the records of the others go."""
    main(RUN)
    write(0, 2, seconds=1_700_000_100)

    assert main(RUN) == 0
    assert texts() == items(0, 2)


def test_a_last_line_without_its_end_is_read_again_when_it_is_whole() -> None:
    """A crawler was in the middle of a line: half of it must not stay in the quarantine."""
    whole = lines(5, 6)
    append(whole[:10], 1_700_000_050)
    assert main(RUN) == 3
    append(whole[10:] + lines(6, 7))

    assert main(RUN) == 0
    assert texts() == items(0, 7)
    assert not list(Path("out/quarantine").glob("*"))


def test_a_packed_file_is_read_again_whatever_its_name() -> None:
    """In a packed file the place of a line is not a place in the file."""
    for name in ("a.jsonl.gz", "b.jsonl"):
        Path("crawl", name).write_bytes(gzip.compress(lines(20, 23)))
    main(RUN)
    for name in ("a.jsonl.gz", "b.jsonl"):
        with Path("crawl", name).open("ab") as file:
            file.write(gzip.compress(lines(23, 25)))

    assert main(RUN) == 0
    assert sorted(texts()) == sorted(items(0, 5) + items(20, 25) * 2)


def test_with_other_options_all_of_it_is_read_again() -> None:
    """Half a file under one configuration and half under another would be neither."""
    main(RUN)
    append(lines(5, 7))

    assert main([*RUN, "--keep", "chrome"]) == 0
    assert texts() == items(0, 7)
    configurations = {
        json.loads(line)["metadata"]["config"]
        for path in Path("out/documents").glob("*")
        for line in path.open("rb")
    }
    assert len(configurations) == 1


# --- what is one ---------------------------------------------------------------------------


def test_only_new_lines_are_read() -> None:
    """The old records stay in their shards, the new ones come with their number in the file."""
    main(RUN)
    before = Path("out/documents/000000.jsonl").read_bytes()
    append(lines(5, 8))

    assert main(RUN) == 0
    assert Path("out/documents/000000.jsonl").read_bytes() == before
    assert texts() == items(0, 8)
    new = Path("out/documents/000001.jsonl").read_text().splitlines()
    assert [json.loads(line)["metadata"]["record"] for line in new] == [5, 6, 7]
    assert [json.loads(line)["id"].rpartition(":")[2] for line in new] == ["5", "6", "7"]
    assert main(["verify", "out", "--quiet"]) == 0


def test_a_file_may_grow_again_and_again_and_then_change() -> None:
    """Each run takes what is new; when the file is rewritten, all of its records go."""
    for number in range(4):
        assert main(RUN) == 0
        assert texts() == items(0, 5 + 2 * number)
        append(lines(5 + 2 * number, 7 + 2 * number), 1_700_000_100 + number)
    assert main(RUN) == 0
    write(0, 3, "New", 1_700_001_000)

    assert main(RUN) == 0
    assert texts() == items(0, 3, "New")


def test_a_file_that_grows_while_it_is_read_goes_on_from_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What a crawler appends in the meantime is not lost, and not read twice."""

    def grow(self: FileDigest, source: Source) -> str | None:
        append(lines(5, 9))
        return original(self, source)

    original = FileDigest.of
    with monkeypatch.context() as patch:
        patch.setattr(FileDigest, "of", grow)
        assert main(RUN) == 0
    assert texts() == items(0, 5)

    assert main(RUN) == 0
    assert texts() == items(0, 9)


def test_an_interrupted_file_is_entered_where_the_run_stopped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Going on doesn't read the first part again, and gives the same bytes."""
    write(0, 30)
    main(["crawl", "-o", "whole", "--quiet", "--shard-size", "6"])
    assert main([*RUN, "--shard-size", "6", "--max-errors", "0"]) == 0
    texts_of_whole = texts("whole")

    write(0, 30)
    offsets = []
    from cleaner.readers import streams

    real = streams.open_stream

    def note(source: object) -> object:
        offsets.append(source.offset)  # type: ignore[attr-defined]
        return real(source)  # type: ignore[arg-type]

    monkeypatch.setattr(streams, "open_stream", note)
    lost = LOG.read_bytes()
    LOG.write_bytes(lost.replace(b"Item 13", b"REJECT!"))
    os.utime(LOG, (1_700_000_200, 1_700_000_200))
    assert main(["crawl", "-o", "cut", "--quiet", "--shard-size", "6", "--max-errors", "0"]) == 4
    assert main(["crawl", "-o", "cut", "--quiet", "--shard-size", "6"]) == 0
    assert offsets[0] == 0
    assert offsets[1] > 0
    assert texts("cut") == [text for text in texts_of_whole if text != "Item 13."]
