"""``explain``: every passage of each document with its label, score and reason."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import orjson

from cleaner.commands.console import counted, emit, emit_rows, say, wants_colour, width
from cleaner.commands.parser import config_of
from cleaner.config import Config
from cleaner.errors import ExitStatus
from cleaner.explain import as_rows, as_text, rejected_text
from cleaner.explain_html import page
from cleaner.guarded import clean_guarded
from cleaner.pipeline import Cleaner
from cleaner.readers import find_inputs, read
from cleaner.records import Cleaned, Rejected
from cleaner.unread import read_options
from cleaner.writers.files import temporary_of, writing_to


def explain_command(arguments: argparse.Namespace) -> ExitStatus:
    """Explain inputs in the terminal, as a page, or as JSON lines."""
    config = config_of(arguments)
    inputs = find_inputs(arguments.input)
    cleaner = Cleaner(config)
    rejected: list[Rejected] = []

    def results() -> Iterator[Cleaned | Rejected]:
        for source in inputs:
            for record in read(source, read_options(config)):
                result = _explained(cleaner, record, config)
                if isinstance(result, Rejected):
                    rejected.append(result)
                yield result

    if arguments.html:
        number = _write_page(arguments.html, results(), cleaner)
        if not arguments.quiet:
            say(f"{counted(number, 'document')} explained in {arguments.html}")
    elif arguments.json:
        for result in results():
            if isinstance(result, Cleaned):
                rows = as_rows(result, cleaner.why)
                emit_rows(orjson.dumps(row, option=orjson.OPT_SERIALIZE_NUMPY) for row in rows)
            else:
                say(f"{result.raw.source}: {result.reason} ({result.kind})")
    else:
        _show(arguments, results(), cleaner)
    return ExitStatus.QUARANTINED if rejected else ExitStatus.DONE


def _explained(cleaner: Cleaner, record: object, config: Config) -> Cleaned | Rejected:
    [result] = clean_guarded(cleaner, [record], config.document_timeout)  # type: ignore[list-item]
    return result


def _show(
    arguments: argparse.Namespace, results: Iterator[Cleaned | Rejected], cleaner: Cleaner
) -> None:
    colour, columns = wants_colour(arguments.color, sys.stdout), width()
    for result in results:
        if isinstance(result, Rejected):
            lines = rejected_text(result, colour=colour)
        else:
            lines = as_text(result, cleaner.why, width=columns, colour=colour)
        for line in lines:
            emit(line)


def _write_page(path: Path, results: Iterator[Cleaned | Rejected], cleaner: Cleaner) -> int:
    """Write the page piece by piece, under its final name only once it is whole."""
    number = 0

    def counting() -> Iterator[Cleaned | Rejected]:
        nonlocal number
        for result in results:
            number += 1
            yield result

    temporary = temporary_of(path)
    with writing_to(path):
        try:
            with temporary.open("w", encoding="utf-8") as file:
                file.writelines(page(counting(), cleaner.why))
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    return number
