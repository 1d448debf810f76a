"""The head of an article in a text dump: its title and the byline that is a bare name.

A dump of a page has no markup that would say which line is the headline. What says so is
its shape (a line of some words without a full stop) and its place (above the first prose).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import NamedTuple

import regex

from cleaner.records import Document, Finding, Paragraph

BY_TITLE, BY_NAME = "lift:title-line", "lift:name-line"
_LOOK_BACK = 40
_BODY_PARAGRAPHS = 25
_MIN_TITLE_SCORE = -1.0
_SHORT_HEAD = 4
_MIN_TITLE_WORDS, _MAX_TITLE_WORDS, _MAX_TITLE_CHARS = 4, 40, 300
_MIN_BODY_WORDS, _SURE_BODY_WORDS = 9, 25
_SENTENCE_END = regex.compile(r"[.!?…。][\"'”’»)\]]*\Z")
_FULL_STOP = regex.compile(r"[.…:;,。][\"'”’»)\]]*\Z")
_BULLET = regex.compile(r"[-–—*•▪◦·●|#>]\s")
# "By Jane Doe", "Posted 11 September", "3 min read", "12:05 GMT": never a headline.
_HEADER_LINE = regex.compile(
    r"""(?i) (?: by | von | par | por | posted | published | updated | last [ ] updated
              | written [ ] by | image | photo | credit | source ) \b [ :]
        | .{0,40} \b (?: min(?:ute)?s? [ ] read | \d{1,2}:\d{2} | ago ) \b
        | .{0,30} \b (?: 19 | 20 ) \d\d \W* \Z""",
    regex.VERBOSE,
)
_CAPTION = regex.compile(r"[(©|]|\b(?:Credit|Getty|Photo|Image|Picture|File)\b|\bphotos?\b|\bvia ")
_ARTICLE = regex.compile(r"(?i)\b(?:the|an?)\b")
_AUXILIARY = regex.compile(
    r"(?i)\b(?:is|are|was|were|has|have|had|will|would|said|says|that|which|there|their|its?|been|be)\b"
)
_LONG_WORD = regex.compile(r"\w{4,}")
_NAME = regex.compile(
    r"\p{Lu}\p{Ll}[\p{L}'’-]*(?: (?:\p{Lu}\.|de|del|la|van|der|den|von|bin|ibn|al|el|da|dos|di|du"
    r"|le|\p{Lu}[\p{L}'’]*\p{Ll}(?:-\p{Lu}\p{Ll}+)*)){1,3}"
)
_NOT_NAMES = frozenset(
    """News Business Sport Sports World Politics Opinion Tech Technology Science Health Culture
    Travel Money Markets Life Style Lifestyle Local National International Breaking Latest Top
    Stories Story More Read Related Home Today Daily Weekly Times Post Press Tribune Journal
    Herald Gazette Chronicle Guardian Telegraph Video Photos Gallery Live Updates Analysis
    Exclusive Editor Editors Staff Reporter Desk Team Correspondent Agencies Agency Service
    Middle East West North South Africa Asia Europe America American States Kingdom United New
    York City Los Angeles San Francisco Hong Kong Start Reading Sign Log Subscribe Share Follow
    Watch Listen Play Show Comments Advertisement About Contact Privacy Terms Cookie Policy Real
    Estate Stock Market Crypto Energy Climate Education Finance Personal Economy Food Drink Arts
    Entertainment Music Film Television Books Games Football Cricket Tennis Golf Rugby Formula
    Premier League Champions World Cup White House Supreme Court Key Points In Brief The A An
    Your My Our This That What Why How Who When Where View All Result Results Search Menu Close
    Open Skip Main Content Next Previous Page Click Here Please See Get Back Load Join Donate Shop
    Image Caption Report Reports Special Print Share Buy Sale Book Now Free Trial""".split()
)


class Header(NamedTuple):
    """What the head of a document gave: values and the findings that lift their lines."""

    title: str | None
    authors: str | None
    findings: tuple[Finding, ...]


def find_header(
    document: Document,
    paragraphs: Sequence[Paragraph],
    settled: Collection[int],
    content: Sequence[float],
    keep: float,
) -> Header:
    """The title line above the body and, beside it, a line that is only a name.

    `settled` holds the indexes of paragraphs that rules have explained; `content` the
    P(article) of each paragraph, of which `keep` or more is an article's. Text that begins
    with prose has no title line, and neither has text without any prose:

    >>> from cleaner.segment import segment
    >>> text = '''Harbour Bridge Closes For Six Weeks
    ... Ana Lindqvist
    ... The harbour bridge will close for six weeks from Monday, the port authority said.'''
    >>> document = Document("1", "-", None, text)
    >>> find_header(document, segment(document), (), [0.2, 0.1, 0.9], 0.5)[:2]
    ('Harbour Bridge Closes For Six Weeks', 'Ana Lindqvist')
    >>> clean = Document("1", "-", None, text.splitlines()[-1])
    >>> find_header(clean, segment(clean), (), [0.9], 0.5)
    Header(title=None, authors=None, findings=())
    """
    known = document.meta.get("title")
    known = known if isinstance(known, str) and known.strip() else None
    body = _first_body(paragraphs, settled, content, keep)
    if body is None:
        return Header(known, None, ())
    head = [p for p in paragraphs[max(body - _LOOK_BACK, 0) : body] if p.index not in settled]
    title = (
        _same_as(known, paragraphs[: body + 1], settled)
        if known
        else _best_title(head, paragraphs[body : body + _BODY_PARAGRAPHS], is_clean=not settled)
    )
    if title is None:
        return Header(known, None, ())
    findings = [Finding(title.span, "title", BY_TITLE, 0.9)]
    name = None
    if not document.meta.get("authors"):
        name = next((p for p in head if _is_name(p) and 0 < abs(p.index - title.index) <= 2), None)
    if name is not None:
        findings.append(Finding(name.span, "chrome", BY_NAME, 0.8))
    return Header(
        known or " ".join(title.text.split()), name.text if name else None, tuple(findings)
    )


def _first_body(
    paragraphs: Sequence[Paragraph],
    settled: Collection[int],
    content: Sequence[float],
    keep: float,
) -> int | None:
    """The index of the first paragraph of the article that reads as prose."""
    for paragraph, probability in zip(paragraphs, content, strict=True):
        if probability < keep or paragraph.index in settled:
            continue
        words = paragraph.text.count(" ") + 1
        # In scripts without spaces a long line has few words.
        if words >= _SURE_BODY_WORDS or (words < 4 and len(paragraph.text) > 60):
            return paragraph.index
        if words >= _MIN_BODY_WORDS and _is_statement(paragraph.text):
            return paragraph.index
    return None


def _is_statement(text: str) -> bool:
    return _SENTENCE_END.search(text) is not None and not text.endswith(("?", "!"))


def _same_as(
    known: str, paragraphs: Sequence[Paragraph], settled: Collection[int]
) -> Paragraph | None:
    """The line that repeats a title known from elsewhere, with or without a site's name."""
    wanted = _letters(known)
    for paragraph in paragraphs:
        if paragraph.index in settled or len(paragraph.text) > _MAX_TITLE_CHARS:
            continue
        letters = _letters(paragraph.text)
        if len(letters) >= 8 and (
            letters == wanted
            or (wanted.startswith(letters) and len(letters) > 0.6 * len(wanted))
            or (letters.startswith(wanted) and len(wanted) > 0.6 * len(letters))
        ):
            return paragraph
    return None


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).lower()


