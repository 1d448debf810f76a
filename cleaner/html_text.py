"""The visible text of a page without parsing it: for pages that no parser survives.

One pass over the tags with a regular expression whose every step is bounded by the next
``<``: time grows with the length of the page and with nothing else, however deep it is
nested and whatever is left open.
"""

from __future__ import annotations

import re
from html import unescape

# "<" begins a tag only before a letter; "a < b" is text. A ">" in quotes ends no tag.
_TAG = re.compile(
    r"""<(?:
        (?P<close>/)?(?P<name>[a-zA-Z][a-zA-Z0-9:-]*)
        (?: [^<>"'] | "[^"<]*" | '[^'<]*'
          | "[^"]{0,1000}"(?=[\s/>]) | '[^']{0,1000}'(?=[\s/>])  # markup in an attribute
          | ["'] )*+ >?
      | (?P<comment>!--)
      | [!?][^<>]*+ >?
    )""",
    re.VERBOSE,
)
_COMMENT_END = re.compile(r"--!?>")
_RAW = frozenset({"script", "style", "textarea", "title", "xmp", "noframes", "iframe", "noembed"})
_UNSEEN = frozenset({"head", "template", "svg", "select", "object", "noscript", "math", "datalist"})
_BLOCKS = frozenset(
    """address article aside blockquote body br button caption center dd details dialog div dl dt
    fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html li legend main menu nav
    ol option p pre section summary table tbody td tfoot th thead tr ul""".split()
)
_INNER_SPACE = re.compile(r"[^\S\n]+")
_LINE_SPACE = re.compile(r" ?\n[ \n]*")


def plain_text(html: str) -> str:
    """What a reader sees of a page, a line a block, furniture included.

    >>> plain_text("<p>Growth was <b>3 %</b>,<br>he said.<script>x('</p>')</script><p>Next")
    'Growth was 3 %,\\nhe said.\\nNext'
    """
    parts: list[str] = []
    position = 0
    hidden: str | None = None
    while match := _TAG.search(html, position):
        if hidden is None:
            parts.append(html[position : match.start()].replace("\n", " "))
        position = match.end()
        name = (match["name"] or "").lower()
        if match["comment"]:
            position = _after(_COMMENT_END, html, position)
        elif match["close"]:
            hidden = None if name == hidden or name in ("html", "body") else hidden
        elif name == "body":
            hidden = None
        elif name in _RAW:
            position = _after_raw(html, position, name)
        elif name in _UNSEEN and hidden is None and not match.group().endswith("/>"):
            hidden = name
        if name in _BLOCKS:
            parts.append("\n")
    if hidden is None:
        parts.append(html[position:].replace("\n", " "))
    text = unescape("".join(parts)).replace("\xa0", " ")
    return _LINE_SPACE.sub("\n", _INNER_SPACE.sub(" ", text)).strip()


def _after(pattern: re.Pattern[str], html: str, position: int) -> int:
    match = pattern.search(html, position)
    return match.end() if match else len(html)


def _after_raw(html: str, position: int, name: str) -> int:
    """The position after the end tag of an element whose content is no markup."""
    return _after(_RAW_ENDS[name], html, position)


_RAW_ENDS = {name: re.compile(rf"</{name}\b[^<>]*>?", re.IGNORECASE) for name in _RAW}
