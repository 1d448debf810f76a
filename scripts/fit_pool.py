"""Train how an authorship model weighs evidence: the pool networks, and the whole fit."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from authorship_corpus import Writing
from fit_authorship import FOLDS, Chunks, Scored, Windows, balanced, chunks, score_chunks
from fit_network import fit_network, mean_network

from cleaner.authorship import MIN_WORDS, AuthorshipModel, Evidence, pooled, scales
from cleaner.features import Floats, Ints
from cleaner.features_around import Flags
from cleaner.layers import Layers, forward

_MAX_CHUNKS = 30
# How much each family weighs, for paragraphs and for whole documents.
_PARAGRAPHS = {"human": 1.0, "wild": 0.25, "authored": 1.0, "academic": 0.02}
_DOCUMENTS = {"human": 1.0, "wild": 0.6, "authored": 0.38, "academic": 0.02}
# News is what must not be flagged, and it is the genre that is taken for machine writing first.
_GOLD = 3.0
# Networks differ by chance; their mean is steadier than any of them.
_SEEDS = (3, 4, 5, 6, 7)


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
    """The model, and out-of-fold logits.

    `logits` and `reach` (words) are those of every chunk of every document as a paragraph in
    its surroundings; `pieces` are whole texts and parts of human ones, each judged as a
    document of its own, with `piece_logits` and `piece_words`. The first are the whole texts.
    """

    model: AuthorshipModel
    documents: Documents
    logits: Floats
    reach: Ints
    data: Chunks
    pieces: Windows
    piece_logits: Floats
    piece_words: Ints


def fit(writings: Sequence[Writing]) -> AuthorshipFit:
    data = chunks(writings)
    return fit_networks(data, score_chunks(data))


def fit_networks(data: Chunks, scored: Scored) -> AuthorshipFit:
    """Both networks, from the out-of-fold evidence of all chunks."""
    set_of = documents(data)
    masked, plain = scored.experts
    intercepts = np.concatenate([masked.intercepts, plain.intercepts])
    found = Evidence(*(field[set_of.chunk] for field in scored.found))
    x, reach = scales(found, set_of.length, intercepts)
    logits, pool = _fit_folds(x, set_of.text, data, x.shape[0], _PARAGRAPHS, 4)
    pieces = cut_pieces(data)
    sums, words = (_sums(field, pieces) for field in scored.found)
    inputs = pooled(sums.T, words, intercepts).T
    judged, whole = _fit_folds(
        inputs, pieces.text, data, len(data.writings), _DOCUMENTS, 30, words >= MIN_WORDS
    )
    model = AuthorshipModel(
        "", 0.99, 0.9, scored.vocabulary, masked.weights, plain.weights, intercepts, pool, whole
    )
    return AuthorshipFit(model, set_of, logits, reach, data, pieces, judged, words)


def _sums(values: Ints, windows: Windows) -> Ints:
    running = np.zeros((len(values) + 1, *values.shape[1:]), np.int64)
    np.cumsum(values, axis=0, out=running[1:])
    return np.asarray(running[windows.end] - running[windows.start])


def cut_pieces(data: Chunks) -> Windows:
    """All texts, then all human texts again, cut to the lengths that authored pieces have."""
    chance = random.Random(5)
    size = np.diff(data.starts)
    authored = size[data.families == "authored"].tolist()
    result = [(n, int(data.starts[n]), int(data.starts[n + 1])) for n in range(size.size)]
    for number in np.flatnonzero(~data.machine).tolist():
        start, stop = int(data.starts[number]), int(data.starts[number + 1])
        while start < stop:
            end = min(start + chance.choice(authored), stop)
            result.append((number, start, end))
            start = end
    return Windows(*np.array(result).T)


def _fit_folds(
    x: Floats, text: Ints, data: Chunks, count: int, shares: Mapping[str, float], epochs: int,
    usable: Flags | None = None,
) -> tuple[Floats, Layers]:  # fmt: skip
    """Logits of every row by networks that have not seen its source; a network for all.

    They learn from the first `count` rows.
    """
    logits = np.zeros(len(text), np.float32)
    fold = data.fold[text]
    learn = (np.arange(len(text)) < count) & (fold >= 0)
    learn &= True if usable is None else usable
    weight = np.zeros(len(text), np.float32)
    weight[learn] = balanced(text[learn], data, shares)
    gold = np.array([writing.source.startswith("gold-") for writing in data.writings])
    weight[gold[text]] *= _GOLD
    y = data.machine[text].astype(np.int64)
    network = None
    for held in (*range(FOLDS), -1):
        rows = np.flatnonzero(learn & (fold != held))
        network = mean_network([
            fit_network(x[rows], y[rows], weight[rows], (24,), epochs, seed) for seed in _SEEDS
        ])  # fmt: skip
        mine = np.flatnonzero(fold == held)
        logits[mine] = forward(network, x[mine])
    assert network is not None
    return logits, network
