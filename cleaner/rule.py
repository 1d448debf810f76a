"""What a rule is, and how packs (``cleaner/rulepack/*.toml``) become rules.

Rules are data, so that people who know a publisher can add one without reading the program.
Loading is strict: a rule that explains nothing, shows nothing, or misspells a key is refused.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import regex

from cleaner.errors import RuleError
from cleaner.labels import LABELS

REMOVES = ("match", "paragraph", "block", "section", "rest")
ANY_RULE = "*"
LIFTS = ("title", "authors", "date", "site", "section")
DECLARES = ("partial", "section", "full")
_REQUIRED = ("id", "label", "removes", "why", "anchors", "pattern", "hits", "misses")
_OPTIONAL = (
    "scope", "where", "over", "at_most", "at_least", "lifts", "declares", "truncates", "max_line",
)  # fmt: skip
_ID = regex.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\.[a-z0-9]+(?:-[a-z0-9]+)*")
_HOW_TO = "See docs/rules.md, then try it with: python -m cleaner rules test FILE"


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a rule applies: on a host or beside a marker, and beside other rules' findings.

    `beside` holds globs over rule ids; `ANY_RULE` stands for all rules that have none.
    """

    hosts: tuple[str, ...] = ()
    markers: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a pack; docs/rules.md explains each field.

    `tried` marks the built-in rules, whose speed `rules lint` has looked at.
    """

    id: str
    label: str
    removes: str
    why: str
    anchors: tuple[str, ...]
    pattern: str
    hits: tuple[str, ...]
    misses: tuple[str, ...]
    scope: Scope = Scope()
    where: str | None = None
    over: str = "items"
    at_most: int | None = None
    at_least: int | None = None
    lifts: str | None = None
    declares: str | None = None
    truncates: bool = False
    max_line: int | None = None
    tried: bool = False

    @property
    def by(self) -> str:
        """The name under which the rule's findings are signed."""
        return f"rule:{self.id}"

    @property
    def in_company(self) -> Rule:
        """The rule as it is in a text where other furniture was found."""
        if ANY_RULE not in self.scope.beside:
            return self
        return replace(self, scope=replace(self.scope, beside=()))

    @property
    def compiled(self) -> regex.Pattern[str]:
        """The pattern, compiled at first use: hundreds of rules never fire in a run."""
        return compile_pattern(self.pattern)


@cache
def compile_pattern(pattern: str) -> regex.Pattern[str]:
    """Compile in the mode that all rules share: verbose, ``^`` and ``$`` at line edges."""
    return regex.compile(pattern, regex.VERBOSE | regex.MULTILINE)


def load_packs(paths: Iterable[Path] = ()) -> list[Rule]:
    """The built-in packs in the order of their names, then the packs at `paths`.

    Raises:
        RuleError: a pack can't be read, a rule is malformed, or two rules share an id.
    """
    builtin = sorted(
        (
            entry
            for entry in resources.files("cleaner.rulepack").iterdir()
            if entry.name.endswith(".toml")
        ),
        key=lambda entry: entry.name,
    )
    rules = [
        replace(rule, tried=True)
        for entry in builtin
        for rule in parse_pack(entry.read_text("utf-8"), entry.name)
    ]
    for path in paths:
        rules.extend(load_pack(path))
    seen: set[str] = set()
    for rule in rules:
        if rule.id in seen:
            raise RuleError(f"rule '{rule.id}' is defined twice; give one of them another id.")
        seen.add(rule.id)
    return rules


