"""The view of a text that rules are matched against: plain quotes, dashes and spaces.

Publishers change typography more often than words. Each replacement is one code point for
one, so every offset in the view is the same offset in the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cleaner import compiled

_PLAIN = {
    "'": "’‘‚ʼ‛′´`",
    '"': "“”„«»″",
    "-": "–—‒―−‑‐",
    " ": "\u00a0\u202f\u2009\u2002\u2003\u2007\u3000\t",
}
_PAIRS = tuple((fancy, plain) for plain, variants in _PLAIN.items() for fancy in variants)
_TABLE = np.arange(1 << 16, dtype=np.uint16)
_TABLE[[ord(fancy) for fancy, _ in _PAIRS]] = [ord(plain) for _, plain in _PAIRS]


class View(NamedTuple):
    """A text as rules see it.

    `text` keeps the case; `folded` is its UTF-8 with ASCII in lower case and a newline on
    either side, for the automaton; `starts` holds the byte offset of each code point in
    `folded`, or None where both offsets are the same but for the first newline.
    """

    text: str
    folded: bytes
    starts: npt.NDArray[np.intp] | None

    def code_points(self, places: Sequence[int]) -> list[int]:
        """The offsets in `text` of byte offsets in `folded`.

        >>> view("Café “now”").code_points([0, 7])
        [0, 5]
        """
        if self.starts is None:
            return [max(place - 1, 0) for place in places]
        offsets = np.searchsorted(self.starts, places) - 1
        return [max(offset, 0) for offset in offsets.tolist()]


def view(text: str) -> View:
    """Make the view of a text.

    >>> view("“It’s over” — he said").text
    '"It\\'s over" - he said'
    """
    if text.isascii():
        plain = text.replace("\t", " ").replace("`", "'")
        return View(plain, b"\n" + plain.encode("ascii").lower() + b"\n", None)
    plain = _plain(text)
    folded = b"\n" + plain.encode("utf-8", "surrogatepass").lower() + b"\n"
    if plain.isascii():
        return View(plain, folded, None)
    octets = np.frombuffer(folded, dtype=np.uint8)
    return View(plain, folded, np.flatnonzero((octets & 0xC0) != 0x80))


def _plain(text: str) -> str:
    if compiled.lines is not None:
        mapped: str | None = compiled.lines.mapped(text, _TABLE)
        if mapped is not None:
            return mapped
    for fancy, replacement in _PAIRS:
        text = text.replace(fancy, replacement)
    return text
