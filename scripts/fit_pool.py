"""Train how an authorship model weighs evidence: documents, the pool network, the whole fit."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from authorship_corpus import Writing
from fit_authorship import FAMILIES, FOLDS, Chunks, chunks, score_chunks
from fit_content import fit_layers

from cleaner.authorship import AuthorshipModel, Evidence, scales
from cleaner.features import Floats, Ints
from cleaner.features_around import Flags
from cleaner.layers import Layers, forward

_EXPERTS = 2 * len(FAMILIES)  # each family in both views: masked, plain
_MAX_CHUNKS = 30


class Documents(NamedTuple):
    """Texts as the program meets them: pure ones, and articles with a machine's section."""

    chunk: Ints  # row in the evidence
    length: Ints  # chunks a document
    text: Ints  # per chunk: which text it comes from
    mixed: Flags  # per chunk


def documents(data: Chunks) -> Documents:
    chance = random.Random(11)
    articles: dict[tuple[int, str], int] = {}
    humans: dict[int, list[int]] = {}
    for number, writing in enumerate(data.writings):
        if not writing.machine and data.fold[number] >= 0 and len(writing.chunks) >= 4:
            articles[(int(data.fold[number]), writing.group)] = number
            humans.setdefault(int(data.fold[number]), []).append(number)
    chunk: list[int] = []
    length, text, mixed = [], [], []
    for number, writing in enumerate(data.writings):
        own = [(row, number) for row in _rows(data, number)][:_MAX_CHUNKS]
        fold = int(data.fold[number])
        host = articles.get((fold, writing.group)) if writing.machine else None
        if writing.machine and host is None and fold >= 0 and chance.random() < 0.3:
            host = chance.choice(humans[fold])
        forms = [own] if host is None or chance.random() < 0.5 else []
        if host is not None:
            around = [(row, host) for row in _rows(data, host)][:12]
            forms.append(around + own[:6] if chance.random() < 0.7 else own[:6] + around)
        for form in forms:
            length.append(len(form))
            for row, owner in form:
                chunk.append(row)
                text.append(owner)
                mixed.append(form is not own)
    return Documents(np.array(chunk), np.array(length), np.array(text), np.array(mixed))


def _rows(data: Chunks, number: int) -> range:
    return range(int(data.starts[number]), int(data.starts[number + 1]))


class AuthorshipFit(NamedTuple):
    """The model, and the out-of-fold logit of every chunk of every document."""

    model: AuthorshipModel
    documents: Documents
    logits: Floats
    reach: Ints
    data: Chunks
    document_logits: Floats


_SHARES = {"human": 1.0, "wild": 0.45, "authored": 0.55, "academic": 0.02}


def pool_weights(set_of: Documents, data: Chunks) -> Floats:
    """Sources weigh the same inside a family; families as in `_SHARES`."""
    weight = np.zeros(set_of.text.size)
    names = data.families[set_of.text]
    for name, share in _SHARES.items():
        chosen = (names == name) & (data.fold[set_of.text] >= 0)
        source = data.source[set_of.text[chosen]]
        each = 1.0 / np.bincount(source)[source]
        weight[chosen] = share * each / each.sum()
    return (weight * weight.size).astype(np.float32)


def fit(writings: Sequence[Writing], epochs: int = 8) -> AuthorshipFit:
    data = chunks(writings)
    scored = score_chunks(data)
    set_of = documents(data)
    found = Evidence(*(field[set_of.chunk] for field in scored.found))
    masked, plain = scored.experts
    intercepts = np.concatenate([masked.intercepts, plain.intercepts])
    x, reach = scales(found, set_of.length, intercepts)
    y = data.machine[set_of.text].astype(np.int64)
    weight = pool_weights(set_of, data)
    fold = data.fold[set_of.text]
    logits = np.zeros(y.size, np.float32)
    whole = np.zeros(y.size, np.float32)
    columns = _EXPERTS + 1
    alone = np.tile(x[:, -columns:], (1, x.shape[1] // columns))
    pool = None
    for held in (*range(FOLDS), -1):
        rows = np.flatnonzero((fold != held) & (fold >= 0))
        pool = _fit_pool(x, alone, y, weight, rows, epochs)
        mine = np.flatnonzero(fold == held)
        logits[mine] = forward(pool, x[mine])
        whole[mine] = forward(pool, np.ascontiguousarray(alone[mine]))
    assert pool is not None
    model = AuthorshipModel(
        "", 0.99, 0.9, scored.vocabulary, masked.weights, plain.weights, intercepts, pool
    )
    return AuthorshipFit(model, set_of, logits, reach, data, whole)


def _fit_pool(x: Floats, alone: Floats, y: Ints, weight: Floats, rows: Ints, epochs: int) -> Layers:
    """Paragraphs in their documents, and a sample of whole documents."""
    some = rows[::4]
    return fit_layers(
        np.concatenate([x[rows], alone[some]]),
        np.concatenate([y[rows], y[some]]),
        np.concatenate([weight[rows], weight[some]]),
        (24,), epochs, 3,
    )  # fmt: skip
