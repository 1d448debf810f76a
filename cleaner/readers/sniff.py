"""What a stream without a telling name holds, from its first bytes."""

from __future__ import annotations

from cleaner.binary import binary_kind
from cleaner.errors import InputError

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def sniff(first: bytes, name: str) -> str:
    """The format of a stream: a key of the readers' table.

    Raises `InputError` for what no reader can take: a picture, or one JSON array.

    >>> sniff(b' {"text": "..."}', "-"), sniff(b"<!doctype html>", "-"), sniff(b"News.", "-")
    ('jsonl', 'html', 'text')
    """
    start = first.removeprefix(_BYTE_ORDER_MARK).lstrip()
    if start.startswith(b"WARC/"):
        return "warc"
    if start.startswith(b"{"):
        return "jsonl"
    if start.startswith(b"<"):
        return "html"
    if start.startswith((b"[{", b"[\n", b"[\r", b"[ ")) and b'"' in start:
        raise InputError(
            f"{name}: this is one JSON array; the program reads a record a line, so that memory "
            f"stays small. Convert it: jq -c '.[]' {name} > records.jsonl"
        )
    if kind := binary_kind(first):
        raise InputError(
            f"{name}: this is {kind}, not text. Inputs are HTML, text, JSONL and WARC, "
            "also compressed with gzip, zstd, bzip2 or xz."
        )
    return "text"
