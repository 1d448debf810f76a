"""JSON lines: one bad line is one rejected record, and fields are found by name."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from cleaner.errors import InputError
from cleaner.readers import ReadOptions, find_inputs, read, read_again
from cleaner.records import Raw, Rejected

GOOD = b'{"text": "News."}'


def read_lines(
    folder: Path, content: bytes, options: ReadOptions | None = None, name: str = "a.jsonl"
) -> list[Raw | Rejected]:
    (folder / name).write_bytes(content)
    return [record for source in find_inputs([str(folder)]) for record in read(source, options)]


def read_record(folder: Path, record: dict[str, Any], options: ReadOptions | None = None) -> Raw:
    [raw] = read_lines(folder, json.dumps(record).encode(), options)
    assert isinstance(raw, Raw)
    return raw


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (b'{"text": "News', "bad-json"),
        (b"not json at all", "bad-json"),
        (b'{"text": "' + b'[{"a":' * 50_000, "bad-json"),
        (b"42", "not-an-object"),
        (b"null", "not-an-object"),
        (b'["News."]', "not-an-object"),
        (b'{"text": ""}', "empty"),
        (b'{"text": " \\n "}', "empty"),
        (b'{"text": null}', "no-text-field"),
        (b'{"headline": "x"}', "no-text-field"),
    ],
)
def test_a_bad_line_is_rejected_and_its_neighbours_are_read(
    tmp_path: Path, line: bytes, kind: str
) -> None:
    """Nothing before or after a bad line is lost, and its place is known."""
    first, bad, last = read_lines(tmp_path, GOOD + b"\n" + line + b"\n" + GOOD)

    assert isinstance(first, Raw)
    assert isinstance(last, Raw)
    assert isinstance(bad, Rejected)
    assert bad.kind == kind
    assert (bad.raw.meta["record"], bad.raw.meta["offset"]) == (1, len(GOOD) + 1)
    assert bad.raw.meta["length"] == len(line)
    assert line.startswith(bad.raw.body)


def test_a_line_over_the_limit_is_skipped_to_its_end(tmp_path: Path) -> None:
    """A line of gigabytes would take the memory of the run; its start is kept."""
    long = b'{"text": "' + b"x" * 3_000_000 + b'"}'
    options = ReadOptions(max_line_bytes=1000, kept_bytes=100)

    bad, good = read_lines(tmp_path, long + b"\n" + GOOD, options)

    assert isinstance(bad, Rejected)
    assert isinstance(good, Raw)
    assert (bad.kind, bad.raw.meta["length"]) == ("line-too-long", len(long))
    assert bad.raw.body == long[:100]


def test_a_truncated_file_gives_its_whole_lines_and_rejects_the_rest(tmp_path: Path) -> None:
    """The lines before the cut are documents; the torn one says why it is none."""
    lines = [b'{"text": "Story %d in the news."}' % number for number in range(20_000)]
    content = gzip.compress(b"\n".join(lines))[:-5000]

    *good, bad = read_lines(tmp_path, content, name="a.jsonl.gz")

    assert len(good) > 1000
    assert [raw.body for raw in good if isinstance(raw, Raw)] == [
        b"Story %d in the news." % number for number in range(len(good))
    ]
    assert isinstance(bad, Rejected)
    assert bad.kind == "truncated-compression"
    assert lines[len(good)].startswith(bad.raw.body)


def test_the_first_record_without_a_text_field_names_the_fields(tmp_path: Path) -> None:
    """A file the user named can't be read without help, and the help is spelled out."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"headline": "x", "words": "News."}\n')
    [source] = find_inputs([str(path)])

    with pytest.raises(InputError, match=r"headline, words.*--text-field NAME"):
        list(read(source))


