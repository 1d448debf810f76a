"""The rows of one piece of work, collected in memory until they are committed together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import orjson

from cleaner.records import Cleaned, Decision, Raw, Rejected
from cleaner.runrecord import Counts
from cleaner.writers.rows import document_row, labelled, quarantine_row, shown, span_rows

# `labels` is only there after --label-only: what would have been removed.
FOLDERS = ("documents", "removed", "labels", "quarantine")


class Tally(NamedTuple):
    """What a shard holds, for totals without reading it again."""

    documents: int = 0
    emptied: int = 0
    quarantined: int = 0
    chars_in: int = 0
    chars_kept: int = 0
    removed_spans: int = 0

    @classmethod
    def of(cls, counts: Counts) -> Tally:
        """The same from the counts of all that the shard holds."""
        return cls(
            documents=counts.written + counts.emptied,
            emptied=counts.emptied,
            quarantined=counts.quarantined,
            chars_in=counts.chars_in,
            chars_kept=counts.chars_kept,
            removed_spans=counts.spans.total(),
        )


@dataclass(slots=True)
class Rows:
    """The lines of a shard by folder; removed spans stand in the order of their documents."""

    documents: list[bytes] = field(default_factory=list)
    removed: list[bytes] = field(default_factory=list)
    labels: list[bytes] = field(default_factory=list)
    quarantine: list[bytes] = field(default_factory=list)

    def extend(self, other: Rows) -> None:
        """Add the lines of another shard after these."""
        for folder in FOLDERS:
            getattr(self, folder).extend(getattr(other, folder))

    def is_empty(self) -> bool:
        return not (self.documents or self.quarantine)

    def without(self, sources: Iterable[str]) -> Rows:
        """These rows without all that came from `sources`, to make room for its new version."""
        gone = {shown(source) for source in sources}
        kept, gone_ids, at = Rows(), set(), 0
        for line in self.documents:
            row = orjson.loads(line)
            spans = row["metadata"]["removed_spans"]
            if row["source"] in gone:
                gone_ids.add(row["id"])
            else:
                kept.documents.append(line)
                kept.removed.extend(self.removed[at : at + spans])
            at += spans
        kept.labels = [line for line in self.labels if orjson.loads(line)["id"] not in gone_ids]
        kept.quarantine = [
            line for line in self.quarantine if orjson.loads(line)["path"] not in gone
        ]
        return kept

    def tally(self) -> Tally:
        """Count what the rows say; used where they were not counted while being made."""
        emptied = chars_in = chars_kept = 0
        for line in self.documents:
            metadata = orjson.loads(line)["metadata"]
            emptied += metadata["chars_out"] == 0
            chars_in += metadata["chars_in"]
            chars_kept += metadata["chars_out"]
        return Tally(
            len(self.documents),
            emptied,
            len(self.quarantine),
            chars_in,
            chars_kept,
            len(self.removed),
        )


@dataclass(slots=True)
class Collector:
    """Takes outcomes, keeps their rows and counts; what can't be written is quarantined."""

    config: str
    label_only: bool = False
    rows: Rows = field(default_factory=Rows)
    counts: Counts = field(default_factory=Counts)

    def add(self, raw: Raw, outcome: Cleaned | Rejected) -> None:
        """Take the outcome for `raw`. Nothing is dropped: whatever is wrong ends as a row.

        A document whose decisions leave a gap or overlap could not be restored, so it is
        rejected here as ``not-conserved`` rather than written with text missing.
        """
        if isinstance(outcome, Rejected):
            self._reject(outcome)
            return
        if not _tiles(outcome):
            reason = "The decisions on it don't cover its text exactly, so it can't be restored."
            self._reject(Rejected(raw, "not-conserved", reason))
            return
        text, removed = outcome.text, outcome.removed
        try:
            document = document_row(outcome, text, len(removed), self.config)
            spans = span_rows(outcome, removed)
            labels = span_rows(outcome, labelled(outcome)) if self.label_only else []
        except (orjson.JSONEncodeError, ValueError) as error:
            self._reject(Rejected(raw, "unwritable", f"It can't be written as JSON: {error}."))
            return
        self.rows.documents.append(document)
        self.rows.removed += spans
        self.rows.labels += labels
        self._count(outcome, text, removed)

    def _count(self, cleaned: Cleaned, text: str, removed: Iterable[Decision]) -> None:
        counts = self.counts
        if text:
            counts.written += 1
        else:
            counts.emptied += 1
        counts.chars_in += len(cleaned.document.text)
        counts.chars_kept += len(text)
        host = cleaned.metadata.get("host")
        host = host if isinstance(host, str) else None
        sizes: dict[tuple[str, str], list[int]] = {}
        for (start, end), _, label, because in removed:
            by = because.by if because else "unexplained"
            sizes.setdefault((label, by), []).append(end - start)
        for (label, by), chars in sizes.items():
            counts.removal(host, label, by, sum(chars), len(chars))

    def _reject(self, rejected: Rejected) -> None:
        self.rows.quarantine.append(quarantine_row(rejected))
        self.counts.quarantined += 1
        self.counts.rejected[rejected.kind] += 1


def _tiles(cleaned: Cleaned) -> bool:
    end = 0
    for decision in cleaned.decisions:
        if decision.span.start != end or decision.span.end < end:
            return False
        end = decision.span.end
    return end == len(cleaned.document.text)
