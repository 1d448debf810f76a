"""One automaton over the literals of all rules, and the lines that they point at.

Most literals that occur stand in prose, where no rule applies: most rules describe a whole
line, and lines of prose are longer than what they describe. Such places are sorted out here,
before any pattern is tried.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import ahocorasick_rs as ac

from cleaner.rule import Rule
from cleaner.search import line_at, line_limit
from cleaner.view import View, view

_HEAD_CHARS, _HEAD_SHARE = 1_500, 4
_SHORT_TEXT = 600


class Places(NamedTuple):
    """Where patterns are worth trying, by the rule's number.

    `lines` maps the start of each line to its end, `around` lists the offsets of anchors whose
    rules look beyond their line. `marked` are the rules whose marker stands in the text.
    """

    lines: dict[int, dict[int, int]]
    around: dict[int, list[int]]
    marked: set[int]


class _LineRule(NamedTuple):
    """A rule of single lines; `limit` is its `line_limit`."""

    number: int
    limit: int
    where: str | None


class Literals:
    """The automaton over the anchors and markers of rules."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        by_line: dict[bytes, list[_LineRule]] = {}
        around: dict[bytes, list[int]] = {}
        marked: dict[bytes, list[int]] = {}
        for number, rule in enumerate(rules):
            limit = line_limit(rule)
            for word in map(_folded, rule.anchors):
                if limit is None:
                    around.setdefault(word, []).append(number)
                else:
                    by_line.setdefault(word, []).append(_LineRule(number, limit, rule.where))
            for word in map(_folded, rule.scope.markers):
                marked.setdefault(word, []).append(number)
        words = [*dict.fromkeys((*by_line, *around, *marked))]
        self._by_line = [by_line.get(word, ()) for word in words]
        self._around = [around.get(word, ()) for word in words]
        self._marked = [marked.get(word, ()) for word in words]
        self._automaton = (
            ac.BytesAhoCorasick(words, implementation=ac.Implementation.ContiguousNFA)
            if words
            else None
        )

    def find_all(self, views: Sequence[View]) -> list[Places]:
        """Where the literals stand in each text, without the places that no rule can match at.

        The automaton is about as large as the processor's cache, so it goes over all texts in
        turn before anything else is done with them. (As a DFA it is ten times as large: faster on
        short lists of literals, slower on ours.)
        """
        automaton = self._automaton
        if automaton is None:
            return [Places({}, {}, set()) for _ in views]
        found = [automaton.find_matches_as_indexes(seen.folded, overlapping=True) for seen in views]
        return [self._places(seen, matches) for seen, matches in zip(views, found, strict=True)]

    def _places(self, seen: View, found: Sequence[tuple[int, int, int]]) -> Places:
        lines: dict[int, dict[int, int]] = {}
        around: dict[int, list[int]] = {}
        marked: set[int] = set()
        if not found:
            return Places(lines, around, marked)
        places = seen.code_points([start for _, start, _ in found])
        text = seen.text
        length = len(text)
        start = end = -1  # the line that the last anchor stands on
        for (literal, _, _), place in zip(found, places, strict=True):
            for number in self._around[literal]:
                around.setdefault(number, []).append(place)
            marked.update(self._marked[literal])
            line_rules = self._by_line[literal]
            if not line_rules:
                continue
            if not start <= place < end:
                start, end = line_at(text, place)
            for number, limit, where in line_rules:
                if end - start <= limit and (where is None or is_where(where, start, end, length)):
                    lines.setdefault(number, {})[start] = end
        return Places(lines, around, marked)


def is_where(where: str | None, start: int, end: int, length: int) -> bool:
    """Whether any part of a stretch is in the part of a text that a rule is limited to."""
    if where == "head":
        return start < max(_HEAD_CHARS, length // _HEAD_SHARE)
    if where == "tail":
        return length < _SHORT_TEXT or end > length // 2
    return True


def _folded(word: str) -> bytes:
    return view(word).folded[1:-1]
