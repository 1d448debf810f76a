"""A guess at the language of a text that doesn't say, by its commonest words."""

from __future__ import annotations

import re
from itertools import islice
from typing import NamedTuple

_STOP_WORDS = {
    "en": "the and of to in that is was for on with as it by at from he she said has have his her",
    "de": "der die und das den von zu mit sich des auf für ist im dem nicht ein eine als auch es",
    "fr": "le les et des du en une est que dans qui pour pas sur au plus par il elle ce sont aux",
    "es": "el los las y en que del se por con una para su es al lo como más pero fue este",
    "pt": "o os as e da do que em um uma para com não por mais dos das na no foi ao pela",
    "it": "il lo gli e di che è per un una con non sono del della dei nel alla le si ha al",
    "nl": "de het een en van in dat is op te zijn voor met niet aan er om ook als bij maar",
}
_LANGUAGES = tuple(_STOP_WORDS)
# Votes for all languages in one number, so many bits for each: a word's votes are one sum.
_BITS = 16
_VOTES = {
    word: sum(
        1 << _BITS * i for i, known in enumerate(_STOP_WORDS.values()) if word in known.split()
    )
    for word in " ".join(_STOP_WORDS.values()).split()
}
_MIN_LETTERS = 50
_LONG_LINE = re.compile(r"[^\n]{80,400}")
_LONG_LINES, _SAMPLE_CHARS = 4, 1000
_MIN_SHARE = 0.15
_MIN_LEAD = 1.5
# From here on one line is enough.
_CLEAR_SHARE, _CLEAR_LEAD = 0.2, 4.0


def guess_language(text: str) -> str | None:
    """The language of a text, or None where it is too short, another one, or mixed.

    >>> guess_language("The council said on Monday that it has put the plan to a vote of the city.")
    'en'
    >>> guess_language("The end") is None
    True
    """
    # The menus of a page say little; where a text has sentences, they do.
    found = _LONG_LINE.finditer(text)
    lines = [match.group() for match in islice(found, 1)]
    if lines:
        first = _vote(lines[0])
        if first.share >= _CLEAR_SHARE and first.lead >= _CLEAR_LEAD:
            return first.lang
        lines += [match.group() for match in islice(found, _LONG_LINES - 1)]
    vote = _vote(" ".join(lines) or text[:_SAMPLE_CHARS])
    return vote.lang if vote.share >= _MIN_SHARE and vote.lead >= _MIN_LEAD else None


class _Vote(NamedTuple):
    """The language with the most common words, their share, and how far ahead it is."""

    lang: str
    share: float
    lead: float


def _vote(sample: str) -> _Vote:
    words = sample.lower().split()
    if len("".join(words)) < _MIN_LETTERS:
        return _Vote("", 0.0, 0.0)
    total = sum(filter(None, map(_VOTES.get, words)))
    votes = [total >> _BITS * i & (1 << _BITS) - 1 for i in range(len(_STOP_WORDS))]
    second, most = sorted(votes)[-2:]
    best = _LANGUAGES[votes.index(most)]
    return _Vote(best, most / len(words), most / max(second, 0.1))
