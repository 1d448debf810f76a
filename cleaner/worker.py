"""A worker process: loads the rules and models once, then cleans what it is sent.

Over its pipe it says `READY`, then for each list of records it gets `BEGAN` (how many
documents it begins together, so that the parent can time them) and `DONE` with their rows.
While it reads files for longer than that takes commonly, it says `READING` now and then.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Final, NamedTuple

from cleaner.config import Config
from cleaner.errors import CleanerError
from cleaner.garbage import collect_when_due, frozen, no_collection
from cleaner.guarded import CleansBatches, clean_guarded
from cleaner.records import Cleaned, Raw, Rejected
from cleaner.runrecord import Counts
from cleaner.unread import Opener, Reading, Record, raw_of, read_options
from cleaner.writers.rows import shown
from cleaner.writers.shard import Collector, Rows

if TYPE_CHECKING:
    from cleaner.near_duplicates import Print
    from cleaner.template_lines import Page

READY: Final = "ready"
FAILED: Final = "failed"
READING: Final = "reading"
BEGAN: Final = "began"
DONE: Final = "done"

# Address space on top of what a loaded worker takes. One document that asks for more is rejected.
_MORE_MEMORY = 1536 << 20
# A worker that holds more than this between two batches is replaced by a fresh one.
TIRED_BYTES = 400 << 20
_PR_SET_PDEATHSIG = 1
_SECONDS_BETWEEN_BEATS = 1.0


def _nothing(*_: object) -> None:
    """Tell nobody."""


class Part(NamedTuple):
    """What became of some records: rows, counts, and for each record whether it is a document.

    `readings` tell of the files that had to be read, in their order; `pages` is what the
    template counts learn of the documents, when they are to.
    """

    rows: Rows
    counts: Counts
    written: list[bool]
    readings: list[Reading]
    pages: list[Page]
    prints: list[Print | None]

    @classmethod
    def empty(cls) -> Part:
        """Nothing yet."""
        return cls(Rows(), Counts(), [], [], [], [])

    def add(self, other: Part) -> None:
        """Put the part that follows behind this one."""
        self.rows.extend(other.rows)
        self.counts.add(other.counts)
        self.written.extend(other.written)
        self.readings.extend(other.readings)
        self.pages.extend(other.pages)
        self.prints.extend(other.prints)


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a worker needs to know to become one; sent to it when it starts."""

    make: Callable[[Config], CleansBatches]
    config: Config
    digest: str

    def collected(
        self, cleaner: CleansBatches, records: Sequence[Record],
        began: Callable[[int], object] = _nothing, beat: Callable[[], object] = _nothing,
    ) -> Part:  # fmt: skip
        """Read what is still unread, clean it, and make the rows."""
        opener = Opener(read_options(self.config), beat)
        opened = [opener.open(record) for record in records]
        found = [record for record, _ in opened]
        outcomes = clean_guarded(cleaner, found, self.config.document_timeout, began)
        readings = [reading for _, reading in opened if reading]
        return self.part([raw_of(record) for record in found], outcomes, readings)

    def part(
        self, raws: Sequence[Raw], outcomes: Sequence[Cleaned | Rejected],
        readings: list[Reading],
    ) -> Part:  # fmt: skip
        """The rows of outcomes."""
        collector, written = Collector(self.digest, self.config.label_only), []
        prints: list[Print | None] = []
        for raw, outcome in zip(raws, outcomes, strict=True):
            before = len(collector.rows.documents)
            collector.add(raw, outcome)
            written.append(len(collector.rows.documents) > before)
            if self.config.dedup and written[-1] and isinstance(outcome, Cleaned):
                prints.append(_print(outcome))
        pages = _pages(outcomes) if self.config.learn_templates else []
        return Part(collector.rows, collector.counts, written, readings, pages, prints)


def _print(cleaned: Cleaned) -> Print | None:
    from cleaner.near_duplicates import print_of

    return print_of(cleaned.document.id, shown(cleaned.document.source), cleaned.text)


def _pages(outcomes: Sequence[Cleaned | Rejected]) -> list[Page]:
    from cleaner.segment import segment
    from cleaner.template_lines import observe

    documents = [outcome.document for outcome in outcomes if isinstance(outcome, Cleaned)]
    pages = [observe(document, segment(document)) for document in documents]
    return [page for page in pages if page is not None]


def make_cleaner(config: Config) -> CleansBatches:
    """Load rules and models; the import is late since it is most of a worker's start."""
    from cleaner.pipeline import Cleaner

    return Cleaner(config)


def work(connection: Connection, recipe: Recipe, settings: Mapping[str, object]) -> None:
    """The life of a worker: ends when the parent closes the pipe, or ends itself."""
    _settle(settings)
    try:
        cleaner = recipe.make(recipe.config)
    except CleanerError as error:
        connection.send((FAILED, error))
        return
    _limit_memory()
    with frozen(), no_collection(), contextlib.suppress(EOFError, OSError):
        connection.send((READY, None))
        while True:
            records = connection.recv()
            part = recipe.collected(
                cleaner,
                records,
                lambda documents: connection.send((BEGAN, documents)),
                _beat(connection),
            )
            connection.send((DONE, (part, _is_tired())))
            del records, part
            collect_when_due()


def _beat(connection: Connection) -> Callable[[], None]:
    """What says that reading goes on, at most so often."""
    last = time.monotonic()

    def beat() -> None:
        nonlocal last
        if (now := time.monotonic()) - last >= _SECONDS_BETWEEN_BEATS:
            last = now
            connection.send((READING, None))

    return beat


def _settle(settings: Mapping[str, object]) -> None:
    """Leave signals to the parent, die with it, and keep out of its standard output."""
    for number in (signal.SIGINT, signal.SIGTERM):
        # Ctrl-C and systemd signal the whole group, but the parent decides what is finished.
        signal.signal(number, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM})
    if sys.platform == "linux":
        # Without it, a worker that hangs would outlive a parent that was killed.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != settings["parent"]:
            os._exit(1)
    with contextlib.suppress(OSError):
        os.dup2(2, 1)
    if settings["debug"]:
        logging.basicConfig(
            level=logging.INFO, format=f"cleaner (worker {os.getpid()}): %(message)s"
        )
        logging.getLogger("cleaner").setLevel(logging.DEBUG)
    else:
        logging.getLogger().addHandler(logging.NullHandler())


def _limit_memory() -> None:
    if sys.platform != "linux":
        return
    import resource

    pages = _memory_pages()[0]
    limit = pages * resource.getpagesize() + _MORE_MEMORY
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard == resource.RLIM_INFINITY or limit < hard:
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


def _memory_pages() -> list[int]:
    """This process's memory in pages: all of its address space, and what is resident."""
    with open("/proc/self/statm", "rb") as file:  # noqa: PTH123 - once a batch
        return [int(number) for number in file.read().split()[:2]]


def _is_tired() -> bool:
    """Whether this process holds too much memory, also after it has given back what it can."""
    if sys.platform != "linux":
        return False
    import resource

    def resident() -> int:
        return _memory_pages()[1] * resource.getpagesize()

    if resident() <= TIRED_BYTES:
        return False
    gc.collect()
    with contextlib.suppress(AttributeError):  # other C libraries have no malloc_trim
        ctypes.CDLL(None).malloc_trim(0)
    return resident() > TIRED_BYTES
