"""A page's tree for trafilatura, or None where building or walking one would take too long.

The limits are looked at before and right after parsing: a page of 300,000 tags or one that is
nested 100,000 deep would hold up a run for minutes.
"""

from __future__ import annotations

import re

from lxml import etree
from lxml import html as lxml_html

from cleaner.html_tags import MAX_DEPTH, MAX_HTML_CHARS, MAX_TAGS

_TOO_DEEP = etree.XPath("boolean(/*" + "/*" * MAX_DEPTH + ")")
# Inline pictures, and tags with thousands of attributes, for which the parser is quadratic.
_HUGE_TAG_CHARS = 20_000
_HUGE_TAG = re.compile(r"([a-zA-Z][a-zA-Z0-9]*)\s[^>]{20000,}+>")
_CONTROLS = bytes(sorted({*range(32), 0x7F} - {*b"\t\n\r"}))
# The parser drops what follows them, browsers don't; and their ends are optional anyway.
_EARLY_ENDS = (b"</html>", b"</body>")
_LAST_BYTES = 16


def parse(html: str) -> lxml_html.HtmlElement | None:
    """The page as a tree, or None where it has too many tags, is too large or too deep.

    >>> tree = parse("<p>One<p>Two")
    >>> [element.text for element in tree.iter("p")]
    ['One', 'Two']
    >>> parse("<div>" * 1000) is None
    True
    """
    if html.count("<") > MAX_TAGS:
        return None
    html = _without_huge_tags(html)
    if len(html) > MAX_HTML_CHARS:
        return None
    body = html.encode("utf-8", "replace").translate(None, _CONTROLS)
    for end in _EARLY_ENDS:
        if 0 <= body.find(end) < len(body) - _LAST_BYTES:
            body = body.replace(end, b"")
    parser = lxml_html.HTMLParser(
        encoding="utf-8",
        huge_tree=True,  # else 10 MB in one element vanish without a word
        collect_ids=False,
        default_doctype=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        tree = etree.fromstring(body, parser=parser)
    except (etree.LxmlError, ValueError, AssertionError):
        return None
    return None if tree is None or _TOO_DEEP(tree) else tree


def _without_huge_tags(html: str) -> str:
    if len(html) < _HUGE_TAG_CHARS:
        return html
    pieces = html.split("<")
    if max(map(len, pieces)) < _HUGE_TAG_CHARS:
        return html
    for index, piece in enumerate(pieces):
        if len(piece) >= _HUGE_TAG_CHARS and (match := _HUGE_TAG.match(piece)):
            pieces[index] = f"{match[1]}>{piece[match.end() :]}"
    return "<".join(pieces)
