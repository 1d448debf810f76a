"""How far a run is: a bar on a terminal, a line now and then in a log.

The bar knows how much there is to do from a second, quick look at the inputs, made in a thread
beside the run. It says when the end will be as soon as that look is complete, not before.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cleaner.commands.console import is_attended, say
from cleaner.errors import CleanerError
from cleaner.readers import Source

if TYPE_CHECKING:
    from tqdm import tqdm

    from cleaner.batch import Progress

_SECONDS_BETWEEN_LINES = 30.0


@contextmanager
def progress(
    *, quiet: bool, sources: Iterable[Source] = (), due: Callable[[Source], int] | None = None
) -> Iterator[Progress | None]:
    """What to tell of each batch; None when nobody wants to know.

    `sources` are the inputs, listed anew for this; `due` says how many bytes of one are to be read.
    """
    if quiet:
        yield None
    elif is_attended() and sys.stderr.isatty():
        from tqdm import tqdm

        amount = _Amount(sources, due or _size)
        with tqdm(
            unit="B", unit_scale=True, desc="cleaner", leave=False, file=sys.stderr, smoothing=0.05
        ) as bar:
            yield _Bar(bar, amount)
            amount.is_wanted = False
    else:
        yield _Lines()


def _size(source: Source) -> int:
    return source.size or 0


class _Amount:
    """The bytes that there are to read, counted by a thread; None until all are counted.

    It begins with the first document: a run that finds nothing new shouldn't look twice.
    """

    def __init__(self, sources: Iterable[Source], due: Callable[[Source], int]) -> None:
        self.total: int | None = None
        self.is_wanted = True
        self._thread = threading.Thread(target=self._count, args=(sources, due), daemon=True)

    def begin(self) -> None:
        """Begin to count, if that has not been done."""
        if self._thread.ident is None:
            self._thread.start()

    def _count(self, sources: Iterable[Source], due: Callable[[Source], int]) -> None:
        total = 0
        try:
            for source in sources:
                if not self.is_wanted:
                    return
                if source.size is None and source.problem is None and source.skipped is None:
                    return  # standard input ends when it ends
                total += due(source)
        except (CleanerError, OSError):
            return  # the run itself will say so
        self.total = total


class _Bar:
    """Moves a bar by bytes of input, and shows the documents beside it."""

    def __init__(self, bar: tqdm, amount: _Amount) -> None:
        self._bar, self._amount = bar, amount
        self._documents = 0

    def __call__(self, documents: int, size: int, /) -> None:
        self._documents += documents
        self._amount.begin()
        if self._bar.total is None and self._amount.total is not None:
            self._bar.total = max(self._amount.total, self._bar.n + size)
        elapsed = time.time() - self._bar.start_t
        rate = self._documents / elapsed if elapsed > 0 else 0.0
        self._bar.set_postfix_str(
            f"{self._documents:,} documents, {rate:,.0f} a second", refresh=False
        )
        self._bar.update(size)


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
            say(
                f"{self._documents:,} documents, {self._size / 1e6:,.1f} MB, "
                f"{rate:,.0f} documents a second"
            )
