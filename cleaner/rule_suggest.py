"""Rules that are waiting to be written: lines that hosts repeat and no rule explains.

They are read from an output folder: what only a model or a template removed, and what was kept
although many documents have it. Each becomes a draft in TOML that loads and passes its own
examples; a person makes the misses dangerous and decides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import orjson
import regex

from cleaner.folder import read_output
from cleaner.hosts import host_of
from cleaner.output import load_rows
from cleaner.records import Document
from cleaner.rule import Rule, compile_pattern
from cleaner.rules import RuleSet
from cleaner.segment import segment
from cleaner.template_lines import line_key, words_of
from cleaner.view import view

_MIN_DOCUMENTS = 3
_MIN_KEPT_SHARE = 0.2
_MAX_WORDS = 40
_MAX_COUNTED = 500_000
_MIN_HOSTS_FOR_GENERAL = 3
_MAX_ANCHOR = 60
_KEPT = "kept"
_MARKS = r"[^\p{L}\p{N}\n]{0,4}"
_MARKS_AT_ENDS = r"\A[^\p{L}\p{N}\\]+|[^\p{L}\p{N}.!?)\]]+\Z"
_NUMBER = regex.compile(r"\d+(?:\\?[.,:/'-]\d+)*")


class Suggestion(NamedTuple):
    """A repeated line: on how many of its hosts' documents, and who removed it (or "kept").

    `variants` are up to three spellings that were seen.
    """

    hosts: tuple[str, ...]
    line: str
    documents: int
    of: int
    by: str
    label: str
    variants: tuple[str, ...]


class LineCounts:
    """Counts of lines per host, bounded: when they are too many, the rarest are forgotten."""

    def __init__(self, most: int = _MAX_COUNTED) -> None:
        self._most = most
        self.documents: Counter[str] = Counter()
        self.lines: Counter[tuple[str, str]] = Counter()
        self._removed: dict[tuple[str, str], Counter[tuple[str, str]]] = {}
        self._variants: dict[tuple[str, str], dict[str, None]] = {}

    def add(self, host: str, kept: Iterable[str], removed: Iterable[tuple[str, str, str]]) -> None:
        """Count one document: its kept lines, and its removed ones with `by` and label."""
        self.documents[host] += 1
        seen: dict[str, tuple[str, str, str]] = {}
        for text, by, label in [*removed, *((text, _KEPT, "chrome") for text in kept)]:
            line = line_key(text)
            if any(map(str.isalpha, line)) and words_of(line) <= _MAX_WORDS:
                seen.setdefault(line, (text.strip(), by, label))
        for line, (text, by, label) in seen.items():
            key = (host, line)
            self.lines[key] += 1
            self._removed.setdefault(key, Counter())[by, label] += 1
            variants = self._variants.setdefault(key, {})
            if len(variants) < 3:
                variants[text] = None
        if len(self.lines) > self._most:
            self._forget()

    def _forget(self) -> None:
        kept = dict(self.lines.most_common(self._most // 2))
        self.lines = Counter(kept)
        self._removed = {key: self._removed[key] for key in kept}
        self._variants = {key: self._variants[key] for key in kept}

    def suggestions(self) -> list[Suggestion]:
        """The lines that are worth a rule, the most frequent first, hosts that share one joined."""
        by_line: dict[str, list[str]] = {}
        for (host, line), number in self.lines.items():
            finders = self._removed[host, line]
            is_kept = finders.most_common(1)[0][0][0] == _KEPT
            share = number / self.documents[host]
            if number >= _MIN_DOCUMENTS and (share >= _MIN_KEPT_SHARE or not is_kept):
                by_line.setdefault(line, []).append(host)
        found = [self._suggestion(line, sorted(hosts)) for line, hosts in by_line.items()]
        return sorted(found, key=lambda item: (-item.documents, item.line))

    def _suggestion(self, line: str, hosts: list[str]) -> Suggestion:
        finders: Counter[tuple[str, str]] = Counter()
        variants: dict[str, None] = {}
        for host in hosts:
            finders.update(self._removed[host, line])
            variants.update(self._variants[host, line])
        [((by, label), _)] = finders.most_common(1)
        documents = sum(self.lines[host, line] for host in hosts)
        of = sum(self.documents[host] for host in hosts)
        return Suggestion(tuple(hosts), line, documents, of, by, label, tuple(variants)[:3])


def suggest(folder: Path, rules: Sequence[Rule]) -> list[Suggestion]:
    """The repeated lines in an output folder that none of `rules` finds.

    Raises:
        OutputError: it is no output folder, or a shard can't be read.
    """
    counts = LineCounts()
    with read_output(folder) as (_, shards):
        for shard in shards:
            rows = load_rows(folder, shard)
            _count_shard(counts, rows.documents, rows.removed)
    rule_set = RuleSet(rules)
    return [found for found in counts.suggestions() if not _is_explained(found, rule_set)]


def _count_shard(counts: LineCounts, documents: list[bytes], removed: list[bytes]) -> None:
    """Count the documents of a shard with what models and templates removed from them."""
    spans: dict[str, list[tuple[str, str, str]]] = {}
    for row in map(orjson.loads, removed):
        by = row["by"] or ""
        if by.startswith(("model:", "template:")):
            lines = row["text"].splitlines()
            spans.setdefault(row["id"], []).extend((line, by, row["label"]) for line in lines)
    for row in map(orjson.loads, documents):
        host = host_of(row["url"]) or row["metadata"].get("host")
        if host:
            counts.add(host, (row["text"] or "").splitlines(), spans.get(row["id"], ()))


def _is_explained(found: Suggestion, rules: RuleSet) -> bool:
    """Whether a rule (of a newer pack, maybe) finds something in the line as it stands."""
    url = f"https://{found.hosts[0]}/"
    document = Document("line", "-", url, found.variants[0])
    return bool(rules.find(document, segment(document)).findings)


def drafts(found: Sequence[Suggestion], pack: str = "drafts") -> Iterator[str]:
    """One ``[[rule]]`` table for each suggestion; together they are a pack that loads.

    >>> from cleaner.rule import parse_pack
    >>> found = Suggestion(("news.example",), "get the app", 9, 12, "kept", "chrome",
    ...     ("Get the app",))
    >>> [draft] = drafts([found])
    >>> [rule] = parse_pack(draft, "drafts.toml")
    >>> rule.id, rule.anchors
    ('drafts.get-the-app', ('get the app\\n',))
    >>> print(rule.pattern)
    (?i) ^ [^\\p{L}\\p{N}\\n]{0,4} get [ ] the [ ] app [^\\p{L}\\p{N}\\n]{0,4} $
    """
    taken: Counter[str] = Counter()
    for item in found:
        variant = view(item.variants[0]).text
        name = _name(variant)
        taken[name] += 1
        if taken[name] > 1:
            name += f"-{taken[name]}"
        anchor = _anchor(item.variants)
        if anchor is not None and "'''" not in variant:
            yield _draft(item, f"{pack}.{name}", anchor, _pattern(variant))


def _name(line: str) -> str:
    """The first words of a line in kebab-case."""
    words = (regex.sub(r"[^a-z0-9]+", "", word) for word in line_key(line).split())
    return "-".join([word for word in words if word][:5]) or "line"


def _draft(item: Suggestion, rule_id: str, anchor: str, pattern: str) -> str:
    scope = ""
    if len(item.hosts) < _MIN_HOSTS_FOR_GENERAL:
        scope = f"scope = {{ hosts = [{', '.join(map(_string, item.hosts))}] }}\n"
    fate = "kept" if item.by == _KEPT else f"removed by {item.by}"
    hosts = ", ".join(item.hosts[:3]) + (", and others" if len(item.hosts) > 3 else "")
    first, *others = item.variants
    # Another spelling makes the better second hit, if the pattern allows for it.
    compiled = compile_pattern(pattern)
    second = next((text for text in others if compiled.fullmatch(view(text).text)), first)
    hits = [f"⟦{first}⟧", f"The vote passed.\n\n⟦{second}⟧\n\nThe end."]
    line = " ".join(first.split())
    misses = [f"“{line}” was what she said to them.", f"He said: {line} and much more of it."]
    return (
        f'[[rule]]\nid = {_string(rule_id)}\nlabel = {_string(item.label)}\nremoves = "paragraph"\n'
        f"why = {_string(f'On {item.documents} of {item.of} documents of {hosts}; {fate}.')}\n"
        f"anchors = [{_string(anchor)}]\npattern = '''{pattern}'''\n"
        f"hits = [{', '.join(map(_string, hits))}]\n"
        f"misses = [{', '.join(map(_string, misses))}]\n{scope}"
    )


def _anchor(variants: Sequence[str]) -> str | None:
    """The longest stretch without digits or bullets, with the line's end where it reaches it.

    Only ASCII letters lose their case: the automaton takes others as they are written.
    """
    line = variants[0].lower() if variants[0].isascii() else variants[0]
    pieces = (piece.strip() for piece in regex.findall(r"\p{L}[^\p{N}\n]*", line))
    anchor = max(pieces, key=len, default="")
    anchor = str(regex.sub(r"[^\p{L}.!?)]+\Z", "", anchor))
    if len(anchor) < 2:
        return None
    if len(anchor) > _MAX_ANCHOR:
        return anchor[:_MAX_ANCHOR].rpartition(" ")[0] or anchor
    at_end = all(variant.lower().endswith(anchor.lower()) for variant in variants)
    return f"{anchor}\n" if at_end else anchor


def _pattern(line: str) -> str:
    """The line with any numbers, bullets and marks at its ends, as a whole line."""
    bare = regex.sub(_MARKS_AT_ENDS, "", " ".join(line.lower().split()))
    words = [
        _NUMBER.sub(lambda _: r"\d[\d.,:/'-]*", regex.sub(r"([\\.^$*+?{}\[\]|()#])", r"\\\1", word))
        for word in bare.split(" ")
    ]
    return f"(?i) ^ {_MARKS} {' [ ] '.join(words)} {_MARKS} $"


def _string(text: str) -> str:
    """A TOML basic string: JSON's escapes, and the one character that TOML forbids beside them."""
    return orjson.dumps(text).decode().replace("\x7f", "\\u007F")
