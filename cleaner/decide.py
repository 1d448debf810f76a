"""The one place where text is removed: findings in, decisions out.

Detectors only bring evidence. Here it is weighed, once: which finding speaks for a paragraph,
which spans go, and which of the separators stay so that the kept text has no holes.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from cleaner.classify import Judgement
from cleaner.duplicates import Duplicate
from cleaner.records import Action, Decision, Document, Finding, Paragraph, Span
from cleaner.weigh import Policy, reporting, weigh


class _Piece(NamedTuple):
    span: Span
    finding: Finding


class Assigned(NamedTuple):
    """A document's findings, by paragraph: one that speaks for all of it, or cuts inside it."""

    whole: dict[int, Finding]
    cuts: dict[int, list[_Piece]]

    def with_whole(self, paragraphs: Sequence[Paragraph], findings: Sequence[Finding]) -> Assigned:
        """The same with findings that speak for one whole paragraph each, before all others."""
        starts = [paragraph.span.start for paragraph in paragraphs]
        new = {bisect_left(starts, finding.span.start): finding for finding in findings}
        cuts = {index: cut for index, cut in self.cuts.items() if index not in new}
        return Assigned({**self.whole, **new}, cuts)


def assign(text: str, paragraphs: Sequence[Paragraph], findings: Sequence[Finding]) -> Assigned:
    """Give each finding to the paragraphs that it touches; the most specific one speaks.

    A cut that leaves nothing to read takes the whole paragraph.
    """
    whole: dict[int, Finding] = {}
    cuts: dict[int, list[_Piece]] = {}
    ends = [paragraph.span.end for paragraph in paragraphs] if findings else []
    for finding in findings:
        start, end = finding.span
        index = bisect_left(ends, start + 1)
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
            whole.setdefault(index, pieces[0].finding)
    return Assigned(whole, {index: cut for index, cut in cuts.items() if index not in whole})


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
    *,
    detailed: bool = False,
) -> tuple[Decision, ...]:
    """Decide once over a whole document; the decisions tile its text without a gap.

    Neighbouring paragraphs that the content model keeps are one decision without a finding;
    with `detailed` each has its own, with its score. What is removed is the same.

    Raises nothing: a document without any paragraph gets a single decision, or none when
    its text is empty.
    """
    if not paragraphs:
        span = Span(0, len(document.text))
        return (Decision(span, Action.KEEP, "reporting", None),) if document.text else ()
    verdicts = weigh(paragraphs, assigned.whole, judgement, policy)
    kept = (index for index, verdict in enumerate(verdicts) if _label(verdict) == "reporting")
    begins = next(kept, len(paragraphs))
    copies = Counter(duplicate.first for duplicate in duplicates)
    for duplicate in duplicates:
        if duplicate.index in assigned.whole:
            continue
        verdicts[duplicate.index] = (
            Finding(paragraphs[duplicate.index].span, "reporting", policy.by_content, policy.keep)
            if _is_only_copy(duplicate, verdicts)
            and (copies[duplicate.first] == 1 or duplicate.first < begins)
            and (not policy.judges_copies or judgement.content[duplicate.index] >= policy.keep)
            else duplicate.finding
        )
    if detailed or "reporting" in policy.removed_labels:
        verdicts = [
            reporting(paragraph, judgement, policy) if verdict is None else verdict
            for paragraph, verdict in zip(paragraphs, verdicts, strict=True)
        ]
    return _tile(document.text, paragraphs, verdicts, assigned.cuts, policy.removed_labels)


def _is_only_copy(duplicate: Duplicate, verdicts: Sequence[Finding | None]) -> bool:
    """Whether the first copy goes for another reason while this one stands in kept text.

    A teaser above the article often repeats its first sentence: then the copy in the
    article is the one to keep. What goes and stands three times in the article itself is a
    caption or the note in place of a video: `decide` lets all copies of it go. Where the model
    has judged the copies, it must take this one for the article's: a headline or the small
    print of a form stands beside kept text, too.
    """
    if _label(verdicts[duplicate.first]) in ("reporting", "duplicate"):
        return False
    beside = (duplicate.index - 1, duplicate.index + 1)
    return any(0 <= i < len(verdicts) and _label(verdicts[i]) == "reporting" for i in beside)


