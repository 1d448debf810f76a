"""``python -m cleaner INPUT`` without ``-o``: documents to standard output as they come."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator

from cleaner import config as configuration
from cleaner.commands.console import emit_rows, say
from cleaner.commands.summary import summary
from cleaner.config import Config
from cleaner.errors import ExitStatus, UsageError
from cleaner.guarded import clean_guarded
from cleaner.intake import Batch, Limits, batches, read_options
from cleaner.pipeline import Cleaner
from cleaner.plan import Planned
from cleaner.readers import find_inputs
from cleaner.records import Rejected
from cleaner.runrecord import Counts
from cleaner.stopping import Stop, StopError, stopping
from cleaner.writers.shard import Collector


def stream_command(arguments: argparse.Namespace, config: Config) -> ExitStatus:
    """Documents to standard output as they come; the rest is only counted."""
    for option, is_given in (
        ("--reprocess", arguments.reprocess),
        ("--label-only", arguments.label_only),
        ("--compress", arguments.compress != "none"),
    ):
        if is_given:
            raise UsageError(f"{option} needs an output folder. Add -o OUT.")
    sources = find_inputs(arguments.input)
    cleaner = Cleaner(config)
    digest = configuration.digest(config, cleaner.digests)
    planned = (Planned(source, source.path) for source in sources if not source.skipped)
    stream = batches(planned, read_options(config), digest, Limits(), track=False)
    counts, started = Counts(), time.perf_counter()
    with stopping() as stop:
        try:
            while (batch := _next(stream, stop)) is not None:
                collector = Collector(digest, config.label_only)
                _collect(cleaner, config, batch, collector)
                emit_rows(collector.rows.documents)
                counts.add(collector.counts)
                if config.max_errors is not None and counts.quarantined > config.max_errors:
                    return ExitStatus.OVER_ERROR_BUDGET
        except StopError:
            return stop.exit_status
    counts.check()
    if not arguments.quiet and counts.quarantined:
        for line in summary(counts, time.perf_counter() - started, None):
            say(line)
    return ExitStatus.QUARANTINED if counts.quarantined else ExitStatus.DONE


def _next(stream: Iterator[Batch], stop: Stop) -> Batch | None:
    with stop.waiting():
        return next(stream, None)


def _collect(cleaner: Cleaner, config: Config, batch: Batch, collector: Collector) -> None:
    outcomes = clean_guarded(cleaner, batch.records, config.document_timeout)
    for record, outcome in zip(batch.records, outcomes, strict=True):
        raw = record.raw if isinstance(record, Rejected) else record
        collector.add(raw, outcome)
        if isinstance(outcome, Rejected):
            say(f"{raw.source}: {outcome.reason} ({outcome.kind})")
    collector.counts.read += batch.read
