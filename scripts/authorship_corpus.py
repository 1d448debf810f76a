"""Human and machine text in the same clothes.

The collections differ in ways that have nothing to do with who wrote a text: one keeps
Markdown, one flattens an article to a single line, one opens with "Here is a summary". All
of it is taken off on both sides, and every text is cut anew into chunks of sentences.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import regex
from content_corpus import read

# Pieces of machine commentary written for this project: those that the shared data has, which are
# what the tables are about, and more of them, which only teach.
MEASURED_PIECES = "authored_commentary"
MORE_PIECES = Path(__file__).parent / "data" / "written_commentary.jsonl"
PROJECT_PIECES = (MEASURED_PIECES, MORE_PIECES.stem)
EVALUATION_ONLY = (
    "adadetectgpt", "lastde", "remodetect", "human_echoes_opinion", "writer_summaries",
)  # fmt: skip
_MAX_CHARS = 1_000_000
_MAX_GOLD_CHARS = 2_500_000  # news is what must not be flagged
_TYPICAL_WORDS = (18, 30, 45, 70)
_LINK = regex.compile(r"!?\[([^\]\n]*)\]\([^)\s]*\)")
_ADDRESS = regex.compile(r"https?://\S+|www\.\S+")
_MARKS = regex.compile(r"[*_`~]{1,3}(?=\S)|(?<=\S)[*_`~]{1,3}|^\s*>+\s*", regex.MULTILINE)
_BULLET = regex.compile(r"^\s*(?:[-*+•●▪◦–—]|\d{1,2}[.)])\s+", regex.MULTILINE)
_HEADING = regex.compile(r"^\s*#+\s.*$", regex.MULTILINE)
_TABLE = regex.compile(r"^.*\|.*\|.*$", regex.MULTILINE)
_EMOJI = regex.compile(r"[\p{So}\p{Cs}\p{Co}\uFE0F\u200B-\u200F]")
_PREAMBLE = regex.compile(
    r"^(?:sure|certainly|okay|of course|here(?: is|'s|’s| are)|below is|based on (?:the|your) "
    r"|i'?ve |please note)[^\n]{0,160}?[:.!]\s+",
    regex.IGNORECASE,
)
_SENTENCE = regex.compile(r"(?<=[.!?][\"'”’)]?)\s+(?=[\"'“‘(]?[\p{Lu}\p{N}])")
_SPACE = regex.compile(r"\s+")


class Writing(NamedTuple):
    """One text as chunks of sentences. `group` is what must not be split between folds."""

    source: str
    id: str
    machine: bool
    genre: str
    group: str
    chunks: tuple[str, ...]


def plain(text: str) -> str:
    """Text without marks of Markdown, bullets, headings, links and emoji.

    >>> plain("# Head\\n- **One** [link](http://a.b) here")
    'One link here'
    """
    text = _LINK.sub(r"\1", text)
    for pattern in (_ADDRESS, _HEADING, _TABLE, _BULLET, _MARKS, _EMOJI):
        text = pattern.sub("", text)
    return str(_SPACE.sub(" ", text)).strip()


def chunks_of(paragraphs: list[str], chance: random.Random) -> tuple[str, ...]:
    """Cut a text at the ends of sentences into chunks of about one length, drawn for the text."""
    typical = chance.choice(_TYPICAL_WORDS)
    sentences = []
    for number, paragraph in enumerate(paragraphs):
        text = plain(paragraph)
        if number == 0:
            text = _PREAMBLE.sub("", text)
        if len(text.split()) < 5:
            continue
        if text[-1] not in ".!?\"'”’)":
            text += "."
        sentences += _SENTENCE.split(text)
    result: list[str] = []
    current: list[str] = []
    size, goal = 0, typical * chance.uniform(0.6, 1.5)
    for sentence in sentences:
        current.append(sentence)
        size += sentence.count(" ") + 1
        if size >= goal:
            result.append(" ".join(current))
            current, size, goal = [], 0, typical * chance.uniform(0.6, 1.5)
    if size >= 12:
        result.append(" ".join(current))
    return tuple(result)


def writings(folder: Path) -> Iterator[Writing]:
    """All texts: of ``ai/`` and the gold articles of ``pages/``, a few MB a source at most."""
    for path in sorted((folder / "ai").glob("*.jsonl.gz")):
        yield from _capped(_from_collection(path), _MAX_CHARS)
    yield from _from_collection(MORE_PIECES)
    for source in ("newspaper4k-dataset", "fundus-tests", "waddle-daniel"):
        yield from _capped(_from_pages(folder, source), _MAX_GOLD_CHARS)


def _capped(texts: Iterator[Writing], limit: int) -> list[Writing]:
    """A sample of a collection that does not depend on the order of its file."""
    used: dict[tuple[bool, str], int] = {}
    kept = []
    for writing in sorted(texts, key=lambda w: (zlib.crc32(w.id.encode()), w.id)):
        size = sum(map(len, writing.chunks))
        key = (writing.machine, writing.source)
        if size and used.get(key, 0) + size <= limit:
            used[key] = used.get(key, 0) + size
            kept.append(writing)
    return kept


def _from_collection(path: Path) -> Iterator[Writing]:
    name = path.name.partition(".")[0]
    for number, record in enumerate(read(path)):
        if record["label"] not in ("human", "ai"):
            continue
        chance = random.Random(zlib.crc32(f"{name}:{number}".encode()))
        chunks = chunks_of([str(p) for p in record["paragraphs"]], chance)  # type: ignore[attr-defined]
        source = name
        if name == "l2r":
            source = f"l2r-{zlib.crc32(str(record.get('kind')).encode()) % 4}"
        elif name in ("imbd", "glimpse"):
            source = "xsum" if record["label"] == "human" else f"{name}-{record['generator']}"
        yield Writing(
            source, f"{name}:{record['id']}", record["label"] == "ai",
            str(record.get("format") if name in PROJECT_PIECES else record.get("domain")),
            str(record.get("article") or record.get("pair_id") or f"{name}:{record['id']}"), chunks,
        )  # fmt: skip


def _from_pages(folder: Path, source: str) -> Iterator[Writing]:
    for record in read(folder / "pages" / f"{source}.jsonl.gz"):
        if record["lang"] != "en":
            continue
        paragraphs = [str(p) for p in record.get("gold_paragraphs") or ()]  # type: ignore[attr-defined]
        chance = random.Random(zlib.crc32(f"{source}:{record['id']}".encode()))
        chunks = chunks_of(paragraphs[1:] if source == "waddle-daniel" else paragraphs, chance)
        yield Writing(
            f"gold-{source}", f"{source}:{record['id']}", False, "news gold",
            f"{source}::{record['id']}", chunks,
        )  # fmt: skip
