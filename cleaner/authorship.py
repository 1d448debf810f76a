"""The authorship model: was this written by a person or by a machine?

A sentence can't tell, a section often can. Several linear experts, each trained on one
family of machine writing against all kinds of human writing, score the word patterns of every
paragraph, masked ones and plain ones. Their evidence is additive, so that a paragraph, the
paragraphs around it and its whole document are scored from the same sums; a small network
weighs these scales against each other and knows how many words stand behind each. Another one
judges whole documents: long ones are surer, and what they are compared with is other documents.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner.features import Floats, Ints, Tokens
from cleaner.features_around import Flags, highest_from, highest_up_to, rows_of_pages
from cleaner.features_words import Doubles, Pairs
from cleaner.layers import Layers, forward, sigmoid
from cleaner.word_sums import style_sums

# Fewer words than this say nothing about who wrote them.
MIN_WORDS = 40
# What is pooled, in paragraphs before and after. One-sided views end where a section does; the
# last one decides whether there are enough words.
_REACHES = ((0, 0), (1, 1), (2, 0), (0, 2), (4, 0), (0, 4), (2, 2))
# Fixed point: sums of whole numbers don't depend on what stands before a page.
_UNIT = 1 << 16
# Logits beyond this say no more.
_MOST_LOGIT, _LOGIT_UNIT = 20, 1 << 12


@dataclass(frozen=True, slots=True)
class AuthorshipModel:
    """Arrays of the authorship model.

    `masked` and `plain` hold two experts each, for the two views that `cleaner.features_words`
    has of a text; `intercepts` are those of all four, in this order. `pool` weighs the `scales`
    of a paragraph, `whole` what is `pooled` of a document.

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
    whole: Layers


class Evidence(NamedTuple):
    """Additive evidence of paragraphs: the experts' sums in fixed point, and the words."""

    sums: Ints  # (paragraphs, experts)
    words: Ints


def evidence(
    model: AuthorshipModel, batch: Sequence[Tokens], plain: Sequence[Doubles], eligible: Flags
) -> Evidence:
    """Score the words of the `eligible` paragraphs of a batch with every expert.

    `plain` holds the sums of the plain experts for all paragraphs, a piece of the batch each.
    """
    sums, words = [], []
    done = 0
    for tokens, known in zip(batch, plain, strict=True):
        chosen = eligible[done : done + tokens.begins.size]
        done += tokens.begins.size
        count = np.diff(tokens.first)[chosen]
        scores = np.empty((count.size, 4), np.float64)
        scores[:, 2:] = known[chosen]
        scores[:, :2] = style_sums(tokens, model.vocabulary, model.masked, chosen)
        sums.append(np.rint(scores * _UNIT).astype(np.int64))
        words.append(count)
    return Evidence(np.concatenate(sums), np.concatenate(words))


def pooled(sums: Ints, words: Ints, intercepts: Floats) -> Floats:
    """The experts' logits of pooled evidence, and how many words are behind them.

    `sums` is ``(experts, ...)``, `words` ``(...)``, the result ``(experts + 1, ...)``.
    """
    result = np.empty((len(sums) + 1, *words.shape), np.float32)
    scale = 1 / (np.sqrt(np.maximum(words, 1)) * _UNIT)
    logits = sums * scale
    logits += intercepts.reshape(-1, *[1] * words.ndim)
    result[:-1] = logits
    result[-1] = np.log1p(words) / 4
    return result


