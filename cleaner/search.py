"""Running a rule's pattern near its anchors, and nowhere else.

Patterns are written by many people and run over millions of texts, so each run is small (a
few lines around an anchor) and has a time limit; when it strikes, the text is kept. Only the
built-in rules, whose speed `rules lint` looks at, run without one on short lines.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import regex

from cleaner.pattern_shape import begins_at_line_start, is_line_pattern, stays_on_line
from cleaner.records import Span
from cleaner.rule import Rule

_log = logging.getLogger(__name__)
_LINES_AROUND = 2
_CHARS_AROUND = 3_000
_MIN_LINE_LIMIT = 160
_SECONDS_PER_PATTERN = 0.05
# Watching the clock takes three times as long as most patterns do on a line of this length.
_SHORT_LINE = 400


class Region(NamedTuple):
    """Where a pattern is tried: `start` to `end`, around the line that ends at `line_end`.

    `cut` says that `end` is not the end of a line, so that a match which ends there proves
    nothing.
    """

    start: int
    end: int
    line_end: int
    cut: bool


class Hit(NamedTuple):
    """The span to remove (the group ``x`` or all of the match) and that of the group ``value``.

    `value` is None where the group took no part, and the span where the pattern has none.
    """

    span: Span
    value: Span | None

    def moved(self, by: int) -> Hit:
        """The same hit in a text where its line starts at `by`."""
        (start, end), value = self
        value = value and Span(value.start + by, value.end + by)
        return Hit(Span(start + by, end + by), value)


def match_line(rule: Rule, line: str) -> Hit | None:
    """The match of a rule of single lines on a line of the view."""
    if rule.tried and len(line) <= _SHORT_LINE:
        match = rule.compiled.match(line)
    else:
        try:
            match = rule.compiled.match(line, timeout=_SECONDS_PER_PATTERN)
        except TimeoutError:
            _warn(rule, line)
            return None
    return match and _hit(match)


def search_around(rule: Rule, text: str, places: Sequence[int]) -> Iterator[Hit]:
    """Each match of any other rule near `places` (offsets of its anchors, in order), once."""
    seen: set[Span] = set()
    for match in _around(rule, text, places):
        hit = _hit(match)
        if hit is not None and hit.span not in seen:
            seen.add(hit.span)
            yield hit


def _hit(match: regex.Match[str]) -> Hit | None:
    groups = match.re.groupindex
    span = Span(*match.span("x" if "x" in groups else 0))
    if span.end <= span.start:
        return None
    value = Span(*match.span("value")) if "value" in groups else span
    return Hit(span, value if value.start >= 0 else None)


def line_at(text: str, place: int) -> tuple[int, int]:
    """The line that an anchor at `place` stands on; it may begin with the newline before it.

    >>> line_at("One\\nTwo\\nThree", 3)
    (4, 7)
    """
    place += place < len(text) and text[place] == "\n"
    end = text.find("\n", place)
    return text.rfind("\n", 0, place) + 1, len(text) if end < 0 else end


def line_limit(rule: Rule) -> int | None:
    """The longest line that a rule of single lines is tried on; None for other rules.

    Where a pattern describes a whole line, its examples tell how long such lines get: a
    paragraph four times as long needs no trying.
    """
    if not is_line_pattern(rule.pattern):
        return None
    if rule.max_line is not None:
        return rule.max_line
    if not rule.pattern.rstrip().endswith("$"):
        return _CHARS_AROUND
    longest = max(hit.index("⟧") - hit.index("⟦") for hit in rule.hits)
    return min(max(4 * longest, _MIN_LINE_LIMIT), _CHARS_AROUND)


def _around(rule: Rule, text: str, places: Sequence[int]) -> Iterator[regex.Match[str]]:
    """Matches of any other rule in the regions around its anchors."""
    regions = _regions(text, places, 0 if stays_on_line(rule.pattern) else _LINES_AROUND)
    if begins_at_line_start(rule.pattern):
        regions = _merged(regions)
    for region in regions:
        try:
            for match in _matches(rule, text, region):
                if not (region.cut and match.end() == region.end):
                    yield match
        except TimeoutError:
            _warn(rule, text[region.start : region.end])


def _regions(text: str, places: Sequence[int], lines: int) -> Iterator[Region]:
    done = -1
    for place in places:
        if place >= done:  # else on the same line as the anchor before it
            region = region_around(text, place, lines)
            done = min(region.line_end, place + _CHARS_AROUND // 2)
            yield region


def _merged(regions: Iterator[Region]) -> Iterator[Region]:
    """Regions that overlap as one: in a menu every line has an anchor, and all see each other."""
    merged: Region | None = None
    for region in regions:
        if merged is not None and region.start <= merged.end:
            merged = region._replace(start=merged.start)
            continue
        if merged is not None:
            yield merged
        merged = region
    if merged is not None:
        yield merged


def _warn(rule: Rule, text: str) -> None:
    _log.warning("rule %s ran over its time limit on %.60r; text kept", rule.id, text)


def region_around(text: str, place: int, lines: int = _LINES_AROUND) -> Region:
    """From so many `lines` before the line of `place` to as many after it, within limits.

    >>> text = "a\\nb\\nc\\nHERE\\ne\\nf\\ng"
    >>> region = region_around(text, text.index("HERE"))
    >>> text[region.start : region.end].split()
    ['b', 'c', 'HERE', 'e', 'f']
    """
    # An anchor may begin with the newline before its line.
    place += place < len(text) and text[place] == "\n"
    low, high = max(place - _CHARS_AROUND, 0), min(place + _CHARS_AROUND, len(text))
    start = place
    for _ in range(lines + 1):
        newline = text.rfind("\n", low, start)
        if newline < 0:
            start = low
            break
        start = newline
    else:
        start += 1
    end = line_end = -1
    at = place
    for number in range(lines + 1):
        newline = text.find("\n", at, high)
        end = newline if newline >= 0 else high
        if number == 0:
            line_end = end
        if newline < 0:
            break
        at = newline + 1
    return Region(start, end, line_end, cut=end < len(text) and text[end] != "\n")


def _matches(rule: Rule, text: str, region: Region) -> Iterator[regex.Match[str]]:
    compiled = rule.compiled
    if not begins_at_line_start(rule.pattern):
        yield from compiled.finditer(text, region.start, region.end, timeout=_SECONDS_PER_PATTERN)
        return
    at = region.start
    if at > 0 and text[at - 1] != "\n":
        at = text.find("\n", at, region.end) + 1
        if at == 0:
            return
    while at <= region.end:
        end = min(region.end, at + 2 * _CHARS_AROUND)
        match = compiled.match(text, at, end, timeout=_SECONDS_PER_PATTERN)
        if match is not None:
            yield match
            at = max(at, match.end() - 1)
        newline = text.find("\n", at, region.end)
        if newline < 0:
            return
        at = newline + 1
