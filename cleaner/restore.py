"""Kept text plus removed spans give the extracted text back, exactly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from cleaner.entries import ShardEntry
from cleaner.errors import OutputError
from cleaner.folder import read_output
from cleaner.output import load_rows


class RemovedSpan(NamedTuple):
    """A removed stretch: where it stood in the extracted text, in code points, and what it was."""

    start: int
    end: int
    text: str


class Restored(NamedTuple):
    """A document's id and its extracted text."""

    id: str
    text: str


def restore_text(kept: str, removed: Sequence[RemovedSpan]) -> str:
    """Put removed spans, sorted by place, back into the kept text.

    >>> restore_text("News.", [RemovedSpan(0, 3, "Ad\\n"), RemovedSpan(8, 16, "\\nSign in")])
    'Ad\\nNews.\\nSign in'

    Spans that overlap, lie outside, or don't have the length of their text are refused:

    >>> restore_text("News.", [RemovedSpan(9, 12, "\\nAd")])
    Traceback (most recent call last):
    ...
    ValueError: the removed span 9-12 begins behind the end of the text
    """
    parts: list[str] = []
    at = used = 0
    for start, end, text in removed:
        gap = start - at
        if gap < 0:
            raise ValueError(f"the removed span {start}-{end} overlaps the one before it")
        if end - start != len(text):
            raise ValueError(f"the removed span {start}-{end} holds {len(text)} characters")
        if used + gap > len(kept):
            raise ValueError(f"the removed span {start}-{end} begins behind the end of the text")
        parts += (kept[used : used + gap], text)
        used += gap
        at = end
    parts.append(kept[used:])
    return "".join(parts)


def restore(folder: Path) -> Iterator[Restored]:
    """The extracted text of every document of an output folder, shard by shard.

    Raises:
        OutputError: a shard is missing or damaged, or its two halves don't fit together.
    """
    with read_output(folder) as (_, shards):
        for shard in shards:
            yield from restore_shard(folder, shard)


def restore_shard(folder: Path, shard: ShardEntry) -> Iterator[Restored]:
    """The extracted text of every document of one shard."""
    rows = load_rows(folder, shard)
    name = f"{folder / 'documents'}/{shard.number:06}"
    removed = iter(rows.removed)
    for number, line in enumerate(rows.documents):
        try:
            row = orjson.loads(line)
            spans = _spans(row, removed)
            text = restore_text(row["text"], spans)
            _check_length(row, text)
        except (ValueError, KeyError, TypeError, StopIteration) as error:
            problem = str(error) or "removed spans are missing"
            raise _corrupt(name, number, line, problem) from error
        yield Restored(row["id"], text)
    if (rest := sum(1 for _ in removed)) > 0:
        problem = f"{rest} removed spans belong to no document"
        raise _corrupt(name, len(rows.documents), b"", problem)


def _spans(row: dict[str, Any], removed: Iterator[bytes]) -> list[RemovedSpan]:
    spans = []
    for _ in range(row["metadata"]["removed_spans"]):
        span = orjson.loads(next(removed))
        if span["id"] != row["id"]:
            raise ValueError(f"the removed span that follows belongs to {span['id']}")
        spans.append(RemovedSpan(span["start"], span["end"], span["text"]))
    return spans


def _check_length(row: dict[str, Any], text: str) -> None:
    expected = row["metadata"]["chars_in"]
    if len(text) != expected:
        raise ValueError(f"{len(text)} characters come back, {expected} were extracted")


def _corrupt(name: str, number: int, line: bytes, problem: str) -> OutputError:
    try:
        identifier = orjson.loads(line)["id"]
    except (ValueError, KeyError, TypeError):
        identifier = "unknown"
    return OutputError(
        f"{name}, row {number + 1}, id {identifier}: {problem}. "
        "The shard was edited or damaged; redo its input with --reprocess."
    )
