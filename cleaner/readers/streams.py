"""Bytes of a source, decompressed piece by piece.

The standard library's file objects lose what they had read when a compressed file turns
out to be cut off in the middle of a line. These generators hand out every byte that could
be decoded, and then raise `DamagedStreamError`.
"""

from __future__ import annotations

import bz2
import lzma
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from io import BufferedIOBase
from typing import cast

import zstandard

from cleaner.errors import RejectError
from cleaner.readers.source import STANDARD_INPUT, DamagedStreamError, Source

# Most files are read in one piece, which needn't be joined to others.
_PIECE = 1 << 20
# The first piece must be long enough to tell a compression by.
_MARK_BYTES = 10
# zstd can't be told to stop early, and one kilobyte of it can stand for 32 MB.
_ZSTD_PIECE = 1 << 11
_MAX_OUTPUT = 1 << 20

_GZIP_START = b"\x1f\x8b\x08"
# Stands in an archive's stream for a compressed record that can't be unpacked.
LOST_MEMBER = b"\n[a damaged gzip member]\n"

_MAGICS = {
    _GZIP_START: "gzip",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
}


def open_stream(source: Source) -> BufferedIOBase:
    """Open a source for reading; raises `RejectError` with a kind that says why not."""
    if source.path == STANDARD_INPUT:
        return cast(BufferedIOBase, sys.stdin.buffer)
    try:
        return open(source.path, "rb")  # noqa: PTH123 - a path object takes a while to make
    except FileNotFoundError as error:
        reason = "The file was listed, but is gone now: something moved or deleted it."
        raise RejectError("vanished", reason) from error
    except PermissionError as error:
        raise RejectError("no-rights", "This user may not read the file.") from error
    except OSError as error:
        raise RejectError("unreadable", f"The file can't be opened: {error.strerror}.") from error


def pieces(source: Source, meter: Callable[[bytes], object] | None = None) -> Iterator[bytes]:
    """The decompressed bytes of a source, in pieces of at most some megabytes.

    Compression is told by the first bytes and not by the name: crawlers often save pages
    as ``.html.gz`` that a proxy had unpacked already.
    """
    with closing(open_stream(source)) as stream:
        if source.offset:
            stream.seek(source.offset)
            yield from _file_pieces(stream, meter)
            return
        found = _file_pieces(stream, meter)
        first = next(found, b"")
        compression = compression_of(first)
        # A text may begin with "BZh"; only the name can vouch for so weak a mark.
        if compression == "bzip2" and not (source.compression or first[4:10] == b"1AY&SY"):
            compression = None
        if compression is None:
            yield first
            yield from found
        else:
            yield from _decompressed(first, found, compression, resume=source.format == "warc")


def compression_of(first: bytes) -> str | None:
    """The compression that a file's first bytes announce.

    >>> compression_of(b"BZh91AY&SY"), compression_of(b"<html>")
    ('bzip2', None)
    """
    return next((name for magic, name in _MAGICS.items() if first.startswith(magic)), None)


def _file_pieces(
    stream: BufferedIOBase, meter: Callable[[bytes], object] | None
) -> Iterator[bytes]:  # fmt: skip
    least = _MARK_BYTES
    while True:
        try:
            # What there is, without waiting for more: a pipe may give a line a minute.
            piece = stream.read1(_PIECE)
            while piece and len(piece) < least and (more := stream.read1(_PIECE)):
                piece += more
        except OSError as error:
            reason = f"Reading stopped: {error.strerror}. The disk or the network may be at fault."
            raise DamagedStreamError("read-error", reason) from error
        if not piece:
            return
        least = 0
        if meter:
            meter(piece)
        yield piece


def _decompressed(
    first: bytes, rest: Iterator[bytes], compression: str, *, resume: bool
) -> Iterator[bytes]:
    """Unpack member after member; `resume` leaps over damaged gzip members.

    Only archives may resume: their reader finds the next record by itself, and `LOST_MEMBER`
    between two records makes it report the gap. A page with a hole would pass for a page.
    """
    member: _Member | None = None
    pending = first
    while pending or (pending := next(rest, b"")):
        if member is None:
            if not pending.strip(b"\0"):  # tapes and some tools pad with zeros
                pending = b""
                continue
            member = _MEMBERS[compression]()
        try:
            yield from member.unpack(pending)
        except (zlib.error, lzma.LZMAError, OSError, zstandard.ZstdError) as error:
            if resume and compression == "gzip" and (pending := _next_member(pending, rest)):
                member = None
                yield LOST_MEMBER
                continue
            raise DamagedStreamError(
                "damaged-compression", f"The {compression} stream is damaged: {error}."
            ) from error
        # A file may hold many members: one a record in a WARC.
        pending = member.unused_data
        if member.eof:
            member = None
    if member is not None:
        raise DamagedStreamError(
            "truncated-compression",
            f"The {compression} stream ends too early: the download or the copy was cut off.",
        )


def _next_member(pending: bytes, rest: Iterator[bytes]) -> bytes:
    """What follows from the next start of a gzip member on; empty where there is none."""
    while (at := pending.find(_GZIP_START, 1)) < 0:
        piece = next(rest, b"")
        if not piece:
            return b""
        pending = pending[-len(_GZIP_START) :] + piece
    return pending[at:]


class _Gzip:
    """One gzip member, unpacked in bounded pieces."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data if self.eof else b""

    def unpack(self, piece: bytes) -> Iterator[bytes]:
        while piece and not self._inner.eof:
            yield self._inner.decompress(piece, _MAX_OUTPUT)
            piece = self._inner.unconsumed_tail


class _Bzip2:
    """One bzip2 stream, unpacked in bounded pieces."""

    def __init__(self) -> None:
        self._inner: bz2.BZ2Decompressor | lzma.LZMADecompressor = bz2.BZ2Decompressor()

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data if self.eof else b""

    def unpack(self, piece: bytes) -> Iterator[bytes]:
        yield self._inner.decompress(piece, _MAX_OUTPUT)
        while not (self._inner.eof or self._inner.needs_input):
            yield self._inner.decompress(b"", _MAX_OUTPUT)


class _Xz(_Bzip2):
    """One xz stream: lzma's decompressor has the same shape as bzip2's."""

    def __init__(self) -> None:
        self._inner = lzma.LZMADecompressor()


class _Zstd:
    """One zstd frame, fed in pieces so small that their output is bounded too."""

    def __init__(self) -> None:
        self._inner = zstandard.ZstdDecompressor().decompressobj()
        self._left = b""

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data + self._left if self.eof else b""

    def unpack(self, piece: bytes) -> Iterator[bytes]:
        for start in range(0, len(piece), _ZSTD_PIECE):
            yield self._inner.decompress(piece[start : start + _ZSTD_PIECE])
            if self._inner.eof:
                self._left = piece[start + _ZSTD_PIECE :]
                return


_Member = _Gzip | _Bzip2 | _Zstd
_MEMBERS: dict[str, type[_Member]] = {
    "gzip": _Gzip,
    "bzip2": _Bzip2,
    "xz": _Xz,
    "zstd": _Zstd,
}