def load_pack(path: Path) -> list[Rule]:
    """The rules of one pack file, checked eagerly, patterns included.

    Raises:
        RuleError: the file can't be read or a rule in it is malformed.
    """
    try:
        text = Path(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RuleError(
            f"{path}: the rule pack can't be read ({error}). Check the path given to --rules."
        ) from error
    rules = parse_pack(text, str(path))
    for rule in rules:
        try:
            _ = rule.compiled
        except regex.error as error:
            raise _refused(str(path), rule.id, f"bad pattern: {error}") from error
    return rules


def parse_pack(text: str, name: str) -> list[Rule]:
    """The rules in a pack's TOML text; `name` is what errors call it.

    Raises:
        RuleError: not TOML, or a rule in it is malformed.

    >>> parse_pack('[[rule]]\\nid = "x.y"\\nlabel = "chrome"', "mine.toml")
    Traceback (most recent call last):
    ...
    cleaner.errors.RuleError: mine.toml: rule 'x.y': no removes, why, anchors, pattern, hits, \
misses. See docs/rules.md, then try it with: python -m cleaner rules test FILE
    """
    try:
        pack = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RuleError(f"{name}: not valid TOML: {error}. {_HOW_TO}") from error
    unknown = sorted(pack.keys() - {"rule"})
    if unknown:
        raise RuleError(f"{name}: unknown table {unknown[0]!r}; rules stand in [[rule]]. {_HOW_TO}")
    return [_parse_rule(table, name) for table in pack.get("rule", ())]


def _parse_rule(table: dict[str, Any], name: str) -> Rule:
    rule_id = str(table.get("id", "?"))
    for problem in _problems(table):
        raise _refused(name, rule_id, problem)
    fields = dict(table)
    fields["scope"] = Scope(**{key: tuple(value) for key, value in table.get("scope", {}).items()})
    for key in ("anchors", "hits", "misses"):
        fields[key] = tuple(fields[key])
    return Rule(**fields)


def _refused(name: str, rule_id: str, problem: str) -> RuleError:
    return RuleError(f"{name}: rule '{rule_id}': {problem}. {_HOW_TO}")


def _problems(table: dict[str, Any]) -> Iterator[str]:
    """What is wrong with a rule's table, most basic first."""
    unknown = sorted(table.keys() - {*_REQUIRED, *_OPTIONAL})
    if unknown:
        yield f"unknown key {unknown[0]!r}"
    missing = [key for key in _REQUIRED if not table.get(key)]
    if missing:
        yield f"no {', '.join(missing)}"
    for key in ("id", "label", "removes", "why", "pattern", "where", "over", "lifts", "declares"):
        if key in table and not isinstance(table[key], str):
            yield f"{key} must be a string"
    for key in ("anchors", "hits", "misses"):
        if not _is_strings(table[key]):
            yield f"{key} must be a list of strings"
    if not _ID.fullmatch(table["id"]):
        yield "the id must read pack.what-it-finds, in kebab-case"
    yield from _unknown_values(table)
    if any(len(anchor.strip()) < 2 and not _is_whole_line(anchor) for anchor in table["anchors"]):
        yield "an anchor needs two visible characters or more, or to be a whole line"
    if any(hit.count("⟦") != 1 or hit.count("⟧") != 1 for hit in table["hits"]):
        yield "each hit marks the removed span once, with ⟦ and ⟧"
    if any("⟦" in miss for miss in table["misses"]):
        yield "a miss has no ⟦ mark, since nothing in it is removed"
    units = {"at_most": "paragraphs", "at_least": "paragraphs", "max_line": "characters"}
    for key, unit in units.items():
        number = table.get(key, 1)
        if not isinstance(number, int) or isinstance(number, bool) or number < 0:
            yield f"{key} must be a number of {unit}"


def _is_whole_line(anchor: str) -> bool:
    return len(anchor) > 2 and anchor[0] == anchor[-1] == "\n"


def _unknown_values(table: dict[str, Any]) -> Iterator[str]:
    choices: dict[str, Iterable[str]] = {
        "label": LABELS,
        "removes": REMOVES,
        "where": ("head", "tail"),
        "over": ("items", "prose", "menu"),
        "lifts": LIFTS,
        "declares": DECLARES,
    }
    for key, allowed in choices.items():
        if key in table and table[key] not in allowed:
            yield f"unknown {key} {table[key]!r}; one of: {', '.join(allowed)}"
    scope = table.get("scope", {})
    if not isinstance(scope, dict) or not all(_is_strings(value) for value in scope.values()):
        yield "scope must hold lists of strings"
        return
    unknown = sorted(scope.keys() - {"hosts", "markers", "beside"})
    if unknown:
        yield f"unknown scope {unknown[0]!r}; one of: hosts, markers, beside"


def _is_strings(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) and item for item in value)
