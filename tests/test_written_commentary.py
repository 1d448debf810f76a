"""The pieces that were written to train the authorship model: whole, varied, and nobody else's."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

DATA = Path(__file__).parents[1] / "scripts" / "data" / "written_commentary.jsonl"
PAGES = Path(__file__).parents[2] / "shared" / "data" / "pages"
FORMATS = {"insights", "outlook", "background", "wrapup", "summary", "rewrite"}
RUN = 8


def pieces() -> list[dict[str, Any]]:
    return [json.loads(line) for line in DATA.read_text("utf-8").splitlines()]


def runs(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"[a-z0-9']+", text.lower().replace("’", "'"))
    return {tuple(words[i : i + RUN]) for i in range(len(words) - RUN + 1)}


def test_every_piece_is_a_record_like_those_of_the_shared_set() -> None:
    found = pieces()

    assert {piece["label"] for piece in found} == {"ai"}
    assert {piece["format"] for piece in found} == FORMATS
    assert all(isinstance(p, str) and p.strip() for piece in found for p in piece["paragraphs"])
    assert len({piece["id"] for piece in found}) == len(found)


def test_no_paragraph_stands_there_twice() -> None:
    """What a model reads twice it takes for a law."""
    seen = Counter(p for piece in pieces() for p in piece["paragraphs"])

    assert [text for text, count in seen.items() if count > 1 and len(text.split()) > 5] == []


@pytest.mark.shared
@pytest.mark.skipif(not PAGES.is_dir(), reason="the shared folder is not here")
def test_no_piece_repeats_its_article() -> None:
    """Not eight words in a row: the articles belong to their publishers."""
    articles = {}
    for path in PAGES.glob("*.jsonl.gz"):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for record in map(json.loads, lines):
                gold = record.get("gold_paragraphs") or [record.get("gold_text") or ""]
                articles[f"{path.name.partition('.')[0]}::{record['id']}"] = " ".join(gold)

    for piece in pieces():
        own = set().union(*(runs(p) for p in piece["paragraphs"]))
        assert not own & runs(articles[piece["article"]]), piece["id"]
