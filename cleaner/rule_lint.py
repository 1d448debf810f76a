"""What is doubtful about rules that load and pass their own examples.

`lint` says which rules can't be reached through one of their anchors, remove what another
rule removes, run slowly, hang on everyday words, or show too few examples.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import regex

from cleaner.records import Document, Span
from cleaner.rule import Rule
from cleaner.rule_speed import slowest
from cleaner.rules import RuleSet
from cleaner.segment import segment
from cleaner.view import view

_MIN_EXAMPLES = 2
_SLOW_SECONDS = 0.01
_FREQUENT_IN_EXAMPLES = 0.02
_MIN_FREQUENT = 20
_MIN_AROUND = 2
# An anchor with a line's edge or a colon is rare enough, whatever its words are.
_MARKS = regex.compile(r"[^\p{L}\p{N} ]")
_WORD = regex.compile(r"\p{L}+|\p{N}+")
_ANYTHING = regex.compile(
    r"(?:\[\^[^\]]+\]|(?<!\\)\.|\\[wSpP](?:\{\w+\})?|\[[^\]]*\\[wpS][^\]]*\])\s?[*+{]"
)
_LETTERS = regex.compile(r"\p{L}+")
_COMMENT = regex.compile(r"(?<!\\)\#[^\n]*")
# Words that stand in most news texts: an anchor made of them alone costs a run everywhere.
_FREQUENT = frozenset(
    """a about after again against all also an and another any are around as at back be because
    been before being between both but by can city come could day did do does down during each
    even ever every first for former from get go going good government group had has have he her
    here him his home house how i if in including into is it its just know last law like live local
    long made make man many may me members might million minister money month more most mr much
    must my national never new next night no not now of off office old on one only or other our
    out over own part party past people per percent place plan play point police president public
    put read report right said same say says second see set several she should show since so some
    state still story such take team than that the their them then there these they thing think
    this those three through time to today told top two under until up us use very want was way we
    week well were what when where which while who why will with work world would year years yet you
    your der die das und von zu mit den ist für auf le la les de des et en un une est que el los
    las y por con para del o os as do da em não il lo gli di e che
    per non het een van op te""".split()
)


class Problem(NamedTuple):
    """One doubt about a rule: `kind` groups them, `detail` is for people.

    Kinds: ``examples``, ``anchor-unreachable``, ``anchor-frequent``, ``redundant`` (another
    rule takes all its hits), ``overlap`` (some of them), ``slow``.
    """

    rule: str
    kind: str
    detail: str

    def __str__(self) -> str:
        return f"rule '{self.rule}': {self.kind}: {self.detail}"


def lint(rules: Sequence[Rule], others: Sequence[Rule] = ()) -> list[Problem]:
    """All doubts about `rules`, in their order; `others` are the rules that run beside them.

    >>> from cleaner.rules import parse_pack
    >>> pack = parse_pack('''
    ... [[rule]]
    ... id = "demo.listen"
    ... label = "chrome"
    ... removes = "paragraph"
    ... why = "Players leave their button's text behind."
    ... anchors = ["listen to", "hear this story"]
    ... pattern = "(?i) ^ listen [ ] to [ ] this [ ] article $"
    ... hits = ["⟦Listen to this article⟧", "Title\\\\n⟦Listen to this article⟧"]
    ... misses = ["Listen to this article's editor, she said."]
    ... ''', "demo.toml")
    >>> for problem in lint(pack):
    ...     print(problem)
    rule 'demo.listen': examples: 1 of misses, 2 are needed
    rule 'demo.listen': anchor-unreachable: 'hear this story' stands in no hit, and the pattern \
has no 'hear'
    """
    everything = [*rules, *(other for other in others if other.id not in {r.id for r in rules})]
    texts = [text for rule in everything for text in _texts(rule)]
    together = RuleSet([rule.in_company for rule in everything])
    frequent = _frequent_anchors(rules, texts)
    return [
        problem
        for rule in rules
        for problem in (
            *_few_examples(rule),
            *_unreachable(rule),
            *(Problem(rule.id, "anchor-frequent", detail) for detail in frequent.get(rule.id, ())),
            *_overlaps(rule, together),
            *_slow(rule),
        )
    ]


def _texts(rule: Rule) -> list[str]:
    """The texts of a rule's examples, without marks."""
    return [text.replace("⟦", "").replace("⟧", "") for text in (*rule.hits, *rule.misses)]


def _few_examples(rule: Rule) -> Iterator[Problem]:
    for name, examples in (("hits", rule.hits), ("misses", rule.misses)):
        if len(set(examples)) < _MIN_EXAMPLES:
            detail = f"{len(set(examples))} of {name}, {_MIN_EXAMPLES} are needed"
            yield Problem(rule.id, "examples", detail)


