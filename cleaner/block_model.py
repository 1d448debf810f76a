"""The block model: does a block of a page belong to the article?

It stands on the same words as the content model and adds what the tree knows: names that
publishers give to elements, how much prose and how many links stand around, and which blocks
stand alike. A second judgement sees the first one of everything around, which closes holes
and cuts off what follows the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner.block_facts import BlockFacts, facts_of
from cleaner.block_features import DomShape, dom_features, group_means
from cleaner.block_line import Found, Nodes
from cleaner.block_tree import Tree, name_sums, tree_of
from cleaner.block_walk import Walked
from cleaner.errors import ModelError
from cleaner.expected_f1 import level_pages
from cleaner.features import Floats, Ints, Tokens, pieces, tokenise
from cleaner.features_around import Flags, rows_of_pages
from cleaner.features_page import (
    Shape,
    first_pass,
    join,
    paragraph_keys,
    repeated,
    second_pass,
    shape,
)
from cleaner.features_vocabulary import long_words, shared_words
from cleaner.features_words import Pairs, content_grams, pack, score
from cleaner.layers import Layers, forward, sigmoid, weigh
from cleaner.modelstore import Arrays, layer_arrays, layers_from, load, model_folder, save
from cleaner.records import Paragraph


@dataclass(frozen=True, slots=True)
class BlockModel:
    """Arrays of the block model.

    `words` holds two models (of all lines, of prose only), `names` is ``(4, 2**TOKEN_BITS)``
    (see `cleaner.block_tree.name_sums`). Several networks are averaged.
    """

    digest: str
    keep_threshold: float
    words: Pairs
    intercepts: Floats
    names: Floats
    first: tuple[Layers, ...]
    second: tuple[Layers, ...]


class BlockBatch(NamedTuple):
    """The blocks of a batch of pages: their words, their trees, and whose they are."""

    tokens: list[Tokens]
    facts: Sequence[BlockFacts]
    tree: Tree
    starts: Ints
    page: Ints
    settled: Flags


Page = tuple[Sequence[Paragraph], BlockFacts, Sequence[bool] | NDArray[np.bool_]]


def judge_blocks(model: BlockModel, pages: Sequence[Page]) -> list[Floats]:
    """P(belongs to the article) for every paragraph of every page, 0 for settled ones.

    A page is its paragraphs (one a block, as `segment` gives them), its facts, and which
    paragraphs are explained already. A page's judgement doesn't depend on the others.

    Raises `ValueError` when the paragraphs of a page are not its blocks.
    """
    for paragraphs, facts, settled in pages:
        if not len(paragraphs) == facts.node.size == len(settled):
            raise ValueError(
                f"{len(paragraphs)} paragraphs, {len(settled)} settled, {facts.node.size} blocks"
            )
    texts = [paragraph.text for paragraphs, _, _ in pages for paragraph in paragraphs]
    if not texts:
        return [np.zeros(0, np.float32) for _ in pages]
    tokens = [tokenise(texts[piece]) for piece in pieces([len(text) for text in texts])]
    settled = np.concatenate([np.asarray(page[2], np.bool_) for page in pages])
    scores = [word_scores(model, piece) for piece in tokens]
    trees = [page[1] for page in pages]
    probabilities = block_probabilities(model, tokens, trees, settled, scores)
    return np.split(probabilities, np.cumsum([len(page[0]) for page in pages])[:-1])


def block_probabilities(
    model: BlockModel,
    tokens: list[Tokens],
    facts: Sequence[BlockFacts],
    settled: Flags,
    scores: Sequence[Floats],
) -> Floats:
    """The same as `judge_blocks` for pages whose words are known, and their `word_scores`."""
    batch = batch_of(tokens, facts, settled)
    own = shapes(batch, scores)
    names = name_sums(batch.tree, model.names)
    dom = dom_features(batch.tree, facts, names, own, batch.starts, batch.page)
    open_rows = np.flatnonzero(~settled)
    first = _mean(model.first, first_inputs(batch, own, dom), open_rows)
    logits = weigh(first, _mean(model.second, second_inputs(batch, own, dom, first), open_rows))
    logits = level_pages(logits, own.chars, settled, batch.starts)
    # Six digits: far finer than any threshold, and immune to how a processor rounds.
    return np.where(settled, np.float32(0), np.round(sigmoid(logits), 6))


def _mean(networks: Sequence[Layers], inputs: Floats, rows: Ints) -> Floats:
    """The mean logits of some rows; nobody asks about the others, which stay at 0."""
    chosen = inputs.T.take(rows, axis=1).T
    logits = np.zeros(inputs.shape[0], np.float32)
    logits[rows] = sum(forward(layers, chosen) for layers in networks) / np.float32(len(networks))
    return logits


def batch_of(tokens: list[Tokens], facts: Sequence[BlockFacts], settled: Flags) -> BlockBatch:
    starts, page = rows_of_pages(np.array([one.node.size for one in facts], np.int64))
    return BlockBatch(tokens, facts, tree_of(facts), starts, page, settled)


def word_scores(model: BlockModel, tokens: Tokens) -> Floats:
    """What the words alone say: ``(blocks, 2)`` logits."""
    return score(content_grams(tokens), model.words) + model.intercepts


def shapes(batch: BlockBatch, scores: Sequence[Floats]) -> Shape:
    """The own features of all blocks, from their words and what the words say."""
    parts = []
    done = 0
    for tokens, said in zip(batch.tokens, scores, strict=True):
        rows = slice(done, done + tokens.begins.size)
        parts.append(shape(tokens, said, batch.settled[rows]))
        done = rows.stop
    keys = np.concatenate([paragraph_keys(tokens) for tokens in batch.tokens])
    common = shared_words(long_words(batch.tokens), parts, batch.starts)
    return join(parts, repeated(keys, batch.page), common)


def first_inputs(batch: BlockBatch, own: Shape, dom: DomShape) -> Floats:
    """What the first judgement sees: ``(blocks, features)``."""
    whole = np.ones(batch.starts.size - 1, np.bool_)
    return first_pass(own, batch.starts, batch.page, whole, dom.own)


def second_inputs(batch: BlockBatch, own: Shape, dom: DomShape, logits: Floats) -> Floats:
    """What the second judgement sees: the first one of all blocks around, in text and tree."""
    whole = np.ones(batch.starts.size - 1, np.bool_)
    clipped = np.where(batch.settled, np.float32(-8), np.clip(logits, -8, 8))
    chance = sigmoid(clipped)
    weight = np.sqrt(own.chars).astype(np.float32)
    columns: list[Floats] = []
    for group in (dom.alike, dom.beside):
        columns += group_means(group, [clipped / 4, chance], weight)
    return second_pass(own, logits, batch.starts, batch.page, whole, *columns, dom.brief)


def load_block_model(folder: Path | None = None) -> BlockModel:
    """Load the model from `folder`, by default the one that comes with the program.

    Raises `ModelError` when it is missing, damaged, or made for another version.
    """
    folder = model_folder() / "blocks" if folder is None else folder
    arrays, settings, digest = load(folder)
    try:
        count = int(settings["networks"])
        model = BlockModel(
            digest[:8],
            settings["keep_threshold"],
            pack(arrays["words"].astype(np.float32)),
            arrays["intercepts"],
            arrays["names"].astype(np.float32),
            tuple(layers_from(f"first{number}", arrays) for number in range(count)),
            tuple(layers_from(f"second{number}", arrays) for number in range(count)),
        )
    except KeyError as error:
        raise ModelError(
            f"{folder}: this is no block model ({error} is missing). Another model was probably "
            "copied here; restore the folder, or train it: python scripts/train.py --data DIR"
        ) from error
    _check(folder, model)
    return model


def _check(folder: Path, model: BlockModel) -> None:
    """Judge a page of one word: arrays of other sizes than today's features show at once."""
    facts = facts_of(Walked([Found("Rain", 0, "", 0, 0, 0, 0)], Nodes([0], [1], [""], [""])))
    try:
        tokens = tokenise(["Rain"])
        scores = [word_scores(model, tokens)]
        block_probabilities(model, [tokens], [facts], np.zeros(1, np.bool_), scores)
    except (ValueError, IndexError) as error:
        raise ModelError(
            f"{folder}: made for other features than this program has ({error}). "
            "Use the models of this version, or train them again."
        ) from error


def save_block_model(folder: Path, model: BlockModel) -> None:
    """Write the model's arrays and settings with their digest."""
    arrays: Arrays = {
        "words": model.words.view(np.float32).reshape(-1, 2).T.astype(np.float16),
        "intercepts": model.intercepts,
        "names": model.names.astype(np.float16),
    }
    for number, (first, second) in enumerate(zip(model.first, model.second, strict=True)):
        arrays |= layer_arrays(f"first{number}", first) | layer_arrays(f"second{number}", second)
    settings = {"keep_threshold": model.keep_threshold, "networks": float(len(model.first))}
    save(folder, arrays, settings)
