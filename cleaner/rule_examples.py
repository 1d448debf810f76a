"""A rule's examples are its tests: hits mark what it removes, misses must be left alone."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from functools import lru_cache

import regex

from cleaner.records import Document, Finding, Span
from cleaner.rule import Rule, load_packs
from cleaner.rules import RuleSet
from cleaner.segment import segment


def check_examples(rule: Rule, others: Sequence[Rule] = ()) -> list[str]:
    """What the rule's examples say against it; empty when all hold.

    `others` are the rules of the same pack, for a rule that applies only beside another. One that
    applies beside any other is tried as if there were one.

    >>> from cleaner.rules import parse_pack
    >>> [rule] = parse_pack('''
    ... [[rule]]
    ... id = "demo.listen"
    ... label = "chrome"
    ... removes = "paragraph"
    ... why = "Players leave their button's text behind."
    ... anchors = ["listen to this"]
    ... pattern = "(?i) ^ listen [ ] to [ ] this [ ] article $"
    ... hits = ["Title\\\\n⟦Listen to this article⟧\\\\nText."]
    ... misses = ["Listen to this articles editor, she said.", "Listen to this article"]
    ... ''', "demo.toml")
    >>> check_examples(rule)
    ["miss 2 is hit: 'Listen to this article'"]
    """
    rule = rule.in_company
    try:
        _ = rule.compiled
    except regex.error as error:
        return [f"bad pattern: {error}"]
    problems = []
    for number, hit in enumerate(rule.hits, 1):
        start, end = hit.index("⟦"), hit.index("⟧") - 1
        text = hit.replace("⟦", "").replace("⟧", "")
        found = [finding.span for finding in _findings(rule, text, others)]
        if found != [Span(start, end)]:
            spans = [text[slice(*span)] for span in found]
            problems.append(f"hit {number} removes {spans!r}, not {text[start:end]!r}")
    for number, miss in enumerate(rule.misses, 1):
        if _findings(rule, miss, others):
            problems.append(f"miss {number} is hit: {miss!r}")
    return problems


def check_pack(rules: Sequence[Rule]) -> list[str]:
    """All problems of a pack's examples, ``rule 'id': problem`` each."""
    return [
        f"rule '{rule.id}': {problem}" for rule in rules for problem in check_examples(rule, rules)
    ]


def _findings(rule: Rule, text: str, others: Sequence[Rule]) -> list[Finding]:
    url = f"https://{rule.scope.hosts[0]}/" if rule.scope.hosts else None
    document = Document("example", "-", url, text)
    rules = _rule_set(rule, tuple(others) if rule.scope.beside else ())
    findings = rules.find(document, segment(document)).findings
    return [finding for finding in findings if finding.by == rule.by]


@lru_cache(maxsize=4096)
def _rule_set(rule: Rule, others: tuple[Rule, ...]) -> RuleSet:
    """The rule alone, or with those that its scope wants beside it."""
    companions = [
        other
        for other in (*others, *_builtin())
        if other.id != rule.id and any(fnmatchcase(other.id, glob) for glob in rule.scope.beside)
    ]
    return RuleSet([rule, *{other.id: other for other in companions}.values()])


@lru_cache(maxsize=1)
def _builtin() -> list[Rule]:
    return load_packs()
