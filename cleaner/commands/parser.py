"""The options of every verb, and their help."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import NoReturn

from cleaner import __version__
from cleaner.config import EXTRACTORS, Config
from cleaner.errors import UsageError
from cleaner.labels import LABELS
from cleaner.writers.files import CODECS, FORMATS

_PROGRAM = "python -m cleaner"

_CLEAN = """\
Clean scraped news: keep what was reported, remove chrome, filler, repetition and AI commentary.
INPUT is a file, a folder, a glob, or - for standard input: .html, .txt, .jsonl, .warc, .wet,
also with .gz, .zst, .bz2 or .xz."""

_CLEAN_EXAMPLES = f"""\
examples:
  {_PROGRAM} crawl/ -o cleaned/           clean a folder; run it again to go on, or for what is new
  {_PROGRAM} page.html                    one page, as JSON on standard output
  zcat dump.jsonl.gz | {_PROGRAM} - -o cleaned/
  {_PROGRAM} crawl/ -o cleaned/ --rules mine.toml --keep ai_commentary

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
A first argument that is a verb is the verb: write ./explain for a folder of that name.

exit status:
  0 done, or nothing new to do        75 another run holds the output folder
  2 bad usage, input or output       130 stopped by Ctrl-C, 143 by SIGTERM; run again to go on
  3 done, some records quarantined     4 stopped by --max-errors"""

_NUMBER = r"(\d+(?:\.\d+)?)"
_DURATION = re.compile(f"(?:{_NUMBER}d)?(?:{_NUMBER}h)?(?:{_NUMBER}m)?(?:{_NUMBER}s?)?")


class Parser(argparse.ArgumentParser):
    """Raises `UsageError` instead of printing and exiting."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}. To see the options: {self.prog} --help")


def clean_parser() -> argparse.ArgumentParser:
    """The parser for the verbless command line."""
    parser = _parser("", _CLEAN, _CLEAN_EXAMPLES)
    parser.add_argument("input", nargs="+", metavar="INPUT", help="what to clean")
    parser.add_argument("-o", "--output", type=Path, metavar="OUT", help="the output folder")
    _add_cleaning(parser)
    output = parser.add_argument_group("output")
    _add_packing(output)
    output.add_argument(
        "--shard-size", type=_positive, default=1000, metavar="N",
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
    _add_run(parser)
    return parser


def config_of(arguments: argparse.Namespace) -> Config:
    """The configuration that the options ask for; raises `UsageError` where they make no sense."""
    return Config(
        rules=tuple(arguments.rules),
        templates=tuple(arguments.templates),
        learn_templates=getattr(arguments, "learn_templates", False),
        keep=frozenset(arguments.keep),
        drop=frozenset(arguments.drop),
        label_only=arguments.label_only,
        ai_threshold=arguments.ai_threshold,
        models=arguments.models,
        extractor=arguments.extractor,
        text_field=arguments.text_field,
        html_field=arguments.html_field,
        url_field=arguments.url_field,
        id_field=arguments.id_field,
        title_field=arguments.title_field,
        date_field=arguments.date_field,
        document_timeout=arguments.document_timeout,
        max_errors=getattr(arguments, "max_errors", None),
    )


def explain_parser() -> argparse.ArgumentParser:
    """The parser of ``explain``."""
    parser = _parser(
        "explain",
        "Show every passage of each document with its label, score and the reason for it.",
        f"examples:\n  {_PROGRAM} explain page.html\n"
        f"  {_PROGRAM} explain crawl/ --html report.html",
    )
    parser.add_argument("input", nargs="+", metavar="INPUT", help="what to explain")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--html", type=Path, metavar="FILE", help="write one self-contained page")
    form.add_argument("--json", action="store_true", help="one line of JSON a decision")
    parser.add_argument("--color", choices=["always", "never", "auto"], default="auto")
    _add_cleaning(parser)
    parser.add_argument("--document-timeout", type=float, default=10.0, metavar="SECONDS")
    _add_common(parser)
    return parser


def restore_parser() -> argparse.ArgumentParser:
    """The parser of ``restore``."""
    parser = _parser(
        "restore",
        "Rebuild the extracted text of every document: one line of JSON each, with id and text.",
        f"examples:\n  {_PROGRAM} restore cleaned/ > texts.jsonl\n"
        f"  {_PROGRAM} restore cleaned/ -o texts.jsonl",
    )
    parser.add_argument("folder", type=Path, metavar="OUT", help="the folder given to -o before")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE",
        help="write to this file, or to restored.jsonl in this folder",
    )  # fmt: skip
    _add_common(parser)
    return parser


