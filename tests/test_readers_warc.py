"""WARC and WET: damaged archives lose the damaged record and nothing else."""

from __future__ import annotations

import gzip
import logging
import zlib
from pathlib import Path

import pytest

from cleaner.readers import ReadOptions, find_inputs, read
from cleaner.records import Raw, Rejected

HTML_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=ISO-8859-1\r\n"


def page(number: int) -> bytes:
    return b"<p>Story number %d of the day.</p>" % number


def warc_record(
    number: int, block: bytes | None = None, kind: bytes = b"response", length: int | None = None
) -> bytes:
    if block is None:
        block = HTML_HEAD + b"\r\n" + page(number)
    content_type = b"application/http; msgtype=response" if kind == b"response" else b"text/plain"
    return b"\r\n".join(
        [
            b"WARC/1.0",
            b"WARC-Type: " + kind,
            b"WARC-Record-ID: <urn:uuid:%d>" % number,
            b"WARC-Target-URI: https://example.org/%d" % number,
            b"WARC-Date: 2024-01-02T03:04:05Z",
            b"Content-Type: " + content_type,
            b"Content-Length: %d" % (len(block) if length is None else length),
            b"",
            block,
            b"",
            b"",
        ]
    )


def read_archive(
    folder: Path, content: bytes, name: str = "a.warc", options: ReadOptions | None = None
) -> list[Raw | Rejected]:
    (folder / name).write_bytes(content)
    return [record for source in find_inputs([str(folder)]) for record in read(source, options)]


def pages(records: list[Raw | Rejected]) -> list[bytes]:
    return [record.body for record in records if isinstance(record, Raw)]


def kinds(records: list[Raw | Rejected]) -> list[str]:
    return [record.kind for record in records if isinstance(record, Rejected)]


@pytest.mark.parametrize(
    ("damaged", "kind"),
    [
        (warc_record(1, length=20), "damaged-record"),
        (warc_record(1, length=10_000), "damaged-record"),
        (warc_record(1).replace(b"Content-Length: ", b"Content-Length: x"), "damaged-record"),
        (warc_record(1).replace(b"Content-Length", b"Content-Width"), "damaged-record"),
        (b"XXXX" + warc_record(1)[4:], "damaged-record"),
        (b"\x00\xff garbage\r\n" * 30, "damaged-record"),
        (warc_record(1, b"no HTTP at all"), "bad-http"),
        (warc_record(1, HTML_HEAD + b"\r\n"), "empty"),
        (
            warc_record(1, HTML_HEAD + b"Content-Encoding: gzip\r\n\r\n\x1f\x8bno gzip"),
            "damaged-payload",
        ),
    ],
)
def test_after_a_damaged_record_reading_goes_on(tmp_path: Path, damaged: bytes, kind: str) -> None:
    """The records around the damage come out whole, and the damage is reported."""
    content = warc_record(0) + damaged + warc_record(2) + warc_record(3)

    records = read_archive(tmp_path, content)

    assert pages(records) == [page(0), page(2), page(3)]
    assert kinds(records) == [kind]


@pytest.mark.parametrize("cut", [10, 100, 250])
def test_a_truncated_archive_ends_in_a_rejected_record(tmp_path: Path, cut: int) -> None:
    """The whole records are read; the torn one is not taken for an empty page."""
    records = read_archive(tmp_path, b"".join(map(warc_record, range(3)))[:-cut])

    assert pages(records) == [page(0), page(1)]
    assert len(kinds(records)) == 1


def test_a_truncated_gzip_archive_gives_what_was_whole(tmp_path: Path) -> None:
    """One gzip member a record, as crawlers write them."""
    content = b"".join(gzip.compress(warc_record(number)) for number in range(3))

    records = read_archive(tmp_path, content[:-40], "a.warc.gz")

    assert pages(records) == [page(0), page(1)]
    assert kinds(records) == ["truncated-compression"]


@pytest.mark.parametrize("damage", [0, 12, 40, 120, -3])
def test_a_damaged_gzip_member_costs_one_record(tmp_path: Path, damage: int) -> None:
    """A flipped byte in an archive of gigabytes must not lose all that follows."""
    members = [bytearray(gzip.compress(warc_record(number))) for number in range(4)]
    for at in range(damage, damage + 3):
        members[1][at] ^= 0xFF

    records = read_archive(tmp_path, b"".join(members), "a.warc.gz")

    assert pages(records) == [page(0), page(2), page(3)]
    assert kinds(records) == ["damaged-record"]


