"""Promises on real pages: they run where the project's shared data is, and only there."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson
import pytest

from cleaner.config import Config
from cleaner.decide import assign
from cleaner.errors import RejectError
from cleaner.extract import ExtractOptions, extract
from cleaner.pipeline import Cleaner
from cleaner.records import Cleaned, Document, Raw
from cleaner.restore import RemovedSpan, restore_text
from cleaner.segment import segment

PAGES = Path(__file__).parents[2] / "shared" / "data" / "pages"
SETS = ("newspaper4k-dataset", "fundus-tests", "waddle-daniel", "wcxb", "mozilla-readability",
        "trafilatura-eval")  # fmt: skip
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not PAGES.is_dir(), reason="the shared folder is not here"),
]


@lru_cache(maxsize=1)
def cleaner() -> Cleaner:
    return Cleaner(Config())


def pages(name: str, step: int = 1) -> Iterator[dict[str, Any]]:
    with gzip.open(PAGES / f"{name}.jsonl.gz") as lines:
        for number, line in enumerate(lines):
            if number % step == 0:
                yield orjson.loads(line)


def raw_of(page: dict[str, Any], text: str, media_type: str) -> Raw:
    body = text.encode("utf-8", "replace")
    return Raw(str(page["id"]), "page", media_type, body, {"url": page["url"]})


def assert_restores(raws: list[Raw]) -> int:
    """Kept text plus removed spans give the extracted text; returns how many were compared."""
    compared = 0
    for raw, cleaned in zip(raws, cleaner().clean_batch(raws), strict=True):
        if not isinstance(cleaned, Cleaned):
            with pytest.raises(RejectError):
                extract(raw)
            continue
        # A page that the model of blocks would have emptied was read by the other extractor.
        used = cleaned.metadata["extractor"]
        options = ExtractOptions(extractor=used if used == "trafilatura" else "blocks")
        extracted = extract(raw, options).text
        removed = [
            RemovedSpan(d.span.start, d.span.end, extracted[slice(*d.span)])
            for d in cleaned.removed
        ]
        assert restore_text(cleaned.text, removed) == extracted
        compared += 1
    return compared


@pytest.mark.parametrize("name", SETS)
def test_pages_can_be_restored(name: str) -> None:
    """A sample of every set; all of them in the slow test."""
    raws = [raw_of(page, page["html"], "text/html") for page in pages(name, step=25)]

    assert assert_restores(raws) >= 0.9 * len(raws)


@pytest.mark.slow
@pytest.mark.parametrize("name", SETS)
def test_all_pages_can_be_restored(name: str) -> None:
    """Every page of every set."""
    raws = [raw_of(page, page["html"], "text/html") for page in pages(name)]

    assert assert_restores(raws) >= 0.99 * len(raws)


@pytest.mark.parametrize("name", ["newspaper4k-dataset", "fundus-tests"])
def test_clean_text_comes_through(name: str) -> None:
    """Of gold text at most 1 % goes, at most 0.1 % by rules (repetition in the gold included)."""
    raws = [
        raw_of(page, page["gold_text"], "text/plain")
        for page in pages(name)
        if page["lang"] == "en" and page["gold_text"]
    ]
    total = removed = by_rules = 0
    for cleaned in cleaner().clean_batch(raws):
        assert isinstance(cleaned, Cleaned)
        total += len(cleaned.document.text)
        for decision in cleaned.removed:
            length = decision.span.end - decision.span.start
            removed += length
            by_rules += length * (decision.because.by.startswith("rule:"))

    assert removed / total <= 0.01
    assert by_rules / total <= 0.001


def test_rules_alone_leave_articles_alone() -> None:
    """Of the gold text of all English pages they take under 0.1 %, dates and bylines included."""
    rules, total, removed = cleaner().rules, 0, 0
    for name in SETS:
        for page in pages(name):
            if page["lang"] != "en" or not page["gold_text"]:
                continue
            document = Document(str(page["id"]), "page", page["url"], page["gold_text"])
            paragraphs = segment(document)
            found = assign(document.text, paragraphs, rules.find(document, paragraphs).findings)
            total += len(document.text)
            removed += sum(len(paragraphs[index].text) for index in found.whole)
            removed += sum(
                piece.span.end - piece.span.start for cut in found.cuts.values() for piece in cut
            )

    assert total > 14_000_000
    assert removed / total <= 0.001


@pytest.mark.parametrize("name", ["newspaper4k-dataset", "fundus-tests"])
def test_cleaning_again_changes_next_to_nothing(name: str) -> None:
    """What was cleaned once is clean: a second pass removes under 0.5 % of it."""
    first = [
        one
        for one in cleaner().clean_batch(
            [raw_of(page, page["html"], "text/html") for page in pages(name, step=8)]
        )
        if isinstance(one, Cleaned) and one.text.strip()
    ]
    again = cleaner().clean_batch(
        [Raw("again", "page", "text/plain", one.text.encode("utf-8")) for one in first]
    )
    before = sum(len(one.text) for one in first)
    after = sum(len(one.text) for one in again if isinstance(one, Cleaned))

    assert after >= 0.995 * before
