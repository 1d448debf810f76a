"""The payload of an HTTP message, as a WARC stores it."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from typing import NamedTuple

import zstandard

from cleaner.errors import RejectError

_STATUS = re.compile(rb"HTTP/\d(?:\.\d)?\s+(\d{3})")
_HEADER_END = re.compile(rb"\r?\n\r?\n")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE)
_MAX_PIECE = 1 << 20


class Message(NamedTuple):
    """An HTTP response without its transport: `whole` is False where its end is missing."""

    status: int
    media_type: str
    charset: str | None
    body: bytes
    whole: bool = True


def parse_response(block: bytes, max_bytes: int) -> Message:
    """Take an HTTP response apart: status, type, charset, and the payload as it was before
    chunking and compression.

    Crawlers often store the payload unpacked but keep the headers that say otherwise, so a
    header is believed only where the bytes agree. What is cut off in the middle is kept.

    >>> parse_response(b"HTTP/1.1 200 OK\\nContent-Type: text/html; charset=x\\n\\n<p>", 99)
    Message(status=200, media_type='text/html', charset='x', body=b'<p>', whole=True)
    """
    status = _STATUS.match(block)
    end = _HEADER_END.search(block)
    if status is None or end is None:
        raise RejectError("bad-http", "The record holds no HTTP response: its header is damaged.")
    headers = parse_headers(block[: end.start()])
    body = block[end.end() :]
    whole = True
    if "chunked" in headers.get("transfer-encoding", "").lower():
        body, whole = _unchunk(body)
    for encoding in reversed(headers.get("content-encoding", "").lower().split(",")):
        body, unpacked_whole = _unpack(body, encoding.strip(), max_bytes)
        whole = whole and unpacked_whole
    content_type = headers.get("content-type", "")
    charset = _CHARSET.search(content_type)
    return Message(
        int(status.group(1)),
        content_type.partition(";")[0].strip().lower(),
        charset.group(1) if charset else None,
        body,
        whole,
    )


def parse_headers(block: bytes) -> Mapping[str, str]:
    """Header lines by lower-case name; the first line is the protocol's, the first name wins."""
    headers: dict[str, str] = {}
    for line in block.split(b"\n")[1:]:
        name, colon, value = line.partition(b":")
        if colon:
            text = value.strip().decode("utf-8", "replace")
            headers.setdefault(name.strip().lower().decode("latin-1"), text)
    return headers


def _unchunk(body: bytes) -> tuple[bytes, bool]:
    """Join the chunks of a body, up to where they end or break; and whether it was whole."""
    parts: list[bytes] = []
    position = 0
    while (end := body.find(b"\n", position, position + 100)) >= 0:
        try:
            size = int(body[position:end].partition(b";")[0].strip() or b"-", 16)
        except ValueError:
            break
        if size == 0:
            return b"".join(parts), True
        if size < 0:
            break
        parts.append(body[end + 1 : end + 1 + size])
        position = end + 1 + size
        position += 2 if body[position : position + 1] == b"\r" else 1
    return (b"".join(parts), False) if parts else (body, True)


def _unpack(body: bytes, encoding: str, max_bytes: int) -> tuple[bytes, bool]:
    if encoding in ("gzip", "x-gzip") and body.startswith(b"\x1f\x8b"):
        return _inflate(body, 31, max_bytes)
    if encoding == "deflate" and not body.lstrip().startswith(b"<"):
        wbits = zlib.MAX_WBITS if body[:1] == b"\x78" else -zlib.MAX_WBITS
        return _inflate(body, wbits, max_bytes)
    if encoding == "zstd" and body.startswith(b"\x28\xb5\x2f\xfd"):
        reader = zstandard.ZstdDecompressor().stream_reader(body)
        try:
            return reader.read(max_bytes + 1), True
        except zstandard.ZstdError as error:
            raise _damaged(encoding) from error
    if encoding == "br" and not body.lstrip().startswith(b"<"):
        return _unbrotli(body, max_bytes), True
    return body, True


def _inflate(body: bytes, wbits: int, max_bytes: int) -> tuple[bytes, bool]:
    decompressor = zlib.decompressobj(wbits)
    parts: list[bytes] = []
    size = 0
    try:
        while body and not decompressor.eof and size <= max_bytes:
            parts.append(decompressor.decompress(body, _MAX_PIECE))
            size += len(parts[-1])
            body = decompressor.unconsumed_tail
    except zlib.error as error:
        if not size:
            raise _damaged("gzip or deflate") from error
        return b"".join(parts), False
    return b"".join(parts), decompressor.eof or size > max_bytes


def _unbrotli(body: bytes, max_bytes: int) -> bytes:
    try:
        import brotli
    except ImportError as error:
        reason = "The page is brotli-compressed; to read such pages: pip install brotli"
        raise RejectError("unsupported-encoding", reason) from error
    decompressor = brotli.Decompressor()
    parts: list[bytes] = []
    size = 0
    try:
        for start in range(0, len(body), 1 << 12):
            parts.append(decompressor.process(body[start : start + (1 << 12)]))
            size += len(parts[-1])
            if size > max_bytes:
                break
    except brotli.error as error:
        raise _damaged("br") from error
    return b"".join(parts)


def _damaged(encoding: str) -> RejectError:
    return RejectError("damaged-payload", f"The page's {encoding} compression is damaged.")