def replay_parser() -> argparse.ArgumentParser:
    """The parser of ``replay``."""
    parser = _parser(
        "replay",
        "Clean the quarantined records again, under the options given here. What works now moves "
        "into new shards, the rest stays in the quarantine (then the exit status is 3).",
        f"example:\n  {_PROGRAM} replay cleaned/ --text-field article_body",
    )
    parser.add_argument("folder", type=Path, metavar="OUT", help="the folder given to -o before")
    _add_cleaning(parser)
    _add_packing(parser.add_argument_group("output"))
    parser.set_defaults(shard_size=1000)
    _add_run(parser)
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
    parser = _parser(verb, description, f"example:\n  {_PROGRAM} {verb} cleaned/")
    parser.add_argument("folder", type=Path, metavar="OUT", help="the folder given to -o before")
    _add_common(parser)
    return parser


def rules_parser() -> argparse.ArgumentParser:
    """The parser of ``rules``."""
    parser = _parser(
        "rules",
        "List the rules (list), run the examples that each rule carries (test), name what is "
        "doubtful about rules (lint), show which ones fired on which host and which fell silent "
        "(hits OUT), or draft rules for repeated lines that none explains (suggest OUT).",
        f"examples:\n  {_PROGRAM} rules list --rules mine.toml\n  {_PROGRAM} rules test mine.toml\n"
        f"  {_PROGRAM} rules lint mine.toml\n  {_PROGRAM} rules hits cleaned/\n"
        f"  {_PROGRAM} rules suggest cleaned/ > drafts.toml",
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
    _add_common(parser)
    return parser


def _parser(verb: str, description: str, epilog: str) -> Parser:
    return Parser(
        prog=f"{_PROGRAM} {verb}".strip(),
        description=description,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )


def _add_cleaning(parser: argparse.ArgumentParser) -> None:
    labels = ", ".join(LABELS)
    choices = parser.add_argument_group("what is removed")
    add = choices.add_argument
    add("--rules", action="append", default=[], type=Path, metavar="FILE",
        help="a rule pack of your own (repeatable)")  # fmt: skip
    add("--templates", action="append", default=[], type=Path, metavar="FILE",
        help="lines that hosts repeat, from templates learn (repeatable)")  # fmt: skip
    add("--keep", action="append", default=[], metavar="LABEL", help=f"don't remove: {labels}")
    add("--drop", action="append", default=[], metavar="LABEL", help="remove this label too")
    add("--label-only", action="store_true",
        help="remove nothing; OUT/labels says what would have been removed")  # fmt: skip
    add("--ai-threshold", type=float, metavar="X",
        help="remove AI commentary found by style from this probability on "
             "(0..1; default: the model's own)")  # fmt: skip
    add("--extractor", choices=EXTRACTORS, default=EXTRACTORS[0],
        help="how the text of a page of HTML is found (blocks)")  # fmt: skip
    add("--models", type=Path, metavar="FOLDER", help="models of your own")
    fields = parser.add_argument_group("fields of JSON lines (found by their usual names)")
    for name in ("text", "html", "url", "id", "title", "date"):
        fields.add_argument(f"--{name}-field", metavar="NAME")


def _add_packing(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("--format", choices=FORMATS, default="jsonl",
        help="jsonl, or parquet (needs pyarrow: pip install 'cleaner[parquet]')")  # fmt: skip
    add("--compress", choices=sorted(CODECS), default="none", help="how to pack shards (none)")
    add("--attributes", choices=["dolma"],
        help="write OUT/attributes too: removed spans as offsets in the extracted texts, "
             "one row a document")  # fmt: skip


def _add_run(parser: argparse.ArgumentParser) -> None:
    run = parser.add_argument_group("run")
    run.add_argument(
        "--workers", type=_count, metavar="N",
        help="worker processes (default: one a core; 0: none, for debuggers)",
    )  # fmt: skip
    run.add_argument(
        "--document-timeout", type=float, default=10.0, metavar="SECONDS",
        help="quarantine a document that takes longer (10)",
    )  # fmt: skip
    run.add_argument(
        "--max-errors", type=_count, metavar="N",
        help="stop when more than N records are quarantined (exit status 4)",
    )  # fmt: skip
    run.add_argument(
        "--time-limit", type=duration, metavar="TIME",
        help="end in order after this time: seconds, or 90m, 1h30m; the next run goes on",
    )  # fmt: skip
    _add_common(parser)


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quiet", action="store_true", help="say nothing but errors")
    parser.add_argument("--debug", action="store_true", help="log everything; show tracebacks")
    parser.add_argument("--version", action="version", version=f"cleaner {__version__}")


def duration(text: str) -> float:
    """Seconds from what people type.

    >>> duration("90"), duration("1h30m"), duration("2.5s")
    (90.0, 5400.0, 2.5)
    """
    found = _DURATION.fullmatch(text.strip().lower())
    if not text.strip() or not found:
        raise argparse.ArgumentTypeError(f"{text!r} is no time; write 90 (seconds), 45m or 1h30m")
    days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
    total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    if not total > 0:
        raise argparse.ArgumentTypeError(f"{text!r} leaves no time at all")
    return total


def _positive(text: str) -> int:
    number = _count(text)
    if number == 0:
        raise argparse.ArgumentTypeError("0 is too small")
    return number


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number")
    return int(text)
