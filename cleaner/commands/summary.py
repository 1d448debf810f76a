"""What a run says at its end: one line, and one more for each thing that the user should know."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

from cleaner import config as configuration
from cleaner.batch import Runner
from cleaner.commands.console import counted, is_attended, say
from cleaner.plan import Plan
from cleaner.runrecord import Counts, RunResult

_log = logging.getLogger(__name__)


def report(runner: Runner, plan: Plan, result: RunResult) -> None:
    """One line about the run, and one for each thing that the user should know."""
    if plan.counts["passed-over"]:
        _log.info("%d files of other kinds were passed over.", plan.counts["passed-over"])
    if result.counts.read - result.counts.skipped:
        for line in summary(result.counts, result.seconds["total"], runner.output.path):
            say(line)
    elif result.stopped is None and is_attended():
        say(_nothing(plan))  # cron would send a mail about it, each time
    if outdated := plan.counts["outdated"]:
        now = runner.output.ledger.options(runner.digest)
        before = [runner.output.ledger.options(digest) for digest in plan.outdated]
        differences = {configuration.options_changed(options, now) for options in before}
        say(
            f"{counted(outdated, 'input')} had been cleaned under another configuration "
            f"(changed: {', '.join(sorted(differences))}); "
            "their records stay as they are. To redo them, add --reprocess.",
            "WARNING",
        )
    if result.stopped == "signal":
        text = "stopped by a signal; all finished work is saved. Run the same command to go on."
        say(text, "WARNING")
    if result.stopped == "time-limit":
        say("stopped by --time-limit; all finished work is saved. The next run goes on.")
    if result.stopped == "max-errors":
        say(
            f"stopped: {counted(result.counts.quarantined, 'record')} in the quarantine are more "
            f"than --max-errors {runner.config.max_errors}. See why: "
            f"python -m cleaner status {runner.output.path}",
            "WARNING",
        )


def _nothing(plan: Plan) -> str:
    finished = plan.counts["unchanged"] + plan.counts["outdated"]
    if finished:
        return f"nothing new: {counted(finished, 'input')} done already."
    other = plan.counts["passed-over"]
    if other:
        return f"nothing to do: no input of a known kind among {counted(other, 'file')}."
    return "nothing to do: there are no documents in the inputs."


def summary(counts: Counts, seconds: float, folder: Path | None) -> Iterator[str]:
    """The summary of a run: what became of its records, and where problems are told."""
    removed = 100 * counts.chars_removed / counts.chars_in if counts.chars_in else 0.0
    emptied = f", {counts.emptied:,} emptied" if counts.emptied else ""
    skipped = f", {counts.skipped:,} done before" if counts.skipped else ""
    yield (
        f"{counted(counts.read, 'record')} in {seconds:,.1f} s: "
        f"{counts.written:,} written{emptied}, {counts.quarantined:,} quarantined{skipped}; "
        f"{removed:.1f} % of {counts.chars_in:,} characters removed."
    )
    if counts.quarantined:
        kinds = ", ".join(f"{kind} {number:,}" for kind, number in counts.rejected.most_common())
        where = f" See why: python -m cleaner status {folder}" if folder else ""
        yield f"quarantined: {kinds}.{where}"
