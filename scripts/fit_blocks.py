"""The stages of the block model: scores of words, scores of names, and networks on them.

Every stage learns from what the stage before says about publishers that it has not seen,
because that is what it will be given in use.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from fit_content import fit_words, matrix
from fit_network import fit_network
from html_corpus import FOLDS, GoldPage, fold_of
from scipy.sparse import csr_matrix, vstack
from sklearn.linear_model import SGDClassifier

from cleaner.block_facts import TOKEN_BITS, BlockFacts
from cleaner.block_features import DomShape, dom_features
from cleaner.block_model import BlockBatch, batch_of, first_inputs, shapes
from cleaner.block_tree import NAME_TABLES, name_matrix_places, name_sums
from cleaner.features import Floats, Ints, pieces, tokenise
from cleaner.features_around import Flags
from cleaner.features_page import Shape
from cleaner.features_words import content_grams, pack, score
from cleaner.layers import Layers, forward

_PAGES_A_CHUNK = 40
_PROSE_WORDS = 9
_EASY = -4.0
_EASY_SHARE = 0.2
# Blocks of a page are anything but independent: without some decay a network is too sure of
# itself. Ten times as much made it blind to what is rare.
_DECAY = 0.1
_MIN_SPREAD = 0.02
_NAME_SCALE = np.float32(0.3)
WEIGHTS = {"newspaper4k-dataset": 1.0, "fundus-tests": 1.2, "waddle-daniel": 0.8, "wcxb": 0.5}
Networks = list[list[Layers]]


class LabelledPage(NamedTuple):
    """A page's blocks with their labels (see `html_corpus.block_labels`)."""

    page: GoldPage
    texts: list[str]
    facts: BlockFacts
    labels: list[int]


class Chunk(NamedTuple):
    """Some pages as one batch, with what training needs to know of each block."""

    pages: list[LabelledPage]
    batch: BlockBatch
    keep: Ints
    weight: Floats
    fold: Ints
    words: Ints


class Scores(NamedTuple):
    """Linear tables learned without one fold: words ``(2, n)``, intercepts, names ``(4, n)``."""

    words: Floats
    intercepts: Floats
    names: Floats


def chunks(pages: Sequence[LabelledPage], settle: np.random.Generator | None) -> list[Chunk]:
    """The pages in batches; with `settle`, as if rules had explained part of the chrome."""
    return [
        _chunk(list(pages[start : start + _PAGES_A_CHUNK]), settle)
        for start in range(0, len(pages), _PAGES_A_CHUNK)
    ]


def _chunk(pages: list[LabelledPage], settle: np.random.Generator | None) -> Chunk:
    texts = [text for page in pages for text in page.texts]
    tokens = [tokenise(texts[piece]) for piece in pieces([len(text) for text in texts])]
    keep = np.array([label for page in pages for label in page.labels], np.int64)
    counts = [len(page.texts) for page in pages]
    settled = np.zeros(keep.size, np.bool_)
    if settle is not None:
        share = np.repeat(settle.choice([0.15, 0.4, 0.7], len(pages)), counts)
        settled = (keep == 0) & (settle.random(keep.size) < share)
    batch = batch_of(tokens, [page.facts for page in pages], settled)
    chars = np.array([len(text) for text in texts])
    gold = np.array([sum(map(len, page.page.gold)) for page in pages])
    source = np.array([WEIGHTS[page.page.source] for page in pages])
    page_weight = np.repeat(source * 4000 / (np.maximum(gold, 1000) + 2000), counts)
    weight = (np.clip(chars, 25, 500) / 100 * page_weight).astype(np.float32)
    weight[(keep < 0) | settled] = 0
    fold = np.repeat([fold_of(page.page.domain) for page in pages], counts)
    words = np.concatenate([np.diff(piece.first) for piece in tokens])
    return Chunk(pages, batch, keep, weight, fold, words)


def name_matrix(chunk: Chunk) -> csr_matrix:
    rows, places = name_matrix_places(chunk.batch.tree)
    shape = (chunk.keep.size, NAME_TABLES << TOKEN_BITS)
    return csr_matrix((np.full(rows.size, _NAME_SCALE), (rows, places)), shape=shape)


def fit_names(x: csr_matrix, y: Ints, weight: Floats) -> Floats:
    model = SGDClassifier(
        loss="log_loss", alpha=1e-5, max_iter=5, tol=None, random_state=7, average=True
    )
    model.fit(x, y, sample_weight=weight)
    table = np.asarray(model.coef_[0] * _NAME_SCALE, np.float32)
    return table.reshape(NAME_TABLES, -1)


