"""What a reader is given: where the bytes are, and how to read them."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import blake2b
from pathlib import PurePath

from cleaner.errors import RejectError

STANDARD_INPUT = "-"

COMPRESSIONS = {".gz": "gzip", ".zst": "zstd", ".bz2": "bzip2", ".xz": "xz"}

FORMATS = {
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".txt": "text",
    ".md": "text",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".warc": "warc",
    ".wet": "warc",
}

MEDIA_TYPES = {
    "html": "text/html",
    "text": "text/plain",
    "jsonl": "application/x-ndjson",
    "warc": "application/warc",
}

_MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How inputs are read; the defaults fit news crawls.

    The `*_field` options name a JSONL field and go before the names that are tried on
    their own. The sizes are bytes after decompression: what is larger goes to the
    quarantine with its first `kept_bytes` and its true length, so that one absurd file
    can't take the memory of a run. `meter` is given the bytes of the file piece by piece as
    they are read, compressed as they are.
    """

    text_field: str | None = None
    html_field: str | None = None
    url_field: str | None = None
    id_field: str | None = None
    title_field: str | None = None
    date_field: str | None = None
    max_bytes: int = 64 * _MIB
    max_line_bytes: int = 64 * _MIB
    kept_bytes: int = 1 * _MIB
    meter: Callable[[bytes], object] | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """One input file (or standard input), before it is opened.

    `path` is what the user typed, joined with what was found below it; ``-`` is standard
    input. `format` is a key of the readers' table, or None where only the content can
    tell. `named` says that the user named this very file, so that a mistake in it is the
    user's to correct (`InputError`) and no reason to fill a quarantine. `skipped` says
    why a file that was found in a folder is passed over (`read` yields nothing for it);
    `problem` is a kind and a sentence where it could not even be listed (`read` yields
    one `Rejected`). `size` is in bytes, `mtime` in seconds since 1970. JSON lines of which
    the first are done begin at byte `offset` with record `first_record`.
    """

    path: str
    format: str | None = None
    compression: str | None = None
    size: int | None = None
    mtime: float | None = None
    mtime_ns: int | None = None
    named: bool = False
    skipped: str | None = None
    problem: tuple[str, str] | None = None
    offset: int = 0
    first_record: int = 0

    @property
    def id(self) -> str:
        """A readable id that is unique in a run and the same in the next one.

        >>> Source("crawl/a/story.html.gz").id
        'story-3c565b58f5'
        >>> Source("./crawl//a/story.html.gz").id == Source("crawl/a/story.html.gz").id
        True
        """
        if self.path == STANDARD_INPUT:
            return "stdin"
        path = PurePath(os.path.normpath(self.path)).as_posix()
        digest = blake2b(path.encode("utf-8", "surrogateescape"), digest_size=5).hexdigest()
        return f"{printable(split_endings(path)[0])}-{digest}"

    @property
    def shown(self) -> str:
        """The path as valid Unicode, for records and messages."""
        return printable(self.path)

    @property
    def added(self) -> str | None:
        """When the file was written, as ISO 8601 in UTC; never the time of this run.

        >>> Source("a.txt", mtime=1700000000.9).added
        '2023-11-14T22:13:20Z'
        """
        return None if self.mtime is None else _moment(int(self.mtime))


@lru_cache(maxsize=64)
def _moment(seconds: int) -> str | None:
    try:
        moment = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def split_endings(path: str) -> tuple[str, str | None, str | None]:
    """A file's stem, its format and its compression, from its name alone.

    >>> split_endings("crawl/CC-MAIN.warc.wet.gz")
    ('CC-MAIN.warc', 'warc', 'gzip')
    >>> split_endings("notes.pdf")
    ('notes', None, None)
    """
    # Not pathlib: this is asked for each of a million files, and is ten times as fast.
    stem, ending = _split(path[path.rfind(os.sep) + 1 :])
    compression = COMPRESSIONS.get(ending)
    if compression:
        stem, ending = _split(stem)
    return stem, FORMATS.get(ending), compression


def _split(name: str) -> tuple[str, str]:
    at = name.rfind(".")
    return (name[:at], name[at:].lower()) if at > 0 else (name, "")


def printable(name: str) -> str:
    """A file name as valid Unicode: names may hold bytes that are none."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


class DamagedStreamError(RejectError):
    """The rest of a stream can't be read: cut off, damaged, or a disk error."""
