"""The models' evidence weighed: which finding speaks for each paragraph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import regex
from numpy.typing import NDArray

from cleaner.classify import Judgement
from cleaner.records import Finding, Paragraph

MOST_SUSPECT = 0.5
_PROSE_WORDS = 8
_NEARLY_CLEAN = 0.15
_MAX_HEADING_WORDS, _MIN_PROSE_WORDS, _LOOK_PAST = 14, 12, 3
_STATEMENT_END = regex.compile(r"[.!…;][\"'”’»)\]]*\Z")
_SENTENCE_END = regex.compile(r"[.!?…:;][\"'”’»)\]]*\Z")


@dataclass(frozen=True, slots=True)
class Policy:
    """What decides beside the evidence: thresholds, who signs, and what the user removes.

    `keep` is the least P(article) that stays, `keep_heading` the least of a short line between
    two paragraphs of the article; `machine` the least P(machine-written) that
    goes, `suspect` the least that is reported. Where more than the share `most` of an article is
    suspect, `machine` takes nothing. `judges_copies` says that the model has judged what
    a document says again, and not only what it says first.
    """

    keep: float
    keep_heading: float
    machine: float
    suspect: float
    by_content: str
    by_authorship: str
    removed_labels: frozenset[str]
    most: float = MOST_SUSPECT
    judges_copies: bool = False


def weigh(
    paragraphs: Sequence[Paragraph],
    known: Mapping[int, Finding],
    judgement: Judgement,
    policy: Policy,
) -> list[Finding | None]:
    """The finding that speaks for each paragraph: what is `known` of it, else a model's.

    None stands for the model's common answer, reporting that stays; `reporting` has its score.
    """
    verdicts: list[Finding | None] = [None] * len(paragraphs)
    for index, finding in known.items():
        verdicts[index] = finding
    # Wider than the scores, or a threshold would be rounded before it is compared.
    doubtful = judgement.content < np.float64(policy.keep)
    written = _written(paragraphs, known, judgement, policy)
    questions = [i for i in (doubtful | written).nonzero()[0].tolist() if i not in known]
    if not questions:
        return verdicts
    content = judgement.content.tolist()
    keep = policy.keep
    if _is_nearly_clean(paragraphs, known, questions, content, keep):
        keep = min(keep, policy.keep_heading)
    for index in questions:
        paragraph, article = paragraphs[index], content[index]
        if written[index]:
            score = float(judgement.machine[index])
            verdict = Finding(paragraph.span, "ai_commentary", policy.by_authorship, score)
        elif article >= keep or (
            article >= policy.keep_heading
            and _is_sub_heading(index, paragraphs, known, content, keep)
        ):
            continue
        else:
            label = "filler" if _is_prose_shaped(paragraph.text) else "chrome"
            verdict = Finding(paragraph.span, label, policy.by_content, 1.0 - article)
        verdicts[index] = verdict
    return verdicts


def _written(
    paragraphs: Sequence[Paragraph],
    known: Mapping[int, Finding],
    judgement: Judgement,
    policy: Policy,
) -> NDArray[np.bool_]:
    """Which paragraphs go because of how they are written.

    Style is evidence against a section, set off by the rest of its document. Where most of the
    document is at least suspect, that is how this writer writes, or all of it is a machine's:
    the text stays, and the document's score says so.
    """
    written = judgement.machine >= np.float64(policy.machine)  # not where it is NaN
    if not written.any():
        return written
    article = judgement.content >= np.float64(policy.keep)
    suspect = judgement.machine >= np.float64(min(policy.suspect, policy.machine))
    chars = np.array([len(paragraph.text) for paragraph in paragraphs])
    chars[list(known)] = 0
    if chars[suspect].sum() > policy.most * chars[suspect | article].sum():
        written[:] = False
    for index in np.flatnonzero(written)[::-1].tolist():
        # A heading goes with what it heads: style says nothing of five words.
        if index + 1 < written.size and not written[index + 1]:
            written[index] = not _is_short(paragraphs[index].text, _STATEMENT_END)
    return written


def reporting(paragraph: Paragraph, judgement: Judgement, policy: Policy) -> Finding:
    """The finding of the content model on a paragraph that stays."""
    score = float(judgement.content[paragraph.index])
    return Finding(paragraph.span, "reporting", policy.by_content, score)


def _is_nearly_clean(
    paragraphs: Sequence[Paragraph],
    known: Mapping[int, Finding],
    questions: Sequence[int],
    content: Sequence[float],
    keep: float,
) -> bool:
    """Whether the content model would take next to nothing from what rules have left.

    Then the text is an article whose furniture is known already, and a doubt about one
    paragraph of it is more likely a mistake than a find.
    """
    doubtful = sum(len(paragraphs[index].text) for index in questions if content[index] < keep)
    left = sum([len(paragraph.text) for paragraph in paragraphs])
    left -= sum(len(paragraphs[index].text) for index in known)
    return doubtful <= _NEARLY_CLEAN * left


def _is_prose_shaped(text: str) -> bool:
    return text.count(" ") + 1 >= _PROSE_WORDS


def _is_short(text: str, end: regex.Pattern[str]) -> bool:
    """Whether a text has the length of a heading, and no `end` as sentences have."""
    return text.count(" ") + 1 <= _MAX_HEADING_WORDS and not end.search(text)


def _is_sub_heading(
    index: int,
    paragraphs: Sequence[Paragraph],
    known: Mapping[int, Finding],
    content: Sequence[float],
    keep: float,
) -> bool:
    """Whether a short line stands between two paragraphs of the article.

    On page dumps, of such lines that the content model is not sure to be furniture seven in
    ten are the body's sub-headings, and most others are captions. What is known to go (a
    "See also" line) may stand between.
    """
    if not _is_short(paragraphs[index].text, _SENTENCE_END):
        return False
    before = _nearest(range(index - 1, max(index - 1 - _LOOK_PAST, -1), -1), known)
    after = _nearest(range(index + 1, min(index + 1 + _LOOK_PAST, len(paragraphs))), known)
    if before is None or after is None:
        return False
    return _SENTENCE_END.search(paragraphs[before].text) is not None and all(
        content[beside] >= keep and paragraphs[beside].text.count(" ") + 1 >= _MIN_PROSE_WORDS
        for beside in (before, after)
    )


def _nearest(indexes: range, known: Mapping[int, Finding]) -> int | None:
    return next((index for index in indexes if index not in known), None)
