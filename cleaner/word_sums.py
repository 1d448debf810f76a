"""What linear models say of the words of paragraphs: the sums behind all scores."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cleaner import compiled
from cleaner.features import Tokens, of_paragraphs
from cleaner.features_bytes import BYTE_CLASS, Flags
from cleaner.features_words import (
    Doubles,
    Pairs,
    content_grams,
    style_grams,
    sum_edges,
    sum_scores,
)

# To leave words out takes a third of the time that it takes to score them.
_MOST = 2 / 3


def text_sums(tokens: Tokens, weights: Pairs) -> tuple[Doubles, Doubles]:
    """The weights of each paragraph's `content_grams`, summed up.

    `weights` is ``(2**BITS, pairs)`` for so many pairs of models. Returns the sums over words,
    ``(paragraphs, 2 * pairs)``, and for the first pair the sums over what describes lines.
    """
    if compiled.sums is None:
        grams = content_grams(tokens)
        return sum_scores(grams, weights), sum_edges(grams, weights[:, 0])
    sums, edges = compiled.sums.text_sums(tokens.words, tokens.first, weights.view(np.float32))
    return sums, edges


def style_sums(
    tokens: Tokens, vocabulary: NDArray[np.bool_], weights: Pairs, chosen: Flags
) -> Doubles:
    """The weights of the `style_grams` of the chosen paragraphs, summed up: ``(chosen, 2)``."""
    if compiled.sums is None:
        if np.diff(tokens.first)[chosen].sum() < _MOST * tokens.words.size:
            return sum_scores(style_grams(of_paragraphs(tokens, chosen), vocabulary), weights)
        return sum_scores(style_grams(tokens, vocabulary), weights)[chosen]
    sums = compiled.sums.style_sums(
        tokens.buffer, BYTE_CLASS, tokens.finishes, tokens.first, tokens.starts, tokens.ends,
        tokens.words, tokens.heads, np.packbits(vocabulary, bitorder="little"),
        weights.view(np.float32).reshape(-1, 2), chosen.view(np.uint8),
    )  # fmt: skip
    return np.asarray(sums[chosen])
