"""Whether an output folder still is what the ledger says, and whether its texts come back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cleaner.entries import FileEntry, ShardEntry
from cleaner.errors import OutputError
from cleaner.folder import foreign_files, read_output
from cleaner.restore import restore_shard
from cleaner.writers.files import digest_of, lines_of


def verify(folder: Path) -> Iterator[str]:
    """Yield a sentence for each thing that is wrong with the output folder; nothing if all is well.

    Checked are every shard's presence, size, digest and number of rows, that each document's
    text comes back in its full length, the conservation of characters, and that nothing lies
    there which the ledger does not name.
    """
    with read_output(folder) as (_, shards):
        for shard in shards:
            problems = [text for file in shard.files if (text := _check_file(folder, file))]
            yield from problems
            if not problems:
                yield from _check_restore(folder, shard)
        for file in foreign_files(folder, shards):
            yield (
                f"{file}: the ledger does not name this file. It was left by a killed run, and the "
                "next run removes it; or somebody put it there."
            )


def _check_file(folder: Path, file: FileEntry) -> str | None:
    path = folder / file.name
    try:
        content = path.read_bytes()
    except OSError as error:
        return f"{path}: can't be read ({error.strerror})."
    if len(content) != file.size:
        return f"{path}: {len(content)} bytes, and {file.size} were written."
    if digest_of(content) != file.digest:
        return f"{path}: the bytes are not those that were written."
    if (rows := len(lines_of(path))) != file.rows:
        return f"{path}: {rows} rows, and {file.rows} were written."
    return None


def _check_restore(folder: Path, shard: ShardEntry) -> Iterator[str]:
    documents = chars = 0
    try:
        for restored in restore_shard(folder, shard):
            documents += 1
            chars += len(restored.text)
    except OutputError as error:
        yield str(error)
        return
    expected = (shard.tally.documents, shard.tally.chars_in)
    if (documents, chars) != expected:
        yield (
            f"Shard {shard.number:06}: {documents} documents of {chars} characters come back, and "
            f"the ledger counts {expected[0]} of {expected[1]}."
        )
