"""Why a page's text is far from its gold text, computed and not guessed."""

from __future__ import annotations

from collections.abc import Sequence

from html_corpus import GoldPage, agreement, block_labels, shingles, words

from cleaner.blocks import extract_blocks

_SHORT_GOLD_WORDS = 60


def reason(page: GoldPage, text: str) -> str:
    """What cost most: lost prose, kept filler, or a gold text that no choice of blocks reaches.

    >>> page = GoldPage("s", "1", None, "d", "en", "<p>" + "Rain fell on Monday. " * 30, ("Snow",))
    >>> reason(page, "Rain fell on Monday.")
    'gold oddity: no choice of blocks gets beyond F1 0.00'
    """
    texts = extract_blocks(page.html).text.split("\n")
    labels = block_labels(texts, page.gold)
    best = agreement("\n".join(t for t, label in zip(texts, labels, strict=True) if label == 1),
                     page.gold).f1  # fmt: skip
    if best < 0.8:
        return f"gold oddity: no choice of blocks gets beyond F1 {best:.2f}"
    gold, ours = shingles("\n".join(page.gold)), shingles(text)
    lost, kept = (gold - ours).total(), (ours - gold).total()
    size = len(words("\n".join(page.gold)))
    if kept >= lost:
        if size < _SHORT_GOLD_WORDS:
            return f"gold oddity: the gold has {size} words, kept filler {kept}"
        if kept > size and _is_prose(texts, labels, text):
            return f"gold oddity: it stops after {size} words; {kept} more stand around them"
        return f"kept filler: {kept} runs of words, lost {lost}"
    return f"lost prose: {lost} runs of words, kept filler {kept}"


def _is_prose(texts: Sequence[str], labels: Sequence[int], text: str) -> bool:
    """Whether what was kept beside the gold follows on the last block that the gold has."""
    last = max((i for i, label in enumerate(labels) if label == 1), default=0)
    kept = set(text.split("\n"))
    after = [line for line in texts[last + 1 : last + 6] if line in kept]
    return sum(len(words(line)) > 25 for line in after) >= 2
