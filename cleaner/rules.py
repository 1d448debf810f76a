"""The rule engine: one automaton over all literals, then the few patterns they point at.

A pattern never sees a whole text. The literals of all rules are matched in one pass, and
only near a literal that occurs is its rule's pattern tried, under a time limit.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cached_property, lru_cache
from hashlib import blake2b
from typing import NamedTuple

from cleaner.hosts import host_of
from cleaner.literals import Literals, Places, is_where
from cleaner.reach import Match, reach
from cleaner.records import Document, Finding, Paragraph, Span
from cleaner.rule import ANY_RULE, Rule, load_pack, load_packs, parse_pack
from cleaner.search import Hit, match_line, search_around
from cleaner.view import View, view

_REMEMBERED_LINES, _REMEMBERED_CHARS = 1 << 15, 200

__all__ = ["Lifted", "Rule", "RuleHits", "RuleSet", "load_pack", "load_packs", "parse_pack"]


class Lifted(NamedTuple):
    """A value that a rule found for a metadata field, and where it stands."""

    field: str
    value: str
    span: Span
    by: str


class RuleHits(NamedTuple):
    """What the rules found in one document."""

    findings: list[Finding]
    lifted: list[Lifted]


class RuleSet:
    """Rules made ready for matching; holds the automaton over all their literals."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = tuple(rules)
        # "Sign in" stands on every page of a site and on half of all sites.
        self._match_line = lru_cache(_REMEMBERED_LINES)(
            lambda number, line: match_line(self.rules[number], line)
        )
        self._scoped = {
            number
            for number, rule in enumerate(self.rules)
            if rule.scope.hosts or rule.scope.markers
        }

    @cached_property
    def _literals(self) -> Literals:
        """Made when a text comes: who only wants the digest needs no automaton."""
        return Literals(self.rules)

    @cached_property
    def digest(self) -> str:
        """Hex digest of everything in the rules that can change an output."""
        state = blake2b(digest_size=16)
        for rule in sorted(self.rules, key=lambda rule: rule.id):
            state.update(repr(rule).encode("utf-8", "surrogatepass"))
        return state.hexdigest()

    @cached_property
    def by_name(self) -> dict[str, Rule]:
        """The rules by the name that signs their findings."""
        return {rule.by: rule for rule in self.rules}

    def find(
        self, document: Document, paragraphs: Sequence[Paragraph], seen: View | None = None
    ) -> RuleHits:
        """All findings of all rules that apply to a document, in order of their spans.

        `seen` is the view of its text, where the caller has made it already.
        """
        [hits] = self.find_all([document], [paragraphs], [seen or view(document.text)])
        return hits

    def find_all(
        self,
        documents: Sequence[Document],
        segmented: Sequence[Sequence[Paragraph]],
        views: Sequence[View],
    ) -> list[RuleHits]:
        """The same for many documents at once, which is faster."""
        found = self._literals.find_all(views)
        return [self._find(*one) for one in zip(documents, segmented, views, found, strict=True)]

    def _find(
        self, document: Document, paragraphs: Sequence[Paragraph], seen: View, places: Places
    ) -> RuleHits:
        if not paragraphs or not (places.lines or places.around):
            return RuleHits([], [])
        text = seen.text
        found: list[tuple[Rule, Hit]] = []
        for number, hits in self._hits(text, places):
            rule = self.rules[number]
            if (
                number in self._scoped
                and number not in places.marked
                and not _on_host(rule, host_of(document.url))
            ):
                continue
            for hit in hits:
                start = hit.span.start
                if rule.where is None or is_where(rule.where, start, start + 1, len(text)):
                    found.append((rule, hit))
        if not found:
            return RuleHits([], [])
        starts = [paragraph.span.start for paragraph in paragraphs]
        matches = [_match(rule, hit, paragraphs, starts) for rule, hit in found]
        return _findings(document, paragraphs, _beside(matches, is_page=bool(document.blocks)))

    def _hits(self, text: str, places: Places) -> Iterator[tuple[int, Iterator[Hit]]]:
        """Each rule's number with where its pattern matches, tried only when it is asked for."""
        for number, lines in places.lines.items():
            yield number, self._line_hits(number, text, lines)
        for number, around in places.around.items():
            yield number, search_around(self.rules[number], text, around)

    def _line_hits(self, number: int, text: str, lines: Mapping[int, int]) -> Iterator[Hit]:
        for start, end in lines.items():
            if end - start <= _REMEMBERED_CHARS:
                hit = self._match_line(number, text[start:end])
            else:
                hit = match_line(self.rules[number], text[start:end])
            if hit is not None:
                yield hit.moved(start)


def _on_host(rule: Rule, host: str | None) -> bool:
    return host is not None and any(
        host == name or host.endswith("." + name) for name in rule.scope.hosts
    )


def _match(rule: Rule, hit: Hit, paragraphs: Sequence[Paragraph], starts: Sequence[int]) -> Match:
    """A hit with the paragraphs that it touches; `starts` are theirs."""
    span, value = hit
    first = max(bisect_right(starts, span.start) - 1, 0)
    if paragraphs[first].span.end <= span.start and first + 1 < len(paragraphs):
        first += 1  # the match begins in the indentation of the next paragraph
    last = max(bisect_right(starts, span.end - 1) - 1, first)
    return Match(rule, span, value, first, last)


def _beside(matches: list[Match], *, is_page: bool) -> list[Match]:
    """Drop the matches of rules whose companions are not in the document.

    A page of HTML has its furniture with it, so there any rule has company.
    """
    if not any(match.rule.scope.beside for match in matches):
        return matches
    ids = {match.rule.id for match in matches if not match.rule.scope.beside}
    return [
        match
        for match in matches
        if not match.rule.scope.beside
        or (is_page and ANY_RULE in match.rule.scope.beside)
        or any(fnmatchcase(id_, glob) for glob in match.rule.scope.beside for id_ in ids)
    ]


def _findings(
    document: Document, paragraphs: Sequence[Paragraph], matches: list[Match]
) -> RuleHits:
    matches.sort(key=lambda match: (match.span, match.rule.id))
    stops = sorted({match.first for match in matches if match.is_heading})
    firm = sorted({match.first for match in matches if match.is_firm})
    findings: dict[tuple[Span, str], Finding] = {}
    lifted: list[Lifted] = []
    menu_end = 0
    for match in matches:
        rule = match.rule
        if rule.over == "menu" and match.span.start < menu_end:
            continue  # an item of the menu that is removed already
        span = reach(match, document.text, paragraphs, stops, firm)
        if span.start == span.end:
            continue
        if rule.over == "menu":
            menu_end = span.end
        findings.setdefault((span, rule.id), Finding(span, rule.label, rule.by, 1.0))
        if rule.lifts and match.value:
            value = " ".join(document.text[slice(*match.value)].split())
            lifted.append(Lifted(rule.lifts, value, match.value, rule.by))
        if rule.declares:
            declared = Span(paragraphs[match.first].span.start, paragraphs[match.last].span.end)
            lifted.append(Lifted("ai_declared", rule.declares, declared, rule.by))
        if rule.truncates:
            lifted.append(Lifted("truncated", "", match.span, rule.by))
    return RuleHits(sorted(findings.values(), key=lambda finding: finding.span), lifted)
