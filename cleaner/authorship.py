"""The authorship model: was this written by a person or by a machine?

A sentence can't tell, a section often can. Several linear experts, each trained on one
family of machine writing against all kinds of human writing, score the word patterns of every
paragraph, masked ones and plain ones. Their evidence is additive, so that a paragraph, the
paragraphs around it and its whole document are scored from the same sums; a small network
weighs these scales against each other and knows how many words stand behind each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner.features import Floats, Ints, Tokens
from cleaner.features_around import Flags, rows_of_pages
from cleaner.features_words import Grams, Pairs, style_grams, sum_scores
from cleaner.layers import Layers, forward, sigmoid

# Fewer words than this say nothing about who wrote them.
MIN_WORDS = 40
# What is pooled, in paragraphs before and after. One-sided views end where a section does; the
# last one decides whether there are enough words.
_REACHES = ((0, 0), (1, 1), (2, 0), (0, 2), (4, 0), (0, 4), (2, 2))
# Fixed point: sums of whole numbers don't depend on what stands before a page.
_UNIT = 1 << 16


@dataclass(frozen=True, slots=True)
class AuthorshipModel:
    """Arrays of the authorship model.

    `masked` and `plain` hold two experts each, for the two views that `cleaner.features_words`
    has of a text; `intercepts` are those of all four, in this order.

    From `remove_threshold` on `Judgement.machine` is sure enough to remove a paragraph;
    from `suspect_threshold` on it is only worth a note.
    """

    digest: str
    remove_threshold: float
    suspect_threshold: float
    vocabulary: NDArray[np.bool_]
    masked: Pairs
    plain: Pairs
    intercepts: Floats
    pool: Layers


class Evidence(NamedTuple):
    """Additive evidence of paragraphs: the experts' sums in fixed point, and the words."""

    sums: Ints  # (paragraphs, experts)
    words: Ints


def evidence(model: AuthorshipModel, batch: Sequence[Tokens], views: Sequence[Grams]) -> Evidence:
    """Score the words of every paragraph of a batch with every expert.

    `views` are the `content_grams` of the batch, which the content model needs too.
    """
    sums = []
    for tokens, plain in zip(batch, views, strict=True):
        masked = style_grams(tokens, model.vocabulary)
        scores = [sum_scores(masked, model.masked), sum_scores(plain, model.plain)]
        sums.append(np.rint(np.concatenate(scores, axis=1) * _UNIT).astype(np.int64))
    words = np.concatenate([np.diff(tokens.first) for tokens in batch])
    return Evidence(np.concatenate(sums), words)


def pooled(found: Evidence, intercepts: Floats) -> Floats:
    """The experts' logits of pooled evidence, and how many words are behind them."""
    scale = 1 / np.sqrt(np.maximum(found.words, 1))
    logits = found.sums / _UNIT * scale[:, None] + intercepts
    return np.column_stack([logits, np.log1p(found.words) / 4]).astype(np.float32)


def scales(found: Evidence, lengths: Ints, intercepts: Floats) -> tuple[Floats, Ints]:
    """The inputs of the pool network, and the words within its reach.

    Rows are the eligible paragraphs; `lengths` their number on each page. Columns: the scales
    of `_REACHES`, from the paragraph alone to the widest, then the whole document.
    """
    starts, page = rows_of_pages(lengths)
    fields = np.column_stack([found.sums, found.words])
    rows = np.arange(page.size)
    sums = np.concatenate([np.zeros((1, fields.shape[1]), np.int64), np.cumsum(fields, axis=0)])
    low, high = starts[page], starts[page + 1]
    columns = []
    for before, after in _REACHES:
        begin, end = np.maximum(rows - before, low), np.minimum(rows + after + 1, high)
        around = _evidence(sums[end] - sums[begin])
        columns.append(pooled(around, intercepts))
    reach = around.words
    columns.append(pooled(_evidence(page_sums(fields, starts)), intercepts)[page])
    return np.concatenate(columns, axis=1), reach


def page_sums(fields: Ints, starts: Ints) -> Ints:
    """Column sums over each page's rows."""
    sums = np.concatenate([np.zeros((1, fields.shape[1]), np.int64), np.cumsum(fields, axis=0)])
    return np.asarray(sums[starts[1:]] - sums[starts[:-1]])


def _evidence(fields: Ints) -> Evidence:
    return Evidence(fields[:, :-1], fields[:, -1])


def judge_authorship(
    model: AuthorshipModel, found: Evidence, eligible: Flags, lengths: Ints
) -> tuple[Floats, Floats]:
    """P(machine) of every paragraph, and of every page; NaN where there is too little text.

    Only `eligible` paragraphs (article text that no rule has explained) are judged and pooled.
    """
    machine = np.full(eligible.size, np.nan, np.float32)
    _, page = rows_of_pages(lengths)
    chosen = np.flatnonzero(eligible)
    counts = np.bincount(page[chosen], minlength=lengths.size).astype(np.int64)
    part = Evidence(found.sums[chosen], found.words[chosen])
    inputs, reach = scales(part, counts, model.intercepts)
    judged = np.round(sigmoid(forward(model.pool, inputs)), 6)
    machine[chosen] = np.where(reach >= MIN_WORDS, judged, np.nan)
    starts, _ = rows_of_pages(counts)
    fields = np.column_stack([part.sums, part.words])
    whole = _evidence(page_sums(fields, starts))
    # A document is judged as a paragraph that is as long as the document.
    wide = np.tile(pooled(whole, model.intercepts), (1, len(_REACHES) + 1))
    document = np.round(sigmoid(forward(model.pool, wide)), 6)
    return machine, np.where(whole.words >= MIN_WORDS, document, np.float32(np.nan))
