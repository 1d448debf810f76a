"""Every decision on a document, in order, with its reason: for terminals and for machines."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from cleaner.labels import LABELS
from cleaner.records import Action, Cleaned, Rejected

Why = Callable[[str], str | None]

_ANSI = {"red": 31, "green": 32, "yellow": 33, "blue": 34, "magenta": 35, "cyan": 36}
_BOLD, _DIM = 1, 2
_GUTTER = 22
_MIN_WIDTH = 30
# Escape sequences in scraped text must not reach the terminal.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Step:
    """One decision as people read it; `why` is the reason's sentence where there is one."""

    start: int
    end: int
    action: str
    label: str
    by: str | None
    score: float | None
    why: str | None
    text: str

    @property
    def is_removed(self) -> bool:
        return self.action == Action.REMOVE


def steps(cleaned: Cleaned, why: Why) -> Iterator[Step]:
    """The decisions on a document in order, without those on white space alone."""
    for span, action, label, because in cleaned.decisions:
        text = cleaned.document.text[span.start : span.end]
        if not text.strip():
            continue
        by, score = (because.by, float(because.score)) if because else (None, None)
        yield Step(span.start, span.end, action.value, label, by, score, reason(by, why), text)


def reason(by: str | None, why: Why) -> str | None:
    """A sentence for a finder's name: what the rule says of itself, or what the kind of finder is.

    >>> reason("duplicate:paragraph", lambda by: None)
    'The document says this already, further up.'
    >>> reason(None, lambda by: None) is None
    True
    """
    if by is None:
        return None
    return why(by) or _KINDS.get(by.split("@")[0]) or _KINDS.get(by.split(":")[0])


_KINDS = {
    "duplicate": "The document says this already, further up.",
    "model:content": "The content model's judgement: does it belong to the article?",
    "model:authorship": "The authorship model's judgement: was it written by a machine?",
    "lift": "It stands at the head of the page and was lifted into the metadata.",
    "template": "The site repeats this line on many pages.",
}


def as_rows(cleaned: Cleaned, why: Why) -> Iterator[dict[str, Any]]:
    """One row a decision, for ``--json``."""
    for step in steps(cleaned, why):
        yield {
            "id": cleaned.document.id,
            "start": step.start,
            "end": step.end,
            "action": step.action,
            "label": step.label,
            "by": step.by,
            "score": step.score,
            "text": step.text,
        }


class Painter:
    """Colours words by the rules of ANSI terminals, or leaves them as they are."""

    def __init__(self, *, colour: bool) -> None:
        self._colour = colour

    def __call__(self, text: str, *codes: int) -> str:
        if not self._colour or not text:
            return text
        return f"\x1b[{';'.join(map(str, codes))}m{text}\x1b[0m"

    def label(self, label: str) -> int:
        """The code of a label's colour."""
        known = LABELS.get(label)
        return _ANSI.get(known.colour, 37) if known else 37


def as_text(cleaned: Cleaned, why: Why, *, width: int = 80, colour: bool = False) -> Iterator[str]:
    """The lines that explain one document on a terminal of `width` columns.

    A removed passage has a ``-`` in the margin, so that nothing hangs on colour alone.
    """
    paint = Painter(colour=colour)
    width = max(width, _GUTTER + _MIN_WIDTH)
    heading = plain(f"{cleaned.document.source}  {cleaned.document.id}")
    yield paint(heading, _BOLD)
    for name, value in facts(cleaned):
        yield from _wrapped(f"  {name}", plain(value), width, paint, (_DIM,))
    yield ""
    for step in steps(cleaned, why):
        yield from _step_lines(step, width, paint)
    yield ""
    for line in totals(cleaned):
        yield paint(f"  {line}", _DIM)
    yield ""


def rejected_text(rejected: Rejected, *, colour: bool = False) -> Iterator[str]:
    """The lines about a record that can't become a document."""
    paint = Painter(colour=colour)
    yield paint(plain(f"{rejected.raw.source}  {rejected.raw.id}"), _BOLD)
    yield paint(f"! {rejected.kind}", _BOLD, 31) + f"  {plain(rejected.reason)}"
    yield ""


def facts(cleaned: Cleaned) -> Iterator[tuple[str, str]]:
    """What is known of the document, by name; what is unknown is left out."""
    metadata = cleaned.metadata
    named = {"url": cleaned.document.url, "date": metadata.get("created")}
    for name in ("title", "authors", "date", "site", "url", "lang", "extractor", "encoding"):
        value = named.get(name) or metadata.get(name)
        if value:
            yield name, str(value)
    if (declared := metadata.get("ai_declared")) not in (None, "none"):
        disclosure = metadata.get("ai_disclosure")
        yield "AI declared", f"{declared}" + (f": {disclosure}" if disclosure else "")
    score = metadata.get("ai_score")
    if isinstance(score, float | int):
        yield "AI score", f"{score:.2f}"
    if metadata.get("truncated"):
        yield "truncated", "the text is cut off"


def totals(cleaned: Cleaned) -> Iterator[str]:
    """How much was kept and removed, and under which labels."""
    length, kept = len(cleaned.document.text), len(cleaned.text)
    share = 100 * kept / length if length else 0
    yield f"{kept:,} of {length:,} characters kept ({share:.0f} %)"
    removed: Counter[str] = Counter()
    for decision in cleaned.removed:
        removed[decision.label] += decision.span.end - decision.span.start
    if removed:
        listed = ", ".join(f"{label} {number:,}" for label, number in removed.most_common())
        yield f"removed: {listed}"


def _step_lines(step: Step, width: int, paint: Painter) -> Iterator[str]:
    code = paint.label(step.label)
    score = "" if step.score is None else f" {step.score:.2f}"
    mark = "-" if step.is_removed else " "
    yield from _wrapped(
        f"{mark} {step.label}{score}",
        step.text.strip(),
        width,
        paint,
        (code,),
        (code,) if step.is_removed else (),
    )
    if step.by:
        by_model = step.by.startswith("model:")  # its sentence is the same on each of its lines
        because = f"{step.by}: {step.why}" if step.why and not by_model else step.by
        if step.is_removed or not by_model:
            yield from _wrapped("", plain(f"^ {because}"), width, paint, (), (_DIM,))


def _wrapped(
    margin: str, text: str, width: int, paint: Painter,
    margin_codes: Iterable[int], text_codes: Iterable[int] = (),
) -> Iterator[str]:  # fmt: skip
    margin_codes, text_codes = tuple(margin_codes), tuple(text_codes)
    for paragraph in text.splitlines():
        for line in textwrap.wrap(plain(paragraph), width - _GUTTER) or [""]:
            left = paint(margin.ljust(_GUTTER), *margin_codes) if margin_codes else " " * _GUTTER
            yield left + (paint(line, *text_codes) if text_codes else line)
            margin, margin_codes = "", ()


def plain(text: str) -> str:
    """`text` without anything that would steer a terminal or turn its direction.

    >>> plain("a\\x1b[31mred")
    'a�[31mred'
    """
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
