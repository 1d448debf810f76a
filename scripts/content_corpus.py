"""Whole pages with a label for every paragraph, in the shapes that users have.

The line files hold each page as two programs render it. From these and from the gold text
come the variants that the content model learns from: the raw dump; the dump after rules have
settled some of its chrome; the clean article; the article with a few lines of chrome around;
and what an extractor would leave.
"""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import numpy as np

from cleaner.features_around import Flags
from cleaner.records import Document
from cleaner.segment import segment

Record = dict[str, object]
SOURCES = {
    "newspaper4k-dataset": 1.0,
    "fundus-tests": 1.0,
    "waddle-daniel": 0.7,
    "wcxb": 0.2,
    "mozilla-readability": 0.2,
}
# Gold that is hand-checked news: what "clean text" is measured on.
CLEAN_GOLD = ("newspaper4k-dataset", "fundus-tests")
# Pages whose gold stops while the article goes on, found by reading the pages on which a
# model and the gold disagreed most. They are left out of training, and of the main score:
# `evaluate.py` prints the score with them too.
CUT_GOLD = frozenset(
    [("newspaper4k-dataset", page) for page in (
        "54", "62", "83", "119", "131", "132", "208", "215", "229", "241", "242", "262", "296",
        "298", "303", "304", "349", "357", "358", "375", "414", "415", "425",
    )]
    + [("fundus-tests", "Metro_2024_07_17.html.gz")]
)  # fmt: skip
_SECOND_LEVEL = {"co", "com", "org", "net", "gov", "ac", "edu"}
_MAX_LINES = 700


class PageSample(NamedTuple):
    """One page in one shape. `keep` is 1, 0, or -1 where the label is unknown."""

    source: str
    id: str
    domain: str
    lang: str
    variant: str
    texts: tuple[str, ...]
    keep: np.ndarray
    settled: Flags
    whole: bool


def read(path: Path) -> Iterator[dict[str, object]]:
    """The records of a JSONL file, gzipped or not."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def registered_domain(url: object, fallback: str) -> str:
    """The part of a host name that one publisher owns.

    >>> registered_domain("https://www.news.example.co.uk/a", "")
    'example.co.uk'
    """
    host = (urlsplit(str(url)).hostname or "") if url else ""
    parts = host.split(".")
    if len(parts) < 2:
        return fallback
    size = 3 if len(parts) > 2 and parts[-2] in _SECOND_LEVEL and len(parts[-1]) == 2 else 2
    return ".".join(parts[-size:])


def paragraphs_of(lines: list[tuple[str, int]], joiner: str) -> tuple[tuple[str, ...], np.ndarray]:
    """Segment joined lines as the program would; a paragraph's label is that of most of it."""
    text, starts = "", []
    chunks = []
    position = 0
    for line, _ in lines:
        starts.append(position)
        chunks.append(line)
        position += len(line) + len(joiner)
    text = joiner.join(chunks)
    paragraphs = segment(Document("", "", None, text))
    begins = np.array([paragraph.span.start for paragraph in paragraphs], np.int64)
    owner = np.searchsorted(begins, np.array(starts), side="right") - 1
    votes = np.zeros((len(paragraphs), 3), np.int64)
    for (line, keep), paragraph in zip(lines, np.maximum(owner, 0).tolist(), strict=True):
        if votes.size:
            votes[paragraph, keep + 1] += len(line)
    labels = votes.argmax(axis=1) - 1 if votes.size else np.zeros(0, np.int64)
    return tuple(paragraph.text for paragraph in paragraphs), labels


def _corrections(folder: Path) -> dict[tuple[str, str, str], int]:
    """Lines outside the gold that a reader found to be reporting (1) or metadata (-1)."""
    verdicts = {"reporting": 1, "title": -1}
    return {
        (str(r["source"]), str(r["id"]), str(r["text"])): verdicts[str(r["label"])]
        for r in read(folder / "lines" / "labelled_prose.jsonl.gz")
        if r["label"] in verdicts
    }


Fixes = dict[tuple[str, str, str], int]
Lines = list[tuple[str, int]]


