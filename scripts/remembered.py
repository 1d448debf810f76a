"""Choose the rows that a content model remembers of its training, for `cleaner.finetune`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cleaner.features import Floats, Ints, Tokens
from cleaner.features_around import Flags
from cleaner.features_words import content_grams
from cleaner.rehearsal import Rehearsal, concatenate, patterns, thinned

_ROWS = 1200


def remembered(batch: Sequence[Tokens], keep: Ints, logits: Floats, usable: Flags) -> Rehearsal:
    """As many rows of articles as others, of any publisher, among the `usable` ones."""
    chance = np.random.default_rng(11)
    kinds = [
        chance.choice(np.flatnonzero(usable & (keep == kind)), _ROWS // 2, replace=False)
        for kind in (0, 1)
    ]
    chosen = np.sort(np.concatenate(kinds))
    rows = concatenate([patterns(content_grams(tokens)) for tokens in batch])
    return Rehearsal(thinned(rows, chosen, chance), logits[chosen], keep[chosen])
