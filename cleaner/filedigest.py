"""A digest of a file's bytes, taken while they are read, so that no file is read twice for it."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from cleaner.readers.source import Source

_PIECE = 1 << 20
_HEX_DIGITS = 32


class FileDigest:
    """Takes a file's bytes in order, as readers hand them to ``ReadOptions.meter``."""

    def __init__(self) -> None:
        # Processors have instructions for SHA-256: it is twice as fast as BLAKE2b.
        self._state = sha256()
        self.length = 0

    def update(self, piece: bytes) -> None:
        """The next bytes of the file."""
        self._state.update(piece)
        self.length += len(piece)

    @property
    def value(self) -> str:
        """The digest of all bytes so far."""
        return self._state.hexdigest()[:_HEX_DIGITS]

    def of(self, source: Source) -> str | None:
        """The digest of `source`, or None where it is no longer the file that was listed.

        A reader that found the file to be damaged has left the rest of it unread; then it is
        read once more.
        """
        if self.length != source.size:
            return content_digest(source)
        try:
            status = os.stat(source.path)  # noqa: PTH116 - a path object takes a while to make
        except OSError:
            return None
        return self.value if _is_as_listed(status, source) else None


def content_digest(source: Source) -> str | None:
    """A digest of the file's bytes, or None where they are no longer those that were listed."""
    try:
        with Path(source.path).open("rb") as file:
            digest = digest_of_first(file, 1 << 62)
            status = os.fstat(file.fileno())
    except OSError:
        return None
    return digest if _is_as_listed(status, source) else None


def digest_of_first(file: BinaryIO, length: int) -> str:
    """A digest of the next `length` bytes of a file, or of those that there are."""
    digest = FileDigest()
    while length > 0 and (piece := file.read(min(_PIECE, length))):
        digest.update(piece)
        length -= len(piece)
    return digest.value


def _is_as_listed(status: os.stat_result, source: Source) -> bool:
    return (status.st_size, status.st_mtime_ns) == (source.size, source.mtime_ns)
