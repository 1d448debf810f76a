"""What past runs say about rules: where each one fired, and where one has fallen silent.

Publishers change their wording. A rule that used to fire on a host and no longer does, while
other things are still removed there, is the first sign of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import orjson

from cleaner.errors import OutputError

RULE = "rule:"
_MIN_EXPECTED = 3.0
# A run record names so many pairs of host and rule, the rest is summed up or left out.
_MAX_NAMED = 2_000
_OTHER_HOSTS = "(other hosts)"


class RunHits(NamedTuple):
    """What one run removed: by host, the number of spans that each finder took."""

    run: str
    started: str
    hosts: Mapping[str, Mapping[str, int]]


class RuleHost(NamedTuple):
    """How often a rule fired on a host in all runs, and in how many of them."""

    host: str
    rule: str
    spans: int
    runs: int
    last: str


class Silent(NamedTuple):
    """A rule that fired on a host and has not since the run that started at `last`.

    `expected` is how many spans it would have removed since then at its old rate.
    """

    host: str
    rule: str
    spans: int
    last: str
    expected: float


class HitsReport(NamedTuple):
    """What `report_hits` found; `unread` names run records that could not be read."""

    runs: int
    hits: list[RuleHost]
    silent: list[Silent]
    unread: list[str]


def report_hits(folder: Path) -> HitsReport:
    """Read the run records of an output folder.

    Raises:
        OutputError: there are none.
    """
    records, unread = read_runs(folder)
    if not records:
        raise OutputError(
            f"{folder} holds no run records (runs/*.json). Name the folder that was given to -o; "
            "the records are written at the end of each run."
        )
    return HitsReport(len(records), count_hits(records), find_silent(records), unread)


def read_runs(folder: Path) -> tuple[list[RunHits], list[str]]:
    """The run records of an output folder, the oldest first, and the names of damaged ones."""
    records: list[RunHits] = []
    unread: list[str] = []
    for path in sorted((folder / "runs").glob("*.json")):
        try:
            row = orjson.loads(path.read_bytes())
            hosts = {str(host): dict(counts) for host, counts in row["hosts"].items()}
            records.append(RunHits(str(row["run"]), str(row["started"]), hosts))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            unread.append(path.name)
    return sorted(records, key=lambda record: (record.started, record.run)), unread


def count_hits(records: Iterable[RunHits]) -> list[RuleHost]:
    """How often each rule fired per host, by host, the busiest rules first."""
    spans: Counter[tuple[str, str]] = Counter()
    runs: Counter[tuple[str, str]] = Counter()
    last: dict[tuple[str, str], str] = {}
    for record in records:
        for host, counts in record.hosts.items():
            for by, number in counts.items():
                if by.startswith(RULE) and number:
                    key = (host, by.removeprefix(RULE))
                    spans[key] += number
                    runs[key] += 1
                    last[key] = record.started
    rows = [RuleHost(*key, spans[key], runs[key], last[key]) for key in spans]
    return sorted(rows, key=lambda row: (row.host == _OTHER_HOSTS, row.host, -row.spans, row.rule))


def find_silent(records: Sequence[RunHits]) -> list[Silent]:
    """The rules that stopped firing on a host where they used to, the most missed first.

    A host that was not crawled again is no evidence, and a rule that fired once in a
    thousand may just not have had its turn: at its old share of the host's removed spans, it must
    have missed three, and more than a crowded run record may have left out.

    >>> old = RunHits("1", "2026-01-01", {"a.example": {"rule:x.promo": 8, "rule:x.share": 8}})
    >>> new = RunHits("2", "2026-01-02", {"a.example": {"rule:x.share": 9}})
    >>> [(silent.rule, silent.expected) for silent in find_silent([old, new])]
    [('x.promo', 9.0)]
    >>> find_silent([old, RunHits("2", "2026-01-02", {"b.example": {"rule:x.share": 9}})])
    []
    """
    silent: list[Silent] = []
    most_unnamed = {record.run: _most_unnamed(record) for record in records}
    for row in count_hits(records):
        if row.host == _OTHER_HOSTS:
            continue
        before = since = unnamed = 0
        for record in records:
            others = record.hosts.get(row.host, {})
            number = sum(others.values()) - others.get(RULE + row.rule, 0)
            if record.started <= row.last:
                before += number
            elif others:
                since += number
                unnamed += most_unnamed[record.run]
        # The rate beside other removals; where it was alone on a host, nothing can be told.
        expected = row.spans / before * since if before else 0.0
        if expected >= _MIN_EXPECTED + unnamed:
            silent.append(Silent(row.host, row.rule, row.spans, row.last, round(expected, 1)))
    return sorted(silent, key=lambda row: (-row.expected, row.host, row.rule))


def _most_unnamed(record: RunHits) -> int:
    """How often a rule may have fired on a host without being named: the record keeps the most."""
    named = [spans for counts in record.hosts.values() for spans in counts.values()]
    is_whole = _OTHER_HOSTS not in record.hosts and len(named) < _MAX_NAMED
    return 0 if is_whole else min(named, default=0)
