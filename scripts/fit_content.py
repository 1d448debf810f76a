"""Train the content model: word scores, then two rounds of small networks stacked on them.

Every stage learns from what the stage before says about pages of publishers that it has not
seen (out-of-fold scores), because that is what it will be given in use.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from content_corpus import CUT_GOLD, SOURCES, PageSample
from fit_network import fit_network, mean_network
from remembered import remembered
from scipy.sparse import csr_matrix, vstack
from sklearn.linear_model import SGDClassifier

from cleaner.content import ContentModel, Judged, Trust, second_inputs, trusted
from cleaner.features import Floats, Ints, Tokens, pieces, tokenise
from cleaner.features_around import Flags, rows_of_pages
from cleaner.features_belonging import rarities
from cleaner.features_page import (
    first_pass,
    join,
    list_items,
    paragraph_keys,
    repeated,
    shape,
)
from cleaner.features_vocabulary import long_words, shared_words
from cleaner.features_words import BITS, Grams, Pairs, content_grams, pack
from cleaner.layers import Layers, forward, weigh
from cleaner.rehearsal import Rehearsal

FOLDS = 4
_PROSE_WORDS = 9
_DOUBTFUL, _LONG = 2.5, 100
# Menu lines that any network knows: a part of them says all of it.
_EASY, _OF_EASY = -3.5, 5
_NETWORKS = 3
# Chosen on out-of-fold scores: see the card.
TRUST = Trust(begins=0.92, bonus=3.0, shift=0.6, enclosed=1.0, listed=8.0)


def matrix(grams: Grams) -> csr_matrix:
    """The patterns as scikit-learn wants them: one row a paragraph."""
    count = grams.first[1:] - grams.first[:-1]
    rows = np.repeat(np.arange(count.size), count)
    places = [*grams.by_word, *grams.by_paragraph]
    owners = [rows] * len(grams.by_word) + [np.arange(count.size)] * len(grams.by_paragraph)
    owner = np.concatenate(owners)
    built = csr_matrix(
        (grams.scale[owner], (owner, np.concatenate(places))), shape=(count.size, 1 << BITS)
    )
    built.sum_duplicates()
    return built


def fold_of(domain: str) -> int:
    """A publisher's fold: always the same, whatever else is in the data."""
    return zlib.crc32(f"fold:{domain}".encode()) % FOLDS


class Rows(NamedTuple):
    """All paragraphs of a list of pages, ready for training."""

    pages: Sequence[PageSample]
    starts: Ints
    page: Ints
    fold: Ints
    keep: Ints
    weight: Floats
    settled: Flags
    whole: Flags
    words: Ints
    batch: list[Tokens]
    keys: np.ndarray


def rows(pages: Sequence[PageSample]) -> Rows:
    texts = [text for page in pages for text in page.texts]
    batch = [tokenise(texts[piece]) for piece in pieces([len(text) for text in texts])]
    lengths = np.array([len(page.texts) for page in pages], np.int64)
    starts, page = rows_of_pages(lengths)
    keep = np.concatenate([sample.keep for sample in pages])
    chars = np.array([len(text) for text in texts])
    source = np.array([SOURCES[sample.source] for sample in pages])
    clean = np.array([sample.variant.startswith("clean") for sample in pages])
    settled = np.concatenate([sample.settled for sample in pages])
    weight = np.clip(chars, 25, 400) / 100 * source[page] * np.where(clean, 1.5, 1.0)[page]
    cut = np.array([s.variant.startswith("dump") and (s.source, s.id) in CUT_GOLD for s in pages])
    weight[(keep < 0) | settled | cut[page]] = 0  # measured, but not learned from
    return Rows(
        pages, starts, page,
        np.array([fold_of(sample.domain) for sample in pages])[page],
        keep, weight.astype(np.float32), settled,
        np.array([sample.whole for sample in pages]),
        np.concatenate([tokens.first[1:] - tokens.first[:-1] for tokens in batch]),
        batch, np.concatenate([paragraph_keys(tokens) for tokens in batch]),
    )  # fmt: skip


def fit_words(x: csr_matrix, y: Ints, weight: Floats, seed: int) -> tuple[Floats, float]:
    model = SGDClassifier(
        loss="log_loss", alpha=2e-6, max_iter=6, tol=None, random_state=seed, average=True
    )
    model.fit(x, y, sample_weight=weight)
    return model.coef_[0].astype(np.float32), float(model.intercept_[0])


class WordFit(NamedTuple):
    """Word scores of every row by a model that has not seen its publisher, and the full model."""

    out_of_fold: Floats
    words: Pairs
    intercepts: Floats


