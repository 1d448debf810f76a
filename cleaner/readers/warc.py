"""WARC and WET archives: a record is a page or a text.

Written here and not taken from a library, because the libraries that were tried end the
file at the first damaged record, or hand out a truncated record as an empty one. This
reader goes on at the next ``WARC/1.`` and reports what it had to leap over.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Mapping

from cleaner.errors import RejectError
from cleaner.machine_dates import iso_date
from cleaner.readers.http import Message, parse_headers, parse_response
from cleaner.readers.source import DamagedStreamError, ReadOptions, Source
from cleaner.records import Raw, Rejected

_MEDIA_TYPE = "application/warc"
_MARK = b"WARC/"
_HEADER_ENDS = (b"\r\n\r\n", b"\n\n")
_MAX_HEADER = 1 << 16
_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
_TEXT_TYPES = frozenset({"text/plain", "text/markdown"})

logger = logging.getLogger(__name__)


def read_warc(
    source: Source, chunks: Iterator[bytes], options: ReadOptions
) -> Iterator[Raw | Rejected]:
    """Yield the pages of responses and resources, and the texts of conversions (WET).

    Requests, redirects, error pages, pictures and the like are no documents: they are
    passed over and counted in one log line a file. A damaged record is one `Rejected`, and
    reading goes on at the next record.
    """
    stream = _Buffer(chunks)
    passed: Counter[str] = Counter()
    record = 0
    while True:
        skipped = _leap(stream, options)
        if skipped is not None:
            offset, length, first = skipped
            reason = f"{length} bytes at offset {offset} belong to no record: the file is damaged."
            meta: dict[str, str | int | None] = {"offset": offset, "length": length}
            yield _reject(source, record, first, meta, ("damaged-record", reason))
            record += 1
        if not stream.fill(1):
            break
        offset = stream.offset
        try:
            block, headers, length = _read_record(stream, options)
        except RejectError as error:
            _leap(stream, options)  # what the damage left behind is part of it
            meta = {"offset": offset, "length": stream.offset - offset}
            yield _reject(source, record, stream.evidence, meta, (error.kind, error.reason))
            record += 1
            continue
        meta = {"record": record, "offset": offset, "length": length}
        try:
            found = _convert(source, block, headers, meta, options)
        except RejectError as error:
            yield _reject(
                source, record, block[: options.kept_bytes], meta, (error.kind, error.reason)
            )
        else:
            if isinstance(found, Raw):
                yield found
            else:
                passed[found] += 1
        record += 1
    if stream.damage is not None:
        meta = {"offset": stream.offset, "length": 0}
        yield _reject(source, record, b"", meta, (stream.damage.kind, stream.damage.reason))
    if passed:
        counts = ", ".join(f"{count} {what}" for what, count in sorted(passed.items()))
        logger.info("%s: passed over %s", source.shown, counts)


class _Buffer:
    """The stream's next bytes; holds no more of it than was asked for."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self.bytes = bytearray()
        self.offset = 0
        self.damage: DamagedStreamError | None = None
        self.evidence = b""

    def fill(self, size: int) -> bool:
        """Whether `size` bytes are there, after reading as many as it takes."""
        while len(self.bytes) < size:
            try:
                self.bytes += next(self._chunks)
            except StopIteration:
                return False
            except DamagedStreamError as error:
                self.damage = error
                self._chunks = iter(())
                return False
        return True

    def take(self, size: int) -> bytes:
        taken = bytes(self.bytes[:size])
        del self.bytes[:size]
        self.offset += len(taken)
        return taken

    def skip(self, size: int) -> int:
        """Leap over `size` bytes without holding them; returns how many there were."""
        left = size
        while left and self.fill(1):
            left -= len(self.take(min(left, len(self.bytes))))
        return size - left


def _leap(stream: _Buffer, options: ReadOptions) -> tuple[int, int, bytes] | None:
    """Go to the next record; returns offset, length and start of what lay before it, if any."""
    start = stream.offset
    while stream.fill(1) and stream.bytes[0] in b"\r\n":
        stream.take(1)
    stream.fill(len(_MARK))
    if not stream.bytes or stream.bytes.startswith(_MARK):
        return None
    start = stream.offset
    first = b""
    while stream.fill(1):
        found = stream.bytes.find(b"\n" + _MARK)
        size = found + 1 if found >= 0 else max(1, len(stream.bytes) - len(_MARK))
        if found < 0 and not stream.fill(len(stream.bytes) + 1):
            size = len(stream.bytes)
        taken = stream.take(size)
        if len(first) < options.kept_bytes:
            first += taken[: options.kept_bytes - len(first)]
        if found >= 0:
            break
    return start, stream.offset - start, first


