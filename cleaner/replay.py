"""The quarantine, run again: what works now becomes documents, the rest stays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import orjson

from cleaner.batch import Runner
from cleaner.intake import BATCH_RECORDS, Batch
from cleaner.output import Piece
from cleaner.readers import ReadOptions, read_again
from cleaner.records import Raw, Rejected
from cleaner.runrecord import RunResult
from cleaner.unread import read_options
from cleaner.worker import Part
from cleaner.writers.rows import rejected_of

_JSON_LINES = "application/x-ndjson"
_DOCUMENTS = frozenset({"text/html", "text/plain"})
# Not all bytes of these are in the quarantine, so what would come out is not the document.
_INCOMPLETE = frozenset(
    """bad-http damaged-compression damaged-payload damaged-record line-too-long no-rights
    read-error too-large truncated-compression unreadable vanished warc-truncated""".split()
)


def replay(runner: Runner) -> RunResult:
    """Clean every quarantined record again that is there in full.

    A shard's rows leave the quarantine in the same commit in which their documents appear.
    """
    options = read_options(runner.config)
    ledger_paths = {known.source: path for path, known in runner.output.ledger.inputs().items()}
    for shard in runner.output.shards:
        if not shard.tally.quarantined:
            continue
        rows = runner.output.rows_of(shard)
        replayed = _again(runner, rows.quarantine, options)
        if len(replayed.kept) < len(rows.quarantine):
            rows.quarantine = replayed.kept
            held = {ledger_paths.get(source, source) for source in replayed.sources}
            piece = Piece(rows=replayed.part.rows, held=held, rewrites={shard.number: rows})
            if runner.config.dedup:
                piece.originals = runner.output.ledger.mark_duplicates(
                    piece.rows.documents, replayed.part.prints, outdated=()
                )
            if name := runner.output.commit(piece):
                runner.result.shards.append(name)
        runner.result.counts.add(replayed.part.counts)
        if runner.stop.number is not None:
            runner.result.stopped = runner.stop.why
            break
    runner.result.counts.check()
    return runner.result


@dataclass(slots=True)
class _Replayed:
    """What became of a shard's quarantine: new rows, the sources of these, and what stays."""

    part: Part = field(default_factory=Part.empty)
    sources: set[str] = field(default_factory=set)
    kept: list[bytes] = field(default_factory=list)


def _again(runner: Runner, lines: Sequence[bytes], options: ReadOptions) -> _Replayed:
    """Clean the records of quarantine rows; after a signal, the rest of them stays."""
    replayed, at = _Replayed(), 0
    for batch, part in runner.results(_batches(runner, lines, options)):
        part.counts.read = len(batch.records)
        for record, is_written in zip(batch.records, part.written, strict=True):
            if is_written and isinstance(record, Raw):
                replayed.sources.add(record.source)
            else:
                replayed.kept.append(lines[at])
            at += 1
        replayed.part.add(part)
    replayed.kept += lines[at:]
    # They stay under the reasons that they were given first.
    replayed.part.rows.quarantine.clear()
    return replayed


def _batches(runner: Runner, lines: Sequence[bytes], options: ReadOptions) -> Iterator[Batch]:
    for start in range(0, len(lines), BATCH_RECORDS):
        if runner.stop.number is not None:
            return
        rows = lines[start : start + BATCH_RECORDS]
        yield Batch([as_record(rejected_of(orjson.loads(row)), options) for row in rows])


def as_record(rejected: Rejected, options: ReadOptions) -> Raw | Rejected:
    """The record to try again, or the rejected one where that is pointless.

    A line of JSON is read again, because ``--text-field`` may name its text now; what was too
    large or cut off is not in the quarantine as a whole and stays there.
    """
    raw = rejected.raw
    if rejected.kind in _INCOMPLETE or not raw.body:
        return rejected
    if raw.media_type in _DOCUMENTS:
        return raw
    if raw.media_type != _JSON_LINES:
        return rejected
    again = list(read_again(raw, options))
    return again[0] if len(again) == 1 and isinstance(again[0], Raw) else rejected
