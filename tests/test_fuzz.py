"""Anything at all through readers, extraction, rules and decide: no crash, no hang, no loss.

A minute by default; by hand longer: ``FUZZ=30 pytest -m slow tests/test_fuzz.py``, half an hour.
"""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path

import orjson
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cleaner.config import Config
from cleaner.deadline import deadline
from cleaner.errors import InputError
from cleaner.labels import LABELS
from cleaner.pipeline import Cleaner
from cleaner.readers import ReadOptions, Source, read
from cleaner.records import Cleaned, Raw, Rejected
from cleaner.restore import RemovedSpan, restore_text
from cleaner.runrecord import Counts
from cleaner.writers.shard import Collector

pytestmark = pytest.mark.slow
TIMES = int(os.environ.get("FUZZ", "1"))
SECONDS = 20.0

fuzz = partial(
    settings,
    deadline=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)

TAGS = st.sampled_from(
    """html head body title meta script style article p div h1 h2 ul li table tr td pre br a img svg
    iframe template noscript form input button nav footer aside figure figcaption b ![CDATA[ !--
    /p /div /article /html /script /table plaintext xmp base frameset""".split()
)
WORDS = st.sampled_from(
    [
        "The council voted 7-2 on Monday, Mayor Ana Ruiz said.",
        "Read Next:",
        "Sign in",
        "AI Insights",
        "By Ana Lindqvist",
        "© 2025 Port News",
        "&nbsp;",
        "&#x1F600;",
        "&#0;",
        "<![CDATA[",
        "]]>",
        "\0",
        "\ud800",
        "\u202e",
        "\ufeff",
        "é",
        "漢字",
        "العربية",
        "😀",
        "\x85",
        "\u2028",
        "-->",
        "<!--",
        '"',
        "'",
        "=",
    ]
)
ATTRIBUTES = st.sampled_from(
    [
        "",
        " class='article-body'",
        " href='https://a.example/b'",
        " charset=utf-16",
        " id=x",
        " content='text/html; charset=shift_jis'",
        " style='display:none'",
        " a" * 50,
        " src=",
        " property='article:published_time' content='2025-13-45T99:00'",
        " type='application/ld+json'",
    ]
)
HTML = st.lists(
    st.one_of(
        st.tuples(TAGS, ATTRIBUTES).map(lambda pair: f"<{pair[0]}{pair[1]}>"),
        WORDS,
        st.text(max_size=30),
        TAGS.map(lambda tag: f"<{tag}>" * 40),
    ),
    max_size=60,
).map("".join)
ENCODINGS = st.sampled_from(
    ["utf-8", "utf-16", "utf-7", "cp1252", "shift_jis", "gb18030", "koi8-r"]
)


def encoded(text: str, encoding: str) -> bytes:
    return text.encode(encoding, "surrogatepass" if encoding == "utf-8" else "replace")


BYTES = st.one_of(
    st.binary(max_size=2000),
    st.builds(encoded, HTML, ENCODINGS),
    st.tuples(st.builds(encoded, HTML, ENCODINGS), st.binary(max_size=20)).map(b"".join),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | HTML,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
FIELDS = "text html raw_html content body url id title date author published_at metadata".split()
LINES = st.lists(
    st.one_of(
        st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=5).map(
            lambda record: json.dumps(record).encode()
        ),
        st.binary(max_size=60),
        st.just(b""),
        st.just(b"\xef\xbb\xbf{"),
        st.just(b"[" * 3000),
    ),
    max_size=8,
).map(b"\n".join)
WARC_HEADS = st.lists(
    st.sampled_from(
        [
            b"WARC/1.0",
            b"WARC/9",
            b"WARC-Type: response",
            b"WARC-Type: conversion",
            b"Content-Length: 40",
            b"Content-Length: -1",
            b"Content-Length: 99999999999999999999",
            b"Content-Length: x",
            b"WARC-Target-URI: https://a.example/",
            b"WARC-Target-URI: <\xff>",
            b"WARC-Date: never",
            b"",
            b"HTTP/1.1 200 OK",
            b"Transfer-Encoding: chunked",
            b"Content-Encoding: gzip",
            b"5",
            b"<p>",
            b"Content-Type: text/html; charset=\xe9",
        ]
    ),
    max_size=25,
).map(b"\r\n".join)


