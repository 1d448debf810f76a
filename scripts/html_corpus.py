"""Pages with gold text: reading them, the gold conventions, and the measure of agreement.

Gold conventions differ: one collection starts each gold with the headline, another keeps
captions. `gold_paragraphs` brings them to one convention: the body with its sub-headings,
without headline, byline and captions.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

SOURCES = ("newspaper4k-dataset", "fundus-tests", "waddle-daniel", "wcxb")
FOLDS = 4
_SHINGLE = 4
_PROSE_WORDS = 15
_FORGOTTEN = 0.5
_WORD = re.compile(r"\w+")
_TITLE = re.compile(r"(?is)<(title|h1|h2)\b[^>]*>(.*?)</\1\s*>")
_TAGS = re.compile(r"<[^>]*>")
_SECOND_LEVEL = {"co", "com", "org", "net", "gov", "ac", "edu"}


class GoldPage(NamedTuple):
    """A page and what a person says its article is."""

    source: str
    id: str
    url: str | None
    domain: str
    lang: str
    html: str
    gold: tuple[str, ...]


class Agreement(NamedTuple):
    """How well a text agrees with the gold text: F1, precision, recall."""

    f1: float
    precision: float
    recall: float


def read_pages(folder: Path, sources: Sequence[str] = SOURCES) -> Iterator[GoldPage]:
    """The pages of `folder`/pages that have a gold text."""
    for source in sources:
        with gzip.open(folder / "pages" / f"{source}.jsonl.gz", "rt", encoding="utf-8") as lines:
            for record in map(json.loads, lines):
                if not record.get("gold_text"):
                    continue
                page_id = str(record["id"])
                yield GoldPage(
                    source,
                    page_id,
                    record.get("url"),
                    publisher(source, page_id, record.get("url")),
                    record.get("lang") or "xx",
                    record["html"],
                    gold_paragraphs(record),
                )


def gold_paragraphs(record: dict[str, Any]) -> tuple[str, ...]:
    """The gold paragraphs by one convention: a leading headline goes."""
    text = record["gold_paragraphs"] or record["gold_text"].split("\n")
    paragraphs = [line.strip() for part in text for line in part.split("\n") if line.strip()]
    if record["source"] == "waddle-daniel" and len(paragraphs) > 1:
        titles = {" ".join(words(_TAGS.sub(" ", m[1]))) for m in _TITLE.findall(record["html"])}
        first = " ".join(words(paragraphs[0]))
        if first and any(first in title or (title and title in first) for title in titles):
            del paragraphs[0]
    return tuple(paragraphs)


def publisher(source: str, page_id: str, url: str | None) -> str:
    """Who published a page: pages of one publisher must stay on one side of a split.

    >>> publisher("any", "1", "https://www.news.example.co.uk/a")
    'example.co.uk'
    >>> publisher("fundus-tests", "MillPost_2026_05_24.html.gz", None)
    'MillPost'
    """
    host = (urlsplit(url).hostname or "") if url else ""
    parts = host.split(".")
    if len(parts) < 2:
        return page_id.split("_")[0] if source == "fundus-tests" else page_id
    size = 3 if len(parts) > 2 and parts[-2] in _SECOND_LEVEL and len(parts[-1]) == 2 else 2
    return ".".join(parts[-size:])


def fold_of(domain: str) -> int:
    """A publisher's fold: always the same, whatever else is in the data."""
    return zlib.crc32(f"fold:{domain}".encode()) % FOLDS


def words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def shingles(text: str) -> Counter[tuple[str, ...]]:
    """All runs of four words; a shorter text is one run."""
    found = words(text)
    if len(found) < _SHINGLE:
        return Counter([tuple(found)] if found else [])
    return Counter(zip(*(found[i:] for i in range(_SHINGLE)), strict=False))


def agreement(text: str, gold: Sequence[str]) -> Agreement:
    """Compare a text with a gold text by their shingles, each as often as it occurs.

    >>> agreement("a b c d e", ["a b c d"])
    Agreement(f1=0.6666666666666666, precision=0.5, recall=1.0)
    """
    ours, theirs = shingles(text), shingles("\n".join(gold))
    return _agreement((ours & theirs).total(), ours.total(), theirs.total())


def _agreement(common: int, ours: int, theirs: int) -> Agreement:
    if not ours or not theirs:
        return Agreement(*(3 * [float(ours == theirs)]))
    return Agreement(2 * common / (ours + theirs), common / ours, common / theirs)


def paragraph_agreement(lines: Sequence[str], gold: Sequence[str]) -> Agreement:
    """Compare paragraphs that are exactly the same but for white space, each one once."""
    ours = {" ".join(line.split()) for line in lines if line.strip()}
    theirs = {" ".join(line.split()) for line in gold if line.strip()}
    return _agreement(len(ours & theirs), len(ours), len(theirs))


