"""The options of every verb, and their help."""

from __future__ import annotations

import argparse
from pathlib import Path

from cleaner.commands.options import (
    PROGRAM,
    Parser,
    add_cleaning,
    add_common,
    add_packing,
    add_run,
    config_of,
    new_parser,
    positive,
)

__all__ = ["Parser", "config_of"]

_CLEAN = """\
Clean scraped news: keep what was reported, remove chrome, filler, repetition and AI commentary.
INPUT is a file, a folder, a glob, or - for standard input: .html, .txt, .jsonl, .warc, .wet,
also with .gz, .zst, .bz2 or .xz."""

_CLEAN_EXAMPLES = f"""\
examples:
  {PROGRAM} crawl/ -o cleaned/           clean a folder; run it again to go on, or for what is new
  {PROGRAM} page.html                    one page, as JSON on standard output
  zcat dump.jsonl.gz | {PROGRAM} - -o cleaned/
  {PROGRAM} crawl/ -o cleaned/ --rules mine.toml --keep ai_commentary

With -o, cleaned/documents holds the documents and cleaned/removed every removed passage with its
reason; together they give the extracted text back. Without -o, the documents go to standard
output and the removed passages are not kept.

verbs (each has its own --help):
  explain INPUT...         every passage with its label, score and reason; --html FILE for a page
  restore OUT              the extracted texts, from documents and removed passages
  replay OUT               run the quarantine again
  status OUT               totals, last runs, quarantine by reason
  verify OUT               check all shards against the ledger
  rules [list|test|lint|hits|suggest]   the rule packs, and what past runs say about them
  templates learn INPUT... lines that each host repeats, for --templates
  train --labels FILE      teach the content model your own paragraphs, for --models
A first argument that is a verb is the verb: write ./explain for a folder of that name.

exit status:
  0 done, or nothing new to do        75 another run holds the output folder
  2 bad usage, input or output       130 stopped by Ctrl-C, 143 by SIGTERM; run again to go on
  3 done, some records quarantined     4 stopped by --max-errors"""


def clean_parser() -> argparse.ArgumentParser:
    """The parser for the verbless command line."""
    parser = new_parser("", _CLEAN, _CLEAN_EXAMPLES)
    parser.add_argument("input", nargs="+", metavar="INPUT", help="what to clean")
    parser.add_argument("-o", "--output", type=Path, metavar="OUT", help="the output folder")
    add_cleaning(parser)
    output = parser.add_argument_group("output")
    add_packing(output)
    output.add_argument(
        "--shard-size", type=positive, default=1000, metavar="N",
        help="documents in a shard (1000); work is committed shard by shard",
    )  # fmt: skip
    output.add_argument(
        "--reprocess", action="store_true",
        help="redo inputs that are done already; their records are replaced",
    )  # fmt: skip
    output.add_argument(
        "--learn-templates", action="store_true",
        help="count the lines that hosts repeat; see: templates export OUT",
    )  # fmt: skip
    output.add_argument(
        "--dedup", action="store_true",
        help="mark documents that repeat an earlier one (pip install 'cleaner[dedup]')",
    )  # fmt: skip
    add_run(parser)
    return parser


def explain_parser() -> argparse.ArgumentParser:
    """The parser of ``explain``."""
    parser = new_parser(
        "explain",
        "Show every passage of each document with its label, score and the reason for it.",
        f"examples:\n  {PROGRAM} explain page.html\n  {PROGRAM} explain crawl/ --html report.html",
    )
    parser.add_argument("input", nargs="+", metavar="INPUT", help="what to explain")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--html", type=Path, metavar="FILE", help="write one self-contained page")
    form.add_argument("--json", action="store_true", help="one line of JSON a decision")
    parser.add_argument("--color", choices=["always", "never", "auto"], default="auto")
    add_cleaning(parser)
    parser.add_argument("--document-timeout", type=float, default=10.0, metavar="SECONDS")
    add_common(parser)
    return parser


def restore_parser() -> argparse.ArgumentParser:
    """The parser of ``restore``."""
    parser = new_parser(
        "restore",
        "Rebuild the extracted text of every document: one line of JSON each, with id and text.",
        f"examples:\n  {PROGRAM} restore cleaned/ > texts.jsonl\n"
        f"  {PROGRAM} restore cleaned/ -o texts.jsonl",
    )
    parser.add_argument("folder", type=Path, metavar="OUT", help="the folder given to -o before")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE",
        help="write to this file, or to restored.jsonl in this folder",
    )  # fmt: skip
    add_common(parser)
    return parser


def replay_parser() -> argparse.ArgumentParser:
    """The parser of ``replay``."""
    parser = new_parser(
        "replay",
        "Clean the quarantined records again, under the options given here. What works now moves "
        "into new shards, the rest stays in the quarantine (then the exit status is 3).",
        f"example:\n  {PROGRAM} replay cleaned/ --text-field article_body",
    )
    parser.add_argument("folder", type=Path, metavar="OUT", help="the folder given to -o before")
    add_cleaning(parser)
    add_packing(parser.add_argument_group("output"))
    parser.set_defaults(shard_size=1000)
    add_run(parser)
    return parser


def status_parser() -> argparse.ArgumentParser:
    """The parser of ``status``."""
    return _folder_parser(
        "status", "Show what an output folder holds: totals, last runs, quarantine by reason."
    )


def verify_parser() -> argparse.ArgumentParser:
    """The parser of ``verify``."""
    return _folder_parser(
        "verify", "Check every shard against the ledger, and that every text can be restored."
    )


def _folder_parser(verb: str, description: str) -> argparse.ArgumentParser:
    parser = new_parser(verb, description, f"example:\n  {PROGRAM} {verb} cleaned/")
    parser.add_argument("folder", type=Path, metavar="OUT", help="the folder given to -o before")
    add_common(parser)
    return parser


def rules_parser() -> argparse.ArgumentParser:
    """The parser of ``rules``."""
    parser = new_parser(
        "rules",
        "List the rules (list), run the examples that each rule carries (test), name what is "
        "doubtful about rules (lint), show which ones fired on which host and which fell silent "
        "(hits OUT), or draft rules for repeated lines that none explains (suggest OUT).",
        f"examples:\n  {PROGRAM} rules list --rules mine.toml\n  {PROGRAM} rules test mine.toml\n"
        f"  {PROGRAM} rules lint mine.toml\n  {PROGRAM} rules hits cleaned/\n"
        f"  {PROGRAM} rules suggest cleaned/ > drafts.toml",
    )
    parser.add_argument(
        "action", nargs="?", choices=["list", "test", "lint", "hits", "suggest"], default="list"
    )
    parser.add_argument(
        "file", nargs="*", type=Path, metavar="FILE",
        help="packs to test or lint (all); for hits and suggest the output folder",
    )  # fmt: skip
    parser.add_argument(
        "--rules", action="append", default=[], type=Path, metavar="FILE", help="a pack to add"
    )
    add_common(parser)
    return parser
