"""``python -m cleaner INPUT... [-o OUT]``: the main job, and ``replay``, its second chance."""

from __future__ import annotations

import argparse
import logging
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
from cleaner.folder import open_output
from cleaner.intake import Limits
from cleaner.plan import Plan
from cleaner.readers import find_inputs
from cleaner.replay import replay
from cleaner.runrecord import RunResult, run_record
from cleaner.stopping import Stop, stopping

_log = logging.getLogger(__name__)


def clean_command(arguments: argparse.Namespace) -> ExitStatus:
    """Clean inputs into an output folder, or to standard output."""
    config = config_of(arguments)
    if arguments.output is None:
        return stream_command(arguments, config)
    _refuse_feedback(arguments.input, arguments.output)
    sources = find_inputs(arguments.input, exclude=[str(arguments.output)])
    with _runner(arguments, config) as runner:
        ledger = runner.output.ledger
        plan = Plan(ledger.inputs(), runner.digest, reprocess=arguments.reprocess)
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
    digests = engine.digests(config)
    digest = configuration.digest(config, digests)
    limits = Limits(documents=arguments.shard_size)
    with (
        stopping(arguments.time_limit) as stop,
        open_output(arguments.output, arguments.compress) as output,
        engine.workers(config, digest, arguments.workers) as pool,
        progress(quiet=arguments.quiet) as tell,
    ):
        output.ledger.remember(digest, configuration.described(config, digests))
        yield Runner(pool, config, digest, output, limits, stop, tell)


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
