"""Labelled paragraphs of a user: JSON lines in, pages of labelled paragraphs out.

Each line has a `text` and a `label`. Lines with the same `page` (or, without that, the same
`id`) are paragraphs of one page; `order` puts them into their order there, else they stand in the
order of the file. A line without either is a page of its own.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import orjson

from cleaner.errors import InputError
from cleaner.features import Ints
from cleaner.labels import LABELS

ARTICLE, OTHER, CONTEXT = 1, 0, -1
# What the content model makes of a label. Titles, headings and copies are found by other means
# before it judges: they are neighbours, and nothing to learn.
_MEANING = {
    "reporting": ARTICLE,
    "filler": OTHER,
    "chrome": OTHER,
    "title": CONTEXT,
    "heading": CONTEXT,
    "duplicate": CONTEXT,
}
_AI = (
    "who wrote a text can't be learned from single paragraphs, it takes many sources of both "
    "kinds. Leave these lines out; --ai-threshold moves the line that is drawn"
)


class LabelledPage(NamedTuple):
    """Paragraphs of one page in order; `keep` is `ARTICLE`, `OTHER` or `CONTEXT`."""

    texts: tuple[str, ...]
    keep: Ints


class _Line(NamedTuple):
    page: str
    order: float
    text: str
    keep: int


def read_labels(path: Path) -> list[LabelledPage]:
    """Read a file of labelled paragraphs; pages stand in the order of their first lines.

    Raises `InputError`, naming file, line and problem, at the first line that can't be used:
    labels that were half understood would teach something nobody meant.
    """
    try:
        body = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: can't be read ({error.strerror or error}).") from error
    pages: dict[str, list[_Line]] = {}
    for number, row in enumerate(body.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if row.strip():
            try:
                line = _line(row, number)
            except ValueError as error:
                raise InputError(f"{path}: line {number}: {error}.") from error
            pages.setdefault(line.page, []).append(line)
    if not pages:
        raise InputError(f'{path}: no labels in it. A line: {{"text": "...", "label": "filler"}}')
    return [_page(lines) for lines in pages.values()]


def _page(lines: list[_Line]) -> LabelledPage:
    lines = sorted(lines, key=lambda line: line.order)
    keep = np.array([line.keep for line in lines], np.int64)
    return LabelledPage(tuple(line.text for line in lines), keep)


def _line(row: bytes, number: int) -> _Line:
    try:
        value: Any = orjson.loads(row)
    except ValueError as error:
        raise ValueError(f"is no JSON ({error})") from error
    if not isinstance(value, dict):
        raise ValueError("is no object with the fields text and label")
    text, label = value.get("text"), value.get("label")
    if not isinstance(text, str) or not text.strip():
        raise ValueError("has no text: the field text must hold the paragraph")
    if label == "ai_commentary":
        raise ValueError(f"ai_commentary: {_AI}")
    if not isinstance(label, str) or label not in _MEANING:
        choice = ", ".join(name for name in LABELS if name in _MEANING)
        raise ValueError(f"the label {label!r} is none of {choice}")
    page = value.get("id") if value.get("page") is None else value["page"]
    if page is not None and (isinstance(page, bool) or not isinstance(page, str | int)):
        raise ValueError(f"the page {page!r} is neither a text nor a whole number")
    order = value.get("order", 0)
    if isinstance(order, bool) or not isinstance(order, int | float):
        raise ValueError(f"the order {order!r} is no number")
    # Two namespaces, so that a page called "7" and the unnamed line 7 stay apart.
    key = f"line {number}" if page is None else f"page {page}"
    return _Line(key, order, text, _MEANING[label])
