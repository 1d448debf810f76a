"""The one place where text is removed: findings in, decisions out.

Detectors only bring evidence. Here it is weighed, once: which finding speaks for a paragraph,
which spans go, and which of the separators stay so that the kept text has no holes.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from cleaner.classify import Judgement
from cleaner.duplicates import Duplicate
from cleaner.records import Action, Decision, Document, Finding, Paragraph, Span

_PROSE_WORDS = 8


@dataclass(frozen=True, slots=True)
class Policy:
    """What decides beside the evidence: thresholds, who signs, and what the user removes.

    `keep` is the least P(article) that stays, `machine` the least P(machine-written) that
    goes, `suspect` the least that is reported.
    """

    keep: float
    machine: float
    suspect: float
    by_content: str
    by_authorship: str
    removed_labels: frozenset[str]


class _Piece(NamedTuple):
    span: Span
    finding: Finding | None


class Assigned(NamedTuple):
    """A document's findings, by paragraph: one that speaks for all of it, or cuts inside it."""

    whole: dict[int, Finding]
    cuts: dict[int, list[_Piece]]


def assign(text: str, paragraphs: Sequence[Paragraph], findings: Sequence[Finding]) -> Assigned:
    """Give each finding to the paragraphs that it touches; the most specific one speaks.

    A cut that leaves nothing to read takes the whole paragraph.
    """
    whole: dict[int, Finding] = {}
    cuts: dict[int, list[_Piece]] = {}
    for finding in findings:
        start, end = finding.span
        index = bisect_left(paragraphs, start + 1, key=_end)
        while index < len(paragraphs) and paragraphs[index].span.start < end:
            span = paragraphs[index].span
            if start <= span.start and end >= span.end:
                other = whole.get(index)
                if other is None or _size(finding) < _size(other):
                    whole[index] = finding
            else:
                cut = Span(max(start, span.start), min(end, span.end))
                cuts.setdefault(index, []).append(_Piece(cut, finding))
            index += 1
    for index, pieces in cuts.items():
        cuts[index] = _tidy(text, paragraphs[index].span, pieces)
        left = paragraphs[index].text
        for piece in reversed(cuts[index]):
            offset = paragraphs[index].span.start
            left = left[: piece.span.start - offset] + left[piece.span.end - offset :]
        if not any(map(str.isalnum, left)):
            whole.setdefault(index, pieces[0].finding)  # type: ignore[arg-type]
    return Assigned(whole, {index: cut for index, cut in cuts.items() if index not in whole})


def _end(paragraph: Paragraph) -> int:
    return paragraph.span.end


def _size(finding: Finding) -> int:
    return finding.span.end - finding.span.start


def _tidy(text: str, paragraph: Span, pieces: list[_Piece]) -> list[_Piece]:
    """Sort the cuts, drop the overlapping, and take the white space that would be left over."""
    tidy: list[_Piece] = []
    at = paragraph.start
    for piece in sorted(pieces, key=lambda piece: (piece.span.start, -piece.span.end)):
        start, end = max(piece.span.start, at), piece.span.end
        if end <= start:
            continue
        if start == paragraph.start or text[start - 1].isspace() or start == at:
            while end < paragraph.end and text[end].isspace():
                end += 1
        if end == paragraph.end:
            while start > at and text[start - 1].isspace():
                start -= 1
        tidy.append(_Piece(Span(start, end), piece.finding))
        at = end
    return tidy


def decide(
    document: Document,
    paragraphs: Sequence[Paragraph],
    assigned: Assigned,
    duplicates: Sequence[Duplicate],
    judgement: Judgement,
    policy: Policy,
) -> tuple[Decision, ...]:
    """Decide once over a whole document; the decisions tile its text without a gap.

    Raises nothing: a document without any paragraph gets a single decision, or none when
    its text is empty.
    """
    if not paragraphs:
        span = Span(0, len(document.text))
        return (Decision(span, Action.KEEP, "reporting", None),) if document.text else ()
    verdicts = _verdicts(paragraphs, assigned, judgement, policy)
    for duplicate in duplicates:
        if duplicate.index in assigned.whole:
            continue
        verdicts[duplicate.index] = (
            Finding(paragraphs[duplicate.index].span, "reporting", policy.by_content, policy.keep)
            if _is_only_copy(duplicate, verdicts)
            else duplicate.finding
        )
    pieces = [
        _pieces(paragraph, assigned.cuts.get(paragraph.index, ()), finding, policy)
        for paragraph, finding in zip(paragraphs, verdicts, strict=True)
    ]
    return _tile(document.text, paragraphs, pieces, policy.removed_labels)