def _best_title(
    head: Sequence[Paragraph], body: Sequence[Paragraph], *, is_clean: bool
) -> Paragraph | None:
    """The likeliest of the title-shaped lines above the body, if it is likely at all.

    Where nothing in the text is furniture (`is_clean`), its first line is more often a
    standfirst than a title that was left on.
    """
    candidates = [paragraph for paragraph in head if _is_title_shaped(paragraph)]
    if not candidates:
        return None
    said = set(_LONG_WORD.findall(" ".join([p.text for p in body]).lower()))
    [first, *others] = candidates
    if (
        not others
        and first.index == 0
        and _is_standfirst(first.text, least=0.0 if is_clean else -0.75)
    ):
        return None
    times = Counter(paragraph.text for paragraph in head)
    best, score = None, _MIN_TITLE_SCORE
    for after, paragraph in enumerate(reversed(candidates)):
        likely = _title_score(paragraph, said, after, times[paragraph.text] > 1)
        # A text that begins right above its body begins with its title, whatever that says.
        likely += 3.0 * (paragraph.index == 0 and body[0].index <= _SHORT_HEAD)
        if likely > score:
            best, score = paragraph, likely
    return best


def _is_title_shaped(paragraph: Paragraph) -> bool:
    text = paragraph.text
    words = text.count(" ") + 1
    return (
        _MIN_TITLE_WORDS <= words <= _MAX_TITLE_WORDS
        and len(text) <= _MAX_TITLE_CHARS
        and "\n" not in text
        and not text[0].islower()
        and any(map(str.isalpha, text))
        and not _FULL_STOP.search(text)
        and not _BULLET.match(text)
        and not _HEADER_LINE.match(text)
    )


def _is_standfirst(text: str, least: float = -0.75) -> bool:
    """Whether the first line of a text is rather its introduction than its title.

    Text whose title is gone begins with a standfirst as often as with prose. It is a
    sentence that lost its full stop: small letters, articles, auxiliary verbs. (A logistic
    regression over 1,260 titles and 169 first lines of texts without one, rounded.)

    >>> _is_standfirst("Neighbours said that there was a strange smell coming from the house")
    True
    >>> _is_standfirst("Council Votes To Rebuild The Harbour Bridge")
    False
    """
    words = text.split()
    capitals = sum(word[:1].isupper() for word in words[1:]) / max(len(words) - 1, 1)
    small = 2.5 * len(_ARTICLE.findall(text)) + 2.7 * len(_AUXILIARY.findall(text))
    score = 1.6 * capitals - small / len(words) - 0.03 * len(words)
    return score - 1.3 * (len(words) > 16) - 0.7 * ("?" in text) < least


def _title_score(paragraph: Paragraph, said: Collection[str], after: int, repeated: bool) -> float:
    """How likely a line is the title (log odds): the body says its words again.

    `after` counts the candidates between it and the body. The weights are those of a
    logistic regression over 1,130 page dumps whose title is known, rounded.
    """
    words = paragraph.text.split()
    long_words = _LONG_WORD.findall(paragraph.text.lower())
    again = sum(word in said for word in long_words) / max(len(long_words), 3)
    capitals = sum(word[:1].isupper() for word in words) / len(words)
    return (
        -3.4
        + 4.2 * again
        + 2.3 * min(len(words), 12) / 12
        - 0.3 * max(len(words) - 16, 0)
        - 0.8 * capitals
        - 2.7 * (len(paragraph.text) < 25)
        + 0.6 * repeated
        - 0.3 * after
        - 1.0 * (_CAPTION.search(paragraph.text) is not None)
    )


def _is_name(paragraph: Paragraph) -> bool:
    text = paragraph.text
    return (
        len(text) <= 40
        and _NAME.fullmatch(text) is not None
        and not _NOT_NAMES.intersection(text.split())
    )