def _labelled_lines(record: Record, fixes: Fixes) -> Lines:
    mixed = set(record.get("mixed") or ())  # type: ignore[call-overload]
    lines = []
    for number, (text, keep) in enumerate(record["lines"]):  # type: ignore[arg-type, var-annotated]
        label = fixes.get((str(record["source"]), str(record["id"]), text), int(keep))
        lines.append((text, -1 if number in mixed else label))
    return lines[:_MAX_LINES]


def dumps(folder: Path, *, corrected: bool) -> Iterator[tuple[Record, Lines, PageSample]]:
    """Every page as each renderer prints it, with its lines; `corrected` for training."""
    fixes = _corrections(folder) if corrected else {}
    for source in SOURCES:
        for record in read(folder / "lines" / f"{source}.jsonl.gz"):
            if source == "wcxb" and record["renderer"] != "resiliparse":
                continue  # large and off-news: one rendering of it is enough
            lines = _labelled_lines(record, fixes)
            texts, keep = paragraphs_of(lines, "\n")
            yield record, lines, _sample(record, f"dump-{record['renderer']}", texts, keep)


def _sample(
    record: Record, variant: str, texts: tuple[str, ...], keep: np.ndarray, *, whole: bool = True
) -> PageSample:
    identity = str(record["id"])
    return PageSample(
        str(record["source"]), identity, registered_domain(record.get("url"), identity),
        str(record["lang"]), variant, texts, keep, np.zeros(len(texts), np.bool_), whole,
    )  # fmt: skip


def clean_pages(folder: Path, sources: tuple[str, ...]) -> Iterator[PageSample]:
    """The gold text of each page as a document of its own, nothing to remove."""
    for source in sources:
        for record in read(folder / "pages" / f"{source}.jsonl.gz"):
            paragraphs = [str(p) for p in record.get("gold_paragraphs") or ()]  # type: ignore[attr-defined]
            if source == "waddle-daniel":
                paragraphs = paragraphs[1:]  # its gold starts with the headline
            if sum(map(len, paragraphs)) < 400:
                continue
            for joiner in ("\n\n", "\n"):
                lines = [(line, 1) for p in paragraphs for line in p.split("\n") if line.strip()]
                texts, keep = paragraphs_of(lines, joiner)
                variant = "clean-blank" if joiner == "\n\n" else "clean-lines"
                yield _sample(record, variant, texts, keep)


def variants(sample: PageSample, chance: random.Random) -> Iterator[PageSample]:
    """Further shapes of a dump: settled by rules, cut close to the article, extracted."""
    keep = sample.keep
    inside = np.flatnonzero(keep == 1)
    share = chance.choice((0.2, 0.5, 0.8))
    dice = np.array([chance.random() for _ in sample.texts])
    settled = (keep == 0) & (dice < share)
    yield sample._replace(variant="settled", settled=settled)
    if not inside.size:
        return
    around = range(
        max(0, int(inside[0]) - chance.randrange(8)), int(inside[-1]) + 1 + chance.randrange(10)
    )
    drop = chance.random()
    close = [i for i in around if i < len(sample.texts) and (keep[i] == 1 or dice[i] > drop)]
    yield _cut(sample, close, "close", whole=True)
    few = [i for i in around if i < len(sample.texts) and (keep[i] == 1 or dice[i] > 0.8)]
    yield _cut(sample, few, "extracted", whole=False)


def _cut(sample: PageSample, rows: list[int], variant: str, *, whole: bool) -> PageSample:
    return sample._replace(
        variant=variant,
        texts=tuple(sample.texts[i] for i in rows),
        keep=sample.keep[rows],
        settled=sample.settled[rows],
        whole=whole,
    )


def training_pages(folder: Path) -> list[PageSample]:
    """Every shape of every page, in a fixed order; pages with cut gold last, as dumps only."""
    chance = random.Random(5)
    every = [sample for _, _, sample in dumps(folder, corrected=True)]
    cut = [sample for sample in every if (sample.source, sample.id) in CUT_GOLD]
    samples = [sample for sample in every if (sample.source, sample.id) not in CUT_GOLD]
    extra: list[PageSample] = []
    for sample in samples:
        extra += variants(sample, chance)
    clean = list(clean_pages(folder, ("newspaper4k-dataset", "fundus-tests", "waddle-daniel")))
    extracted = [page._replace(whole=False) for page in clean if page.variant == "clean-blank"]
    return [*samples, *clean, *extra, *extracted, *cut]
