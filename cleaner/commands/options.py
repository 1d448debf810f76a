"""Options that several verbs share, and the values that people type for them."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import NoReturn

from cleaner import __version__, compiled
from cleaner.config import EXTRACTORS, Config
from cleaner.errors import UsageError
from cleaner.labels import LABELS
from cleaner.writers.files import CODECS, FORMATS

PROGRAM = "python -m cleaner"
_NUMBER = r"(\d+(?:\.\d+)?)"
_DURATION = re.compile(f"(?:{_NUMBER}d)?(?:{_NUMBER}h)?(?:{_NUMBER}m)?(?:{_NUMBER}s?)?")


class Parser(argparse.ArgumentParser):
    """Raises `UsageError` instead of printing and exiting."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}. To see the options: {self.prog} --help")


def config_of(arguments: argparse.Namespace) -> Config:
    """The configuration that the options ask for; raises `UsageError` where they make no sense."""
    return Config(
        rules=tuple(arguments.rules),
        templates=tuple(arguments.templates),
        learn_templates=getattr(arguments, "learn_templates", False),
        dedup=getattr(arguments, "dedup", False),
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


def new_parser(verb: str, description: str, epilog: str) -> Parser:
    """A parser for a verb, or for the command line without one."""
    return Parser(
        prog=f"{PROGRAM} {verb}".strip(),
        description=description,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )


def add_cleaning(parser: argparse.ArgumentParser) -> None:
    """What is removed, and where it is looked for."""
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


def add_packing(group: argparse._ArgumentGroup) -> None:
    """The form of the output files."""
    add = group.add_argument
    add("--format", choices=FORMATS, default="jsonl",
        help="jsonl, or parquet (needs pyarrow: pip install 'cleaner[parquet]')")  # fmt: skip
    add("--compress", choices=sorted(CODECS), default="none", help="how to pack shards (none)")
    add("--attributes", choices=["dolma"],
        help="write OUT/attributes too: removed spans as offsets in the extracted texts, "
             "one row a document")  # fmt: skip


def add_run(parser: argparse.ArgumentParser) -> None:
    """How a run goes about its work."""
    run = parser.add_argument_group("run")
    run.add_argument(
        "--workers", type=count, metavar="N",
        help="worker processes (default: one a core; 0: none, for debuggers)",
    )  # fmt: skip
    run.add_argument(
        "--document-timeout", type=float, default=10.0, metavar="SECONDS",
        help="quarantine a document that takes longer (10)",
    )  # fmt: skip
    run.add_argument(
        "--max-errors", type=count, metavar="N",
        help="stop when more than N records are quarantined (exit status 4)",
    )  # fmt: skip
    run.add_argument(
        "--time-limit", type=duration, metavar="TIME",
        help="end in order after this time: seconds, or 90m, 1h30m; the next run goes on",
    )  # fmt: skip
    add_common(parser)


def add_common(parser: argparse.ArgumentParser) -> None:
    """What every verb has."""
    parser.add_argument("--quiet", action="store_true", help="say nothing but errors")
    parser.add_argument("--debug", action="store_true", help="log everything; show tracebacks")
    parser.add_argument("--version", action="version", version=version())


def version() -> str:
    """The program's version, and whether its loops were compiled (see `cleaner.compiled`)."""
    state = "compiled" if compiled.are_there() else "not compiled"
    return f"cleaner {__version__} ({state})"


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


def positive(text: str) -> int:
    """A whole number above 0."""
    number = count(text)
    if number == 0:
        raise argparse.ArgumentTypeError("0 is too small")
    return number


def count(text: str) -> int:
    """A whole number, 0 too."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number")
    return int(text)
