"""``python -m cleaner INPUT... [-o OUT]``: the main job, and ``replay``, its second chance."""

from __future__ import annotations

import argparse
import gc
import logging
import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import orjson

from cleaner import config as configuration
from cleaner.batch import Runner
from cleaner.commands import engine
from cleaner.commands.console import counted, say
from cleaner.commands.parser import config_of
from cleaner.commands.progress import progress
from cleaner.commands.stream import stream_command
from cleaner.commands.summary import report
from cleaner.config import Config
from cleaner.errors import ExitStatus, OutputError, UsageError
from cleaner.folder import open_output, remembered
from cleaner.intake import Limits
from cleaner.known import KnownInputs
from cleaner.ledger import Ledger
from cleaner.plan import Plan
from cleaner.readers import find_inputs
from cleaner.replay import replay
from cleaner.runrecord import RunResult, run_record
from cleaner.stopping import Stop, stopping
from cleaner.writers import parquet
from cleaner.writers.files import Packing

_log = logging.getLogger(__name__)


def clean_command(arguments: argparse.Namespace) -> ExitStatus:
    """Clean inputs into an output folder, or to standard output."""
    config = config_of(arguments)
    if arguments.output is None:
        if config.dedup:
            raise UsageError(
                "--dedup compares with the documents of earlier runs, which an output folder "
                "remembers. Name one with -o."
            )
        return stream_command(arguments, config)
    _refuse_feedback(arguments.input, arguments.output)
    # A plan makes some small values for each of a million files, and no cycles: looking for
    # cycles among them took a third of the time of a run that finds nothing new.
    gc.set_threshold(200_000, 20, 20)
    exclude = [str(arguments.output)]

    def is_done(path: str, status: os.stat_result) -> bool:
        return plan.is_done(path, status)  # there is a plan by the time that files are listed

    # Before the output folder is made: a mistake in the inputs should leave nothing behind.
    sources = find_inputs(arguments.input, exclude, is_done)
    again = find_inputs(arguments.input, exclude)
    with _runner(arguments, config) as runner:
        known = KnownInputs(runner.output.ledger, runner.digest)
        plan = Plan(known, runner.digest, reprocess=arguments.reprocess)
        due = None if arguments.reprocess else known.due_bytes
        with progress(quiet=arguments.quiet, sources=again, due=due) as runner.progress:
            result = _recorded(runner, plan, lambda: runner.run(plan, plan.to_read(sources)))
        if not arguments.quiet:
            report(runner, plan, result)
        return _status(result, runner.stop)


def replay_command(arguments: argparse.Namespace) -> ExitStatus:
    """Clean the quarantine of an output folder again."""
    config = config_of(arguments)
    if not (arguments.folder / "ledger.sqlite").is_file():
        raise OutputError(
            f"{arguments.folder} holds no ledger.sqlite, so it is no output folder of cleaner. "
            "Name the folder that was given to -o."
        )
    arguments.output = arguments.folder
    with Ledger(arguments.folder, read_only=True) as ledger:
        # What is quarantined would have been compared too.
        config = replace(config, dedup=ledger.has_choice("dedup", "True"))
    with _runner(arguments, config) as runner:
        result = _recorded(runner, None, lambda: replay(runner))
        counts = result.counts
        if not arguments.quiet and not counts.read:
            say("the quarantine is empty: nothing to replay.")
        elif not arguments.quiet:
            say(
                f"{counted(counts.read, 'record')} replayed: {counts.written + counts.emptied:,} "
                f"moved to the documents, {counts.quarantined:,} stay in the quarantine."
            )
        return _status(result, runner.stop)


@contextmanager
def _runner(arguments: argparse.Namespace, config: Config) -> Iterator[Runner]:
    """All that a run needs, with the output folder locked while it lasts."""
    # Before the folder is made: a mistake in a rule pack should leave nothing behind.
    files = engine.fingerprint(config)
    digests = remembered(arguments.output, files) or engine.digests(config)
    digest = configuration.digest(config, digests)
    packing = Packing(arguments.format, arguments.compress, arguments.attributes == "dolma")
    if packing.format == "parquet":
        parquet.check_installed()
    if config.dedup:
        from cleaner import near_duplicates

        near_duplicates.check_installed()
    limits = Limits(documents=arguments.shard_size)
    with (
        stopping(arguments.time_limit) as stop,
        open_output(arguments.output, packing) as output,
        engine.workers(config, digest, arguments.workers) as pool,
    ):
        output.ledger.remember_files(files, digests)
        output.ledger.remember(digest, configuration.described(config, digests))
        yield Runner(pool, config, digest, output, limits, stop)


def _recorded(runner: Runner, plan: Plan | None, run: Callable[[], RunResult]) -> RunResult:
    """Run, and leave a record of it also when it ends with an error; but none of nothing."""
    started, clock = datetime.now(UTC), time.perf_counter()
    result = runner.result
    try:
        return run()
    except BaseException as error:
        result.stopped = result.stopped or type(error).__name__
        raise
    finally:
        result.seconds["total"] = time.perf_counter() - clock
        if plan:
            result.inputs = plan.counts
        if result.counts.read or result.shards:
            _write_record(runner, started, result)


def _write_record(runner: Runner, started: datetime, result: RunResult) -> None:
    name = f"{started:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
    options = runner.output.ledger.options(runner.digest)
    row = run_record(name, started.isoformat(timespec="seconds"), result, runner.digest, options)
    try:
        runner.output.write_record(name, orjson.dumps(row, option=orjson.OPT_INDENT_2) + b"\n")
    except OutputError as error:
        # The shards are safe; a disk that is too full for the record must not hide why.
        _log.warning("No record of this run could be written: %s", error)


def _status(result: RunResult, stop: Stop) -> ExitStatus:
    if result.stopped == "signal":
        return stop.exit_status
    if result.stopped == "max-errors":
        return ExitStatus.OVER_ERROR_BUDGET
    return ExitStatus.QUARANTINED if result.counts.quarantined else ExitStatus.DONE


def _refuse_feedback(inputs: list[str], output: Path) -> None:
    folder = output.resolve()
    for name in inputs:
        path = Path(name).resolve()
        if name != "-" and (path == folder or folder in path.parents):
            raise UsageError(
                f"{name} lies in the output folder {output}, so a run would clean its own output. "
                "Choose another folder with -o."
            )
