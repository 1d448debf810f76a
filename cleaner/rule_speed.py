"""How slow a rule's pattern can get: its worst time on texts that are made to hurt it."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator

from cleaner.rule import Rule
from cleaner.search import line_at, line_limit, match_line, search_around
from cleaner.view import view

# Nearly as far as a pattern ever sees around its anchor.
_LONG = 2_800
_WORTH_REPEATING = 0.005


def slowest(rule: Rule) -> tuple[float, str]:
    """The worst time near one anchor, in seconds of this thread, and the name of the text.

    Patterns run under a time limit, so a time at that limit means: longer.
    """
    worst, name = 0.0, ""
    for label, text in _hard_texts(rule):
        seconds = _seconds(rule, text)
        if seconds > _WORTH_REPEATING:
            seconds = min(seconds, _seconds(rule, text))  # the first run fills caches
        if seconds > worst:
            worst, name = seconds, label
    return worst, name


def _hard_texts(rule: Rule) -> Iterator[tuple[str, str]]:
    """Long lines that almost match: hits without their end, their parts over and over."""
    for number, hit in enumerate(rule.hits, 1):
        marked = view(hit[hit.index("⟦") + 1 : hit.index("⟧")]).text
        words = marked.split()
        middle = words[len(words) // 2]
        start, half = marked[:-1], marked[: max(len(marked) // 2, 1)]
        yield f"hit {number} over and over", _fill(marked + " ")
        yield f"hit {number}, never ending", start + " " + _fill(middle + " ")
        yield f"the first half of hit {number}, over and over", _fill(half + " ")
        yield f"hit {number} and spaces", start + " " * _LONG + "?"
        yield f"hit {number} and capitals", half + _fill(" Aa Bb") + "\n" + start
    for anchor in rule.anchors:
        yield f"the anchor {anchor!r} over and over", _fill(anchor + " ")


def _fill(piece: str) -> str:
    return piece * (_LONG // max(len(piece), 1) + 1)


def _seconds(rule: Rule, text: str) -> float:
    """How long the pattern takes near the first anchor of a text, at most its time limit."""
    seen = view(text).text
    lower = f"\n{seen.lower()}\n"
    places = [lower.find(view(anchor).text.lower()) - 1 for anchor in rule.anchors]
    place = min((place for place in places if place >= 0), default=0)
    log = logging.getLogger("cleaner.search")
    was_disabled, log.disabled = log.disabled, True
    started = time.thread_time()  # other programs must not make a rule slow
    try:
        limit = line_limit(rule)
        start, end = line_at(seen, place)
        if limit is None:
            list(search_around(rule, seen, [place]))
        elif end - start <= limit:
            match_line(rule, seen[start:end])
    finally:
        log.disabled = was_disabled
    return time.thread_time() - started