def fit_scores(data: Sequence[Chunk]) -> list[Scores]:
    """Linear tables without each fold, and (last) with all."""
    words = vstack([matrix(content_grams(t)) for c in data for t in c.batch.tokens]).tocsr()
    names = vstack([name_matrix(chunk) for chunk in data]).tocsr()
    keep, weight, fold, size = (
        np.concatenate([getattr(chunk, key) for chunk in data])
        for key in ("keep", "weight", "fold", "words")
    )
    fitted = []
    for held in [*range(FOLDS), -1]:
        learn = (weight > 0) & (fold != held)
        tables, intercepts = [], []
        for chosen in (np.flatnonzero(learn), np.flatnonzero(learn & (size >= _PROSE_WORDS))):
            table, intercept = fit_words(words[chosen], keep[chosen], weight[chosen], 7)
            tables.append(table)
            intercepts.append(intercept)
        chosen = np.flatnonzero(learn)
        table = fit_names(names[chosen], keep[chosen], weight[chosen])
        fitted.append(Scores(np.array(tables), np.array(intercepts, np.float32), table))
        print(f"scores without fold {held}: {learn.sum()} blocks", flush=True)
    return fitted


class Described(NamedTuple):
    """A chunk's features, from tables that have not seen each block's publisher."""

    own: Shape
    dom: DomShape
    first: Floats


def describe(chunk: Chunk, fitted: Sequence[Scores], folds: Sequence[int]) -> Described:
    said = []
    at = 0
    for tokens in chunk.batch.tokens:
        grams = content_grams(tokens)
        fold = chunk.fold[at : at + tokens.begins.size]
        result = np.zeros((fold.size, 2), np.float32)
        for held in folds:
            both = score(grams, pack(fitted[held].words)) + fitted[held].intercepts
            result = np.where((fold == held)[:, None], both, result)
        said.append(result.astype(np.float32))
        at += fold.size
    names = np.zeros((chunk.keep.size, 5), np.float32)
    for held in folds:
        here = chunk.fold == held
        if here.any():
            names[here] = name_sums(chunk.batch.tree, fitted[held].names)[here]
    own = shapes(chunk.batch, said)
    dom = dom_features(
        chunk.batch.tree, chunk.batch.facts, names, own, chunk.batch.starts, chunk.batch.page
    )
    return Described(own, dom, first_inputs(chunk.batch, own, dom))


def sample(chunk: Chunk, described: Described, chance: np.random.Generator) -> tuple[Flags, Floats]:
    """Which blocks to learn from, and their weights: clear chrome is plenty, a part will do."""
    easy = (described.own.shared[:, 0] * 4 < _EASY) & (described.dom.brief[:, 4] * 4 < 0)
    easy &= chunk.keep == 0
    use = (chunk.weight > 0) & (~easy | (chance.random(chunk.keep.size) < _EASY_SHARE))
    return use, np.where(easy, chunk.weight / _EASY_SHARE, chunk.weight)


def fit_pass(
    x: Sequence[Floats],
    data: Sequence[Chunk],
    used: Sequence[tuple[Flags, Floats]],
    hidden: tuple[int, ...],
    epochs: int,
    networks: int,
) -> Networks:
    """Networks without each fold, and with all (as the last entry)."""
    rows = np.concatenate([part[use] for part, (use, _) in zip(x, used, strict=True)])
    keep = np.concatenate([c.keep[use] for c, (use, _) in zip(data, used, strict=True)])
    fold = np.concatenate([c.fold[use] for c, (use, _) in zip(data, used, strict=True)])
    weight = np.concatenate([weight[use] for use, weight in used])
    result = []
    for held in [*range(FOLDS), -1]:
        chosen = np.flatnonzero(fold != held)
        result.append(
            [
                fit_network(
                    rows[chosen],
                    keep[chosen],
                    weight[chosen],
                    hidden,
                    epochs,
                    seed,
                    decay=_DECAY,
                    min_spread=_MIN_SPREAD,
                )
                for seed in range(networks)
            ]
        )
        print(f"networks without fold {held}: {chosen.size} x {rows.shape[1]}", flush=True)
    return result


def predict(fitted: Networks, x: Floats, fold: Ints) -> Floats:
    """Each row's logit by the networks that have not seen its publisher."""
    logits = np.zeros(x.shape[0], np.float32)
    for held in range(FOLDS):
        here = np.flatnonzero(fold == held)
        if here.size:
            logits[here] = np.mean([forward(layers, x[here]) for layers in fitted[held]], axis=0)
    return logits