def _label(verdict: Finding | None) -> str:
    return "reporting" if verdict is None else verdict.label


def _stretches(
    paragraph: Paragraph, cuts: Sequence[_Piece], verdict: Finding | None
) -> list[tuple[int, Finding | None]]:
    """A paragraph with cuts as stretches, each with its end and the finding that speaks for it."""
    stretches: list[tuple[int, Finding | None]] = []
    at = paragraph.span.start
    for span, finding in cuts:
        if span.start > at:
            stretches.append((span.start, verdict))
        stretches.append((span.end, finding))
        at = span.end
    if at < paragraph.span.end:
        stretches.append((paragraph.span.end, verdict))
    return stretches


def _tile(
    text: str,
    paragraphs: Sequence[Paragraph],
    verdicts: Sequence[Finding | None],
    cuts: Mapping[int, Sequence[_Piece]],
    removed: Collection[str],
) -> tuple[Decision, ...]:
    """Turn verdicts, cuts and the white space between them into decisions without a gap.

    White space that does not stay goes with the removal before it, else with the next one.
    """
    gone = {i for i, verdict in enumerate(verdicts) if verdict and verdict.label in removed}
    lost_gaps = _lost_gaps(text, paragraphs, gone)
    decisions: list[Decision] = []
    at, last = 0, len(paragraphs) - 1
    for index, verdict in enumerate(verdicts):
        if verdict is None and index < last and verdicts[index + 1] is None and index not in cuts:
            continue  # goes on with the next one
        paragraph = paragraphs[index]
        gap_end = paragraphs[index + 1].span.start if index < last else len(text)
        if index in cuts and index not in gone:
            if index:  # up to here what goes on with this one
                at = _add(decisions, at, paragraph.span.start, None, gone=False)
            *inner, (_, verdict) = _stretches(paragraph, cuts[index], verdict)  # noqa: PLW2901
            for end, finding in inner:
                at = _add(decisions, at, end, finding, gone=_label(finding) in removed)
        is_gone, keeps_gap = _label(verdict) in removed, index not in lost_gaps
        end = paragraph.span.end if keeps_gap == is_gone else gap_end
        at = _add(decisions, at, end, verdict, gone=is_gone)
        if keeps_gap:
            at = _add(decisions, at, gap_end, None, gone=False)
    return tuple(decisions)


def _add(
    decisions: list[Decision], start: int, end: int, finding: Finding | None, *, gone: bool
) -> int:
    """Add a decision up to `end`; a finding over several paragraphs is one removal."""
    if end <= start:
        return start
    if decisions and decisions[-1].because is finding and decisions[-1].span.end == start:
        start = decisions.pop().span.start
    action = Action.REMOVE if gone else Action.KEEP
    decisions.append(Decision(Span(start, end), action, _label(finding), finding))
    return end


def _lost_gaps(text: str, paragraphs: Sequence[Paragraph], gone: Collection[int]) -> set[int]:
    """The gaps (by the paragraph before them) that do not stay.

    Between two kept paragraphs exactly one does: the one with a blank line where there is
    one, so that paragraphs stay apart as they were.
    """
    lost: set[int] = set()
    last = len(paragraphs) - 1
    for index in sorted(gone):
        if index - 1 in gone:
            continue
        end = index  # of the run of paragraphs that go
        while end in gone:
            end += 1
        gaps = range(index - 1, end)
        if index == 0 or end > last:
            lost.update(gaps)
        else:
            best = max(gaps, key=lambda i: (_newlines(text, paragraphs, i), -i))
            lost.update(gap for gap in gaps if gap != best)
    return lost


def _newlines(text: str, paragraphs: Sequence[Paragraph], index: int) -> int:
    start, end = paragraphs[index].span.end, paragraphs[index + 1].span.start
    return min(text.count("\n", start, end), 2)
