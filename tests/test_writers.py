"""Rows, shards and files: what is written is complete, and can be read back."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import orjson
import pytest

from cleaner.errors import OutputError
from cleaner.records import Action, Cleaned, Decision, Document, Finding, Raw, Rejected, Span
from cleaner.writers.files import CODECS, lines_of, stage
from cleaner.writers.rows import METADATA_KEYS, quarantine_row, rejected_of, span_rows
from cleaner.writers.shard import Collector, Rows, Tally

AD = Finding(Span(0, 3), "chrome", "rule:fake.ad", 1.0)


def cleaned(text: str, *decisions: Decision, name: str = "1", source: str = "in.txt") -> Cleaned:
    return Cleaned(Document(name, source, None, text), decisions)


def keep(start: int, end: int) -> Decision:
    return Decision(Span(start, end), Action.KEEP, "reporting", None)


def remove(start: int, end: int) -> Decision:
    return Decision(Span(start, end), Action.REMOVE, "chrome", AD)


RAW = Raw("1", "in.txt", "text/plain", b"AD\nNews.")


@pytest.mark.parametrize(
    "decisions",
    [
        (),
        (remove(0, 3),),
        (keep(3, 8),),
        (remove(0, 4), keep(3, 8)),
        (remove(0, 2), keep(3, 8)),
        (keep(0, 9),),
    ],
)
def test_decisions_that_do_not_tile_the_text_are_rejected(decisions: tuple[Decision, ...]) -> None:
    """A gap or an overlap would make the text unrestorable, so the record is quarantined whole."""
    collector = Collector("c")
    collector.add(RAW, cleaned("AD\nNews.", *decisions))

    assert collector.rows.documents == []
    [row] = collector.rows.quarantine
    assert orjson.loads(row)["kind"] == "not-conserved"
    assert rejected_of(orjson.loads(row)).raw == RAW


def test_text_that_json_cannot_hold_is_rejected() -> None:
    """A lone surrogate in a text can't be written, and must not end the run."""
    collector = Collector("c")
    collector.add(RAW, cleaned("\ud800", keep(0, 1)))

    assert orjson.loads(collector.rows.quarantine[0])["kind"] == "unwritable"
    assert collector.counts.quarantined == 1


def test_names_that_json_cannot_hold_are_shown() -> None:
    """A file name of undecodable bytes stays legible, and its document is written."""
    collector = Collector("c")
    collector.add(RAW, cleaned("News.", keep(0, 5), source="caf\udce9.txt"))

    assert orjson.loads(collector.rows.documents[0])["source"] == "caf\\udce9.txt"


def test_an_emptied_document_is_written() -> None:
    """Nothing is lost: a document without kept text has a row with an empty text."""
    collector = Collector("c")
    collector.add(RAW, cleaned("AD\n", remove(0, 3)))

    row = orjson.loads(collector.rows.documents[0])
    assert row["text"] == ""
    assert tuple(row["metadata"]) == (*METADATA_KEYS, "cleaner", "config")
    assert (collector.counts.written, collector.counts.emptied) == (0, 1)


def test_a_rejected_record_keeps_its_bytes() -> None:
    """The quarantine gives back exactly what the reader had, and why it was rejected."""
    raw = Raw("7", "in.warc", "text/html", bytes(range(256)), {"record": 7, "url": "https://a.b"})
    rejected = Rejected(raw, "empty", "There is no text.")

    assert rejected_of(orjson.loads(quarantine_row(rejected))) == rejected


def test_rows_without_a_source_keep_step() -> None:
    """Taking one input's rows out takes its removed spans too, and only those."""
    collector = Collector("c")
    for name, source in (("1", "a"), ("2", "b"), ("3", "a"), ("4", "c")):
        collector.add(RAW, cleaned("AD\nNews.", remove(0, 3), keep(3, 8), name=name, source=source))

    rows = collector.rows.without(["a"])

    assert [orjson.loads(line)["id"] for line in rows.documents] == ["2", "4"]
    assert [orjson.loads(line)["id"] for line in rows.removed] == ["2", "4"]
    assert rows.tally() == Tally(2, 0, 0, 16, 10, 2)


@pytest.mark.parametrize("name", sorted(CODECS))
def test_codecs_round_trip_and_repeat(tmp_path: Path, name: str) -> None:
    """Packing the same rows gives the same bytes, and reading them the same rows."""
    codec = CODECS[name]
    packed = codec.pack(b'{"a":1}\n{"a":"\xe2\x80\xa8"}\n')

    assert codec.pack(b'{"a":1}\n{"a":"\xe2\x80\xa8"}\n') == packed
    path = tmp_path / f"0.jsonl{codec.suffix}"
    stage(path, packed).publish()
    assert lines_of(path) == [b'{"a":1}', b'{"a":"\xe2\x80\xa8"}']


def test_a_file_appears_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When writing fails, neither the file nor its temporary form is left."""

    def fail(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)

    with pytest.raises(OutputError, match="The disk is full"):
        stage(tmp_path / "a.jsonl", b"content")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"\x1f\x8b\x08 no gzip", b"\x28\xb5\x2f\xfd no zstd"])
def test_a_damaged_shard_is_an_error_that_names_it(tmp_path: Path, content: bytes) -> None:
    """Damage is told by file, not by a library's exception."""
    path = tmp_path / ("0.jsonl.gz" if content.startswith(b"\x1f") else "0.jsonl.zst")
    path.write_bytes(content)

    with pytest.raises(OutputError, match="0.jsonl"):
        lines_of(path)


def test_empty_rows_are_empty() -> None:
    """Removed spans alone make no shard."""
    assert Rows(removed=[b"{}"]).is_empty()


def test_rows_are_cut_apart_at_their_own_ends_only() -> None:
    """Text and names that look like the start of a row stay within theirs."""
    text = '"},{"id":"x"},\\"},{"id":\n[{"id":"'
    name = '},{"id":"7"'
    half = len(text) // 2
    document = cleaned(text, remove(0, half), remove(half, len(text)), name=name)

    rows = span_rows(document, document.removed)

    assert [orjson.loads(row) for row in rows] == [
        {"id": name, "start": start, "end": end, "text": text[start:end], "label": "chrome",
         "by": "rule:fake.ad", "score": 1.0}
        for start, end in ((0, half), (half, len(text)))
    ]  # fmt: skip
    assert span_rows(document, []) == []
