"""What the ledger knows of inputs, as a run asks for it: of a million files one by one.

Most runs find most files unchanged. So only what shows that is held in memory; the rest is looked
up for the few inputs about which there is something to decide.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cached_property

from cleaner.entries import Known
from cleaner.ledger import Ledger
from cleaner.readers.source import Source
from cleaner.writers.rows import shown


class KnownInputs:
    """All inputs of a ledger, by absolute path, under the configuration digest of a run."""

    def __init__(self, ledger: Ledger, config: str) -> None:
        self._ledger = ledger
        self._seen = ledger.seen(config)

    def is_done(self, path: str, status: os.stat_result) -> bool:
        """Whether the file is certainly the one that was cleaned under this configuration."""
        seen = self._seen.get(path)
        if seen is None:
            return False
        _, size, mtime_ns, is_settled, _, _ = seen
        return bool(is_settled) and size == status.st_size and mtime_ns == status.st_mtime_ns

    def get(self, path: str) -> Known | None:
        """All that is known of one input."""
        return self._ledger.known(path) if path in self._seen else None

    def path_of(self, source: str) -> str | None:
        """The input whose records bear this source."""
        return self._paths.get(source)

    def failed(self) -> Iterator[Known]:
        """The inputs that could not be opened."""
        for path, *_, state, _ in self._seen.values():
            if state == "failed" and (known := self._ledger.known(path)):
                yield known

    def due_bytes(self, source: Source) -> int:
        """How many bytes of `source` a run will read, as far as its size and time can tell."""
        if source.skipped or source.size is None:
            return 0
        seen = self._seen.get(shown(os.path.realpath(source.path)))
        if seen is None:
            return source.size
        _, size, mtime_ns, _, state, offset = seen
        if state == "failed":
            return source.size
        if source.size == size and source.mtime_ns == mtime_ns and state == "done":
            return 0
        return source.size - (offset if source.size >= offset else 0)

    @cached_property
    def _paths(self) -> dict[str, str]:
        return self._ledger.paths()
