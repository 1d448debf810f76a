"""How far a run is: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from tqdm import tqdm

from cleaner.batch import Progress
from cleaner.commands.console import say

_SECONDS_BETWEEN_LINES = 30.0


@contextmanager
def progress(*, quiet: bool) -> Iterator[Progress | None]:
    """What to tell of each batch; None when nobody wants to know."""
    if quiet:
        yield None
    elif sys.stderr.isatty():
        with tqdm(unit=" documents", desc="cleaner", leave=False, file=sys.stderr) as bar:
            size = 0

            def advance(documents: int, read: int) -> None:
                nonlocal size
                size += read
                bar.set_postfix_str(f"{size / 1e6:,.1f} MB", refresh=False)
                bar.update(documents)

            yield advance
    else:
        yield _Lines()


class _Lines:
    """Writes a line with time and rate every half minute: what a log file wants."""

    def __init__(self) -> None:
        self._started = self._written = time.monotonic()
        self._documents = self._size = 0

    def __call__(self, documents: int, size: int, /) -> None:
        self._documents += documents
        self._size += size
        now = time.monotonic()
        if now - self._written >= _SECONDS_BETWEEN_LINES:
            self._written = now
            rate = self._documents / (now - self._started)
            clock = datetime.now().astimezone().isoformat(timespec="seconds")
            say(
                f"{clock} INFO {self._documents:,} documents, {self._size / 1e6:,.1f} MB, "
                f"{rate:,.0f} documents a second"
            )
