"""A file that is one document: what the HTML reader and the text reader share."""

from __future__ import annotations

from collections.abc import Iterator

from cleaner.readers.source import DamagedStreamError, ReadOptions, Source
from cleaner.records import Raw, Rejected


def read_whole(
    source: Source, chunks: Iterator[bytes], options: ReadOptions, media_type: str
) -> Iterator[Raw | Rejected]:
    """Yield the file's bytes as one `Raw`, or one `Rejected` that says why not."""
    parts: list[bytes] = []
    length = 0
    problem: tuple[str, str] | None = None
    try:
        for chunk in chunks:
            length += len(chunk)
            # Of a file that is too large, all but the start is only counted.
            if length <= options.max_bytes or not parts:
                parts.append(chunk)
    except DamagedStreamError as error:
        problem = (error.kind, f"{error.reason} {length} bytes came before that.")
    body = b"".join(parts)
    if length > options.max_bytes and problem is None:
        problem = ("too-large", f"{length} bytes are more than max_bytes={options.max_bytes}.")
    if (not body or body.isspace()) and problem is None:
        problem = ("empty", "The file holds nothing but white space.")
    meta = {"record": 0, "offset": 0, "length": length, "added": source.added}
    if problem is not None:
        raw = Raw(source.id, source.shown, media_type, body[: options.kept_bytes], meta)
        yield Rejected(raw, *problem)
    else:
        yield Raw(source.id, source.shown, media_type, body, meta)
