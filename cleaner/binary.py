"""Binary data told from text, by its first bytes and its control characters."""

from __future__ import annotations

_SAMPLE = 1 << 15
_BINARY_MAGICS = (
    (b"%PDF-", "a PDF"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF89a", "a GIF picture"),
    (b"GIF87a", "a GIF picture"),
    (b"PK\x03\x04", "a zip or office file"),
    (b"\x1f\x8b", "gzip data"),
    (b"\x28\xb5\x2f\xfd", "zstd data"),
    (b"\xfd7zXZ", "xz data"),
    (b"BZh91AY&SY", "bzip2 data"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!\x1a", "a rar archive"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3\x00", "a database"),
    (b"OggS\x00", "a sound file"),
    (b"ID3\x03", "a sound file"),
    (b"ID3\x04", "a sound file"),
    (b"PAR1\x15", "a Parquet file"),
)
_CONTROLS = {*range(32)} - {*b"\t\n\r\f\x1b"} | {0x7F}
_IS_CONTROL = bytes(byte in _CONTROLS for byte in range(256))
_MAX_CONTROL_SHARE = 0.05
_MAGICS = tuple(magic for magic, _ in _BINARY_MAGICS)


def binary_kind(body: bytes) -> str | None:
    """What kind of binary data this is, or None for something that may be text.

    >>> binary_kind(b"%PDF-1.7 ..."), binary_kind(b"A text with one \\x00 in it, as happens.")
    ('a PDF', None)
    """
    if body.startswith(_MAGICS):
        return next(kind for magic, kind in _BINARY_MAGICS if body.startswith(magic))
    sample = body[:_SAMPLE]
    controls = sample.translate(_IS_CONTROL).count(1)
    if controls > max(2, _MAX_CONTROL_SHARE * len(sample)) and not utf16_without_mark(body):
        return f"binary data ({controls} control characters in {len(sample)} bytes)"
    return None


def utf16_without_mark(body: bytes) -> str | None:
    """UTF-16 whose mark was lost: every other byte of a Western text is NUL."""
    sample = body[:4096]
    pairs = len(sample) // 2
    if pairs < 4 or b"\0" not in sample:
        return None
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if odd >= 0.7 * pairs and even <= 0.05 * pairs:
        return "utf-16-le"
    if even >= 0.7 * pairs and odd <= 0.05 * pairs:
        return "utf-16-be"
    return None
