"""How elements nest where their tags don't say: tables for whoever reads tags in order.

End tags are optional in HTML and often forgotten or misplaced. These are the rules of
libxml2, the parser that most tools for scraped pages stand on: a start tag closes elements
that can't hold it, an end tag closes what stands open inside, but never a stronger element.
"""

from __future__ import annotations

from cleaner.block_tags import KINDS, Kind
from cleaner.html_tags import Tags, is_self_closing, visible

# Elements without content; others that browsers treat so (source, wbr) hold what follows.
VOID = frozenset("area base basefont br col frame hr img input isindex link meta param".split())
_HEADINGS = "h1 h2 h3 h4 h5 h6"
_PHRASES = """a abbr acronym b bdo big br cite code dfn em font i iframe img kbd map q s samp small
    span strike strong sub sup tt u var"""
# For each start tag the open elements that it closes, as long as the innermost one is of them.
_CLOSES = {
    **dict.fromkeys(_PHRASES.split(), "head"),
    "a": "a head",
    **dict.fromkeys(f"blockquote dir div frameset hr listing ol xmp {_HEADINGS}".split(), "p head"),
    **dict.fromkeys(("address", "menu", "pre"), "p ul head"),
    "caption": "p",
    "center": "b font i p head",
    "col": "caption p",
    "colgroup": "caption colgroup p",
    "dd": "address dir dt listing menu p pre head",
    "dl": "address dir dt listing menu p pre head",
    "dt": "address dd dir listing menu p pre head",
    "fieldset": f"a {_HEADINGS} legend listing p pre head",
    "form": f"address dir dl form {_HEADINGS} listing menu ol p pre ul head",
    "li": f"address dl {_HEADINGS} li listing p pre head",
    "optgroup": "option",
    "option": "option",
    "p": f"b big {_HEADINGS} i p s small strike tt u head",
    "table": f"a {_HEADINGS} listing p pre head",
    "tbody": "caption colgroup p tbody td tfoot th thead tr",
    "td": "a b font i p span td th u",
    "tfoot": "caption colgroup p tbody td th thead tr",
    "th": "a b font i p span td th u",
    "thead": "caption colgroup",
    "title": "p",
    "tr": "caption colgroup p td th tr",
    "ul": "address dir listing menu p pre head",
    "body": "head p title",
}
# An end tag closes nothing that is stronger than itself.
_STRENGTH = {
    "/div": 150, "/td": 160, "/th": 160, "/tr": 170, "/thead": 180, "/tbody": 180,
    "/tfoot": 180, "/table": 190, "/head": 200, "/body": 200, "/html": 220,
}  # fmt: skip
_DEFAULT_STRENGTH = 100
_ROOTS = frozenset({"html", "head", "body"})
_MAX_KNOWN = 4096
_CONTAINERS = frozenset(
    "/article /aside /body /div /footer /header /html /main /section /table /td /tr /ul".split()
)


# What a tag's name means: its kind, the name of its element and of its end tag, the end tags of
# the elements that it closes, whether it is void, part of a page's skeleton, an end tag.
Element = tuple[Kind, str, str, frozenset[str], bool, bool, bool]


class _Elements(dict[str, Element]):
    """Elements by the name of a start or end tag as it is written."""

    def __missing__(self, written: str) -> Element:
        name = written.lower()
        bare = name.removeprefix("/")
        closes = frozenset("/" + other for other in _CLOSES.get(name, "").split())
        kind = KINDS.get(bare, Kind.INLINE)
        is_end = written.startswith("/")
        element = (kind, bare, "/" + bare, closes, bare in VOID, bare in _ROOTS, is_end)
        if len(self) < _MAX_KNOWN:  # pages can invent names without end
            self[written] = element
        return element


ELEMENTS = _Elements()


def depth_after_end(stack: list[str], end: str) -> int:
    """How many elements stay open after an end tag; all of them where it closes none.

    >>> depth_after_end(["/body", "/div", "/b", "/i"], "/b")
    2
    >>> depth_after_end(["/body", "/b", "/div", "/i"], "/b")
    4
    """
    strength = _STRENGTH.get(end, _DEFAULT_STRENGTH)
    for depth in range(len(stack) - 1, -1, -1):
        if stack[depth] == end:
            return depth
        if _STRENGTH.get(stack[depth], _DEFAULT_STRENGTH) > strength:
            break
    return len(stack)


def text_inside(tags: Tags, number: int) -> str:
    """The text in the element that begins at a place in `tags`, elements in it and all.

    >>> from cleaner.html_tags import read_tags
    >>> text_inside(read_tags("<p>By <b>Ana <i>Ruiz</i><br> and</b> Tom</p> more"), 1)
    'By Ana Ruiz and Tom'
    """
    name, attributes, text, closed, _, gap, rest = tags[number]
    _, _, end, _, is_void, _, _ = ELEMENTS[name]
    if closed:
        return visible(text)
    if is_void or is_self_closing(attributes):
        return ""
    stack = [end]
    parts = [text, gap, rest]
    for name, attributes, text, closed, tail, gap, rest in tags[number + 1 :]:
        _, _, end, closes, is_void, _, is_end = ELEMENTS[name]
        if is_end:
            depth = depth_after_end(stack, end)
            if depth == len(stack) and end in _CONTAINERS:
                break  # it ends something around
            del stack[depth:]
        else:
            while stack and stack[-1] in closes:
                stack.pop()
            if stack and not (closed or is_void or is_self_closing(attributes)):
                stack.append(end)
        if not stack:
            break
        parts += (text, tail, gap, rest)
    return "".join(map(visible, parts))