def _unreachable(rule: Rule) -> Iterator[Problem]:
    """Anchors that stand in no hit and that the pattern does not spell either.

    A pattern with a stretch of anything (``[^\\n]{0,80}``) may hold any anchor there, so nothing
    is said about it. Where an anchor stands beside the match, a hit that shows it settles
    the doubt.
    """
    if _ANYTHING.search(rule.pattern):
        return
    shown = "\n".join(_folded(text) for text in _texts(rule)[: len(rule.hits)])
    spelled = _spelled(rule.pattern)
    for anchor in rule.anchors:
        if _folded(anchor)[1:-1] in shown:
            continue
        strange = [word for word in _LETTERS.findall(anchor.lower()) if word not in spelled]
        if strange:
            detail = f"{anchor!r} stands in no hit, and the pattern has no {strange[0]!r}"
            yield Problem(rule.id, "anchor-unreachable", detail)


def _folded(text: str) -> str:
    return view(text).folded.decode("utf-8", "surrogatepass")


def _spelled(pattern: str) -> str:
    """The letters and digits of a pattern as one string, alternatives of a letter resolved.

    >>> _spelled("colou?r [ ] summari[sz]e  # why")
    'colour summarise summarize color summarise summarize'
    """
    bare = _COMMENT.sub("", pattern).lower()
    bare = regex.sub(r"\[[ ]\]|\\s|\\ ", "\0", bare)
    both = bare.replace("?", ""), regex.sub(r"\p{L}\?", "", bare)
    words = []
    for word in " ".join(dict.fromkeys(both)).replace("\0", " ").split():
        letters = regex.search(r"\[(\p{L}{2,3})\]", word)
        if letters is None:
            words.append(word)
        else:
            words += [word.replace(letters.group(), letter) for letter in letters.group(1)]
    return " ".join(words)


def _frequent_anchors(rules: Iterable[Rule], texts: Sequence[str]) -> dict[str, list[str]]:
    """Anchors of everyday words, or that stand in the examples of many other rules."""
    anchors: dict[str, list[tuple[str, str]]] = {}
    for rule in rules:
        for anchor in rule.anchors:
            anchors.setdefault(_folded(anchor)[1:-1], []).append((rule.id, anchor))
    most = max(_MIN_FREQUENT, round(_FREQUENT_IN_EXAMPLES * len(texts)))
    inside = _words_around(anchors, texts)
    counts: Counter[str] = Counter()
    for text in map(_folded, texts):
        counts.update(anchor for anchor in anchors if anchor in text)
    found: dict[str, list[str]] = {}
    for folded, owners in anchors.items():
        words = _WORD.findall(folded)
        everyday = len(words) <= 2 and all(word in _FREQUENT for word in words)
        if everyday and words and not _MARKS.search(folded):
            reason = "is made of everyday words"
        elif counts[folded] > most:
            reason = f"stands in {counts[folded]} of {len(texts)} examples of all rules"
        elif len(inside.get(folded, ())) >= _MIN_AROUND:
            shown = ", ".join(repr(word) for word in sorted(inside[folded])[:_MIN_AROUND])
            reason = f"stands inside of other words, such as {shown}"
        else:
            continue
        for rule_id, anchor in owners:
            found.setdefault(rule_id, []).append(f"{anchor!r} {reason}")
    return found


def _words_around(anchors: Iterable[str], texts: Iterable[str]) -> dict[str, set[str]]:
    """The words of the examples that hold an anchor of letters alone, but don't begin with it."""
    short = {anchor for anchor in anchors if _LETTERS.fullmatch(anchor)}
    sizes = {len(anchor) for anchor in short}
    around: dict[str, set[str]] = {}
    for word in {word for text in texts for word in _LETTERS.findall(_folded(text))}:
        for size in sizes:
            for start in range(1, len(word) - size + 1):
                if (piece := word[start : start + size]) in short:
                    around.setdefault(piece, set()).add(word)
    return around


def _overlaps(rule: Rule, together: RuleSet) -> Iterator[Problem]:
    """The rules that take exactly what this one takes from its own hits.

    Where only one of them lifts metadata or says that a machine wrote, both are needed.
    """
    by: Counter[str] = Counter()
    url = f"https://{rule.scope.hosts[0]}/" if rule.scope.hosts else None
    for hit in rule.hits:
        span = Span(hit.index("⟦"), hit.index("⟧") - 1)
        document = Document("example", "-", url, hit.replace("⟦", "").replace("⟧", ""))
        findings = together.find(document, segment(document)).findings
        by.update({f.by for f in findings if f.span == span and f.by != rule.by})
    for name, number in sorted(by.items()):
        other = together.by_name[name]
        if (other.lifts, other.declares) == (rule.lifts, rule.declares):
            detail = f"'{other.id}' takes the same from {number} of {len(rule.hits)} hits"
            kind = "redundant" if number == len(rule.hits) else "overlap"
            yield Problem(rule.id, kind, detail)


def _slow(rule: Rule) -> Iterator[Problem]:
    seconds, text = slowest(rule)
    if seconds > _SLOW_SECONDS:
        yield Problem(rule.id, "slow", f"{1000 * seconds:.0f} ms near one anchor, on {text}")
