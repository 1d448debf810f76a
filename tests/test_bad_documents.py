"""Documents that misbehave cost only themselves."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from runs import RUN, make_crawl, quarantine, texts

from cleaner.cli import main

pytestmark = pytest.mark.usefixtures("small_batches")


@pytest.fixture
def crawl(tmp_path: Path) -> Path:
    """Five texts and a JSONL file of eleven records, of which two are rejected."""
    return make_crawl(tmp_path / "crawl")


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
