"""``python -m cleaner INPUT`` without ``-o``: documents to standard output as they come."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator

import orjson

from cleaner import config as configuration
from cleaner.commands import engine
from cleaner.commands.console import emit_rows, say
from cleaner.commands.summary import summary
from cleaner.config import Config
from cleaner.errors import ExitStatus, UsageError
from cleaner.inprocess import InProcess
from cleaner.intake import Batch, Limits, batches
from cleaner.plan import Planned
from cleaner.pool import Pool
from cleaner.readers import find_inputs
from cleaner.runrecord import Counts
from cleaner.stopping import Stop, StopError, stopping
from cleaner.unread import read_options


def stream_command(arguments: argparse.Namespace, config: Config) -> ExitStatus:
    """Documents to standard output as they come; the rest is only counted."""
    for option, is_given in (
        ("--reprocess", arguments.reprocess),
        ("--label-only", arguments.label_only),
        ("--compress", arguments.compress != "none"),
        ("--format", arguments.format != "jsonl"),
        ("--attributes", arguments.attributes is not None),
    ):
        if is_given:
            raise UsageError(f"{option} needs an output folder. Add -o OUT.")
    sources = find_inputs(arguments.input)
    digest = configuration.digest(config, engine.digests(config))
    planned = (Planned(source, source.path) for source in sources if not source.skipped)
    stream = batches(planned, read_options(config), digest, Limits(), track=False)
    started = time.perf_counter()
    with (
        stopping(arguments.time_limit) as stop,
        engine.workers(config, digest, arguments.workers) as pool,
    ):
        counts = _emit(pool, stream, config, stop)
    counts.check()
    if not arguments.quiet and counts.quarantined:
        for line in summary(counts, time.perf_counter() - started, None):
            say(line)
    if stop.number is not None and stop.why == "signal":
        return stop.exit_status
    if config.max_errors is not None and counts.quarantined > config.max_errors:
        return ExitStatus.OVER_ERROR_BUDGET
    return ExitStatus.QUARANTINED if counts.quarantined else ExitStatus.DONE


def _emit(
    pool: Pool | InProcess, stream: Iterator[Batch], config: Config, stop: Stop
) -> Counts:  # fmt: skip
    """Write the documents of all batches, and say what could not be cleaned."""
    counts = Counts()
    for batch, part in pool.results(_reading(stream, stop), lambda: stop.number is not None):
        emit_rows(part.rows.documents)
        for line in part.rows.quarantine:
            row = orjson.loads(line)
            say(f"{row['path']}: {row['reason']} ({row['kind']})")
        counts.add(part.counts)
        counts.read += batch.read
        if config.max_errors is not None and counts.quarantined > config.max_errors:
            break
    return counts


def _reading(stream: Iterator[Batch], stop: Stop) -> Iterator[Batch]:
    try:
        while True:
            with stop.waiting():
                batch = next(stream, None)
            if batch is None:
                return
            yield batch
    except StopError:
        return
