"""Files that appear whole: temporary name, fsync, rename, fsync of the folder."""

from __future__ import annotations

import errno
import gzip
import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import zstandard

from cleaner.errors import OutputError
from cleaner.writers import parquet

TEMPORARY = ".tmp"


class Codec(NamedTuple):
    """How the rows of a shard are packed; `suffix` follows ``.jsonl`` in its name."""

    suffix: str
    pack: Callable[[bytes], bytes]
    unpack: Callable[[bytes], bytes]


CODECS = {
    "none": Codec("", bytes, bytes),
    # Without mtime=0 the same rows would give other bytes a second later.
    "gzip": Codec(".gz", lambda rows: gzip.compress(rows, 6, mtime=0), gzip.decompress),
    "zstd": Codec(
        ".zst",
        lambda rows: zstandard.ZstdCompressor(level=3).compress(rows),
        lambda packed: zstandard.ZstdDecompressor().decompress(packed),
    ),
}
FORMATS = ("jsonl", "parquet")
_BY_SUFFIX = {codec.suffix: codec for codec in CODECS.values()}

_CAUSES = {
    errno.ENOSPC: "The disk is full. Free some space",
    errno.EDQUOT: "Your disk quota is used up. Free some space",
    errno.EACCES: "You may not write there. Change the rights or choose another folder with -o",
    errno.EPERM: "You may not write there. Change the rights or choose another folder with -o",
    errno.EROFS: "That file system is read-only. Choose another folder with -o",
    errno.EIO: "The disk reports an error. Check it",
    errno.ENOTDIR: "A part of that path is a file. Choose another folder with -o",
    errno.EEXIST: "A file of that name is in the way. Choose another folder with -o",
}


def output_error(path: Path | str, error: OSError) -> OutputError:
    """What happened, why, and what to type, for an error while writing.

    >>> print(output_error("out", OSError(errno.ENOSPC, "No space left on device")))
    out: No space left on device. The disk is full. Free some space, then run the same command \
again: it goes on where it stopped.
    """
    cause = _CAUSES.get(error.errno or 0, "Check the folder and the disk")
    problem = error.strerror or str(error) or type(error).__name__
    return OutputError(
        f"{path}: {problem}. {cause}, then run the same command again: it goes on where it stopped."
    )


@contextmanager
def writing_to(path: Path | str) -> Iterator[None]:
    """Turn an `OSError` of the block into an `OutputError` that names `path`."""
    try:
        yield
    except OSError as error:
        raise output_error(path, error) from error


@dataclass(frozen=True, slots=True)
class Staged:
    """A file that is on the disk, complete, under a temporary name beside its final one."""

    path: Path

    @property
    def temporary(self) -> Path:
        return temporary_of(self.path)

    def publish(self) -> None:
        """Give the file its final name; in one step, whatever stood there before."""
        publish(self.path)


def temporary_of(path: Path) -> Path:
    """The temporary name for `path`: hidden, and in the same folder so that renaming is atomic."""
    return path.with_name(f".{path.name}{TEMPORARY}")


def publish(path: Path) -> None:
    """Rename the temporary file of `path` to `path` and make the renaming durable."""
    with writing_to(path):
        temporary_of(path).replace(path)
        sync_folder(path.parent)


def stage(path: Path, content: bytes) -> Staged:
    """Write `content` under the temporary name of `path`, down to the disk."""
    temporary = temporary_of(path)
    with writing_to(path):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with temporary.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            _remove_quietly(temporary)
            raise
    return Staged(path)


def sync_folder(folder: Path) -> None:
    """Make renames in `folder` survive a power cut; not all systems can, and then it's skipped."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    except OSError as error:
        # Some network file systems refuse fsync on a folder; their renames are durable anyway.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF):
            raise
    finally:
        os.close(handle)


def digest_of(content: bytes) -> str:
    """The digest by which `verify` knows a shard again."""
    return hashlib.blake2b(content, digest_size=16).hexdigest()


class Packing(NamedTuple):
    """How shards are written; `attributes` adds dolma attribute files beside the documents."""

    format: str = "jsonl"
    compress: str = "none"
    attributes: bool = False

    def pack(self, folder: str, number: int, lines: Sequence[bytes]) -> tuple[str, bytes]:
        """A shard file's name inside the output folder, and its bytes."""
        name = f"{folder}/{number:06}"
        if self.format == "parquet" and folder in parquet.FOLDERS:
            return f"{name}{parquet.SUFFIX}", parquet.pack(folder, lines, self.compress)
        codec = CODECS[self.compress]
        return f"{name}.jsonl{codec.suffix}", codec.pack(b"\n".join([*lines, b""]))


def lines_of(path: Path) -> list[bytes]:
    """The rows of a shard, unpacked as its suffix says."""
    try:
        if path.suffix == parquet.SUFFIX:
            return parquet.unpack(path)
        content = _BY_SUFFIX.get(path.suffix, CODECS["none"]).unpack(path.read_bytes())
    except FileNotFoundError as error:
        raise OutputError(
            f"{path}: the shard is missing. Somebody deleted or moved it; "
            "put it back, or redo the run with --reprocess."
        ) from error
    except (OSError, EOFError, zstandard.ZstdError) as error:
        raise OutputError(
            f"{path}: the shard can't be read ({error}). It is damaged; redo it with --reprocess."
        ) from error
    return content.removesuffix(b"\n").split(b"\n") if content else []


def _remove_quietly(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return  # it is swept at the next start