def _read_record(stream: _Buffer, options: ReadOptions) -> tuple[bytes, Mapping[str, str], int]:
    """The block of the next record, its headers, and its length with both."""
    start = stream.offset
    stream.fill(_MAX_HEADER)
    stream.evidence = bytes(stream.bytes[: min(_MAX_HEADER, options.kept_bytes)])
    ends = [(stream.bytes.find(end, 0, _MAX_HEADER), len(end)) for end in _HEADER_ENDS]
    ends = [(at, size) for at, size in ends if at >= 0]
    if not ends:
        stream.take(len(_MARK))  # the search for the next record begins behind this one's mark
        raise RejectError("damaged-record", "A record's header has no end.")
    at, size = min(ends)
    headers = parse_headers(bytes(stream.bytes[:at]))
    try:
        length = int(headers["content-length"])
    except (KeyError, ValueError):
        length = -1
    if length < 0:
        stream.take(at + size)
        raise RejectError("damaged-record", "A record's header gives no valid Content-Length.")
    stream.take(at + size)
    if length > options.max_bytes:
        had = stream.skip(length)
        raise RejectError("too-large", f"{had} bytes are more than max_bytes={options.max_bytes}.")
    complete = stream.fill(length)
    nested = stream.bytes.find(b"\n" + _MARK + b"1.", 0, length)
    if nested >= 0 and b"\nWARC-Type:" in stream.bytes[nested : nested + 2000] and not complete:
        # The length is wrong, or bytes are missing: the next record must not be swallowed.
        length, complete = nested + 1, False
        block = stream.take(length)
        raise RejectError("damaged-record", f"The record ends after {len(block)} bytes, too early.")
    if not complete:
        had = len(stream.take(len(stream.bytes)))
        kind, reason = "truncated-record", f"The file ends in a record: {had} of {length} bytes."
        if stream.damage is not None:
            kind, reason = stream.damage.kind, f"{stream.damage.reason} {reason}"
            stream.damage = None
        raise RejectError(kind, reason)
    block = stream.take(length)
    stream.fill(4)
    if stream.bytes and not stream.bytes.startswith((b"\r\n", b"\n", _MARK)):
        raise RejectError("damaged-record", "A record is longer than its header says.")
    return block, headers, stream.offset - start


def _convert(
    source: Source,
    block: bytes,
    headers: Mapping[str, str],
    meta: dict[str, str | int | None],
    options: ReadOptions,
) -> Raw | str:
    """The record as a `Raw`, or what kind of record it is that holds no document."""
    kind = headers.get("warc-type", "").lower()
    declared = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "response" and declared in ("application/http", ""):
        message = parse_response(block, options.max_bytes)
        if not 200 <= message.status < 300:
            return f"responses of status {message.status}"
    elif kind in ("conversion", "resource", "response"):
        message = Message(200, declared, None, block)
    else:
        return f"{kind or 'unnamed'} records"
    if message.media_type in _HTML_TYPES or (
        not message.media_type and message.body.lstrip()[:1] == b"<"
    ):
        media_type = "text/html"
    elif message.media_type in _TEXT_TYPES:
        media_type = "text/plain"
    else:
        return f"{kind} records of type {message.media_type or 'unknown'}"
    if not message.body.strip():
        raise RejectError("empty", "The record's payload is empty.")
    if len(message.body) > options.max_bytes:
        raise RejectError("too-large", f"The page is larger than max_bytes={options.max_bytes}.")
    truncated = not message.whole or "warc-truncated" in headers
    meta = {
        **meta,
        "url": headers.get("warc-target-uri", "").strip("<>") or None,
        "added": iso_date(headers.get("warc-date")) or source.added,
        "charset": "utf-8" if kind == "conversion" else message.charset,
        "lang": headers.get("content-language"),
        "truncated": 1 if truncated else None,
    }
    name = headers.get("warc-record-id", "").strip("<>") or f"{source.id}:{meta['record']}"
    return Raw(name, source.shown, media_type, message.body, meta)


def _reject(
    source: Source,
    record: int,
    body: bytes,
    meta: Mapping[str, str | int | None],
    problem: tuple[str, str],
) -> Rejected:
    meta = {**meta, "record": record}
    return Rejected(Raw(f"{source.id}:{record}", source.shown, _MEDIA_TYPE, body, meta), *problem)
