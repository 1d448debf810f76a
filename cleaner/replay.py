"""The quarantine, run again: what works now becomes documents, the rest stays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import orjson

from cleaner.batch import Runner
from cleaner.intake import BATCH_RECORDS, read_options
from cleaner.output import OutputFolder, Piece
from cleaner.readers import ReadOptions, read_again
from cleaner.records import Cleaned, Raw, Rejected
from cleaner.runrecord import RunResult
from cleaner.writers.rows import rejected_of
from cleaner.writers.shard import Collector

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
        if runner.stop.number is not None:
            runner.result.stopped = "signal"
            break
        rows = runner.output.rows_of(shard)
        collector = Collector(runner.digest, runner.config.label_only)
        kept: list[bytes] = []
        piece = Piece()
        for line, outcome in _again(runner, rows.quarantine, options):
            collector.counts.read += 1
            if isinstance(outcome, Rejected):
                collector.counts.quarantined += 1
                collector.counts.rejected[outcome.kind] += 1
                kept.append(line)
                continue
            written = len(collector.rows.documents)
            collector.add(rejected_of(orjson.loads(line)).raw, outcome)
            if len(collector.rows.documents) == written:
                kept.append(line)
                continue
            source = outcome.document.source
            piece.held.add(ledger_paths.get(source, source))
        collector.rows.quarantine.clear()
        if len(kept) < len(rows.quarantine):
            rows.quarantine = kept
            piece.rewrites[shard.number] = rows
            piece.rows = collector.rows
            _commit(runner.output, piece, runner.result)
        runner.result.counts.add(collector.counts)
    runner.result.counts.check()
    return runner.result


def _commit(output: OutputFolder, piece: Piece, result: RunResult) -> None:
    if name := output.commit(piece):
        result.shards.append(name)


def _again(
    runner: Runner, lines: Sequence[bytes], options: ReadOptions
) -> Iterator[tuple[bytes, Cleaned | Rejected]]:
    """Each row with what becomes of it now, in order."""
    for start in range(0, len(lines), BATCH_RECORDS):
        batch = lines[start : start + BATCH_RECORDS]
        records = [as_record(rejected_of(orjson.loads(line)), options) for line in batch]
        yield from zip(batch, runner.clean(records), strict=True)


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