def test_a_latin_1_byte_in_a_utf_8_line_is_read_and_noted(tmp_path: Path) -> None:
    """Neither the line nor the letter is lost."""
    line = '{"text": "naïve '.encode() + b'caf\xe9"}'

    [raw] = read_lines(tmp_path, line)

    assert isinstance(raw, Raw)
    assert raw.body.decode() == "naïve café"
    assert raw.meta["encoding"] == "utf-8 (replaced)"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (rb"a\ud800b", "a\ufffdb"),
        (rb"\ude00", "\ufffd"),
        (rb"\ud83d\ude00", "\U0001f600"),
        (rb"a\u0000b", "a\0b"),
    ],
)
def test_surrogates_and_nul_don_t_stop_a_line(tmp_path: Path, text: bytes, expected: str) -> None:
    """Lone surrogates become U+FFFD; a pair is one character."""
    [raw] = read_lines(tmp_path, b'{"text": "' + text + b'"}')

    assert isinstance(raw, Raw)
    assert raw.body.decode() == expected


def test_marks_blank_lines_and_crlf_are_no_records(tmp_path: Path) -> None:
    """A byte order mark, Windows line ends and blank lines come with exports."""
    records = read_lines(tmp_path, b"\xef\xbb\xbf" + GOOD + b"\r\n\r\n" + GOOD + b"\r\n")

    assert [type(record) for record in records] == [Raw, Raw]
    assert [record.meta["record"] for record in records if isinstance(record, Raw)] == [0, 1]


@pytest.mark.parametrize(
    ("record", "media_type", "body"),
    [
        ({"Body_Text": "News."}, "text/plain", "News."),
        ({"text": "", "html": "<p>News."}, "text/html", "<p>News."),
        ({"content": "Rates were < 2 % in May."}, "text/plain", "Rates were < 2 % in May."),
        ({"content": "Intro. <b>News</b>."}, "text/html", "Intro. <b>News</b>."),
        ({"raw_html": "<p>News."}, "text/html", "<p>News."),
        ({"paragraphs": ["One.", "Two."]}, "text/plain", "One.\nTwo."),
        ({"metadata": {"text": "News."}}, "text/plain", "News."),
    ],
)
def test_the_text_is_found_by_name(
    tmp_path: Path, record: dict[str, Any], media_type: str, body: str
) -> None:
    """Names are compared without case and separators; markup is told from text."""
    raw = read_record(tmp_path, record)

    assert (raw.media_type, raw.body.decode()) == (media_type, body)


def test_what_the_record_knows_goes_into_meta(tmp_path: Path) -> None:
    """Also from a nested metadata object, as dolma and datatrove write it."""
    raw = read_record(
        tmp_path,
        {
            "id": 17,
            "text": "News.",
            "source": "https://example.org/a",
            "publish_date": "2025-09-11T10:00:00Z",
            "crawl_date": 1757581267,
            "metadata": {"Headline": "A vote", "authors": ["Ana Ruiz", {"name": "Tom Ott"}]},
        },
    )

    assert raw.id == "17"
    assert dict(raw.meta) == {
        "url": "https://example.org/a",
        "title": "A vote",
        "authors": "Ana Ruiz; Tom Ott",
        "date": "2025-09-11T10:00:00+00:00",
        "added": "2025-09-11T09:01:07+00:00",
        "record": 0,
        "offset": 0,
        "length": raw.meta["length"],
        "charset": "utf-8",
    }


def test_options_name_fields_and_reach_into_nested_ones(tmp_path: Path) -> None:
    """What the user names goes before every usual name."""
    record = {"text": "teaser", "article": {"words": "News."}, "key": "k1", "id": "x"}
    options = ReadOptions(text_field="article.words", id_field="key")

    raw = read_record(tmp_path, record, options)

    assert (raw.id, raw.body) == ("k1", b"News.")


def test_a_rejected_line_is_read_again_with_other_options(tmp_path: Path) -> None:
    """The quarantine keeps the line, so that a replay needs no second crawl."""
    _, bad = read_lines(tmp_path, GOOD + b'\n{"words": "More news."}')
    assert isinstance(bad, Rejected)

    [raw] = read_again(bad.raw, ReadOptions(text_field="words"))

    assert isinstance(raw, Raw)
    assert (raw.id, raw.body) == (bad.raw.id, b"More news.")
    assert raw.meta["offset"] == bad.raw.meta["offset"]
