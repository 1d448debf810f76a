"""The content model: does a paragraph belong to the article?

Three judgements, each a little wiser than the one before: what the words of a paragraph say
(hashed, linear), what its shape and its neighbours say (a small network), and what the first
judgement of everything around it says (another one): a short line inside a run of content
is a sub-heading, and a well-written paragraph after the article's end is a teaser.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from cleaner.features import Floats, Ints, Tokens
from cleaner.features_around import Flags, headline_lists, rows_of_pages
from cleaner.features_belonging import belonging
from cleaner.features_page import (
    Shape,
    ends_sentence,
    first_pass,
    join,
    list_items,
    paragraph_keys,
    repeated,
    second_pass,
    shape,
)
from cleaner.features_vocabulary import LongWords, long_words, shared_words
from cleaner.features_words import Grams, Pairs, score
from cleaner.layers import Layers, forward, sigmoid, weigh

_SURE = 2.0
_FURNITURE = 20


class Trust(NamedTuple):
    """When to doubt the model rather than the text.

    A page of which nearly everything (from the share `begins` on) looks like article is
    probably a clean text already, and a paragraph must look much less like article, by up to
    `bonus` in logits, to be called something else. `shift` is taken off everywhere else. A
    paragraph that stands directly between two that are surely content gets `enclosed`: it is
    a sub-heading more often than an advertisement. `listed` is taken off the items of a long
    list of headlines on a page full of navigation: however well written, they are teasers.
    """

    begins: float
    bonus: float
    shift: float
    enclosed: float = 0.0
    listed: float = 0.0


@dataclass(frozen=True, slots=True)
class ContentModel:
    """Arrays of the content model; `words` holds two models: of all lines, of prose only.

    `rarity` is how rare long words are
    (`cleaner.features_belonging`). `correction` is what a user's labels have added
    (`cleaner.finetune`): in its real part the weights of word patterns.
    """

    digest: str
    keep_threshold: float
    words: Pairs
    intercepts: Floats
    first: Layers
    second: Layers
    trust: Trust
    rarity: Ints
    correction: Pairs | None = None


def word_scores(model: ContentModel, grams: Grams) -> Floats:
    """What the words alone say: ``(paragraphs, 2)`` logits, and a third with a correction."""
    return with_correction(model, grams, score(grams, model.words) + model.intercepts)


def with_correction(model: ContentModel, grams: Grams, scores: Floats) -> Floats:
    """Word scores, and what the correction adds as a last column, where the model has one."""
    if model.correction is None:
        return scores
    return np.column_stack([scores, score(grams, model.correction)[:, 0]])


def content_probabilities(
    model: ContentModel,
    batch: Sequence[Tokens],
    scores: Sequence[Floats],
    lengths: Ints,
    settled: Flags,
    whole: Flags,
) -> Floats:
    """P(belongs to the article) for every paragraph of a batch, 0 for settled ones.

    `batch` holds the tokens of all paragraphs, in pieces, `scores` their `word_scores`;
    `lengths` are the pages' numbers of paragraphs, `whole` says of each page whether it may
    hold navigation.
    """
    shapes = []
    done = 0
    for tokens, said in zip(batch, scores, strict=True):
        rows = slice(done, done + tokens.begins.size)
        shapes.append(shape(tokens, said[:, :2], settled[rows]))
        done = rows.stop
    starts, page = rows_of_pages(lengths)
    keys = np.concatenate([paragraph_keys(tokens) for tokens in batch])
    words = long_words(batch)
    own = join(shapes, repeated(keys, page), shared_words(words, shapes, starts))
    items = np.concatenate([list_items(tokens) for tokens in batch])
    known = Judged(words, own, items, starts, page, settled)
    logits = judge_shapes(model, known, whole)
    if model.correction is not None:
        logits = logits + np.concatenate([said[:, 2] for said in scores])
    # Six digits: far finer than any threshold, and immune to how a processor rounds.
    return np.where(settled, np.float32(0), np.round(sigmoid(logits), 6))


class Judged(NamedTuple):
    """Paragraphs and what is known of them without a judgement; `items` are those of lists."""

    words: LongWords
    own: Shape
    items: Flags
    starts: Ints
    page: Ints
    settled: Flags

    def of_pages(self, chosen: Flags) -> Judged:
        """The paragraphs of the `chosen` pages only."""
        rows = chosen[self.page]
        starts, page = rows_of_pages(np.diff(self.starts)[chosen])
        words, own = self.words.of_paragraphs(rows), self.own.of_paragraphs(rows)
        return Judged(words, own, self.items[rows], starts, page, self.settled[rows])


def judge_shapes(model: ContentModel, known: Judged, whole: Flags) -> Floats:
    """Both passes over paragraphs whose own features are known: logits.

    Where the first judgement takes all of a page for article there is nothing around it to learn
    from: on 470 clean texts and 1,200 page dumps the second one took nothing away there.
    """
    inputs = first_pass(known.own, known.starts, known.page, whole)
    first = _forward_open(model.first, inputs, known.settled)
    doubted = np.zeros(whole.size, np.bool_)
    doubted[known.page[(first <= 0) & ~known.settled]] = True
    if doubted.all():
        return trusted(weigh(first, _second(model, known, first, whole)), known, model.trust)
    second = first.copy()
    if doubted.any():
        rows = doubted[known.page]
        second[rows] = _second(model, known.of_pages(doubted), first[rows], whole[doubted])
    return trusted(weigh(first, second), known, model.trust)


def _second(model: ContentModel, known: Judged, first: Floats, whole: Flags) -> Floats:
    inputs = second_inputs(known, first, model.rarity, whole)
    return _forward_open(model.second, inputs, known.settled)


def _forward_open(layers: Layers, inputs: Floats, settled: Flags) -> Floats:
    """Logits of open rows; nobody asks for those of settled ones, on dumps two in five."""
    if not settled.any():
        return forward(layers, inputs)
    rows = np.flatnonzero(~settled)
    logits = np.zeros(settled.size, np.float32)
    logits[rows] = forward(layers, inputs.T.take(rows, axis=1).T)
    return logits


def second_inputs(known: Judged, first: Floats, rarity: Ints, whole: Flags) -> Floats:
    """What the second judgement sees: the first one all around, and what belongs together."""
    tied = belonging(known.words, known.own, known.items, first, rarity, known.starts, known.page)
    return second_pass(known.own, first, known.starts, known.page, whole, tied)


def trusted(logits: Floats, known: Judged, trust: Trust) -> Floats:
    """Shift logits by what else is on their page; see `Trust`."""
    _, own, items, starts, page, settled = known
    plain = settled | (logits < -_SURE)
    furniture = np.bincount(page, weights=plain, minlength=starts.size - 1)
    headlines = headline_lists(items & ~settled, ends_sentence(own), own.chars, page)
    teasers = headlines & (furniture >= _FURNITURE)[page]
    logits = np.where(teasers, logits - np.float32(trust.listed), logits)
    open_chars = np.where(settled, 0, own.chars)
    pages = starts.size - 1
    total = np.bincount(page, weights=open_chars, minlength=pages)
    likely = np.bincount(page, weights=np.where(logits > 0, open_chars, 0), minlength=pages)
    share = likely / np.maximum(total, 1)
    degree = np.clip((share - trust.begins) / (1 - trust.begins), 0, 1)
    rows = np.flatnonzero(~settled)
    inner = np.zeros(logits.size, np.bool_)
    sure = logits[rows] > _SURE
    same = page[rows[1:]] == page[rows[:-1]]
    inner[rows[1:-1]] = sure[:-2] & sure[2:] & same[:-1] & same[1:]
    bonus = trust.bonus * degree[page] + trust.enclosed * inner
    return np.asarray(logits + bonus - trust.shift, np.float32)
