"""Counts of a run, the law that they must obey, and the record that is written of it.

documents in = written + emptied + quarantined + skipped; characters in = kept + removed.
Each side is counted where it happens (the one when records are read, the other when rows are
written), so that a document lost on the way breaks the law instead of passing unseen.
"""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cleaner import __version__
from cleaner.errors import OutputError

# Crawls have tens of thousands of hosts; a record of a run should stay readable.
_MAX_HOSTS = 200
_MAX_REMOVALS = 20_000
_OTHER_HOSTS = "(other hosts)"

Removal = tuple[str | None, str, str]
_HOST, _LABEL, _RULE = range(3)


@dataclass(slots=True)
class Counts:
    """What happened to documents and characters; `add` sums two of them.

    `spans` and `chars` count removed spans and their characters by host, label and finder;
    `rejected` counts quarantined records by kind.
    """

    read: int = 0
    written: int = 0
    emptied: int = 0
    quarantined: int = 0
    skipped: int = 0
    chars_in: int = 0
    chars_kept: int = 0
    chars_removed: int = 0
    spans: Counter[Removal] = field(default_factory=Counter)
    chars: Counter[Removal] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)

    def add(self, other: Counts) -> None:
        """Add the counts of another piece of work to these."""
        for name in self.__dataclass_fields__:
            mine, theirs = getattr(self, name), getattr(other, name)
            if isinstance(mine, Counter):
                mine.update(theirs)
            else:
                setattr(self, name, mine + theirs)
        if len(self.spans) > _MAX_REMOVALS:
            self._forget_rare_hosts()

    def removal(self, host: str | None, label: str, by: str, chars: int, spans: int = 1) -> None:
        """Count removed spans of together `chars` characters."""
        removal = (host, label, by)
        self.spans[removal] += spans
        self.chars[removal] += chars
        self.chars_removed += chars

    def _forget_rare_hosts(self) -> None:
        """Count the hosts with the fewest removals as one, so that the record stays readable."""
        hosts = _by(self.spans, _HOST)
        named = {host for host, _ in hosts.most_common(_MAX_HOSTS)}
        for name in ("spans", "chars"):
            kept = Counter[Removal]()
            for (host, label, by), number in getattr(self, name).items():
                kept[host if host in named else _OTHER_HOSTS, label, by] += number
            setattr(self, name, kept)

    def check(self) -> None:
        """Raise `OutputError` where the conservation law does not hold.

        >>> Counts(read=3, written=2, quarantined=1, chars_in=9, chars_kept=9).check()
        >>> Counts(read=3, written=2).check()
        Traceback (most recent call last):
        ...
        cleaner.errors.OutputError: Documents are missing: 3 were read, 2 accounted for \
(2 written, 0 emptied, 0 quarantined, 0 skipped). \
This is a fault of the program: please report it with the run record.
        """
        parts = {
            "written": self.written,
            "emptied": self.emptied,
            "quarantined": self.quarantined,
            "skipped": self.skipped,
        }
        fault = "This is a fault of the program: please report it with the run record."
        if self.read != sum(parts.values()):
            listed = ", ".join(f"{number} {name}" for name, number in parts.items())
            raise OutputError(
                f"Documents are missing: {self.read} were read, {sum(parts.values())} "
                f"accounted for ({listed}). {fault}"
            )
        if self.chars_in != self.chars_kept + self.chars_removed:
            raise OutputError(
                f"Characters are missing: {self.chars_in} came in, {self.chars_kept} were kept "
                f"and {self.chars_removed} removed. {fault}"
            )

    def as_row(self) -> dict[str, Any]:
        """The counts as the run record shows them, the largest first."""
        hosts: dict[str, dict[str, int]] = {}
        named = {host for host, _ in _by(self.spans, _HOST).most_common(_MAX_HOSTS)}
        for (host, _, by), spans in self.spans.most_common():
            if host is not None:
                rules = hosts.setdefault(host if host in named else _OTHER_HOSTS, {})
                rules[by] = rules.get(by, 0) + spans
        return {
            "documents": {
                "in": self.read,
                "written": self.written,
                "emptied": self.emptied,
                "quarantined": self.quarantined,
                "skipped": self.skipped,
            },
            "characters": {
                "in": self.chars_in,
                "kept": self.chars_kept,
                "removed": self.chars_removed,
            },
            "labels": self._paired(_LABEL),
            "rules": self._paired(_RULE),
            "hosts": hosts,
            "rejected": dict(self.rejected.most_common()),
        }

    def _paired(self, part: int) -> dict[str, dict[str, int]]:
        chars = _by(self.chars, part)
        return {
            str(name): {"spans": spans, "characters": chars[name]}
            for name, spans in _by(self.spans, part).most_common()
        }


def _by(counter: Counter[Removal], part: int) -> Counter[str | None]:
    """The counts summed over all but one part of the key."""
    summed = Counter[str | None]()
    for removal, number in counter.items():
        summed[removal[part]] += number
    return summed


@dataclass(slots=True)
class RunResult:
    """What a run did; `stopped` says why it ended early, or is None."""

    counts: Counts = field(default_factory=Counts)
    inputs: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=dict)
    shards: list[str] = field(default_factory=list)
    stopped: str | None = None
    outdated: int = 0
    changed_options: str = ""


def run_record(
    run: str, started: str, result: RunResult, config: str, options: Mapping[str, str]
) -> dict[str, Any]:
    """The machine-readable record of a run: ``runs/<time>-<id>.json``."""
    return {
        "run": run,
        "started": started,
        "stopped": result.stopped,
        "cleaner": __version__,
        "python": platform.python_version(),
        "config": config,
        "options": dict(options),
        "inputs": dict(result.inputs),
        **result.counts.as_row(),
        "seconds": {name: round(seconds, 3) for name, seconds in result.seconds.items()},
        "shards": result.shards,
    }
