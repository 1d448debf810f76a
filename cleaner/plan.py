"""Which inputs are to be read, which are done, and which have changed since."""

from __future__ import annotations

import logging
import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from cleaner.appended import remainder, taken
from cleaner.entries import Known
from cleaner.filedigest import content_digest
from cleaner.known import KnownInputs
from cleaner.readers import Source
from cleaner.readers.source import STANDARD_INPUT
from cleaner.unread import Reading
from cleaner.writers.rows import shown

_log = logging.getLogger(__name__)
# File systems keep times to 2 seconds (FAT) or better: a file that was written shortly before it
# was read may have changed after that without a new time.
_CLOCK_GRAIN_NS = 2_000_000_000


class Planned(NamedTuple):
    """An input to read: from record `skip` on; `replaces` its older records, named so, if any."""

    source: Source
    path: str
    skip: int = 0
    replaces: str | None = None


@dataclass(slots=True)
class Plan:
    """Decides about sources one by one and remembers what it saw.

    `counts` says how many inputs were ``new``, ``changed``, ``appended`` (only the new lines are
    read), ``resumed``, ``unchanged``, ``outdated`` (done under another configuration, left as
    they are), ``unreachable`` (done before, now not readable: their records stay) or
    ``passed-over``. `touched` are inputs with a new time but the same bytes; the ledger only
    needs to learn that.
    """

    known: KnownInputs
    config: str
    reprocess: bool = False
    counts: Counter[str] = field(default_factory=Counter)
    touched: dict[str, Known] = field(default_factory=dict)
    outdated: Counter[str] = field(default_factory=Counter)
    failing: set[str] = field(default_factory=set)

    def to_read(self, sources: Iterable[Source]) -> Iterator[Planned]:
        """The sources that there is something to do about, in their order."""
        folders: dict[str, str] = {}
        for source in sources:
            if source.path == STANDARD_INPUT:
                self.counts["new"] += 1
                yield Planned(source, STANDARD_INPUT)
            elif source.skipped:
                self.counts["passed-over"] += 1
                _log.debug("%s: passed over (%s)", shown(source.path), source.skipped)
            else:
                path = _absolute(source.path, folders)
                named = source
                if (self.known.path_of(shown(source.path)) or path) != path:
                    # The same relative name, typed in another folder: the records of the two
                    # must stay apart.
                    named = replace(source, path=str(Path(source.path).absolute()))
                if planned := self._decide(named, path, self.known.get(path)):
                    yield planned

    def is_done(self, path: str, status: os.stat_result) -> bool:
        """Whether a file needs not even be looked at more closely; counts it then."""
        if self.reprocess or not self.known.is_done(path, status):
            return False
        self.counts["unchanged"] += 1
        return True

    @staticmethod
    def is_listable(path: str) -> bool:
        """Whether `path` is a folder that this user may list."""
        return Path(path).is_dir() and os.access(path, os.R_OK | os.X_OK)

    def _decide(self, source: Source, path: str, known: Known | None) -> Planned | None:
        if known is None:
            self.counts["new"] += 1
            return Planned(source, path)
        if known.state == "failed":
            self.failing.add(path)
            self.counts["retried"] += 1
            return Planned(source, path, replaces=known.source)
        if source.problem:
            self.counts["unreachable"] += 1
            _log.warning("%s: %s Its records are kept.", shown(source.path), source.problem[1])
            return None
        if not self._is_unchanged(source, known):
            if rest := self._appended(source, known):
                self.counts["appended"] += 1
                return Planned(rest, path)
            self.counts["changed"] += 1
            return Planned(source, path, replaces=known.source)
        return self._decide_unchanged(source, path, known)

    def _decide_unchanged(self, source: Source, path: str, known: Known) -> Planned | None:
        if self.reprocess:
            self.counts["reprocessed"] += 1
            return Planned(source, path, replaces=known.source)
        if known.state == "partial":
            same = known.config == self.config
            self.counts["resumed"] += 1
            if same and (rest := self._appended(source, known)):
                return Planned(rest, path)
            if same and not known.offset:
                return Planned(source, path, skip=known.records)
            return Planned(source, path, replaces=known.source)
        if known.config == self.config:
            self.counts["unchanged"] += 1
        else:
            self.counts["outdated"] += 1
            self.outdated[known.config] += 1
        return None

    def _appended(self, source: Source, known: Known) -> Source | None:
        """What has come behind the lines that are done, where that is all that has changed."""
        if self.reprocess or known.config != self.config or shown(source.path) != known.source:
            return None
        return remainder(source, known)

    def _is_unchanged(self, source: Source, known: Known) -> bool:
        same_size = source.size == known.size
        if same_size and source.mtime_ns == known.mtime_ns and known.settled:
            return True
        if not same_size or known.content is None:
            return same_size and source.mtime_ns == known.mtime_ns and known.state == "partial"
        if content_digest(source) != known.content:
            return False
        settled = is_settled(source, time.time_ns())
        self.touched[known.path] = known._replace(mtime_ns=source.mtime_ns, settled=settled)
        return True


def done(
    planned: Planned, config: str, reading: Reading, records: int = 1, end: int = 0
) -> Known:  # fmt: skip
    """What to remember of an input that was read to its end, its last record to byte `end`."""
    source = planned.source
    offset, prefix = taken(source, end)
    return Known(
        path=planned.path,
        source=shown(source.path),
        size=source.size,
        mtime_ns=source.mtime_ns,
        content=reading.content,
        settled=is_settled(source, reading.opened_ns),
        config=config,
        state="failed" if reading.is_failed else "done",
        records=records,
        offset=offset,
        prefix=prefix,
    )


def partly_done(planned: Planned, config: str, records: int, end: int) -> Known:
    """What to remember of an input of which the first records are done, to byte `end`."""
    known = done(planned, config, Reading(0, None), max(records, planned.skip), end)
    return known._replace(state="partial")


def is_settled(source: Source, opened_ns: int) -> bool:
    """Whether the file was old enough when opened for its time to prove that it is unchanged."""
    return source.mtime_ns is not None and source.mtime_ns + _CLOCK_GRAIN_NS < opened_ns


def _absolute(path: str, folders: dict[str, str]) -> str:
    """The absolute path, as text that SQLite can hold; links of its folder resolved."""
    folder, _, name = path.rpartition("/") if os.sep == "/" else ("", "", path)
    if not name or name in (".", ".."):
        return shown(os.path.realpath(path))
    if folder not in folders:
        if len(folders) > 1000:
            folders.clear()
        folders[folder] = os.path.realpath(folder or ("/" if path.startswith("/") else "."))
    return shown(f"{folders[folder].rstrip(os.sep)}{os.sep}{name}")
