"""Whole files, compression, sniffing: what `read` promises."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from cleaner.errors import InputError
from cleaner.readers import ReadOptions, Source, find_inputs, read
from cleaner.records import Raw, Rejected

PAGE = b"<html><body><p>The council met on Monday.</p></body></html>"
COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress,
    ".zst": zstandard.ZstdCompressor().compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
}


def read_all(path: Path | str, options: ReadOptions | None = None) -> list[Raw | Rejected]:
    return [record for source in find_inputs([str(path)]) for record in read(source, options)]


def rejected(path: Path | str, options: ReadOptions | None = None) -> Rejected:
    [record] = read_all(path, options)
    assert isinstance(record, Rejected)
    return record


def stand_in(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))


@pytest.mark.parametrize("content", [b"", b" \r\n\t \n"])
def test_an_empty_file_is_rejected(tmp_path: Path, content: bytes) -> None:
    """An empty file is no document, and the run says so."""
    (tmp_path / "a.html").write_bytes(content)

    assert rejected(tmp_path).kind == "empty"


def test_a_file_over_the_cap_is_rejected_with_its_start_and_true_length(tmp_path: Path) -> None:
    """The quarantine shows what it was without holding all of it."""
    (tmp_path / "a.txt").write_bytes(b"x" * 5000)

    record = rejected(tmp_path, ReadOptions(max_bytes=1000, kept_bytes=10))

    assert record.kind == "too-large"
    assert (record.raw.body, record.raw.meta["length"]) == (b"x" * 10, 5000)


@pytest.mark.parametrize("ending", COMPRESS)
def test_a_truncated_file_is_rejected_with_what_could_be_read(tmp_path: Path, ending: str) -> None:
    """Whatever came before the cut is kept in the record."""
    content = b"".join(b"%d is a number in the news.\n" % number for number in range(50_000))
    (tmp_path / f"a.txt{ending}").write_bytes(COMPRESS[ending](content)[:-20])

    record = rejected(tmp_path)

    assert record.kind == "truncated-compression"
    assert content.startswith(record.raw.body)


def test_damage_inside_a_compressed_file_is_rejected(tmp_path: Path) -> None:
    """A flipped bit is told from a missing end."""
    damaged = bytearray(gzip.compress(os.urandom(10_000)))
    damaged[5000:5010] = b"\xff" * 10
    (tmp_path / "a.txt.gz").write_bytes(damaged)

    assert rejected(tmp_path).kind == "damaged-compression"


@pytest.mark.parametrize("ending", ["", *COMPRESS])
@pytest.mark.parametrize("members", [1, 3])
def test_compressed_files_read_as_plain_ones(tmp_path: Path, ending: str, members: int) -> None:
    """All four compressions, also with many members in one file."""
    compress = COMPRESS.get(ending, bytes)
    (tmp_path / f"a.html{ending}").write_bytes(compress(PAGE) * members)

    [raw] = read_all(tmp_path)

    assert isinstance(raw, Raw)
    assert (raw.body, raw.media_type) == (PAGE * members, "text/html")


def test_an_unpacked_file_with_a_compressed_name_is_read(tmp_path: Path) -> None:
    """Proxies unpack pages and leave the name."""
    (tmp_path / "a.html.gz").write_bytes(PAGE)

    [raw] = read_all(tmp_path)

    assert isinstance(raw, Raw)
    assert raw.body == PAGE


def test_a_file_says_when_it_was_written_and_never_what_time_it_is(tmp_path: Path) -> None:
    """`added` is the file's time, so that two runs write the same bytes."""
    path = tmp_path / "a.txt"
    path.write_text("News.")
    os.utime(path, (1_700_000_000, 1_700_000_000))

    [raw] = read_all(path)

    assert isinstance(raw, Raw)
    assert raw.meta == {"record": 0, "offset": 0, "length": 5, "added": "2023-11-14T22:13:20Z"}


def test_ids_differ_between_folders_and_stay_between_runs() -> None:
    """Many crawls hold an index.html in each folder."""
    first, second = Source("a/index.html"), Source("b/index.html")

    assert first.id != second.id
    assert first.id == Source("./a/../a/index.html").id


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b'\n {"text": "News."}\n', "text/plain"),
        (b"\xef\xbb\xbf<!DOCTYPE html><p>News.", "text/html"),
        (b"News, plain and simple.", "text/plain"),
        (gzip.compress(PAGE, mtime=0), "text/html"),
    ],
)
def test_standard_input_is_told_by_its_content(
    monkeypatch: pytest.MonkeyPatch, content: bytes, media_type: str
) -> None:
    """A pipe has no name; its first bytes say what it holds, compressed or not."""
    stand_in(monkeypatch, content)

    [raw] = read_all("-")

    assert isinstance(raw, Raw)
    assert (raw.media_type, raw.source, raw.meta.get("added")) == (media_type, "-", None)


@pytest.mark.parametrize("content", [b"%PDF-1.7 x", b'[{"text": "News."}]', bytes(range(256))])
def test_a_named_file_that_no_reader_takes_is_the_users_mistake(
    tmp_path: Path, content: bytes
) -> None:
    """Pictures, PDFs and JSON arrays are answered with what to do."""
    path = tmp_path / "a.dat"
    path.write_bytes(content)

    with pytest.raises(InputError):
        read_all(path)


@pytest.mark.skipif(sys.platform != "linux", reason="file names are bytes on Linux only")
def test_a_file_name_that_is_no_utf_8_is_read_and_can_be_written(tmp_path: Path) -> None:
    """Old archives unpack to such names; a record about them must not break a writer."""
    (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_text("News.")

    [raw] = read_all(tmp_path)

    assert isinstance(raw, Raw)
    assert raw.source.endswith("caf\ufffd.txt")
    assert raw.id.startswith("caf\ufffd-")


def test_a_slow_pipe_gives_its_lines_as_they_come(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a megabyte; a mark that comes in two pieces is seen all the same."""
    packed = gzip.compress(b'{"text": "News."}\n' * 3)
    for feed in ([b'{"text": "Ne', b'ws."}\n'], [packed[:1], packed[1:5], packed[5:]]):
        reading, writing = os.pipe()
        with os.fdopen(reading, "rb") as pipe, os.fdopen(writing, "wb", buffering=0) as writer:

            class Standard:
                buffer = pipe

            monkeypatch.setattr("sys.stdin", Standard)

            def write(writer: io.FileIO = writer, feed: list[bytes] = feed) -> None:
                for piece in feed:
                    writer.write(piece)
                    time.sleep(0.02)
                if len(feed) == 3:
                    writer.close()

            feeder = threading.Thread(target=write)
            feeder.start()
            # The pipe is still open where the first line is asked for.
            first = next(read(Source("-", format="jsonl")))
            feeder.join()

        assert isinstance(first, Raw)
        assert first.body == b"News."
