"""Inputs to records: `find_inputs` says what to read, `read` reads it, both streaming.

    for source in find_inputs(["crawl/", "more.jsonl.gz"]):
        for record in read(source, ReadOptions()):
            ...  # a Raw, or a Rejected with its bytes and the reason

What other modules may rely on:

- `Source.path` (as typed, joined with what was found below), `Source.size` (bytes),
  `Source.mtime` (seconds), `Source.mtime_ns`, `Source.skipped` (why a walked file is
  passed over, else None: report it) and `Source.id`. Sources can be pickled.
- `Raw.meta` always has ``record`` (number in the file, from 0), ``offset`` and ``length``
  (bytes in the decompressed stream) and ``added`` (ISO 8601; the file's own time where the
  record names none, None on standard input). It may have ``url``, ``title``, ``authors``,
  ``date``, ``site``, ``lang``, ``charset`` (declared outside of the body), ``encoding``
  (how the reader had to decode) and ``truncated`` (1 where the container says so).
- A `Rejected` of a reader has the same ``record``, ``offset``, ``length``; its body is the
  record's bytes, or the first of them where they are too many. `read_again` reads such a
  record once more, with other options.

A new format is one file with a function of the `Reader` shape and one row in `READERS`
(and in `source.FORMATS`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from typing import TypeAlias

from cleaner.errors import RejectError
from cleaner.readers.html import read_html
from cleaner.readers.inputs import find_inputs
from cleaner.readers.jsonl import read_jsonl
from cleaner.readers.sniff import sniff
from cleaner.readers.source import (
    MEDIA_TYPES,
    STANDARD_INPUT,
    DamagedStreamError,
    ReadOptions,
    Source,
)
from cleaner.readers.streams import pieces
from cleaner.readers.text import read_text
from cleaner.readers.warc import read_warc
from cleaner.records import Raw, Rejected

__all__ = [
    "READERS",
    "STANDARD_INPUT",
    "ReadOptions",
    "Source",
    "find_inputs",
    "read",
    "read_again",
]

Reader: TypeAlias = Callable[[Source, Iterator[bytes], ReadOptions], Iterator[Raw | Rejected]]

READERS: dict[str, Reader] = {
    "html": read_html,
    "text": read_text,
    "jsonl": read_jsonl,
    "warc": read_warc,
}

_SNIFFED_BYTES = 4096


def read(source: Source, options: ReadOptions | None = None) -> Iterator[Raw | Rejected]:
    """Yield the records of one source, in order, in memory that doesn't grow with its size.

    A skipped source yields nothing; one that vanished, may not be read or is damaged yields
    a `Rejected`. Raises `InputError` only for a file that the user named and that no reader
    can take, or whose first record has no text field.
    """
    options = options or ReadOptions()
    if source.skipped is not None:
        return
    if source.problem is not None:
        yield _reject(source, *source.problem)
        return
    chunks = pieces(source, options.meter)
    try:
        reader, chunks = _reader(source, chunks)
    except DamagedStreamError as error:
        yield _reject(source, error.kind, error.reason)
    except RejectError as error:
        yield _reject(source, error.kind, error.reason)
    else:
        yield from reader(source, chunks, options)


def read_again(raw: Raw, options: ReadOptions | None = None) -> Iterator[Raw | Rejected]:
    """Read a rejected record's bytes once more, as `replay` does.

    A line of JSON lines goes through that reader again; a page or a text is handed back.
    """
    name = next((name for name, kind in MEDIA_TYPES.items() if kind == raw.media_type), None)
    if name not in ("jsonl", "warc"):
        yield raw
        return
    source = Source(raw.source, format=name)
    for found in READERS[name](source, iter([raw.body]), options or ReadOptions()):
        again = found.raw if isinstance(found, Rejected) else found
        meta = {**again.meta, **{key: raw.meta[key] for key in _PLACE if key in raw.meta}}
        identity = raw.id if again.id.startswith(f"{source.id}:") else again.id
        again = Raw(identity, raw.source, again.media_type, again.body, meta)
        yield Rejected(again, found.kind, found.reason) if isinstance(found, Rejected) else again


_PLACE = ("record", "offset", "length")


def _reader(source: Source, chunks: Iterator[bytes]) -> tuple[Reader, Iterator[bytes]]:
    if source.format is not None:
        # Opens the file now, so that a missing one is told from a damaged one.
        first = next(chunks, b"")
        return READERS[source.format], chain([first], chunks)
    first = b""
    for chunk in chunks:
        first += chunk
        if len(first) >= _SNIFFED_BYTES:
            break
    return READERS[sniff(first, source.shown)], chain([first], chunks)


def _reject(source: Source, kind: str, reason: str) -> Rejected:
    meta: dict[str, str | int | None] = {
        "record": 0,
        "offset": 0,
        "length": source.size,
        "added": source.added,
    }
    media_type = MEDIA_TYPES.get(source.format or "", "application/octet-stream")
    return Rejected(Raw(source.id, source.shown, media_type, b"", meta), kind, reason)
