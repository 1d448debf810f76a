"""What a page hides from its readers, and whether that is the article."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence

from cleaner.html_attributes import attributes_of
from cleaner.html_tags import visible

# `display:none` is how pages keep the menus, forms and copies that nobody sees.
# The word comes first so that the search looks for nothing else.
_IS_HIDDEN = re.compile(r"hidden(?<![\w-]hidden)(?![\w-])").search
_HIDING = ("display:none", "display: none", "visibility:hidden")
_TELLING = ("hidden", "style", "class")
_MAX_ALIKE = 100
_MIN_PROSE_CHARS, _MIN_ARTICLE_CHARS = 60, 600

Alike = tuple[str, str | None]  # a tag and a class


class Hidden:
    """The hidden elements of a page and the prose in them.

    Scripts and subscriptions show what stands hidden in the page, as one element or a
    paragraph at a time; so elements of one tag and class are looked at together, and those
    that are `shown` are no longer hidden. `around` are the hidden elements that are open, with
    their places in the stack of open elements.
    """

    def __init__(self, shown: Collection[Alike]) -> None:
        self.around: list[tuple[int, Alike]] = []
        self._shown = shown
        self._prose: Counter[Alike] = Counter()
        self._counts: Counter[Alike] = Counter()

    def name(self, tag: str, attributes: str) -> Alike | None:
        """What this element is alike to, or None where the page doesn't hide it.

        >>> hidden = Hidden(())
        >>> hidden.name("p", " class=a style='display:none'"), hidden.name("i", " aria-hidden=true")
        (('p', 'a'), None)
        """
        if tag in ("html", "body") or not (
            "display:none" in attributes
            or "display: none" in attributes
            or ("hidden" in attributes and _IS_HIDDEN(attributes))
            or "visibility:hidden" in attributes
        ):
            return None
        found = attributes_of(attributes, _TELLING)
        style = found.get("style", "")
        if "hidden" not in found and not any(way in style for way in _HIDING):
            return None
        alike = tag, found.get("class")
        if alike in self._shown:
            return None
        self._counts[alike] += 1
        return alike

    def add(self, alike: Alike, text: str) -> None:
        """Take note of a stretch of text in a paragraph of a hidden element."""
        if len(text) >= _MIN_PROSE_CHARS:
            size = len(visible(text))
            if size >= _MIN_PROSE_CHARS and self._counts[alike] <= _MAX_ALIKE:
                self._prose[alike] += size

    def add_inside(self, text: str, stack: Sequence[str], tag: str = "") -> None:
        """The same for text in open elements, and in one more with that `tag`."""
        if len(text) >= _MIN_PROSE_CHARS:
            for depth, alike in self.around:
                if tag == "p" or "/p" in stack[depth:]:
                    self.add(alike, text)

    def articles(self) -> set[Alike]:
        """The hidden elements that hold as much prose as an article does."""
        return {alike for alike, size in self._prose.items() if size >= _MIN_ARTICLE_CHARS}
