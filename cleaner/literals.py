"""The literals of all rules in a text, and the lines that they point at.

Most literals that occur stand in prose, where no rule applies: most rules describe a whole
line, and lines of prose are longer than what they describe. Such places are sorted out here,
before any pattern is tried.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import NamedTuple

from cleaner.grams import Finder
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
    """The anchors and markers of rules, made ready for looking them up in texts."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        by_line: dict[bytes, list[_LineRule]] = {}
        around: dict[bytes, list[tuple[int, float]]] = {}
        marked: dict[bytes, list[int]] = {}
        for number, rule in enumerate(rules):
            limit = line_limit(rule)
            for word in map(_folded, rule.anchors):
                if limit is None:
                    around.setdefault(word, []).append((number, rule.max_line or inf))
                else:
                    by_line.setdefault(word, []).append(_LineRule(number, limit, rule.where))
            for word in map(_folded, rule.scope.markers):
                marked.setdefault(word, []).append(number)
        words = [*dict.fromkeys((*by_line, *around, *marked))]
        self._by_line = [by_line.get(word, ()) for word in words]
        self._around = [around.get(word, ()) for word in words]
        self._marked = [marked.get(word, ()) for word in words]
        longest = [self._longest(literal) for literal in range(len(words))]
        # What a rule must leave alone is how reporters write.
        prose = "\n".join(miss for rule in rules for miss in rule.misses)
        self._finder = Finder(words, longest, view(prose).folded)

    def _longest(self, literal: int) -> float:
        """The longest line on which any rule needs a literal, in code points."""
        if self._marked[literal]:
            return inf
        limits = [limit for _, limit, _ in self._by_line[literal]]
        return max(limits + [limit for _, limit in self._around[literal]])

    def find_all(self, views: Sequence[View]) -> list[Places]:
        """Where the literals stand in each text, without the places that no rule can match at."""
        found = self._finder.find_all([seen.folded for seen in views])
        return [
            self._places(seen, literals, offsets)
            for seen, (literals, offsets) in zip(views, found, strict=True)
        ]

    def _places(self, seen: View, literals: Sequence[int], offsets: Sequence[int]) -> Places:
        lines: dict[int, dict[int, int]] = {}
        around: dict[int, list[int]] = {}
        marked: set[int] = set()
        if not literals:
            return Places(lines, around, marked)
        places = seen.code_points(offsets)
        text = seen.text
        length = len(text)
        start = end = -1  # the line that the last anchor stands on
        for literal, place in zip(literals, places, strict=True):
            if self._marked[literal]:
                marked.update(self._marked[literal])
            if not start <= place < end:
                start, end = line_at(text, place)
            size = end - start
            for number, limit, where in self._by_line[literal]:
                if size <= limit and (where is None or is_where(where, start, end, length)):
                    lines.setdefault(number, {})[start] = end
            for number, most in self._around[literal]:
                if size <= most:
                    around.setdefault(number, []).append(place)
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
