"""The values that flow through the program: frozen, without behaviour beyond views.

``Raw -> Document -> Paragraph -> Finding -> Decision -> Cleaned``. Every offset is a
half-open range of Unicode code points in ``Document.text``, and that text never
changes once a `Document` exists: this is what makes every removal reversible.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


class Span(NamedTuple):
    """A half-open range of code points, ``text[span.start:span.end]``.

    >>> "kept text"[slice(*Span(0, 4))]
    'kept'
    """

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Raw:
    """One record as a reader found it, still undecoded.

    `source` is the input's path as the user gave it (``-`` for standard input).
    `body` holds the bytes of the text or of the page. `meta` holds what the container
    knew about it: ``record`` (number inside the file, from 0), ``offset`` and ``length``
    in bytes, and where the container had them ``url``, ``title``, ``authors``, ``date``,
    ``site``, ``lang``, ``charset`` and ``added``.
    """

    id: str
    source: str
    media_type: str
    body: bytes
    meta: Mapping[str, str | int | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that could not become a document, with its bytes and the reason.

    Readers and the pipeline return it in place of a `Raw` or a `Cleaned`; writers put
    it into the quarantine, so that nothing is dropped in silence. `kind` is a short
    kebab-case name that reports are grouped by; `reason` is a sentence.
    """

    raw: Raw
    kind: str
    reason: str


class Block(NamedTuple):
    """What HTML knew about a stretch of text: its tag, its path, and how much is link."""

    span: Span
    tag: str
    path: str
    link_chars: int


@dataclass(frozen=True, slots=True)
class Document:
    """The text of one record, extracted once and never changed after.

    `blocks`, where HTML was read block by block, are all of its lines, in order.
    """

    id: str
    source: str
    url: str | None
    text: str
    blocks: tuple[Block, ...] = ()
    meta: Mapping[str, str | int | None] = field(default_factory=dict)


class Paragraph(NamedTuple):
    """The unit that rules and models judge: ``document.text[slice(*paragraph.span)]``."""

    index: int  # type: ignore[assignment]  # hides tuple.index, which nobody needs here
    span: Span
    text: str
    block: Block | None = None


class Finding(NamedTuple):
    """Evidence about a span, no verdict.

    `by` names who found it, for example ``rule:menafn.legal-disclaimer``,
    ``duplicate:paragraph`` or ``model:content@1a2b3c4d``; `score` is its certainty in 0..1.
    """

    span: Span
    label: str
    by: str
    score: float


class Action(StrEnum):
    """What is done with a span."""

    KEEP = "keep"
    REMOVE = "remove"


class Decision(NamedTuple):
    """The verdict on a span. The decisions on a document tile its text without a gap.

    `because` is the finding that decided; a removal always has one.
    """

    span: Span
    action: Action
    label: str
    because: Finding | None


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A document with the decisions on it, and the metadata that was lifted from it."""

    document: Document
    decisions: tuple[Decision, ...]
    metadata: Mapping[str, str | int | float | bool | None] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """What is kept, in order.

        >>> text = "News.\\nSign in"
        >>> cleaned = Cleaned(Document("1", "-", None, text), (
        ...     Decision(Span(0, 5), Action.KEEP, "reporting", None),
        ...     Decision(Span(5, 13), Action.REMOVE, "chrome",
        ...              Finding(Span(5, 13), "chrome", "rule:general.sign-in", 1.0))))
        >>> cleaned.text
        'News.'
        >>> [text[slice(*decision.span)] for decision in cleaned.removed]
        ['\\nSign in']
        """
        text = self.document.text
        return "".join(
            text[decision.span.start : decision.span.end]
            for decision in self.decisions
            if decision.action is Action.KEEP
        )

    @property
    def removed(self) -> tuple[Decision, ...]:
        """The removals, in order of their spans."""
        return tuple(d for d in self.decisions if d.action is Action.REMOVE)