def test_a_record_over_the_cap_is_leapt_over(tmp_path: Path) -> None:
    """A video in the crawl is not held in memory."""
    content = warc_record(0) + warc_record(1, b"x" * 3_000_000) + warc_record(2)

    records = read_archive(tmp_path, content, options=ReadOptions(max_bytes=100_000))

    assert pages(records) == [page(0), page(2)]
    assert kinds(records) == ["too-large"]


def test_records_that_are_no_documents_are_counted_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Requests, redirects and pictures are no mistakes, but they don't vanish unseen."""
    content = (
        warc_record(0, b"software: x", kind=b"warcinfo")
        + warc_record(1, b"GET / HTTP/1.1\r\n\r\n", kind=b"request")
        + warc_record(2, b"HTTP/1.1 301 Moved\r\nLocation: /\r\n\r\n")
        + warc_record(3, b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n\x89PNG")
        + warc_record(4)
    )

    with caplog.at_level(logging.INFO, "cleaner.readers.warc"):
        records = read_archive(tmp_path, content)

    assert pages(records) == [page(4)]
    assert "1 request records, 1 response records of type image/png" in caplog.text
    assert "1 responses of status 301, 1 warcinfo records" in caplog.text


@pytest.mark.parametrize(
    ("header", "body"),
    [
        (
            b"Transfer-Encoding: chunked",
            b"5\r\n<p>St\r\n1c;x=y\r\nory number 1 of the day.</p>\r\n0\r\n\r\n",
        ),
        (b"Transfer-Encoding: chunked", page(1)),
        (b"Content-Encoding: gzip", gzip.compress(page(1), mtime=0)),
        (b"Content-Encoding: gzip", page(1)),
        (b"Content-Encoding: deflate", zlib.compress(page(1))),
        (b"Content-Encoding: deflate", zlib.compress(page(1))[2:-4]),
        (b"Content-Encoding: identity", page(1)),
    ],
)
def test_the_transport_is_taken_off_where_it_is_there(
    tmp_path: Path, header: bytes, body: bytes
) -> None:
    """Crawlers store payloads unpacked under headers that say they are packed."""
    block = HTML_HEAD + header + b"\r\n\r\n" + body

    assert pages(read_archive(tmp_path, warc_record(1, block))) == [page(1)]


def test_a_page_whose_end_is_missing_is_read_and_marked(tmp_path: Path) -> None:
    """Half an article is worth having, as long as the record says that it is half."""
    packed = gzip.compress(b"<p>" + bytes(range(32, 127)) * 50)[:-30]

    [raw] = read_archive(
        tmp_path, warc_record(1, HTML_HEAD + b"Content-Encoding: gzip\r\n\r\n" + packed)
    )

    assert isinstance(raw, Raw)
    assert raw.body.startswith(b"<p>")
    assert raw.meta["truncated"] == 1


def test_a_response_brings_its_address_time_and_charset(tmp_path: Path) -> None:
    """What the archive knows about a page is kept with it."""
    first = warc_record(0)

    raw = read_archive(tmp_path, first + warc_record(1))[1]

    assert isinstance(raw, Raw)
    assert (raw.id, raw.media_type) == ("urn:uuid:1", "text/html")
    assert raw.meta["url"] == "https://example.org/1"
    assert raw.meta["added"] == "2024-01-02T03:04:05+00:00"
    assert raw.meta["charset"] == "ISO-8859-1"
    assert (raw.meta["record"], raw.meta["offset"]) == (1, len(first))


def test_a_wet_file_holds_texts(tmp_path: Path) -> None:
    """Conversion records are plain text in UTF-8."""
    content = gzip.compress(warc_record(1, "Café.\n".encode(), kind=b"conversion"))

    [raw] = read_archive(tmp_path, content, "CC.warc.wet.gz")

    assert isinstance(raw, Raw)
    assert (raw.media_type, raw.body.decode()) == ("text/plain", "Café.\n")