def fit_all_words(data: Rows, learn: Flags) -> WordFit:
    """Two linear models (all lines; prose lines), for each fold and for all."""
    x = vstack([matrix(content_grams(tokens)) for tokens in data.batch]).tocsr()
    prose = data.words >= _PROSE_WORDS
    usable = learn & (data.weight > 0)
    scores = np.zeros((x.shape[0], 2), np.float32)
    fitted = []
    for fold in [*range(FOLDS), -1]:
        tables, intercepts = [], []
        for column, choice in enumerate((usable, usable & prose)):
            chosen = np.flatnonzero(choice & (data.fold != fold))
            weight = np.minimum(data.weight, 2.0) if column == 0 else data.weight
            table, intercept = fit_words(x[chosen], data.keep[chosen], weight[chosen], 7)
            tables.append(table)
            intercepts.append(intercept)
            held = data.fold == fold
            scores[held, column] = x[held] @ table + intercept
        fitted.append((pack(np.array(tables)), np.array(intercepts, np.float32)))
    return WordFit(scores, *fitted[-1])


def known(data: Rows, scores: Floats) -> Judged:
    """What is known of all rows without a judgement, from what their words say."""
    parts = []
    done = 0
    for tokens in data.batch:
        part = slice(done, done + tokens.begins.size)
        parts.append(shape(tokens, scores[part], data.settled[part]))
        done = part.stop
    words = long_words(data.batch)
    own = join(parts, repeated(data.keys, data.page), shared_words(words, parts, data.starts))
    items = np.concatenate([list_items(tokens) for tokens in data.batch])
    return Judged(words, own, items, data.starts, data.page, data.settled)


class ContentFit(NamedTuple):
    """The model for all data, its rows, final out-of-fold logits, and what it remembers."""

    model: ContentModel
    data: Rows
    logits: Floats
    rehearsal: Rehearsal


def fit(pages: Sequence[PageSample]) -> ContentFit:
    """Train all stages; see the module's text."""
    data = rows(pages)
    dump = np.array([sample.variant.startswith("dump") for sample in pages])[data.page]
    words = fit_all_words(data, dump)
    rows_known = known(data, words.out_of_fold)
    rarity = rarities(rows_known.words, data.page, dump & (data.keep == 1))
    x = np.ascontiguousarray(first_pass(rows_known.own, data.starts, data.page, data.whole))
    quick = _fit_folds(x, data, (24,), 2, 1, full=False)[0]
    data = thinned_out(without_doubtful(data, quick), quick)
    once, first = _fit_folds(x, data, (32, 16), 5, _NETWORKS)
    x = np.ascontiguousarray(second_inputs(rows_known, once, rarity, data.whole))
    twice, second = _fit_folds(x, data, (32, 16), 4, _NETWORKS)
    logits = trusted(weigh(once, twice), rows_known, TRUST)
    model = ContentModel(
        "", 0.5, words.words, words.intercepts, first, second, TRUST, rarity
    )  # fmt: skip
    usable = dump & (data.weight > 0) & (data.words >= 3)
    return ContentFit(model, data, logits, remembered(data.batch, data.keep, logits, usable))


def without_doubtful(data: Rows, logits: Floats) -> Rows:
    """Leave out long lines outside the gold that a quick model takes for article.

    Six in a hundred lines of prose outside the gold are reporting (`labelled_prose` counts
    them), because the gold was cut short. To learn from these would be to learn a mistake.
    """
    chars = np.concatenate([tokens.finishes - tokens.begins for tokens in data.batch])
    doubtful = (data.keep == 0) & (logits > _DOUBTFUL) & (chars > _LONG)
    return data._replace(weight=np.where(doubtful, np.float32(0), data.weight))


def thinned_out(data: Rows, logits: Floats) -> Rows:
    """Of lines that a quick model is sure to be furniture a fifth, at five times the weight."""
    easy = (data.keep == 0) & (logits < _EASY)
    left_out = easy & (np.random.default_rng(3).random(easy.size) > 1 / _OF_EASY)
    weight = np.where(easy, data.weight * _OF_EASY, data.weight)
    return data._replace(weight=np.where(left_out, 0, weight).astype(np.float32))


def _fit_folds(
    x: Floats, data: Rows, hidden: tuple[int, ...], epochs: int, count: int, *, full: bool = True
) -> tuple[Floats, Layers]:
    """Logits of every row by a mean of networks that have not seen its publisher; one for all."""
    logits = np.zeros(x.shape[0], np.float32)
    usable = data.weight > 0
    for fold in (*range(FOLDS), -1) if full else range(FOLDS):
        chosen = np.flatnonzero(usable & (data.fold != fold))
        inputs, keep, weight = x[chosen], data.keep[chosen], data.weight[chosen]
        network = mean_network(
            [fit_network(inputs, keep, weight, hidden, epochs, seed) for seed in range(count)]
        )
        held = np.flatnonzero(data.fold == fold)
        if held.size:
            logits[held] = forward(network, x[held])
    return logits, network
