"""Counting lines per host: exact enough, bounded, and able to go on."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from template_pages import HOST, TOPICS, learned, page, removed

from cleaner.records import Document
from cleaner.segment import segment
from cleaner.template_counts import TemplateCounts, open_counts
from cleaner.template_lines import observe
from cleaner.templates import learn_from, read_templates


def test_learning_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """Two runs over halves, in one file of counts, learn what one run over all learns."""
    documents = [page(topic, tail=["Get the app"]) for topic in TOPICS]
    whole, halves = tmp_path / "whole.jsonl", tmp_path / "halves.jsonl"
    learn_from(documents, whole)
    learn_from(documents[:2], halves, counts=tmp_path / "counts.sqlite")
    assert halves.read_bytes() == b""

    learn_from(documents[1:], halves, counts=tmp_path / "counts.sqlite")

    assert halves.read_bytes() == whole.read_bytes() != b""


def test_counts_of_two_workers_add_up(tmp_path: Path) -> None:
    """Merged counts are those of all pages."""
    documents = [page(topic, tail=["Get the app"]) for topic in TOPICS]
    for name, part in (("a", documents[:3]), ("b", documents[3:])):
        learn_from(part, tmp_path / "unused.jsonl", counts=tmp_path / name)
    with open_counts(tmp_path / "a") as counts:
        counts.merge(tmp_path / "b")
        [footer] = [line for line in counts.lines(3) if line.line == "get the app"]

        assert (footer.pages, footer.share, footer.zones) == (8, 1.0, (0, 0, 8))
        assert counts.pages() == {HOST: 8}


@pytest.mark.parametrize("url", [None, "no host", "https://[::bad/a", f"https://{HOST}/\udce9"])
def test_pages_without_a_usable_address_are_passed_over(url: str | None) -> None:
    """They are no error: a crawl holds some."""
    document = Document("1", "-", url, page("ferry").text)

    assert observe(document, segment(document)) is None


def test_broken_text_is_passed_over_and_cleaned(tmp_path: Path) -> None:
    """Lone surrogates can't be stored, and don't keep templates from being found."""
    documents = [page(topic, tail=["Get the app"]) for topic in TOPICS]
    broken = page("zoo", tail=["Get the app", "Half a sign: \ud83d"])

    templates = learned([*documents, broken], tmp_path)

    assert removed(templates, broken) == ["Get the app"]


def test_an_empty_document_has_no_findings(tmp_path: Path) -> None:
    """Nothing in, nothing out."""
    empty = Document("1", "-", f"https://{HOST}/x", "")

    assert removed(learned([empty] * 3, tmp_path), empty) == []


def test_counts_forget_what_is_rare() -> None:
    """The disk holds a host's furniture and its last pages, not every line it ever printed."""
    counts = TemplateCounts(sqlite3.connect(":memory:"))
    for number in range(129):
        document = page(f"place {number} {number * 'x'}", tail=["Get the app"])
        observed = observe(document, segment(document))
        assert observed is not None
        counts.add(observed)

    lines = list(counts.lines(1))
    assert [line.pages for line in lines if line.line == "get the app"] == [129]
    database = counts._database
    [(rows,)] = database.execute("SELECT count(*) FROM template_lines").fetchall()
    assert rows < 70 * 5


def test_a_new_design_is_learned_on_an_old_host(tmp_path: Path) -> None:
    """A line's share is that of the pages since it was first seen."""
    documents = [
        page(f"hall {n} {n * 'x'}", tail=["Old footer"] if n < 60 else ["New footer"])
        for n in range(90)
    ]
    learn_from(documents, tmp_path / "t.jsonl")
    shares = {template.line: template.share for template in read_templates(tmp_path / "t.jsonl")}

    assert shares["new footer"] == 1.0
    assert shares["old footer"] == 0.667
