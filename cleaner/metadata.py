"""The metadata of a cleaned document: one fixed set of keys, null where unknown."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

import numpy as np
import regex

from cleaner.classify import Judgement
from cleaner.dates import parse_date
from cleaner.header import Header
from cleaner.hosts import host_of
from cleaner.records import Action, Decision, Document, Paragraph
from cleaner.rules import Lifted
from cleaner.weigh import Policy

Scalar = str | int | float | bool | None
_DECLARED = ("none", "partial", "section", "full")
_CONTENT = ("reporting", "ai_commentary", "duplicate")
_SENTENCE_END = regex.compile(r"[.!?:;。！？।؟][\"'”’»)\]*]*\Z")
_CUT_MARK = regex.compile(r"(?:…|\.\.\.|\[\+\d+ chars\]|\[(?:…|\.\.\.)\])\W*\Z")
_LATIN_END = regex.compile(r"[\p{Latin}\d,%-]\Z")
_STOPS = frozenset(".!?")
_PROSE_WORDS = 20
_TAIL_CHARS = 2_000
_BYLINE_START = regex.compile(
    r"(?i)\A(?:written |posted |story |words |reporting )?(?:by|von|par|por|di|door)\b[:\s]+"
)
_BYLINE_SPLIT = regex.compile(r"(?i)\s*(?:,|;|&|\band\b|\bund\b|\bet\b|\by\b)\s*")
# A line of text that ends in one of these goes on somewhere else.
_OPEN_WORDS = frozenset(
    """a an the this that these those its his her their our your my of in on at to for from by
    with without within into onto over under between among against about as and or but nor so if
    when while where which who whom whose because although than is are was were be been being has
    have had will would can could may might must should not no more most such very between across
    through toward towards during after before despite via per until since upon de la le
    der die das und oder mit von zu""".split()
)


def build_metadata(
    document: Document,
    paragraphs: Sequence[Paragraph],
    lifted: Sequence[Lifted],
    header: Header,
    decisions: Sequence[Decision],
    judgement: Judgement,
    policy: Policy,
) -> dict[str, Scalar]:
    """Collect what was lifted, measured and decided; keys as in the README's table."""
    meta = document.meta
    removals = [d.span for d in decisions if d.action is Action.REMOVE]
    removed = sum([end - start for start, end in removals])
    disclosures = [item for item in lifted if item.field == "ai_declared"]
    return {
        "title": _text(meta.get("title")) or header.title or _first(lifted, "title"),
        "authors": _text(meta.get("authors")) or _authors(lifted, header),
        "site": _text(meta.get("site")) or _first(lifted, "site"),
        "host": host_of(document.url),
        "lang": _text(meta.get("lang")),
        "path": _text(meta.get("path")) or document.source,
        "record": meta.get("record"),
        "encoding": _text(meta.get("encoding")),
        "extractor": _text(meta.get("extractor")),
        "chars_in": len(document.text),
        "chars_out": len(document.text) - removed,
        "removed_spans": len(removals),
        "ai_declared": _declared(disclosures, decisions),
        "ai_disclosure": _disclosure(document, disclosures),
        "ai_score": None if judgement.ai_score is None else round(judgement.ai_score, 4),
        "ai_chars": sum(d.span.end - d.span.start for d in decisions if d.label == "ai_commentary"),
        "ai_suspect_chars": _suspect_chars(paragraphs, judgement, decisions, policy),
        "truncated": bool(meta.get("truncated"))
        or any(item.field == "truncated" for item in lifted)
        or is_truncated(document.text, decisions),
        "duplicate_of": None,
        "created": _date(meta.get("date")) or _lifted_date(lifted),
        "added": _text(meta.get("added")),
    }


def is_truncated(text: str, decisions: Sequence[Decision]) -> bool:
    """Whether the article's last paragraph stops in the middle of a sentence.

    A last list item or sub-heading has no full stop either, so a short line counts only
    where it ends in a word that can't end anything ("with high emphasis on").
    """
    last = next((d for d in reversed(decisions) if d.label in _CONTENT), None)
    if last is None:
        return False
    # Its last line; a decision may be about many paragraphs.
    tail = text[max(last.span.start, last.span.end - _TAIL_CHARS) : last.span.end]
    end = tail.strip().rsplit("\n", 1)[-1].rstrip()
    if end[-1:] in _STOPS and end[-2:-1].isalnum():
        return False  # most texts end so
    if _CUT_MARK.search(end):
        return True
    if _SENTENCE_END.search(end) or not _LATIN_END.search(end):
        return False
    words = end.split()
    if len(words) < 4:
        return False
    return len(words) >= _PROSE_WORDS or words[-1] in _OPEN_WORDS or end[-1] in ",-"


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _first(lifted: Sequence[Lifted], field: str) -> str | None:
    return next((item.value for item in lifted if item.field == field and item.value), None)


def _authors(lifted: Sequence[Lifted], header: Header) -> str | None:
    """The names in lifted bylines, joined with "; ", each once.

    A byline that is not made of names ("By our correspondent") is kept as it stands.
    """
    names: list[str] = []
    for item in lifted:
        if item.field == "authors":
            value = _BYLINE_START.sub("", item.value).strip(" -|,.")
            names.extend(name for name in _BYLINE_SPLIT.split(value) if name)
    # A bare name in the head may be a topic ("Donald Trump"): it yields to a real byline.
    if header.authors and not names:
        names.append(header.authors)
    return "; ".join(dict.fromkeys(names)) or None


def _declared(disclosures: Sequence[Lifted], decisions: Sequence[Decision]) -> str:
    """The strongest declaration: a disclosure's, or an AI section that a rule found."""
    declared = [item.value for item in disclosures]
    if any(
        d.label == "ai_commentary" and d.because is not None and d.because.by.startswith("rule:")
        for d in decisions
    ):
        declared.append("section")
    return max(declared, key=_DECLARED.index, default="none")


def _disclosure(document: Document, disclosures: Sequence[Lifted]) -> str | None:
    strongest = max(disclosures, key=lambda item: _DECLARED.index(item.value), default=None)
    return None if strongest is None else " ".join(document.text[slice(*strongest.span)].split())


def _suspect_chars(
    paragraphs: Sequence[Paragraph],
    judgement: Judgement,
    decisions: Sequence[Decision],
    policy: Policy,
) -> int:
    """Characters of kept reporting whose machine score is above the suspect threshold."""
    suspects = (judgement.machine >= np.float64(policy.suspect)).nonzero()[0]  # not NaN
    chars = 0
    for index in suspects.tolist():
        start, end = paragraphs[index].span
        decision = decisions[bisect_right(decisions, start, key=_start) - 1]
        if decision.action is Action.KEEP and decision.label == "reporting":
            chars += end - start
    return chars


def _start(decision: Decision) -> int:
    return decision.span.start


def _date(value: object) -> str | None:
    return parse_date(value) if isinstance(value, str) else None


def _lifted_date(lifted: Sequence[Lifted]) -> str | None:
    dates = (parse_date(item.value) for item in lifted if item.field == "date")
    return next((date for date in dates if date), None)