def _verdicts(
    paragraphs: Sequence[Paragraph], assigned: Assigned, judgement: Judgement, policy: Policy
) -> list[Finding]:
    """The finding that speaks for each paragraph: a rule's, else the models'."""
    verdicts = []
    for paragraph, content, machine in zip(
        paragraphs, judgement.content.tolist(), judgement.machine.tolist(), strict=True
    ):
        known = assigned.whole.get(paragraph.index)
        if known is not None:
            verdicts.append(known)
        elif not math.isnan(machine) and machine >= policy.machine:
            verdicts.append(Finding(paragraph.span, "ai_commentary", policy.by_authorship, machine))
        elif content >= policy.keep:
            verdicts.append(Finding(paragraph.span, "reporting", policy.by_content, content))
        else:
            label = "filler" if _is_prose_shaped(paragraph.text) else "chrome"
            verdicts.append(Finding(paragraph.span, label, policy.by_content, 1.0 - content))
    return verdicts


def _is_prose_shaped(text: str) -> bool:
    return text.count(" ") + 1 >= _PROSE_WORDS


def _is_only_copy(duplicate: Duplicate, verdicts: Sequence[Finding]) -> bool:
    """Whether the first copy goes for another reason while this one stands in kept text.

    A teaser above the article often repeats its first sentence: then the copy in the
    article is the one to keep.
    """
    if verdicts[duplicate.first].label in ("reporting", "duplicate"):
        return False
    beside = (duplicate.index - 1, duplicate.index + 1)
    return any(0 <= i < len(verdicts) and verdicts[i].label == "reporting" for i in beside)


def _pieces(
    paragraph: Paragraph, cuts: Sequence[_Piece], finding: Finding, policy: Policy
) -> list[_Piece]:
    """A paragraph as what is removed whole, or as kept text around cuts."""
    if not cuts or finding.label in policy.removed_labels:
        return [_Piece(paragraph.span, finding)]
    pieces = []
    at = paragraph.span.start
    for cut in cuts:
        if cut.span.start > at:
            pieces.append(_Piece(Span(at, cut.span.start), finding))
        pieces.append(cut)
        at = cut.span.end
    if at < paragraph.span.end:
        pieces.append(_Piece(Span(at, paragraph.span.end), finding))
    return pieces


def _tile(
    text: str,
    paragraphs: Sequence[Paragraph],
    pieces: Sequence[Sequence[_Piece]],
    removed: Collection[str],
) -> tuple[Decision, ...]:
    """Turn the pieces and the white space between them into decisions without a gap."""
    kept = [
        paragraph.index
        for paragraph, parts in zip(paragraphs, pieces, strict=True)
        if any(part.finding is None or part.finding.label not in removed for part in parts)
    ]
    keeps_gap = _kept_gaps(text, paragraphs, kept)
    decisions: list[Decision] = []
    waiting = 0  # where white space starts that goes with the next removal
    for index, parts in enumerate(pieces):
        for part in parts:
            finding = part.finding
            assert finding is not None
            action = Action.REMOVE if finding.label in removed else Action.KEEP
            start = min(waiting, part.span.start)
            last = decisions[-1] if decisions else None
            if last is not None and last.because is finding and last.span.end == start:
                start = decisions.pop().span.start
            decisions.append(Decision(Span(start, part.span.end), action, finding.label, finding))
            waiting = part.span.end
        gap_end = paragraphs[index + 1].span.start if index + 1 < len(paragraphs) else len(text)
        if gap_end > waiting:
            waiting = _place_gap(decisions, Span(waiting, gap_end), index in keeps_gap)
    return tuple(decisions)


def _place_gap(decisions: list[Decision], gap: Span, keep: bool) -> int:
    """Add a gap to the decision before it where that fits; return where what's left starts."""
    last = decisions[-1]
    if (last.action is Action.KEEP) == keep:
        decisions[-1] = last._replace(span=Span(last.span.start, gap.end))
        return gap.end
    if keep:
        decisions.append(Decision(gap, Action.KEEP, "reporting", None))
        return gap.end
    return gap.start


def _kept_gaps(text: str, paragraphs: Sequence[Paragraph], kept: Sequence[int]) -> set[int]:
    """The gaps (by the paragraph before them) that stay.

    Between two kept paragraphs exactly one does: the one with a blank line where there is
    one, so that paragraphs stay apart as they were.
    """
    gaps: set[int] = set()
    for before, after in pairwise(kept):
        if after == before + 1:
            gaps.add(before)
        else:
            gaps.add(max(range(before, after), key=lambda i: (_newlines(text, paragraphs, i), -i)))
    if kept and kept[-1] == len(paragraphs) - 1:
        gaps.add(kept[-1])
    return gaps


def _newlines(text: str, paragraphs: Sequence[Paragraph], index: int) -> int:
    start, end = paragraphs[index].span.end, paragraphs[index + 1].span.start
    return min(text.count("\n", start, end), 2)
