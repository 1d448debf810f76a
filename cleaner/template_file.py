"""The file of templates: JSON lines that people read, correct, and keep under version control."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import orjson
import regex

from cleaner.errors import InputError
from cleaner.template_lines import BODY, ZONES, is_sentence, words_of
from cleaner.writers.files import publish, temporary_of, writing_to

FILLER_WORDS = 8
_ZONE = f"(?:{'|'.join(ZONES)})"
_POSITION = regex.compile(rf"{_ZONE}(?:\+{_ZONE})*(?:@-?\d+)?")
_PLACE_TOLERANCE = 2
# A line on so large a share of the pages is furniture wherever it stands.
_EVERYWHERE = 0.8


class Template(NamedTuple):
    """A line that a host repeats; `line` holds a newline where it is a run of two.

    `position` is as `template_verdict.position` says; only what has `remove` is found.
    """

    host: str
    line: str
    pages: int
    share: float
    position: str
    example: str
    remove: bool

    @property
    def by(self) -> str:
        """The name under which its findings are signed."""
        return f"template:{self.host}"

    @property
    def is_long(self) -> bool:
        """Whether its place must fit too, since it reads like reporting."""
        return words_of(self.line) >= FILLER_WORDS and is_sentence(self.example)

    def fits(self, zone: str, place: int) -> bool:
        """Whether a line that reads the same stands where this one was learned."""
        where, _, learned_place = self.position.partition("@")
        if zone == BODY and self.is_long and learned_place:
            return abs(place - int(learned_place)) <= _PLACE_TOLERANCE
        if zone in where.split("+"):
            return True
        is_plain = not self.is_long and any(map(str.isalpha, self.line))
        return is_plain and self.share >= _EVERYWHERE


def write_templates(templates: Iterable[Template], path: Path) -> int:
    """Write templates as JSON lines, as they come; the file appears whole or not at all."""
    number = 0
    temporary = temporary_of(path)
    with writing_to(path):
        try:
            with temporary.open("wb") as file:
                for template in templates:
                    file.write(orjson.dumps(template._asdict()) + b"\n")
                    number += 1
                file.flush()
                os.fsync(file.fileno())
            publish(path)
        finally:
            temporary.unlink(missing_ok=True)
    return number


def read_templates(path: Path) -> Iterator[Template]:
    """The templates of a file, checked one by one."""
    try:
        rows = Path(path).read_bytes().splitlines()
    except OSError as error:
        raise InputError(
            f"{path}: the templates can't be read ({error.strerror}). Check the path given to "
            "--templates, or make the file: python -m cleaner templates learn INPUT... -o FILE"
        ) from error
    for number, row in enumerate(rows, 1):
        if row.strip():
            yield _template(row, f"{path}: line {number}")


def _template(row: bytes, name: str) -> Template:
    how_to = "Mend the line or delete it."
    try:
        table = orjson.loads(row)
    except ValueError as error:
        raise InputError(f"{name}: no JSON ({error}). {how_to}") from error
    types = dict.fromkeys(("host", "line", "position", "example"), str) | {"remove": bool}
    if not isinstance(table, dict) or set(table) != set(Template._fields):
        raise InputError(f"{name}: a template has the keys {', '.join(Template._fields)}. {how_to}")
    for key, kind in types.items():
        if not isinstance(table[key], kind):
            raise InputError(f"{name}: {key} must be a {kind.__name__}. {how_to}")
    for key in ("pages", "share"):
        if isinstance(table[key], bool) or not isinstance(table[key], int | float):
            raise InputError(f"{name}: {key} must be a number. {how_to}")
    if not _POSITION.fullmatch(table["position"]):
        raise InputError(f"{name}: a position is made of {', '.join(ZONES)}. {how_to}")
    return Template(**table)
