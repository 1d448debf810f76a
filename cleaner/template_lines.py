"""What host templates are counted by: a page's lines, made comparable, with their place.

Two pages of a site never print quite the same furniture: the date, a counter and the quotes
differ. `line_key` takes that away. `observe` turns a page into what is counted of it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from hashlib import blake2b
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

import regex

from cleaner.hosts import host_of
from cleaner.reach import is_prose
from cleaner.records import Document, Paragraph
from cleaner.view import view

HEAD, BODY, TAIL = "head", "body", "tail"
ZONES = (HEAD, BODY, TAIL)
MAX_CHARS = 1_500
_MAX_RUN_WORDS = 8
_MIN_BODY_WORDS = 12
_SHORT_LINE_COST = 8
_MAX_PLACE = 99
_DIGIT = re.compile(r"\d")
_DIGITS = regex.compile(r"\d+(?:[.,:/'-]\d+)*")
# Month and day names in the languages of the built-in packs, known by how they begin.
_MONTH = (
    r"(?:jan|ene|gen|feb|fév|mar|mär|maa|apr|abr|avr|may|mai|mei|mag|jun|jui|giu|jul|lug|aug|ago|aoû"
    r"|sep|set|oct|okt|ott|out|nov|dec|dez|dic|déc)\p{L}{0,7}\.?"
)
_DAY = r"(?:mon|tue|wed|thu|fri|sat|sun|die|mit|don|fre|sam|son)\p{L}{0,7}\.?,?[ ]"
_DATE = regex.compile(
    rf"(?:\b{_DAY})?(?:0(?:st|nd|rd|th|\.)?[ ](?:of[ ]|de[ ])?{_MONTH}(?:,?[ ](?:de[ ])?0)?"
    rf"|\b{_MONTH}[ ]0(?:st|nd|rd|th)?(?:,?[ ]0)?)(?![\w])"
)
_CLOCK = regex.compile(r"(?<=\b0) ?(?:[ap]\.?m\b\.?|uhr\b|h\b)(?: [a-z]{2,4}t\b)?")
_ZEROS = regex.compile(r"0(?:[ ,|/-]+0\b)+")
_SENTENCE_END = regex.compile(r"[.!?…。][\"'”’»)\]]*\Z")
_TRACKING = regex.compile(r"(?i)utm_|fbclid|gclid|cmp|ref|smid|src|source|ns_|ito|amp")


class Sighting(NamedTuple):
    """A line (or a run of two) on one page.

    `place` is how many paragraphs it stands before the body's last one (negative: behind it),
    `exact` is a digest of the line with its numbers, `content` P(article) or None.
    """

    line: str
    example: str
    zone: str
    place: int
    exact: int
    content: float | None


class Page(NamedTuple):
    """What is counted of one page; small, and free to travel between processes.

    `name` is a digest of its address; `prose` are the lines that tell a story from another.
    """

    host: str
    name: int
    prose: tuple[tuple[str, int], ...]
    sightings: tuple[Sighting, ...]


def line_key(text: str) -> str:
    """The line as it is compared: case, typography, bullets, numbers and dates don't count.

    >>> line_key("* Updated: Monday, 4 March 2024, 10:15 am GMT")
    'updated: 0'
    >>> line_key("12 Comments »") == line_key("• 3 comments")
    True

    What stands between numbers does count, so "May" the minister is not a month:

    >>> line_key("May resigns")
    'may resigns'
    """
    return _key(view(text).text)


def line_keys(document: Document, paragraphs: Sequence[Paragraph], most: int) -> list[str]:
    """The `line_key` of each paragraph, empty for one of more than `most` characters."""
    plain = view(document.text).text
    return [
        _key(plain[start:end]) if end - start <= most else ""
        for start, end in (paragraph.span for paragraph in paragraphs)
    ]


def _key(plain: str) -> str:
    """`line_key` of what `view` has made plain."""
    line = " ".join(plain.lower().split())
    line = _without_marks(line) or line
    if _DIGIT.search(line):
        line = _DIGITS.sub("0", line)
        line = _CLOCK.sub("", _DATE.sub("0", line))
        line = _ZEROS.sub("0", line)
    return line


def _without_marks(line: str) -> str:
    """The line without bullets before it and arrows behind it."""
    start, end = 0, len(line)
    while start < end and not (line[start].isalnum() or line[start] == "©"):
        start += 1
    while start < end and not (line[end - 1].isalnum() or line[end - 1] in ".!?)"):
        end -= 1
    return line[start:end]


def digest(text: str) -> int:
    """A 63-bit digest: what the counts know a string by."""
    state = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8)
    return int.from_bytes(state.digest(), "big") >> 1


def is_sentence(text: str) -> bool:
    """Whether a line ends like a sentence."""
    return _SENTENCE_END.search(text[-4:]) is not None


def words_of(text: str) -> int:
    """The number of words in a line."""
    return text.count(" ") + text.count("\n") + 1


def body_of(paragraphs: Sequence[Paragraph], known: Collection[int] = ()) -> tuple[int, int] | None:
    """First and last paragraph of the article: the stretch with most sentences and least else.

    `known` paragraphs are furniture already. None where there are no sentences at all.

    >>> from cleaner.segment import segment
    >>> sentence = "The council said on Monday that it would vote for the bridge soon.\\n"
    >>> text = f"Menu\\nHome\\n{sentence * 3}Share\\nTerms"
    >>> body_of(segment(Document("1", "-", None, text)))
    (2, 4)
    """
    best, best_range = 0, None
    total, start = 0, 0
    for paragraph in paragraphs:
        words = words_of(paragraph.text)
        is_body = words >= _MIN_BODY_WORDS and is_sentence(paragraph.text)
        if total <= 0:
            total, start = 0, paragraph.index
        if is_body and paragraph.index not in known:
            total += words
        else:
            total -= _SHORT_LINE_COST
        if total > best:
            best, best_range = total, (start, paragraph.index)
    return best_range


def zone_of(index: int, body: tuple[int, int] | None) -> str:
    """Where a paragraph stands; all is body where the body is not known."""
    if body is None or body[0] <= index <= body[1]:
        return BODY
    return HEAD if index < body[0] else TAIL


def place_of(index: int, body: tuple[int, int] | None) -> int:
    """How many paragraphs before the body's last one a paragraph stands."""
    if body is None:
        return _MAX_PLACE
    return max(-_MAX_PLACE, min(_MAX_PLACE, body[1] - index))


