"""Judge the paragraphs of many pages at once: article or not, human or machine.

This is evidence only; `cleaner.decide` makes decisions of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from math import isnan
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner.authorship import AuthorshipModel, evidence, judge_authorship
from cleaner.block_facts import BlockFacts
from cleaner.block_model import BlockModel, block_probabilities, load_block_model
from cleaner.content import ContentModel, content_probabilities, with_correction
from cleaner.features import Floats, Hashes, Tokens, pieces, tokenise
from cleaner.features_page import paragraph_keys
from cleaner.features_words import Doubles, Pairs, content_grams, content_scale, scaled
from cleaner.modelstore import load_authorship, load_content, model_folder
from cleaner.records import Paragraph
from cleaner.word_sums import text_sums

_TEXT = attrgetter("text")


@dataclass(frozen=True)
class Models:
    """All models; `digest` stands for them in the run record."""

    content: ContentModel
    blocks: BlockModel
    authorship: AuthorshipModel
    digest: str

    @cached_property
    def text_words(self) -> Pairs:
        """The weights of the content model and of the plain experts side by side."""
        return np.stack([self.content.words, self.authorship.plain], axis=1)

    @cached_property
    def block_words(self) -> Pairs:
        """The weights of the block model and of the plain experts side by side."""
        return np.stack([self.blocks.words, self.authorship.plain], axis=1)


class Judgement(NamedTuple):
    """What the models say about one page, one value a paragraph.

    `content` is P(belongs to the article), 0 for settled paragraphs. `machine` is P(written
    by a machine) from the paragraph, its neighbours and its document, NaN where there is too
    little text to tell. `ai_score` is the same for the document as a whole, or None.
    """

    content: Floats
    machine: Floats
    ai_score: float | None


class Page(NamedTuple):
    """What is judged: a page's paragraphs, in order.

    `settled` paragraphs are explained already (by a rule, as a duplicate, as the title): they
    will be removed, and count as neighbours that are no content. `whole_page` is True for a
    raw dump that may hold navigation, False where an extractor has found the main text.
    `facts` is what HTML knew about each paragraph, where paragraphs are blocks of a page.
    Where `authorship` is False nobody asks who wrote it, as for languages that the model can't
    read: then the judgement abstains, and takes less time.
    """

    paragraphs: Sequence[Paragraph]
    settled: Sequence[bool] | NDArray[np.bool_]
    whole_page: bool
    facts: BlockFacts | None = None
    authorship: bool = True


def load_models(folder: Path | None = None) -> Models:
    """Load the models from `folder`, by default the ones that come with the program.

    Raises `ModelError` when one is missing or damaged.
    """
    folder = model_folder() if folder is None else folder
    content = load_content(folder / "content")
    blocks = load_block_model(folder / "blocks")
    authorship = load_authorship(folder / "authorship")
    digests = f"{content.digest}{blocks.digest}{authorship.digest}".encode()
    return Models(content, blocks, authorship, hashlib.sha256(digests).hexdigest()[:16])


class Words(NamedTuple):
    """The words of a batch of pages; those of pages with facts of blocks apart.

    For both kinds of pages: which ones they are, and their tokens in pieces.
    """

    numbers: tuple[list[int], list[int]]
    tokens: tuple[list[Tokens], list[Tokens]]
    lengths: list[int]  # of pages, in paragraphs

    def keys(self) -> list[Hashes]:
        """For each page one key a paragraph, the same for the same words in the same order.

        Capital letters, marks between words, and which digits a number has make no difference.
        The key of a paragraph without words is 0.
        """
        keys: list[Hashes] = [np.zeros(0, np.uint64)] * len(self.lengths)
        for numbers, batch in zip(self.numbers, self.tokens, strict=True):
            found = [paragraph_keys(tokens) for tokens in batch]
            ends = np.cumsum([self.lengths[number] for number in numbers])[:-1]
            if found:
                parts = np.split(np.concatenate(found), ends)
                for number, part in zip(numbers, parts, strict=True):
                    keys[number] = part
        return keys


def tokenise_pages(pages: Sequence[Page]) -> Words:
    r"""Find the words of a batch of pages, for `judge` and whoever wants to know them before.

    Which paragraphs are settled may still change after this.

    >>> from cleaner.records import Document
    >>> from cleaner.segment import segment
    >>> text = "It rained again.\n“It rained, again!”\nAgain it rained."
    >>> paragraphs = segment(Document("1", "-", None, text))
    >>> [keys] = tokenise_pages([Page(paragraphs, [False] * 3, True)]).keys()
    >>> bool(keys[0] == keys[1]), bool(keys[0] == keys[2])
    (True, False)
    """
    numbers: tuple[list[int], list[int]] = ([], [])
    for number, page in enumerate(pages):
        numbers[page.facts is not None].append(number)
    tokens: tuple[list[Tokens], list[Tokens]] = ([], [])
    for kind in (0, 1):
        texts = list(map(_TEXT, chain.from_iterable(pages[n].paragraphs for n in numbers[kind])))
        tokens[kind].extend(tokenise(texts[piece]) for piece in pieces(list(map(len, texts))))
    return Words(numbers, tokens, [len(page.paragraphs) for page in pages])


def judge(models: Models, pages: Sequence[Page], words: Words | None = None) -> list[Judgement]:
    """Judge a batch of pages; a page's judgement doesn't depend on the others in its batch.

    `words` is what `tokenise_pages` has found in the same pages, to save doing it twice.
    """
    words = tokenise_pages(pages) if words is None else words
    nothing = np.zeros(0, np.float32)
    judgements = [Judgement(nothing, nothing, None)] * len(pages)
    for numbers, batch in zip(words.numbers, words.tokens, strict=True):
        if batch:
            judged = _judge(models, [pages[number] for number in numbers], batch)
            for number, judgement in zip(numbers, judged, strict=True):
                judgements[number] = judgement
    return judgements


def _judge(models: Models, pages: Sequence[Page], batch: list[Tokens]) -> list[Judgement]:
    """Judge pages that are all of one kind: either all have facts of blocks, or none."""
    lengths = np.array([len(page.paragraphs) for page in pages], np.int64)
    every = chain.from_iterable(page.settled for page in pages)
    settled = np.fromiter(every, np.bool_, int(lengths.sum()))
    facts = [page.facts for page in pages if page.facts is not None]
    if facts:
        scores, plain = _word_scores(models.blocks, models.block_words, batch)
        content = block_probabilities(models.blocks, batch, facts, settled, scores)
        keep = models.blocks.keep_threshold
    else:
        whole = np.array([page.whole_page for page in pages], np.bool_)
        scores, plain = _word_scores(models.content, models.text_words, batch)
        content = content_probabilities(models.content, batch, scores, lengths, settled, whole)
        keep = models.content.keep_threshold
    asked = np.repeat(np.array([page.authorship for page in pages], np.bool_), lengths)
    eligible = asked & ~settled & (content >= keep)
    found = evidence(models.authorship, batch, plain, eligible)
    machine, documents = judge_authorship(models.authorship, found, eligible, lengths)
    ends = np.cumsum(lengths)
    return [
        Judgement(
            content[end - length : end],
            machine[end - length : end],
            None if isnan(score) else score,
        )
        for end, length, score in zip(
            ends.tolist(), lengths.tolist(), documents.tolist(), strict=True
        )
    ]


def _word_scores(
    model: ContentModel | BlockModel, words: Pairs, batch: Sequence[Tokens]
) -> tuple[list[Floats], list[Doubles]]:
    """For each piece what the model says of the words, and the sums of the plain experts.

    `words` are the weights of both; the same word patterns serve them.
    """
    scores, plain = [], []
    for tokens in batch:
        sums, edges = text_sums(tokens, words)
        said = scaled(sums[:, :2] + edges, content_scale(tokens.first)) + model.intercepts
        if isinstance(model, ContentModel) and model.correction is not None:
            said = with_correction(model, content_grams(tokens), said)
        scores.append(said)
        plain.append(sums[:, 2:])
    return scores, plain
