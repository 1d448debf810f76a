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
from cleaner.features_around import Flags, long_lists, rows_of_pages
from cleaner.features_page import (
    Shape,
    first_pass,
    join,
    list_items,
    paragraph_keys,
    repeated,
    second_pass,
    shape,
    shared_words,
)
from cleaner.features_words import Grams, Pairs, score
from cleaner.layers import Layers, forward, sigmoid

_SURE = 2.0
_LONG_LIST, _FURNITURE = 15, 20


class Trust(NamedTuple):
    """When to doubt the model rather than the text.

    A page of which nearly everything (from the share `begins` on) looks like article is
    probably a clean text already, and a paragraph must look much less like article, by up to
    `bonus` in logits, to be called something else. `shift` is taken off everywhere else. A
    paragraph that stands directly between two that are surely content gets `enclosed`: it is
    a sub-heading more often than an advertisement. `listed` is taken off the items of a list of
    15 and more on a page full of navigation: however well written, they are teasers.
    """

    begins: float
    bonus: float
    shift: float
    enclosed: float = 0.0
    listed: float = 0.0


@dataclass(frozen=True, slots=True)
class ContentModel:
    """Arrays of the content model; `words` holds two models: of all lines, of prose only."""

    digest: str
    keep_threshold: float
    words: Pairs
    intercepts: Floats
    first: Layers
    second: Layers
    trust: Trust


def word_scores(model: ContentModel, grams: Grams) -> Floats:
    """What the words alone say: ``(paragraphs, 2)`` logits."""
    return score(grams, model.words) + model.intercepts


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
        shapes.append(shape(tokens, said, settled[rows]))
        done = rows.stop
    starts, page = rows_of_pages(lengths)
    keys = np.concatenate([paragraph_keys(tokens) for tokens in batch])
    own = join(shapes, repeated(keys, page), shared_words(batch, shapes, starts))
    items = np.concatenate([list_items(tokens) for tokens in batch])
    return judge_shapes(model, own, items, starts, page, settled, whole)


def judge_shapes(
    model: ContentModel,
    own: Shape,
    items: Flags,
    starts: Ints,
    page: Ints,
    settled: Flags,
    whole: Flags,
) -> Floats:
    """Both passes over paragraphs whose own features are known."""
    logits = forward(model.first, first_pass(own, starts, page, whole))
    logits = forward(model.second, second_pass(own, logits, starts, page, whole))
    logits = trusted(logits, own.chars, items, starts, page, settled, model.trust)
    # Six digits: far finer than any threshold, and immune to how a processor rounds.
    return np.where(settled, np.float32(0), np.round(sigmoid(logits), 6))


def trusted(
    logits: Floats,
    chars: Ints,
    items: Flags,
    starts: Ints,
    page: Ints,
    settled: Flags,
    trust: Trust,
) -> Floats:
    """Shift logits by what else is on their page; see `Trust`."""
    furniture = np.bincount(page, weights=logits < -_SURE, minlength=starts.size - 1)
    teasers = long_lists(items & ~settled, page, _LONG_LIST) & (furniture >= _FURNITURE)[page]
    logits = np.where(teasers, logits - np.float32(trust.listed), logits)
    open_chars = np.where(settled, 0, chars)
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