def runs(lines: Sequence[str]) -> list[tuple[int, str]]:
    """The runs of two short lines, each with the index of its first.

    >>> runs(["share", "print", "a longer line that says a good deal by itself", "share"])
    [(0, 'share\\nprint')]
    """
    is_short = [bool(line) and words_of(line) <= _MAX_RUN_WORDS for line in lines]
    return [
        (index, f"{lines[index]}\n{lines[index + 1]}")
        for index in range(len(lines) - 1)
        if is_short[index] and is_short[index + 1]
    ]


def observe(
    document: Document, paragraphs: Sequence[Paragraph], scores: Sequence[float] | None = None
) -> Page | None:
    """What a page adds to the counts, or None where its host is not known or its text is broken.

    A line counts once a page, at the first place where it stands. `scores` are P(article) of
    the paragraphs, from a content model; without them only position, length and counts guard.
    """
    host = host_of(document.url)
    if host is None or document.url is None or not _is_storable(document.url + document.text):
        return None
    body = body_of(paragraphs)
    lines = line_keys(document, paragraphs, MAX_CHARS)
    seen: dict[str, Sighting] = {}
    for index, line in [*enumerate(lines), *runs(lines)]:
        if not line or line in seen:
            continue
        last = index + line.count("\n")
        example = "\n".join(paragraph.text for paragraph in paragraphs[index : last + 1])
        score = None if scores is None else max(scores[index : last + 1])
        place = place_of(index, body)
        exact = digest(view(example).text.lower())
        seen[line] = Sighting(line, example, zone_of(index, body), place, exact, score)
    prose = tuple(
        (lines[paragraph.index], len(paragraph.text))
        for paragraph in paragraphs
        if lines[paragraph.index] and is_prose(paragraph)
    )
    return Page(host, digest(_address(document.url)), prose, tuple(seen.values()))


def _is_storable(text: str) -> bool:
    """Whether a text is free of lone surrogates, which no database takes."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _address(url: str) -> str:
    """A URL without what leads to the same page: the fragment and tracking parameters."""
    parts = urlsplit(url)
    query = [(name, value) for name, value in parse_qsl(parts.query) if not _TRACKING.match(name)]
    return f"{parts.netloc.lower()}{parts.path.rstrip('/')}?{urlencode(sorted(query))}"
