"""``templates``: which lines each host repeats, as a file to read and to clean with."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from cleaner.commands.console import counted, say
from cleaner.errors import ExitStatus, InputError, RejectError, UsageError
from cleaner.extract import extract
from cleaner.hosts import host_of
from cleaner.ledger import LEDGER_NAME
from cleaner.readers import ReadOptions, Source, find_inputs, read
from cleaner.records import Document, Rejected
from cleaner.template_counts import open_counts
from cleaner.template_verdict import Thresholds
from cleaner.templates import learn_from, templates_of, write_templates

_HOW_TO_COUNT = (
    "Name a file that was given to --counts, or the output folder of a run with --learn-templates."
)


def templates_command(arguments: argparse.Namespace) -> ExitStatus:
    """Learn templates from inputs, or export those that runs have counted."""
    at_least = (
        Thresholds() if arguments.min_pages is None else Thresholds(pages=arguments.min_pages)
    )
    if at_least.pages < Thresholds().pages:
        raise UsageError(
            f"--min-pages {at_least.pages} would take chance for a template. "
            f"Choose {Thresholds().pages} or more."
        )
    if arguments.action == "export":
        return _export(arguments, at_least)
    return _learn(arguments, at_least)


def _export(arguments: argparse.Namespace, at_least: Thresholds) -> ExitStatus:
    if len(arguments.input) != 1 or arguments.counts:
        raise UsageError(
            "templates export takes one file of counts, or one output folder: "
            "python -m cleaner templates export OUT -o FILE"
        )
    path = Path(arguments.input[0])
    path = path / LEDGER_NAME if path.is_dir() else path
    if not path.is_file():
        raise InputError(f"{path}: there is no such file. {_HOW_TO_COUNT}")
    with open_counts(path) as counts:
        if not counts.pages():
            raise InputError(f"{path} holds no counts of lines. {_HOW_TO_COUNT}")
        written = write_templates(templates_of(counts, at_least), arguments.output)
    if not arguments.quiet:
        say(f"{counted(written, 'template')} written to {arguments.output}")
    return ExitStatus.DONE


def _learn(arguments: argparse.Namespace, at_least: Thresholds) -> ExitStatus:
    """Learn templates and say what was passed over."""
    exclude = [str(path) for path in (arguments.output, arguments.counts) if path]
    sources = find_inputs(arguments.input, exclude=exclude)
    options = ReadOptions(
        text_field=arguments.text_field,
        html_field=arguments.html_field,
        url_field=arguments.url_field,
        id_field=arguments.id_field,
    )
    seen: Counter[str] = Counter()
    documents = documents_of(sources, options, seen)
    written = learn_from(documents, arguments.output, counts=arguments.counts, at_least=at_least)
    if not arguments.quiet:
        say(
            f"{counted(seen['documents'], 'document')} read; "
            f"{counted(written, 'template')} written to {arguments.output}"
        )
        if seen["without-url"]:
            say(
                f"{counted(seen['without-url'], 'document')} had no URL, so no host to learn for. "
                "Name the field that holds it with --url-field."
            )
        if seen["rejected"]:
            say(
                f"{counted(seen['rejected'], 'record')} could not be read. "
                "A cleaning run puts them into the quarantine, with the reasons."
            )
    return ExitStatus.DONE


def documents_of(
    sources: Iterable[Source], options: ReadOptions, seen: Counter[str]
) -> Iterator[Document]:
    """The documents of `sources`; `seen` counts documents, those without URL, and rejects."""
    for source in sources:
        for raw in read(source, options):
            if isinstance(raw, Rejected):
                seen["rejected"] += 1
                continue
            try:
                document = extract(raw)
            except RejectError:
                seen["rejected"] += 1
                continue
            seen["documents"] += 1
            seen["without-url"] += host_of(document.url) is None
            yield document
