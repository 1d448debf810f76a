"""What HTML elements mean to somebody who looks for text: tables that the walk uses."""

from __future__ import annotations

from enum import IntEnum


class Kind(IntEnum):
    """What an element does to the text around it."""

    INLINE = 0  # its text runs on in the line it stands in
    BLOCK = 1
    SKIP = 2  # nothing in it is text that a reader sees
    MEDIA = 3  # the same, but a caption may follow it
    LINK = 4
    STRONG = 5
    BREAK = 6
    CELL = 7
    PRE = 8


def _kinds(**names: str) -> dict[str, Kind]:
    return {name: Kind[kind.upper()] for kind, text in names.items() for name in text.split()}


KINDS = _kinds(
    block="""address article aside blockquote body button caption center dd details dialog dir div
    dl dt fieldset figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 header hgroup hr html
    legend li main menu nav ol p search section summary table tbody tfoot thead tr ul""",
    skip="""amp-analytics amp-script amp-state base canvas col colgroup datalist head input map math
    meta meter noembed noframes noscript option param progress script select source style template
    textarea title track""",
    media="audio embed iframe img object svg video amp-img amp-video amp-iframe",
    link="a",
    strong="b strong",
    cell="td th",
    pre="listing pre plaintext xmp",
    **{"break": "br"},
)

# The tags that the model tells apart; every other block counts as "div".
TAGS = (
    "div", "p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "td", "tr", "blockquote", "figcaption",
    "section", "article", "aside", "nav", "header", "footer", "main", "form", "button", "ul", "ol",
    "dl", "dd", "dt", "pre", "figure", "table", "body", "caption", "address", "summary",
)  # fmt: skip
TAG_NUMBER = {tag: number for number, tag in enumerate(TAGS)}
TAG_NUMBER |= {"th": TAG_NUMBER["td"], "legend": TAG_NUMBER["caption"], "menu": TAG_NUMBER["ul"]}