def scales(found: Evidence, lengths: Ints, intercepts: Floats) -> tuple[Floats, Ints]:
    """The inputs of the pool network, and the words within its reach.

    Rows are the eligible paragraphs; `lengths` their number on each page. Columns: the scales
    of `_REACHES`, from the paragraph alone to the widest, the whole document, and what
    `best_at_edges` finds.
    """
    starts, page = rows_of_pages(lengths)
    running = _running(found)
    rows = np.arange(page.size)
    before, after = np.array(_REACHES)[:, :, None].transpose(1, 0, 2)
    begin = np.maximum(rows - before, starts[page])
    end = np.minimum(rows + after + 1, starts[page + 1])
    fields = running.take(end, axis=1) - running.take(begin, axis=1)
    inputs = np.empty((len(_REACHES) + 1, len(fields), page.size), np.float32)
    inputs[:-1] = pooled(fields[:-1], fields[-1], intercepts).swapaxes(0, 1)
    sums, words = page_sums(found, starts)
    inputs[-1] = pooled(sums, words, intercepts)[:, page]
    around = inputs.reshape(inputs.shape[0] * inputs.shape[1], page.size)
    edges = best_at_edges(running, starts, page, intercepts)
    return np.concatenate([around, edges]).T, fields[-1, -1]


def best_at_edges(running: Ints, starts: Ints, page: Ints, intercepts: Floats) -> Floats:
    """The experts' highest logits of a stretch that ends or begins with the page: ``(2 * experts,
    rows)``.

    A machine's section stands at the end of an article, or at its beginning, and nobody knows how
    long it is: of all the stretches from somewhere to the end that have the row in them the one
    counts that an expert finds most like a machine's, and the same from the beginning.
    """
    to_end = running.take(starts[page + 1], axis=1) - running[:, :-1]
    from_begin = running[:, 1:] - running.take(starts[page], axis=1)
    ends = highest_up_to(_fixed(to_end, intercepts), page)
    begins = highest_from(_fixed(from_begin, intercepts), page)
    return np.asarray(np.concatenate([ends, begins]) / _LOGIT_UNIT, np.float32)


def _fixed(fields: Ints, intercepts: Floats) -> Ints:
    """Logits in fixed point, the lowest where there are too few words for one."""
    logits = np.clip(pooled(fields[:-1], fields[-1], intercepts)[:-1], -_MOST_LOGIT, _MOST_LOGIT)
    logits[:, fields[-1] < MIN_WORDS] = -_MOST_LOGIT
    return np.rint(logits * _LOGIT_UNIT).astype(np.int64)


def _running(found: Evidence) -> Ints:
    """The evidence before each row and in all, a line for each expert and one for words."""
    result = np.zeros((found.sums.shape[1] + 1, found.words.size + 1), np.int64)
    np.cumsum(found.sums.T, axis=1, out=result[:-1, 1:])
    np.cumsum(found.words, out=result[-1, 1:])
    return result


def page_sums(found: Evidence, starts: Ints) -> tuple[Ints, Ints]:
    """The evidence of each page: ``(experts, pages)``, and its words."""
    at = _running(found).take(starts, axis=1)
    fields = at[:, 1:] - at[:, :-1]
    return fields[:-1], fields[-1]


def judge_authorship(
    model: AuthorshipModel, found: Evidence, eligible: Flags, lengths: Ints
) -> tuple[Floats, Floats]:
    """P(machine) of every paragraph, and of every page; NaN where there is too little text.

    Only `eligible` paragraphs (article text that no rule has explained) are judged and pooled;
    `found` is what is known of them.
    """
    machine = np.full(eligible.size, np.nan, np.float32)
    _, page = rows_of_pages(lengths)
    chosen = np.flatnonzero(eligible)
    counts = np.bincount(page[chosen], minlength=lengths.size).astype(np.int64)
    inputs, reach = scales(found, counts, model.intercepts)
    sums, words = page_sums(found, rows_of_pages(counts)[0])
    machine[chosen] = _judged(model.pool, inputs, reach)
    return machine, _judged(model.whole, pooled(sums, words, model.intercepts).T, words)


def _judged(network: Layers, inputs: Floats, words: Ints) -> Floats:
    probability = np.round(sigmoid(forward(network, inputs)), 6)
    return np.asarray(np.where(words >= MIN_WORDS, probability, np.float32(np.nan)))
