"""HTML files: a file is a page."""

from __future__ import annotations

from collections.abc import Iterator

from cleaner.readers.source import ReadOptions, Source
from cleaner.readers.whole import read_whole
from cleaner.records import Raw, Rejected


def read_html(
    source: Source, chunks: Iterator[bytes], options: ReadOptions
) -> Iterator[Raw | Rejected]:
    """Yield the page, undecoded: only `cleaner.decode` may guess its encoding."""
    return read_whole(source, chunks, options, "text/html")
