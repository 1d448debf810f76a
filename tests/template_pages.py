"""Pages of an invented site, for the tests of host templates."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cleaner.records import Document
from cleaner.segment import segment
from cleaner.templates import TemplateSet, learn_from

HOST = "harbour.example"
TOPICS = ("ferry", "bridge", "school", "market", "museum", "stadium", "library", "tram")


def story(topic: str) -> list[str]:
    """Three paragraphs that only one article has."""
    return [
        f"The {topic} will be rebuilt by the end of next year, the council decided after a debate "
        "that went on until midnight and drew two hundred people.",
        f"Ana Ruiz, who has run the {topic} since spring, said the plan came years too late for "
        "the people who depend on it every single day of the week.",
        f"Builders of the {topic} want eleven million for it, twice what the first study said, and "
        "the mayor called that a price nobody could explain to voters.",
    ]


def page(
    topic: str, *, head: Sequence[str] = (), inside: Sequence[str] = (), tail: Sequence[str] = ()
) -> Document:
    """An article with furniture before, inside and behind it."""
    body = story(topic)
    lines = [*head, f"What the {topic} will cost", body[0], *inside, *body[1:], *tail]
    return Document(topic, "-", f"https://www.{HOST}/{topic}", "\n".join(lines))


def learned(documents: Sequence[Document], tmp_path: Path, **options: object) -> TemplateSet:
    """The templates of documents, through the file."""
    learn_from(documents, tmp_path / "templates.jsonl", **options)  # type: ignore[arg-type]
    return TemplateSet.load(tmp_path / "templates.jsonl")


def removed(templates: TemplateSet, document: Document) -> list[str]:
    """The texts that templates find in a document."""
    findings = templates.find(document, segment(document))
    return [document.text[slice(*finding.span)] for finding in findings]
