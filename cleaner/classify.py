"""Judge the paragraphs of many pages at once: article or not, human or machine.

This is evidence only; `cleaner.decide` makes decisions of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner.authorship import AuthorshipModel, evidence, judge_authorship
from cleaner.block_facts import BlockFacts
from cleaner.block_model import BlockModel, block_probabilities, load_block_model
from cleaner.content import ContentModel, content_probabilities
from cleaner.features import Floats, pieces, tokenise
from cleaner.features_words import content_grams
from cleaner.modelstore import load_authorship, load_content, model_folder
from cleaner.records import Paragraph


@dataclass(frozen=True, slots=True)
class Models:
    """All models; `digest` stands for them in the run record."""

    content: ContentModel
    blocks: BlockModel
    authorship: AuthorshipModel
    digest: str


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
    """

    paragraphs: Sequence[Paragraph]
    settled: Sequence[bool] | NDArray[np.bool_]
    whole_page: bool
    facts: BlockFacts | None = None


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


def judge(models: Models, pages: Sequence[Page]) -> list[Judgement]:
    """Judge a batch of pages; a page's judgement doesn't depend on the others in its batch."""
    judgements: dict[int, Judgement] = {}
    for has_facts in (False, True):
        numbers = [n for n, page in enumerate(pages) if (page.facts is not None) == has_facts]
        judged = _judge(models, [pages[number] for number in numbers])
        judgements.update(zip(numbers, judged, strict=True))
    return [judgements[number] for number in range(len(pages))]


def _judge(models: Models, pages: Sequence[Page]) -> list[Judgement]:
    """Judge pages that are all of one kind: either all have facts of blocks, or none."""
    texts = [paragraph.text for page in pages for paragraph in page.paragraphs]
    if not texts:
        nothing = np.zeros(0, np.float32)
        return [Judgement(nothing, nothing, None) for _ in pages]
    batch = [tokenise(texts[piece]) for piece in pieces(list(map(len, texts)))]
    lengths = np.array([len(page.paragraphs) for page in pages], np.int64)
    settled = np.concatenate([np.asarray(page.settled, np.bool_) for page in pages])
    views = [content_grams(tokens) for tokens in batch]
    facts = [page.facts for page in pages if page.facts is not None]
    if facts:
        content = block_probabilities(models.blocks, batch, facts, settled)
        keep = models.blocks.keep_threshold
    else:
        whole = np.array([page.whole_page for page in pages], np.bool_)
        content = content_probabilities(models.content, batch, views, lengths, settled, whole)
        keep = models.content.keep_threshold
    machine, documents = judge_authorship(
        models.authorship,
        evidence(models.authorship, batch, views),
        ~settled & (content >= keep),
        lengths,
    )
    ends = np.cumsum(lengths)
    return [
        Judgement(
            content[end - length : end],
            machine[end - length : end],
            None if np.isnan(score) else float(score),
        )
        for end, length, score in zip(ends.tolist(), lengths.tolist(), documents, strict=True)
    ]
