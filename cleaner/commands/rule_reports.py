"""``rules lint``, ``rules hits`` and ``rules suggest``: what helps to keep packs in good order."""

from __future__ import annotations

import argparse
from pathlib import Path

from cleaner.commands.console import counted, emit, say
from cleaner.errors import ExitStatus, UsageError
from cleaner.rule_lint import lint
from cleaner.rule_report import report_hits
from cleaner.rule_suggest import drafts, suggest
from cleaner.rules import load_pack, load_packs

# A person reads them one by one; the next ones come when these are settled.
_MOST_DRAFTS = 100


def lint_command(arguments: argparse.Namespace) -> ExitStatus:
    """Print the doubts about the named packs (beside the built-in rules), or about all rules."""
    files = [*arguments.file, *arguments.rules]
    rules = [rule for file in files for rule in load_pack(file)] or load_packs()
    problems = lint(rules, load_packs() if files else ())
    for problem in problems:
        emit(str(problem))
    if not arguments.quiet:
        say(f"{counted(len(rules), 'rule')}, {counted(len(problems), 'doubt')}.")
    return ExitStatus.DONE


def hits_command(arguments: argparse.Namespace) -> ExitStatus:
    """Print how often each rule fired per host, and which ones have fallen silent."""
    report = report_hits(_folder(arguments))
    for name in report.unread:
        say(f"runs/{name}: this run record can't be read; it is left out.")
    emit("host\trule\tspans\truns\tlast")
    for row in report.hits:
        emit(f"{row.host}\t{row.rule}\t{row.spans}\t{row.runs}\t{row.last}")
    for silent in report.silent:
        say(
            f"{silent.host}: rule '{silent.rule}' has not fired since {silent.last} (about "
            f"{silent.expected:g} times expected). The site may have changed its wording; see: "
            f"python -m cleaner rules suggest {_folder(arguments)}"
        )
    if not arguments.quiet:
        say(f"{counted(report.runs, 'run')} read.")
    return ExitStatus.DONE


def suggest_command(arguments: argparse.Namespace) -> ExitStatus:
    """Print rule drafts for the repeated lines in an output folder that no rule explains."""
    found = suggest(_folder(arguments), load_packs(arguments.rules))
    for draft in drafts(found[:_MOST_DRAFTS]):
        emit(draft)
    if not arguments.quiet:
        more = f"; the {_MOST_DRAFTS} most frequent are shown" if len(found) > _MOST_DRAFTS else ""
        say(
            f"{counted(len(found), 'line')} that no rule explains{more}. Keep the drafts that are "
            "right, write dangerous misses, then: python -m cleaner rules test FILE"
        )
    return ExitStatus.DONE


def _folder(arguments: argparse.Namespace) -> Path:
    if len(arguments.file) != 1:
        raise UsageError(
            f"rules {arguments.action} takes one output folder: "
            f"python -m cleaner rules {arguments.action} OUT"
        )
    return Path(arguments.file[0])


# The actions of ``rules`` that are carried out here.
REPORTS = {"lint": lint_command, "hits": hits_command, "suggest": suggest_command}
