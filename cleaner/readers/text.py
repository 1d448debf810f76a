"""Text dumps and Markdown: a file is a document."""

from __future__ import annotations

from collections.abc import Iterator

from cleaner.readers.source import ReadOptions, Source
from cleaner.readers.whole import read_whole
from cleaner.records import Raw, Rejected


def read_text(
    source: Source, chunks: Iterator[bytes], options: ReadOptions
) -> Iterator[Raw | Rejected]:
    """Yield the file's bytes, undecoded; Markdown marks stay, they are what was published."""
    return read_whole(source, chunks, options, "text/plain")