@lru_cache(maxsize=1)
def cleaner() -> Cleaner:
    return Cleaner(Config())


def check(records: list[Raw | Rejected]) -> None:
    """Clean records, and hold the results against the promises of design and README."""
    raws = [record for record in records if isinstance(record, Raw)]
    with deadline(SECONDS):
        outcomes = cleaner().clean_batch(raws)
    assert len(outcomes) == len(raws)
    collector = Collector("digest")
    for raw, outcome in zip(raws, outcomes, strict=True):
        collector.add(raw, outcome)
        if isinstance(outcome, Cleaned):
            check_one(outcome)
    counts: Counts = collector.counts
    counts.read = len(raws)
    counts.check()
    assert "not-conserved" not in counts.rejected
    assert "unwritable" not in counts.rejected
    for line in [*collector.rows.documents, *collector.rows.quarantine]:
        orjson.loads(line)


def check_one(cleaned: Cleaned) -> None:
    text, ends = cleaned.document.text, [0, *(d.span.end for d in cleaned.decisions)]
    assert [d.span.start for d in cleaned.decisions] == ends[:-1]
    assert ends[-1] == len(text)
    assert all(d.label in LABELS for d in cleaned.decisions)
    assert all(d.because is not None and 0 <= d.because.score <= 1 for d in cleaned.removed)
    removed = [RemovedSpan(*d.span, text[slice(*d.span)]) for d in cleaned.removed]
    assert restore_text(cleaned.text, removed) == text
    scalars = str | int | float | bool | None
    assert all(isinstance(value, scalars) for value in cleaned.metadata.values())


def records_of(path: Path, content: bytes, named: str) -> list[Raw | Rejected]:
    """What the reader for a file of this name makes of the content."""
    file = path / named
    file.write_bytes(content)
    compression = "gzip" if named.endswith(".gz") else None
    formats = {"html": "html", "txt": "text", "jsonl": "jsonl", "warc": "warc", "bin": None}
    source = Source(str(file), format=formats[named.split(".")[1]], compression=compression)
    try:
        with deadline(SECONDS):
            return list(read(source, ReadOptions(max_bytes=5000, max_line_bytes=4000)))
    except InputError:
        return []


@fuzz(max_examples=900 * TIMES)
@given(BYTES, st.sampled_from(["text/html", "text/plain", "application/xhtml+xml"]), ENCODINGS)
def test_any_page(body: bytes, media_type: str, charset: str) -> None:
    """Broken markup, wrong encodings, control characters: an outcome for each, restorable."""
    meta = {"url": "https://www.example.org/a", "charset": charset, "record": 0}
    check([Raw("1", "a.html", media_type, body, meta)])


@fuzz(max_examples=300 * TIMES)
@given(st.lists(BYTES, min_size=2, max_size=6))
def test_any_batch(bodies: list[bytes]) -> None:
    """Pages side by side, one as odd as the other."""
    check([Raw(str(n), "a.html", "text/html", body, {}) for n, body in enumerate(bodies)])


@pytest.mark.parametrize("named", ["a.html", "a.txt", "a.jsonl", "a.warc", "a.bin"])
@fuzz(max_examples=900 * TIMES)
@given(content=st.one_of(BYTES, LINES, WARC_HEADS))
def test_any_file(tmp_path: Path, named: str, content: bytes) -> None:
    """Every reader takes every content, and what it yields can be cleaned."""
    check(records_of(tmp_path, content, named))


@fuzz(max_examples=900 * TIMES)
@given(
    content=st.one_of(LINES, WARC_HEADS),
    spoil=st.sampled_from([lambda b: b, lambda b: b[:-5], lambda b: b[:20] + b"\xff" + b[21:]]),
    named=st.sampled_from(["a.jsonl.gz", "a.warc.gz", "a.html.gz", "a.bin.gz"]),
)
def test_any_packed_file(
    tmp_path: Path, content: bytes, spoil: Callable[[bytes], bytes], named: str
) -> None:
    """The same for packed files, cut off and damaged ones too."""
    check(records_of(tmp_path, spoil(gzip.compress(content, mtime=0)), named))
