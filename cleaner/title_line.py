"""Which line of a text dump is its title: a line of some words that the body says again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import regex

from cleaner.records import Paragraph

_MIN_TITLE_SCORE = -1.0
_SHORT_HEAD = 4
MAX_TITLE_CHARS = 300
_MIN_TITLE_WORDS, _MAX_TITLE_WORDS = 4, 40
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


def best_title(
    head: Sequence[Paragraph], body: Sequence[Paragraph], *, is_clean: bool
) -> Paragraph | None:
    """The likeliest of the title-shaped lines above the body, if it is likely at all.

    Where nothing in the text is furniture (`is_clean`), its first line is more often a
    standfirst than a title that was left on.
    """
    candidates = [paragraph for paragraph in head if _is_title_shaped(paragraph)]
    if not candidates:
        return None
    [first, *others] = candidates
    if (
        not others
        and first.index == 0
        and _is_standfirst(first.text, least=0.0 if is_clean else -0.75)
    ):
        return None
    said = " ".join([paragraph.text for paragraph in body]).lower()
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
        and len(text) <= MAX_TITLE_CHARS
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


def _title_score(paragraph: Paragraph, said: str, after: int, repeated: bool) -> float:
    """How likely a line is the title (log odds): the body says its words again.

    `said` is the body in small letters; `after` counts the candidates between line and body.
    The weights are those of a logistic regression over 1,130 page dumps whose title is known,
    rounded.
    """
    words = paragraph.text.split()
    long_words = _LONG_WORD.findall(paragraph.text.lower())
    again = sum(_is_word_of(said, word) for word in long_words) / max(len(long_words), 3)
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


def _is_word_of(text: str, word: str) -> bool:
    """Whether a whole word of `text` is `word`.

    >>> _is_word_of("a bridge, closed", "bridge"), _is_word_of("the bridges", "bridge")
    (True, False)
    """
    at = text.find(word)
    while at >= 0:
        end = at + len(word)
        if not (_is_letter(text[at - 1 : at]) or _is_letter(text[end : end + 1])):
            return True
        at = text.find(word, end)
    return False


def _is_letter(character: str) -> bool:
    return character.isalnum() or character == "_"