def block_labels(texts: Sequence[str], gold: Sequence[str]) -> list[int]:
    """For each block 1 where the gold text has it, 0 where not, -1 where that is unclear.

    A text that stands several times on the page (a teaser, a summary) counts where it fits
    between its neighbours: the blocks that the gold has must follow its order. A short line
    counts only between them, since "Read more" may stand in an article by chance.
    """
    gold_words = words("\n".join(gold))
    places = _places(gold_words)
    block_words = [words(text) for text in texts]
    found = [_place(one, places) for one in block_words]
    shares = [share for share, _ in found]
    starts = [start for _, start in found]
    chain = _longest_chain(
        starts, [s * len(w) if s >= 0.5 else 0 for s, w in zip(shares, block_words, strict=True)]
    )
    labels = [0] * len(texts)
    covered = {p for i in chain for p in range(starts[i], starts[i] + len(block_words[i]))}
    for index, share in enumerate(shares):
        if index in chain:
            labels[index] = 1 if share >= 0.7 else -1
        elif share >= 0.5:
            size = len(block_words[index])
            again = sum(p in covered for p in range(starts[index], starts[index] + size))
            labels[index] = 0 if again > 0.5 * size else (1 if share >= 0.7 else -1)
        elif share >= 0.25:
            labels[index] = -1
    _label_short(block_words, gold_words, starts, sorted(chain), labels)
    return labels


def _places(gold_words: list[str]) -> dict[tuple[str, ...], list[int]]:
    places: dict[tuple[str, ...], list[int]] = {}
    for place in range(len(gold_words) - _SHINGLE + 1):
        places.setdefault(tuple(gold_words[place : place + _SHINGLE]), []).append(place)
    return places


def _place(block_words: list[str], places: dict[tuple[str, ...], list[int]]) -> tuple[float, int]:
    """The share of a block's runs of words that the gold has, and where the block starts there.

    Most runs must agree on the start: that a person's name with "according to" opened an earlier
    paragraph too says nothing about where this one belongs.
    """
    votes: Counter[int] = Counter()
    known = 0
    runs = len(block_words) - _SHINGLE + 1
    for i in range(runs):
        hits = places.get(tuple(block_words[i : i + _SHINGLE]), ())
        known += bool(hits)
        votes.update(hit - i for hit in hits)
    if not known:
        return 0.0, -1
    most = max(votes.values())
    start = min(place for place, count in votes.items() if count == most)
    return known / runs, max(start, 0)


def doubtful(texts: Sequence[str], labels: Sequence[int], parents: Sequence[int]) -> list[int]:
    """The labels with -1 for prose that the gold text has probably only forgotten.

    Some gold texts stop after the first paragraphs. Then one element of the page holds much
    prose that the gold has and as much that it lacks, which publishers' furniture never does.
    `parents` numbers the element around each block.
    """
    prose = [len(words(text)) >= _PROSE_WORDS for text in texts]
    inside: Counter[tuple[int, int]] = Counter()
    for text, label, parent, is_prose in zip(texts, labels, parents, prose, strict=True):
        inside[parent, label] += len(text) * is_prose
    return [
        -1
        if label == 0 and is_prose and inside[parent, 0] > _FORGOTTEN * inside[parent, 1] > 0
        else label
        for label, parent, is_prose in zip(labels, parents, prose, strict=True)
    ]


def _longest_chain(starts: Sequence[int], weights: Sequence[float]) -> set[int]:
    """The heaviest set of blocks whose places in the gold rise."""
    best: list[tuple[float, int]] = []
    used = [i for i, weight in enumerate(weights) if weight > 0]
    for at, i in enumerate(used):
        score, before = 0.0, -1
        for back in range(at):
            if starts[used[back]] < starts[i] and best[back][0] > score:
                score, before = best[back][0], back
        best.append((score + weights[i], before))
    at = max(range(len(best)), key=lambda k: best[k][0], default=-1)
    chain = set()
    while at >= 0:
        chain.add(used[at])
        at = best[at][1]
    return chain


def _label_short(
    block_words: Sequence[list[str]],
    gold_words: list[str],
    starts: Sequence[int],
    chain: Sequence[int],
    labels: list[int],
) -> None:
    """Label the lines of under four words that the gold has between two longer ones."""
    for before, after in zip([-1, *chain], [*chain, len(labels)], strict=True):
        low = starts[before] + len(block_words[before]) - 6 if before >= 0 else 0
        high = starts[after] + 1 if after < len(labels) else min(low + 60, len(gold_words))
        between = " " + " ".join(gold_words[max(low, 0) : max(high, 0)]) + " "
        for index in range(before + 1, after):
            found = block_words[index]
            if 0 < len(found) < _SHINGLE and f" {' '.join(found)} " in between:
                labels[index] = 1
